package io.fourtuple.core.tcp;

import io.fourtuple.core.Counter;
import io.fourtuple.core.Faults;
import io.fourtuple.core.time.Deadline;
import io.fourtuple.core.wire.OutboundSegment;
import io.fourtuple.core.wire.SendReason;
import io.fourtuple.core.wire.Seq;
import io.fourtuple.core.wire.TcpFlags;

/**
 * The one place that decides what is sent next and, when nothing may be, which timer will ask again.
 *
 * <p>In this order: a reset, a SYN, a challenge ACK, what was lost, new data and FIN, a probe, a bare acknowledgment.
 */
final class Transmitter {
    private Transmitter() {}

    /** Fills {@code out} with the next segment; false when there is none now. */
    static boolean poll(Tcb t, OutboundSegment out, long now) {
        if (t.resetDue) {
            return reset(t, out, now);
        }
        if (t.accurate != null) {
            t.accurate.decide(t, now);
            if (t.accurate.reflects() && t.state().isSynchronized()) { // RFC 9768 §3.2.2.1: before data
                bare(t, out, acceptableSeq(t), SendReason.ACK, now);
                t.accurate.reflectIn(out);
                return true;
            }
        }
        return switch (t.state()) {
            case CLOSED -> false;
            case SYN_SENT -> syn(t, out, now);
            case SYN_RECEIVED -> syn(t, out, now) || challengeAck(t, out, now)
                    || (t.fastOpened && fresh(t, out, now)) || acknowledgment(t, out, now);
            case ESTABLISHED, FIN_WAIT_1, CLOSE_WAIT, CLOSING, LAST_ACK -> challengeAck(t, out, now)
                    || data(t, out, now) || keepAlive(t, out, now) || acknowledgment(t, out, now);
            case FIN_WAIT_2, TIME_WAIT -> challengeAck(t, out, now)
                    || keepAlive(t, out, now) || acknowledgment(t, out, now);
        };
    }

    private static boolean reset(Tcb t, OutboundSegment out, long now) {
        t.resetDue = false;
        out.clear();
        out.reason = SendReason.RESET;
        out.seq = t.resetSeq;
        out.flags = TcpFlags.RST;
        if (t.state() != TcpState.SYN_SENT && t.state() != TcpState.SYN_RECEIVED && !t.resetBare) {
            out.flags |= TcpFlags.ACK;
            out.ack = t.rcvNxt;
            timestamps(t, out, now);
            out.flags |= t.accurate != null ? t.accurate.counter() : 0;
        }
        t.segmentsOut++;
        t.counters.increment(Counter.TCP_OUT_SEGS);
        t.counters.increment(Counter.TCP_OUT_RSTS);
        return true;
    }

    private static boolean syn(Tcb t, OutboundSegment out, long now) {
        if (!t.synDue) {
            return false;
        }
        boolean answer = t.state() == TcpState.SYN_RECEIVED;
        boolean first = t.sndNxt == t.iss || (answer && !t.synAckSent);
        t.synAckSent |= answer;
        t.synDue = false;
        t.sndNxt = Seq.max(t.sndNxt, Seq.add(t.iss, 1)); // data that went with the first SYN stay in flight
        out.clear();
        out.seq = t.iss;
        TcpConfig.OptionOffer offer = t.opened.options();
        out.flags = TcpFlags.SYN | (answer ? TcpFlags.ACK : 0);
        out.ack = t.rcvNxt;
        out.window = ReceiveWindow.ofSyn(t.opened);
        // What can be received, and not what the path takes (RFC 1191 §3.1). IPv6 has no routers that cut packets.
        boolean ofPath = t.opened.traits().pathMss() || !t.tuple.local().isV4();
        out.mss = t.opened.mssOption(ofPath ? t.path : t.linkPath);
        out.bsdOrder = t.opened.traits().optionOrder() == HostTraits.OptionOrder.BSD;
        out.windowScale = (answer ? t.windowScaling : offer.windowScaling()) ? ReceiveWindow.shiftFor(t.opened) : -1;
        out.sackPermitted = answer ? t.sack : offer.sack();
        if (answer ? t.timestamps : offer.timestamps()) {
            out.timestamps = true;
            out.tsVal = t.timestamp(now);
            out.tsEcr = answer ? t.tsRecent : 0;
        }
        if (answer) {
            out.flags |= t.ecn ? TcpFlags.ECE : 0;
        } else {
            ExplicitCongestion.ask(t, out, first ? 0 : (int) t.retransmits + 1);
        }
        int optionSyns = t.opened.traits().optionSyns();
        if (optionSyns > 0 && !first && t.retransmits + 1 >= optionSyns) { // something on the way may drop options
            out.windowScale = -1;
            out.sackPermitted = false;
            out.timestamps = false;
        }
        if (first) {
            out.reason = SendReason.HANDSHAKE;
            startTiming(t, t.sndNxt, now);
            t.unansweredSince = now;
            t.counters.increment(Counter.TCP_OUT_SEGS);
            if (answer) {
                out.fastOpen = t.synAckOption;
            } else if (t.fastOpen != null) {
                t.fastOpen.fill(t, out);
            }
        } else {
            t.timing = false;
            t.retransmits++;
            out.reason = SendReason.RTO;
            out.attempt = (int) t.retransmits;
            t.counters.increment(Counter.TCP_RETRANS_SEGS);
            t.counters.increment(Counter.TCP_EXT_SYN_RETRANS);
        }
        t.retransmitAt = Deadline.after(now, t.rtt.timeout(t.config.retransmission()));
        t.segmentsOut++;
        UserTimeouts.tell(t.opened, out);
        if (answer) {
            t.lastAckSent = t.rcvNxt;
            acknowledged(t);
            if (t.accurate != null) {
                t.accurate.answer(t, out);
            }
        }
        return true;
    }

