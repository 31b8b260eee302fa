package io.fourtuple.core.tcp;

import io.fourtuple.core.time.Deadline;
import io.fourtuple.core.wire.FastOpenOption;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.OutboundSegment;
import io.fourtuple.core.wire.SendReason;
import io.fourtuple.core.wire.Seq;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.core.wire.TcpOptions;
import io.fourtuple.core.wire.TcpSegment;

/**
 * SYN-RECEIVED of a passive open: what has to be remembered between a SYN and the ACK that completes the handshake. No
 * buffers, no actor: a flood of SYNs costs some tens of octets each. Confined to its shard's thread.
 */
public final class HalfOpen {
    /** What to do after a segment or a timeout. */
    public enum Verdict {
        /** Nothing. */
        IGNORE,
        /** Nothing, where an acknowledgment was due: there was one just before. To be counted. */
        SKIPPED,
        /** Send the reply that was filled in. */
        REPLY,
        /** The handshake is complete: reserve a place in the accept queue, then {@link HalfOpen#complete}. */
        COMPLETE,
        /** Send the reply that was filled in, a reset, and forget the record. */
        RESET,
        /** Forget the record: the peer reset it, or never answered. */
        REMOVE
    }

    private static final int MAX_UNSCALED_WINDOW = 65_535;
    /** How often unacceptable segments are answered at most, as in Linux: two such records must not make war. */
    private static final long ANSWER_INTERVAL_NANOS = 500_000_000;

    private final FourTuple tuple;
    private final PathProperties path;
    private final TcpConfig config;
    private final int iss;
    private final int irs;
    private final int timestampOffset;
    private final int peerMss;
    private final byte peerShift;
    private final boolean peerSack;
    private final boolean peerTimestamps;
    /** Both ends take part in classic ECN (RFC 3168). */
    private boolean ecn;
    /** Both take part in Accurate ECN (RFC 9768). */
    private final boolean accurate;
    /** The mark of the latest SYN. */
    private byte mark;
    /** SYN-ACKs that the peer asked for once more. */
    private int asked;
    /** A SYN or SYN-ACK that says nothing of it is under way: nobody knows whether the peer takes part. */
    private boolean doubtful;
    /** The peer's User Timeout option; -1 for none. */
    private final int peerUserTimeout;
    private final int window;
    private int tsRecent;
    private final long startedAt;
    /** Whether the ACK of the SYN-ACK gives a round-trip time: not when nobody knows which one it answers. */
    private boolean timed;
    private long answeredAt;
    private long synAckAt;
    private int retransmits;

    private HalfOpen(FourTuple tuple, TcpSegment syn, int iss, int timestampOffset, PathProperties path,
            TcpConfig config, long nowNanos) {
        TcpOptions o = syn.options();
        this.tuple = tuple;
        this.path = path.atMost(config.tuning().maxSegment());
        this.config = config.forOpening();
        this.iss = iss;
        this.irs = syn.seq();
        this.timestampOffset = timestampOffset;
        this.peerMss = o.mss();
        this.peerShift = (byte) Math.min(o.windowScale(), 14);
        this.peerSack = o.sackPermitted();
        this.peerTimestamps = o.hasTimestamps();
        this.ecn = ExplicitCongestion.isAskedFor(syn, config);
        this.accurate = AccurateEcn.isAskedFor(syn, config);
        this.mark = (byte) syn.ecn();
        this.peerUserTimeout = o.userTimeout();
        this.window = syn.window();
        this.tsRecent = o.tsVal();
        this.startedAt = nowNanos;
        this.synAckAt = nowNanos;
        this.answeredAt = nowNanos - ANSWER_INTERVAL_NANOS;
        this.timed = true;
    }

    private HalfOpen(FourTuple tuple, TcpSegment ack, SynCookies.Offer offer, int timestampOffset,
            PathProperties path, TcpConfig config, long nowNanos) {
        this.tuple = tuple;
        this.path = path.atMost(config.tuning().maxSegment());
        this.config = config.forOpening();
        this.iss = Seq.add(ack.ack(), -1);
        this.irs = Seq.add(ack.seq(), -1);
        this.timestampOffset = timestampOffset;
        this.peerMss = offer.mss();
        this.peerShift = (byte) offer.windowScale();
        this.peerSack = offer.sack();
        this.peerTimestamps = offer.timestamps();
        this.ecn = offer.ecn();
        this.accurate = offer.accurate();
        this.peerUserTimeout = -1; // the final ACK has it once more
        this.window = Math.min(ack.window() << Math.max(0, offer.windowScale()), MAX_UNSCALED_WINDOW);
        this.tsRecent = ack.options().tsVal();
        this.startedAt = nowNanos;
        this.synAckAt = nowNanos;
        this.answeredAt = nowNanos - ANSWER_INTERVAL_NANOS;
        this.timed = false;
    }

    /**
     * The record for a SYN. {@link #fillSynAck} gives the answer.
     *
     * @param syn a segment with SYN and without ACK, RST and FIN
     * @param iss initial send sequence number (RFC 6528)
     * @param timestampOffset as for {@link TcpConnection#connect}
     */
    public static HalfOpen of(FourTuple tuple, TcpSegment syn, int iss, int timestampOffset, PathProperties path,
            TcpConfig config, long nowNanos) {
        return new HalfOpen(tuple, syn, iss, timestampOffset, path, config, nowNanos);
    }

