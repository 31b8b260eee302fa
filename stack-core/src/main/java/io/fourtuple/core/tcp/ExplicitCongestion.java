package io.fourtuple.core.tcp;

import io.fourtuple.core.Counter;
import io.fourtuple.core.wire.Ecn;
import io.fourtuple.core.wire.OutboundSegment;
import io.fourtuple.core.wire.Seq;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.core.wire.TcpSegment;

/**
 * Explicit congestion notification (RFC 3168 §6.1): a congested router marks packets instead of dropping them, the
 * receiver echoes the mark, and the sender slows down as if one had been lost.
 *
 * <pre>
 *   sender                       router            receiver
 *     data, ECT(0) ------------>  CE  ------------->  marked: each ACK has ECE from now on …
 *     cwnd is halved  <------------------------ ECE
 *     next new data, CWR --------------------------->  … until this comes
 * </pre>
 */
final class ExplicitCongestion {
    private static final int SETUP = TcpFlags.ECE | TcpFlags.CWR;

    private ExplicitCongestion() {}

    // --- agreeing, §6.1.1

    /** Whether a SYN asks for it. One that is not plain in IP has been through something that cannot be relied on. */
    static boolean isAskedFor(TcpSegment syn, TcpConfig config) {
        return config.ecn() != TcpConfig.Ecn.OFF && syn.has(SETUP) && syn.ecn() == Ecn.NOT_ECT;
    }

    /** Only the first SYNs ask, mostly one: what drops such SYNs must not keep us from getting through (§6.1.1.1). */
    static void ask(Tcb t, OutboundSegment syn, int syns) {
        if (syns < t.opened.traits().ecnSyns() && t.opened.ecn() == TcpConfig.Ecn.ON) {
            syn.flags |= SETUP;
        }
    }

    /** Our SYN was answered, or crossed the peer's. Who has sent a SYN that does not ask must not send ECT. */
    static void answered(Tcb t, TcpSegment s) {
        boolean crosses = !s.has(TcpFlags.ACK);
        boolean agreed = crosses ? s.has(SETUP) : agreesIn(s);
        boolean asked = t.opened.ecn() == TcpConfig.Ecn.ON
                || (crosses && t.opened.traits().ecnCrossing() && isAskedFor(s, t.opened));
        t.ecn = asked && agreed;
        t.ect = t.ecn && t.retransmits == 0;
    }

    /** The SYNs have crossed, and here is the peer's SYN-ACK. */
    static void confirmed(Tcb t, TcpSegment synAck) {
        t.ecn &= agreesIn(synAck);
        t.ect &= t.ecn;
    }

    /** Both bits come from a peer that sends back whatever it finds. */
    private static boolean agreesIn(TcpSegment synAck) {
        return (synAck.flags() & SETUP) == TcpFlags.ECE;
    }

    // --- receiving, §6.1.3

    /** Data arrived that are within the window. */
    static void arrived(Tcb t, TcpSegment s) {
        if (!t.ecn) {
            return;
        }
        t.ecnSeen |= s.ecn() != Ecn.NOT_ECT;
        if (s.has(TcpFlags.CWR)) {
            t.echoCongestion &= !t.echoed; // a mark that it cannot know of yet is no less true
            SegmentArrival.acknowledgeNow(t); // its window may be a single segment now
        }
        if (s.ecn() == Ecn.CE && !t.echoCongestion) {
            t.echoCongestion = true;
            t.echoed = false;
            SegmentArrival.acknowledgeNow(t);
        }
    }

    /** Every acknowledgment has the echo until the peer says that it has reduced its window. */
    static void echo(Tcb t, OutboundSegment out) {
        if (t.echoCongestion) {
            out.flags |= TcpFlags.ECE;
            t.echoed = true;
        }
    }

    // --- sending, §6.1.2

    /** Whether an acknowledgment has an echo: the window does not grow then. */
    static boolean isEchoed(Tcb t, TcpSegment s) {
        return t.ecn && s.has(TcpFlags.ECE) && !s.has(TcpFlags.SYN);
    }

    /** An acceptable acknowledgment has an echo: the window is reduced, but once for all that was in flight then. */
    static void heard(Tcb t, TcpSegment s, int pipeBefore, long now) {
        if (t.recovery == Tcb.Recovery.NONE && Seq.ge(s.ack(), t.sndUna) && Seq.gt(s.ack(), t.reductionPoint)) {
            t.congestion.onEcn(t.reducible(pipeBefore), now);
            reduced(t);
        }
    }

    /** The window was reduced, for whatever reason. */
    static void reduced(Tcb t) {
        t.reductionPoint = t.sndNxt;
        t.cwrDue = t.ect;
    }

    /** The reduction was for nothing: the next one is not the same. */
    static void takenBack(Tcb t) {
        t.reductionPoint = Seq.add(t.sndUna, -1);
        t.cwrDue = false;
    }

    /** Whether the window was reduced after the first segment in flight was sent: not again for that one. */
    static boolean hasReducedSince(Tcb t) {
        return Seq.lt(t.sndUna, t.reductionPoint);
    }

    /** New data go out, and nothing else may be marked: not what is sent again, and no probe (§6.1.5, §6.1.6). */
    static void markFresh(Tcb t, OutboundSegment out) {
        if (!t.ect || out.payloadLength == 0) {
            return;
        }
        out.ecnCapable = true;
        if (t.cwrDue) {
            t.cwrDue = false;
            out.flags |= TcpFlags.CWR;
        }
    }

    static void countDelivered(Tcb t, TcpSegment s, int segments) {
        if (isEchoed(t, s)) {
            t.counters.add(Counter.TCP_EXT_DELIVERED_CE, segments);
        }
    }
}