    private static boolean challengeAck(Tcb t, OutboundSegment out, long now) {
        if (!t.challengeAckDue) {
            return false;
        }
        t.challengeAckDue = false;
        t.counters.increment(Counter.TCP_EXT_CHALLENGE_ACK);
        bare(t, out, acceptableSeq(t), SendReason.CHALLENGE_ACK, now);
        if (t.accurate != null) {
            t.accurate.reflectIn(out);
        }
        return true;
    }

    /** NextSeg of RFC 6675 §4: what is lost, else new data, else what may be lost; after a timeout as F-RTO says. */
    private static boolean data(Tcb t, OutboundSegment out, long now) {
        if (t.tlp.due && Probes.tailLoss(t, out, now)) {
            return true;
        }
        if (!t.mustRetransmit && !t.probeDue && t.pacer.holds(t, now)) {
            return false;
        }
        if (t.undo.isNewDataFirst()) { // RFC 5682 §2.1 step (2.b)
            return fresh(t, out, now) || lost(t, out, now);
        }
        return lost(t, out, now) || fresh(t, out, now) || unproven(t, out, now);
    }

    /** Retransmission: NextSeg rule (1) of RFC 6675 §4, or the head of the queue after a timeout. */
    private static boolean lost(Tcb t, OutboundSegment out, long now) {
        if (!t.hasLost()) {
            t.mustRetransmit = false;
            return false;
        }
        int from = t.scoreboard.pendingStart();
        int end = t.scoreboard.pendingEnd();
        if (t.repairReason == SendReason.WINDOW_PROBE) { // the window is closed: one octet asks whether it still is
            end = Seq.add(from, 1);
        }
        end = Seq.add(from, t.sendQueue.recordLength(from, Seq.distance(from, end)));
        int mss = t.currentMss();
        int room = room(t);
        int length = Math.min(Seq.distance(from, end), maxPayload(t));
        if (length > room) {
            length = Math.max(0, room / mss * mss);
        }
        if (t.mustRetransmit) {
            length = Math.max(length, Math.min(mss, Seq.distance(from, end)));
        }
        if (length <= 0) {
            t.validation.noteLimit(t);
            return false;
        }
        length = cut(t, length);
        t.mustRetransmit = false;
        boolean timeout = t.recovery == Tcb.Recovery.TIMEOUT;
        segment(t, out, from, length, t.repairReason, now);
        out.attempt = t.repairAttempt;
        t.rate.sending(t.octetsInFlight(), t.pipe() + out.length(), now);
        t.scoreboard.resendPending(Seq.add(from, out.length()), now, t.rate);
        sentAgain(t, out, now);
        t.counters.add(timeout ? Counter.TCP_EXT_SLOW_START_RETRANS : Counter.TCP_EXT_FAST_RETRANS, segments(out));
        return true;
    }