    /**
     * The record that was never kept: what a SYN cookie says of it, once its final ACK is here. To be {@linkplain
     * #complete completed} with that ACK at once.
     */
    static HalfOpen ofCookie(FourTuple tuple, TcpSegment ack, SynCookies.Offer offer, int timestampOffset,
            PathProperties path, TcpConfig config, long nowNanos) {
        return new HalfOpen(tuple, ack, offer, timestampOffset, path, config, nowNanos);
    }

    /** Which connection this will be. */
    public FourTuple tuple() {
        return tuple;
    }

    /** When {@link #handleTimeout} is due. */
    public long deadline() {
        long again = Deadline.after(synAckAt, timeout());
        return Deadline.earlier(again, Deadline.after(startedAt, config.retransmission().synGiveUp()));
    }

    /** How often the SYN-ACK was sent again. */
    public int retransmits() {
        return retransmits;
    }

    private long timeout() {
        TcpConfig.Retransmission limits = config.retransmission();
        return Math.min(limits.initialTimeout() << Math.min(retransmits, 16), limits.maxTimeout());
    }

    /** Fills the SYN-ACK. Does not count as a retransmission. */
    public void fillSynAck(OutboundSegment out, long nowNanos) {
        TcpConfig.OptionOffer offer = config.options();
        fillSynAck(out, iss, Seq.add(irs, 1), path, config);
        out.windowScale = offer.windowScaling() && peerShift >= 0 ? ReceiveWindow.shiftFor(config) : -1;
        out.sackPermitted = offer.sack() && peerSack;
        out.flags |= ecn ? TcpFlags.ECE : 0;
        timestamps(out, nowNanos);
        UserTimeouts.tell(config, out);
        if (accurate) {
            int before = retransmits == 0 && asked > 0 ? 1 : retransmits; // asked for again: without the option
            doubtful |= before >= AccurateEcn.TRIES;
            AccurateEcn.answer(out, mark, before, config);
        }
    }

    /** What every SYN-ACK has. */
    static void fillSynAck(OutboundSegment out, int iss, int rcvNxt, PathProperties path, TcpConfig config) {
        out.clear();
        out.reason = SendReason.HANDSHAKE;
        out.flags = TcpFlags.SYN | TcpFlags.ACK;
        out.seq = iss;
        out.ack = rcvNxt;
        out.window = ReceiveWindow.ofSyn(config);
        out.mss = config.mssOption(path);
        out.ofSocket(config.tuning().trafficClass(), config.tuning().hopLimit());
        out.bsdOrder = config.traits().optionOrder() == HostTraits.OptionOrder.BSD;
    }

    private void timestamps(OutboundSegment out, long nowNanos) {
        if (config.options().timestamps() && peerTimestamps) {
            out.timestamps = true;
            out.tsVal = (int) (nowNanos / 1_000_000) + timestampOffset;
            out.tsEcr = tsRecent;
        }
    }

    /**
     * The connection, SYN-RECEIVED, that {@code syn} alone has made, whose cookie is good (RFC 7413 §4.2.2). It has
     * taken what came with it; {@link TcpConnection#pollTransmit} gives the SYN-ACK. In place of a record.
     *
     * @param answer what the SYN-ACK says of Fast Open: a new cookie, or nothing
     */
    public TcpConnection open(TcpSegment syn, FastOpenOption answer, ShardMemory memory, long nowNanos) {
        return TcpConnection.acceptFast(this, syn, answer, memory, nowNanos);
    }

    /** Whether it acknowledges the SYN-ACK of this record, and not one that nobody has a record of. */
    public boolean isAnsweredBy(TcpSegment s) {
        return s.ack() == Seq.add(iss, 1);
    }

