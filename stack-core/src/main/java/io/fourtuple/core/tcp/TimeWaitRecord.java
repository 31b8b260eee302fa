package io.fourtuple.core.tcp;

import io.fourtuple.core.time.Deadline;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.OutboundSegment;
import io.fourtuple.core.wire.SendReason;
import io.fourtuple.core.wire.Seq;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.core.wire.TcpSegment;

/** TIME-WAIT: the few numbers that answer a late segment (RFC 9293 §3.3.2). Confined to its shard's thread. */
public final class TimeWaitRecord {
    /** What to do after a segment. */
    public enum Verdict {
        /** Nothing. */
        IGNORE,
        /** Send the reply that was filled in; the deadline may have moved. */
        REPLY,
        /** Forget the record. */
        REMOVE,
        /** Send the reply that was filled in, a reset, and forget the record. */
        RESET,
        /** Forget the record and treat the segment as a SYN for the listener: a new incarnation (RFC 6191). */
        REOPEN
    }

    private final FourTuple tuple;
    private final int sndNxt;
    private final int rcvNxt;
    private final int window;
    /** What was acceptable: the window, or the room in the buffer where that is the host's trait. */
    private final int acceptable;
    private final int shift;
    private final boolean timestamps;
    private final int timestampOffset;
    private final int tsRecent;
    /** The counter of Accurate ECN as flags; 0 without. */
    private final int ace;
    private final long duration;
    private long deadline;

    private final HostTraits traits;

    private TimeWaitRecord(Tcb t, long nowNanos) {
        traits = t.config.traits();
        tuple = t.tuple;
        sndNxt = t.sndNxt;
        rcvNxt = t.rcvNxt;
        window = t.rcvWnd();
        acceptable = Seq.distance(rcvNxt, ReceiveWindow.acceptableEdge(t));
        shift = t.rcvShift;
        timestamps = t.timestamps;
        timestampOffset = t.timestampOffset;
        tsRecent = t.tsRecent;
        ace = t.accurate == null ? 0 : t.accurate.counter();
        duration = t.config.timeWait();
        deadline = Deadline.after(nowNanos, duration);
    }

    /**
     * The record that takes the place of a connection in {@link TcpState#TIME_WAIT}.
     *
     * @throws IllegalStateException when it is in another state
     */
    public static TimeWaitRecord of(TcpConnection connection, long nowNanos) {
        if (connection.state() != TcpState.TIME_WAIT) {
            throw new IllegalStateException(connection.tuple() + " is not in TIME-WAIT but " + connection.state());
        }
        return new TimeWaitRecord(connection.tcb(), nowNanos);
    }

    /** Which connection this was. */
    public FourTuple tuple() {
        return tuple;
    }

    /** When the record may be forgotten: 2 MSL after it began, or after the peer's FIN last came again. */
    public long deadline() {
        return deadline;
    }

    /**
     * Whether a new connection from here may take the tuple over already now, when there is no other: its timestamps
     * tell its segments from old duplicates (RFC 7323 §5), which needs the timestamp clock to have moved on for sure.
     */
    public boolean isReusable(long nowNanos) {
        return timestamps && nowNanos - (deadline - duration) >= REUSE_DELAY_NANOS;
    }

    /** The initial sequence number of such a connection: beyond whatever this one may still have in the network. */
    public int reuseIss() {
        return Seq.add(sndNxt, REUSE_GAP);
    }

    /** As {@code tcp_tw_reuse} has it. */
    private static final long REUSE_DELAY_NANOS = 1_000_000_000L;
    /** More than an unscaled window. */
    private static final int REUSE_GAP = 65_537;

    /** TIME-WAIT in RFC 9293 §3.10.7.4. With {@link Verdict#REPLY}, {@code reply} is filled. */
    public Verdict handleSegment(TcpSegment s, OutboundSegment reply, long nowNanos) {
        boolean syn = s.has(TcpFlags.SYN);
        if (s.has(TcpFlags.RST)) {
            return s.seq() == rcvNxt && !traits.timeWaitKeeps() ? Verdict.REMOVE : Verdict.IGNORE; // RFC 5961 §3
        }
        if (syn && traits.windowSyn() && isWithin(s, window)) { // RFC 793
            reply.clear();
            reply.reason = SendReason.RESET;
            reply.flags = TcpFlags.RST | TcpFlags.ACK;
            reply.seq = sndNxt;
            reply.ack = rcvNxt;
            return Verdict.RESET;
        }
        if (syn) {
            boolean plain = !s.has(TcpFlags.ACK) && !s.has(TcpFlags.FIN);
            return plain && isNewIncarnation(s) ? Verdict.REOPEN : acknowledge(reply, nowNanos);
        }
        if (!s.has(TcpFlags.ACK) && isWithin(s, acceptable)) {
            return Verdict.IGNORE; // acceptable, and dropped for want of an ACK
        }
        if (s.length() == 0 && s.seq() == rcvNxt) {
            return Verdict.IGNORE; // nothing to say to a bare acknowledgment
        }
        if (s.has(TcpFlags.FIN) && Seq.le(s.end(), rcvNxt)) {
            deadline = Deadline.after(nowNanos, duration); // the peer did not get our ACK: 2 MSL begin again
        }
        return acknowledge(reply, nowNanos);
    }

    private boolean isWithin(TcpSegment s, int octets) {
        return Seq.ge(s.seq(), rcvNxt) && Seq.lt(s.seq(), Seq.add(rcvNxt, octets));
    }

    /** RFC 6191 §2, RFC 9293 MAY-2: its clock or its sequence numbers show that the SYN is new. */
    private boolean isNewIncarnation(TcpSegment syn) {
        if (timestamps && syn.options().hasTimestamps()) {
            return Seq.gt(syn.options().tsVal(), tsRecent)
                    || (syn.options().tsVal() == tsRecent && Seq.gt(syn.seq(), rcvNxt));
        }
        return Seq.gt(syn.seq(), rcvNxt);
    }

    private Verdict acknowledge(OutboundSegment reply, long nowNanos) {
        reply.clear();
        reply.reason = SendReason.ACK;
        reply.flags = TcpFlags.ACK | ace;
        reply.seq = sndNxt;
        reply.ack = rcvNxt;
        reply.window = window >> shift;
        if (timestamps) {
            reply.timestamps = true;
            reply.tsVal = (int) (nowNanos / 1_000_000) + timestampOffset;
            reply.tsEcr = tsRecent;
        }
        return Verdict.REPLY;
    }
}