    /**
     * NextSeg rules (3) and (4) of RFC 6675 §4, for want of new data: what may be lost although nothing proves it. RACK
     * needs neither, because time tells it.
     */
    private static boolean unproven(Tcb t, OutboundSegment out, long now) {
        boolean useful = t.recovery == Tcb.Recovery.FAST && t.sack && !Recoveries.usesRack(t) && t.unsent() == 0;
        int mss = t.currentMss();
        if (!useful || t.hasLost() || room(t) < mss || t.scoreboard.runs() == 0) {
            return false;
        }
        int from = t.scoreboard.nextUnproven(t.sndUna);
        boolean rule3 = t.scoreboard.isPlain(from) && t.scoreboard.isBelowSacked(from);
        if (!rule3) {
            if (t.rescued) {
                return false;
            }
            t.rescued = true;
            from = t.scoreboard.lastMissing(mss);
        }
        int end = Seq.min(t.scoreboard.endOf(from), Seq.add(from, t.sendQueue.recordLength(from, mss)));
        segment(t, out, from, Seq.distance(from, end), SendReason.FAST_RETRANSMIT, now);
        t.scoreboard.resend(from, end, now, rule3, t.rate);
        sentAgain(t, out, now);
        t.counters.add(Counter.TCP_EXT_FAST_RETRANS, 1);
        return true;
    }

    /** Octets that the network may still take. */
    private static int room(Tcb t) {
        return Math.clamp(t.window() - t.pipe(), 0, Integer.MAX_VALUE);
    }

    /** A retransmission, for whatever reason. */
    static void sentAgain(Tcb t, OutboundSegment out, long now) {
        t.timing = false;
        t.mtu.resent(out.seq, Seq.add(out.seq, out.length()));
        int segments = segments(out);
        t.retransmits += segments;
        t.bytesRetransmitted += out.payloadLength;
        t.counters.add(Counter.TCP_RETRANS_SEGS, segments);
        if (t.recovery != Tcb.Recovery.NONE) {
            t.undo.resent(out.seq, out.length(), t.timestamp(now));
            t.prr.sent(out.length());
        }
        if (t.recovery == Tcb.Recovery.FAST && out.seq == t.sndUna) {
            t.retransmitAt = Deadline.NONE; // RFC 6675 §6: what is sent again has a whole timeout to be acknowledged
        }
        armRetransmit(t, now);
    }

    /** New data and FIN, as far as the peer's window, cwnd, Nagle and the rule against silly windows allow. */
    private static boolean fresh(Tcb t, OutboundSegment out, long now) {
        if (t.hasLost() && !t.undo.isNewDataFirst()) { // waits for cwnd, and goes first
            return false;
        }
        int unsent = t.unsent();
        boolean finWaits = t.outputClosed && !t.finSent;
        if (unsent == 0 && !finWaits) {
            t.probeDue = false;
            if (t.octetsInFlight() > 0 && !t.hasLost()) {
                t.rate.appLimited(t.pipe());
            }
            return false;
        }
        t.validation.beforeSending(t, now);
        if (unsent == 0) { // FIN alone: it is neither data nor subject to cwnd
            segment(t, out, t.sndNxt, 1, SendReason.DATA, now);
            sentFresh(t, out, now);
            return true;
        }
        int una = t.sndUna == t.iss ? Seq.add(t.iss, 1) : t.sndUna; // a SYN takes up no room of the window
        int window = Seq.distance(t.sndNxt, Seq.add(una, t.sndWnd));
        if (t.mtu.probe(t, out, window, now)) {
            ExplicitCongestion.markFresh(t, out);
            sentFresh(t, out, now);
            return true;
        }
        if (t.probeDue && window <= 0 && t.config.traits().emptyProbe()) {
            t.probeDue = false;
            bare(t, out, Seq.add(t.sndUna, -1), SendReason.WINDOW_PROBE, now);
            out.attempt = t.windowProbes;
            return true;
        }
        int record = t.sendQueue.recordLength(t.sndNxt, unsent);
        int length = t.probeDue
                ? Math.min(probeLength(window, record), maxPayload(t))
                : sendable(t, record, record < unsent, window, now);
        if (t.cwrDue) { // one segment says so, and no NIC has to know which of many it is
            length = Math.min(length, t.currentMss());
        }
        if (length <= 0) {
            if (t.octetsInFlight() == 0 && t.retransmitAt == Deadline.NONE) { // persist (RFC 9293 §3.8.6.1)
                t.retransmitAt = Deadline.after(now, t.rtt.timeout(t.config.retransmission()));
                t.unansweredSince = now;
            }
            return false;
        }
        length = cut(t, length);
        boolean probe = t.probeDue;
        t.probeDue = false;
        boolean withFin = finWaits && length == unsent && length < window;
        segment(t, out, t.sndNxt, length + (withFin ? 1 : 0), probe ? SendReason.WINDOW_PROBE : SendReason.DATA, now);
        out.attempt = probe ? t.windowProbes : 0;
        if (!probe) {
            ExplicitCongestion.markFresh(t, out);
        }
        sentFresh(t, out, now);
        return true;
    }