    /** SYN-RECEIVED in RFC 9293 §3.10.7.4, in its order. With {@link Verdict#REPLY}, {@code reply} is filled. */
    public Verdict handleSegment(TcpSegment s, OutboundSegment reply, long nowNanos) {
        int rcvNxt = Seq.add(irs, 1);
        boolean rst = s.has(TcpFlags.RST);
        if (s.has(TcpFlags.SYN | TcpFlags.FIN) && config.traits().synFin() == HostTraits.SynFin.DROPPED) {
            return Verdict.IGNORE;
        }
        if (s.has(TcpFlags.SYN) && !rst && !s.has(TcpFlags.ACK) && s.seq() == irs) { // its SYN again
            timed = false; // Karn
            if (accurate ? AccurateEcn.isClassic(s) : ecn && AccurateEcn.isAskedFor(s, config)) {
                fillReset(reply); // RFC 9768 §3.1.5: each end may end up in another mode
                return Verdict.RESET;
            }
            mark = (byte) s.ecn();
            asked++;
            doubtful |= TcpFlags.ace(s.flags()) == 0;
            ecn &= ExplicitCongestion.isAskedFor(s, config); // else the one that asked may not get through
            fillSynAck(reply, nowNanos);
            return Verdict.REPLY;
        }
        boolean withTimestamps = config.options().timestamps() && peerTimestamps;
        boolean without = !s.options().hasTimestamps();
        if (withTimestamps && !rst && !(without && config.traits().missingTimestamps())) {
            if (without) {
                return Verdict.IGNORE;
            }
            if (Seq.lt(s.options().tsVal(), tsRecent)) {
                return acknowledge(reply, nowNanos);
            }
        }
        int edge = Seq.add(rcvNxt, ReceiveWindow.ofSyn(config));
        boolean acceptable = s.length() == 0
                ? Seq.within(s.seq(), rcvNxt, edge)
                : Seq.lt(s.seq(), edge) && Seq.gt(s.end(), rcvNxt);
        if (!acceptable) {
            return rst ? Verdict.IGNORE : acknowledge(reply, nowNanos);
        }
        if (rst) {
            return s.seq() == rcvNxt || config.traits().windowRst() ? Verdict.REMOVE : acknowledge(reply, nowNanos);
        }
        if (s.has(TcpFlags.SYN)) {
            return acknowledge(reply, nowNanos);
        }
        if (!s.has(TcpFlags.ACK)) {
            return Verdict.IGNORE;
        }
        if (s.ack() != Seq.add(iss, 1)) {
            return Reset.answer(s, reply) ? Verdict.REPLY : Verdict.IGNORE;
        }
        return Verdict.COMPLETE;
    }

    private Verdict acknowledge(OutboundSegment reply, long nowNanos) {
        if (nowNanos - answeredAt < ANSWER_INTERVAL_NANOS) {
            return Verdict.SKIPPED;
        }
        answeredAt = nowNanos;
        reply.clear();
        reply.reason = SendReason.CHALLENGE_ACK;
        reply.flags = TcpFlags.ACK | (accurate ? TcpFlags.ofAce(AccurateEcn.FIRST_CE) : 0);
        reply.seq = Seq.add(iss, 1);
        reply.ack = Seq.add(irs, 1);
        int shift = config.options().windowScaling() && peerShift >= 0 ? ReceiveWindow.shiftFor(config) : 0;
        reply.window = ReceiveWindow.ofSyn(config) >> shift;
        reply.ofSocket(config.tuning().trafficClass(), config.tuning().hopLimit());
        timestamps(reply, nowNanos);
        return Verdict.REPLY;
    }

    /** Fills the reset that tells the peer the open is over. */
    public void fillReset(OutboundSegment reply) {
        reply.clear();
        reply.reason = SendReason.RESET;
        reply.flags = TcpFlags.RST;
        reply.seq = Seq.add(iss, 1);
    }

    /** {@link #deadline()} has come: {@code REPLY} with the SYN-ACK again, or {@code REMOVE}. */
    public Verdict handleTimeout(OutboundSegment reply, long nowNanos) {
        if (!Deadline.isDue(deadline(), nowNanos)) {
            return Verdict.IGNORE;
        }
        TcpConfig.Retransmission limits = config.retransmission();
        if (retransmits >= limits.synackRetries() || nowNanos - startedAt >= limits.synGiveUp()) {
            return Verdict.REMOVE;
        }
        retransmits++;
        synAckAt = nowNanos;
        fillSynAck(reply, nowNanos);
        reply.reason = SendReason.RTO;
        reply.attempt = retransmits;
        return Verdict.REPLY;
    }

    /**
     * The connection, ESTABLISHED, after {@link #handleSegment} said {@link Verdict#COMPLETE} of {@code ack}. It has
     * handled {@code ack} and what came with it.
     */
    public TcpConnection complete(TcpSegment ack, ShardMemory memory, long nowNanos) {
        return TcpConnection.accept(this, ack, memory, nowNanos);
    }

    Tcb toTcb(ShardMemory memory, long nowNanos) {
        Tcb t = new Tcb(tuple, TcpState.SYN_RECEIVED, iss, timestampOffset, path, config, memory, nowNanos);
        t.agree(peerMss, peerShift, peerSack, peerTimestamps, retransmits);
        t.ecn = ecn;
        t.ect = ecn;
        if (accurate) {
            ExplicitCongestion.agreedAccurate(t, mark);
            t.ect = !doubtful; // RFC 9768 §3.1.5
        }
        UserTimeouts.told(t, peerUserTimeout);
        t.sndNxt = Seq.add(iss, 1);
        t.sndWnd = window;
        t.maxSndWnd = window;
        t.sndWl1 = irs;
        t.irs = irs;
        t.rcvNxt = Seq.add(irs, 1);
        t.rcvUp = t.rcvNxt;
        t.rcvEdge = Seq.add(t.rcvNxt, ReceiveWindow.ofSyn(config));
        t.lastAckSent = t.rcvNxt;
        t.tsRecent = tsRecent;
        t.tsRecentAt = startedAt;
        if (timed && retransmits == 0) { // Karn
            t.timing = true;
            t.timedEnd = t.sndNxt;
            t.timedAt = synAckAt;
        }
        return t;
    }
}