    /** As much as there may be of it, or less. */
    private static int cut(Tcb t, int length) {
        return length > 1 && t.memory.fires(Faults.CUT_SEGMENT_SHORT) ? length / 2 : length;
    }

    private static int probeLength(int window, int unsent) {
        return window > 0 ? Math.min(window, unsent) : 1;
    }

    /**
     * RFC 9293 §3.8.6.2.1 (SWS, Nagle) and the limit of cwnd; 0 when it is better to wait.
     *
     * @param unsent octets of the record that comes next
     * @param ended whether another one follows, so that nothing can be added to it
     */
    private static int sendable(Tcb t, int unsent, boolean ended, int window, long now) {
        int pipe = t.pipe();
        long cwnd = t.window();
        int room = Math.clamp(cwnd - pipe, 0, Integer.MAX_VALUE);
        int length = Math.min(Math.min(unsent, maxPayload(t)), Math.min(window, room));
        if (length <= 0) {
            if (room < Math.min(unsent, window)) {
                t.validation.noteLimit(t);
            }
            return 0;
        }
        int mss = t.currentMss();
        if (length >= mss) {
            // Whole segments, unless this is all there is; with TSO wait for a worthwhile super-frame, because more
            // acknowledgments are on their way as long as something is in flight.
            boolean all = length == unsent;
            if (!all && pipe > 0 && length < worthwhile(t, unsent, ended, cwnd, now)) {
                if (room < window) {
                    t.validation.noteLimit(t);
                }
                return 0;
            }
            boolean tailMayGo = all && length % mss != 0 && (ended || mayGoSmall(t, now));
            return tailMayGo ? length : length / mss * mss;
        }
        if (length == unsent && (ended || mayGoSmall(t, now))) {
            return length;
        }
        return length >= t.maxSndWnd / 2 && length == window ? length : 0;
    }

    /**
     * How much is worth a super-frame of its own, as in Linux: a part of the window. Anything, when nothing was sent
     * just now, or the next acknowledgment is far away: whoever waits then gains nothing. Nor when this is the end of a
     * record or of the stream. During recovery, too: what is sent tells what arrives.
     */
    private static int worthwhile(Tcb t, int unsent, boolean ended, long cwnd, long now) {
        boolean last = (ended || t.outputClosed) && unsent <= t.path.maxPayload();
        boolean far = t.scoreboard.runs() > 0 && now - t.scoreboard.headSentAt() < t.rtt.smoothed() / 2;
        if (now - t.lastSentAt > MAX_DEFER_NANOS || far || last || t.recovery != Tcb.Recovery.NONE) {
            return 0;
        }
        int mss = t.currentMss();
        long part = Math.min(cwnd, t.sndWnd) / t.config.traits().deferDivisor();
        return (int) Math.min(Math.min(unsent, maxPayload(t)), Math.max(mss, part)) / mss * mss;
    }

    private static final long MAX_DEFER_NANOS = 1_000_000;

    /** Nagle's algorithm (SHLD-7) in Minshall's variant: a small segment waits only while another small one is out. */
    private static boolean mayGoSmall(Tcb t, long now) {
        if ((t.corked || t.moreFollows) && !t.outputClosed) {
            return isCorkOld(t, now);
        }
        return t.config.noDelay() || t.outputClosed || Seq.le(t.smallSegmentEnd, t.sndUna);
    }

    /** As Linux: what does not fill a segment waits for 200 ms at most. */
    private static boolean isCorkOld(Tcb t, long now) {
        if (!t.corkDue && t.corkedUntil == Deadline.NONE) {
            t.corkedUntil = Deadline.after(now, MAX_CORK_NANOS);
        }
        return t.corkDue;
    }

    private static final long MAX_CORK_NANOS = 200_000_000;

    static int maxPayload(Tcb t) {
        int mss = t.currentMss();
        // A NIC that cuts segments does not adjust the urgent pointer, and clears CWR in all but the first.
        if (Seq.gt(t.sndUp, t.sndUna) || (t.accurate != null && t.accurate.isCutAlready())) {
            return mss;
        }
        int options = Math.max(0, t.path.mss() - mss);
        return t.pacer.quantum(t, mss, Math.max(mss, (t.path.maxPayload() - options) / mss * mss));
    }

    static void sentFresh(Tcb t, OutboundSegment out, long now) {
        if (t.octetsInFlight() == 0) {
            t.retransmitAt = Deadline.NONE; // it was set for something to be sent at all
        }
        t.rate.sending(t.octetsInFlight(), t.pipe() + out.length(), now);
        t.scoreboard.append(t.sndNxt, Seq.add(t.sndNxt, out.length()), now, t.rtt.smoothed() >> GRANULE_SHIFT, t.rate);
        t.prr.sent(out.length());
        t.sndNxt = Seq.add(t.sndNxt, out.length());
        t.sndInWindow = Seq.max(t.sndInWindow, Seq.min(t.sndNxt, Seq.add(t.sndUna, t.sndWnd)));
        t.finSent |= (out.flags & TcpFlags.FIN) != 0;
        t.corkDue = false;
        int segments = segments(out);
        if (out.payloadLength % out.segmentSize != 0 && Seq.gt(t.sndNxt, t.synDataEnd)) {
            t.smallSegmentEnd = t.sndNxt;
        }
        if (out.payloadLength > 0) {
            t.counters.add(Counter.TCP_EXT_ORIG_DATA_SENT, segments);
        }
        t.counters.add(Counter.TCP_OUT_SEGS, segments);
        if (!t.timing) {
            startTiming(t, t.sndNxt, now);
        }
        if (t.unansweredSince == Deadline.NONE) {
            t.unansweredSince = now;
        }
        armRetransmit(t, now);
        t.tlp.schedule(t, now);
        t.validation.sent(t, now);
    }

    /** What is sent within 1/128 of a round-trip time is one run of the scoreboard: much less than RACK waits. */
    private static final int GRANULE_SHIFT = 7;

    /** On the wire. */
    static int segments(OutboundSegment out) {
        return Math.max(1, (out.payloadLength + out.segmentSize - 1) / Math.max(1, out.segmentSize));
    }

    private static void startTiming(Tcb t, int end, long now) {
        t.timing = true;
        t.timedEnd = end;
        t.timedAt = now;
    }

    private static void armRetransmit(Tcb t, long now) { // RFC 6298 §5.1
        if (t.retransmitAt == Deadline.NONE) {
            t.retransmitAt = Deadline.after(now, t.rtt.timeout(t.config.retransmission()));
        }
    }

    /** A segment of {@code length} octets of sequence space, the FIN included, from {@code seq}. */
    static void segment(Tcb t, OutboundSegment out, int seq, int length, SendReason reason, long now) {
        if (t.accurate != null) {
            t.accurate.sends(t, seq);
        }
        segment(t, out, seq, length, t.currentMss(), reason, now);
    }

    /** … that the NIC cuts into segments of {@code mss}, if it is larger. */
    static void segment(Tcb t, OutboundSegment out, int seq, int length, int mss, SendReason reason, long now) {
        int data = Math.min(length, Math.max(0, Seq.distance(seq, t.sendQueue.endSeq())));
        boolean fin = t.outputClosed && Seq.add(seq, length) == Seq.add(t.finSeq(), 1);
        header(t, out, seq, reason, now);
        if (data > 0) {
            out.payload = t.sendQueue;
            out.payloadLength = data;
        }
        out.segmentSize = mss;
        if (data > 0) {
            int segments = segments(out);
            t.segmentsOut += segments - 1;
            t.account.dataSegmentsOut += segments;
        }
        int end = Seq.add(seq, data);
        boolean last = data > 0 && (t.sendQueue.endsRecord(end)
                || (end == t.sendQueue.endSeq() && (t.outputClosed || Seq.ge(t.pushed, end))));
        if (last || (data > mss && t.config.traits().pushSuperFrames())) {
            out.flags |= TcpFlags.PSH;
        }
        if (fin) {
            out.flags |= TcpFlags.FIN;
        }
        if (Seq.gt(t.sndUp, seq)) { // SHLD-13: urgent mode as long as there is urgent data to send
            out.flags |= TcpFlags.URG;
            out.urgentPointer = Math.min(0xffff, Seq.distance(seq, t.sndUp));
        }
        t.bytesSent += data;
        t.lastSentAt = now;
        t.pacer.sent(t, data, now);
        boolean inTime = now - t.lastDataAt < t.config.acknowledgment().delay();
        if (t.unackedOctets > 0 || inTime || (t.ackPending && !t.ackNow)) {
            t.quickAcks = 0; // a request was answered in time, or a handshake: the next ACK can ride on an answer
        }
        acknowledged(t);
    }

    private static boolean keepAlive(Tcb t, OutboundSegment out, long now) {
        if (!t.keepAliveDue) {
            return false;
        }
        t.keepAliveDue = false;
        t.counters.increment(Counter.TCP_EXT_KEEP_ALIVE);
        bare(t, out, Seq.add(t.sndNxt, -1), SendReason.KEEP_ALIVE, now); // RFC 9293 §3.8.4: an octet acknowledged
        out.attempt = t.keepAliveProbes;
        return true;
    }

    private static boolean acknowledgment(Tcb t, OutboundSegment out, long now) {
        boolean update = t.state().canReceive() && ReceiveWindow.updateIsDue(t);
        if (!t.ackNow && !update) {
            return false;
        }
        SendReason reason = !t.ackNow ? SendReason.WINDOW_UPDATE
                : t.ackDelayedLong ? SendReason.DELAYED_ACK : SendReason.ACK;
        if (t.ackDelayedLong) {
            t.counters.increment(Counter.TCP_EXT_DELAYED_ACKS);
        }
        boolean finAgain = t.config.traits().finWithAck() && t.finSent && t.sndUna == t.finSeq();
        bare(t, out, finAgain ? t.finSeq() : acceptableSeq(t), reason, now);
        if (finAgain) {
            out.flags |= TcpFlags.FIN;
        }
        return true;
    }

    /** SND.NXT, as far as the peer's window is, or was when that was sent: it drops what is before or beyond. */
    private static int acceptableSeq(Tcb t) {
        return Seq.min(t.sndNxt, Seq.max(Seq.add(t.sndUna, t.sndWnd), t.sndInWindow));
    }

    private static void bare(Tcb t, OutboundSegment out, int seq, SendReason reason, long now) {
        header(t, out, seq, reason, now);
        if (!t.userTimeoutTold) {
            t.userTimeoutTold = true;
            UserTimeouts.tell(t.config, out);
        }
        acknowledged(t);
        t.counters.increment(Counter.TCP_OUT_SEGS);
    }

    private static void header(Tcb t, OutboundSegment out, int seq, SendReason reason, long now) {
        t.windowOfSyn = false;
        out.clear();
        out.reason = reason;
        out.seq = seq;
        out.flags = TcpFlags.ACK;
        out.ack = t.rcvNxt;
        boolean offers = t.state().canReceive() || t.state() == TcpState.SYN_RECEIVED
                || t.config.traits().windowIsBuffer();
        out.window = offers
                ? ReceiveWindow.advertise(t)
                : t.rcvWnd() >> t.rcvShift;
        countWindow(t, out.window);
        timestamps(t, out, now);
        ExplicitCongestion.echo(t, out);
        t.lastAckSent = t.rcvNxt;
        sackBlocks(t, out);
        if (t.accurate != null) {
            t.accurate.fill(t, out, now);
        }
        t.segmentsOut++;
    }

    /** RFC 2018 §4; a duplicate comes first (RFC 2883 §4) and is reported once. */
    private static void sackBlocks(Tcb t, OutboundSegment out) {
        out.sackBlocks = t.sackBlocks();
        int at = 0;
        if (t.dsackDue && out.sackBlocks > 0) {
            out.sackEdges[0] = t.dsackStart;
            out.sackEdges[1] = t.dsackEnd;
            at = 2;
            t.dsackDue = false;
        }
        for (int i = at; i < 2 * out.sackBlocks; i++) {
            out.sackEdges[i] = t.receiveQueue.blockEdge(i - at);
        }
    }

    private static void countWindow(Tcb t, int window) {
        if (window == 0 && t.advertisedWindow > 0) {
            t.counters.increment(Counter.TCP_EXT_TO_ZERO_WINDOW_ADV);
        } else if (window > 0 && t.advertisedWindow == 0) {
            t.counters.increment(Counter.TCP_EXT_FROM_ZERO_WINDOW_ADV);
        }
        t.advertisedWindow = window;
    }

    private static void timestamps(Tcb t, OutboundSegment out, long now) {
        if (t.timestamps) {
            out.timestamps = true;
            out.tsVal = t.timestamp(now);
            out.tsEcr = t.tsRecent;
        }
    }

    /** The segment being filled carries the acknowledgment. */
    private static void acknowledged(Tcb t) {
        t.ackPending = false;
        t.ackNow = false;
        t.ackDelayedLong = false;
        t.unackedOctets = 0;
        t.delayedAckAt = Deadline.NONE;
    }
}
