package io.fourtuple.core.tcp;

import io.fourtuple.core.Counter;
import io.fourtuple.core.wire.SendReason;
import io.fourtuple.core.wire.Seq;
import io.fourtuple.core.wire.TcpSegment;

/**
 * When loss recovery begins, goes on and ends: what is lost is for {@link Rack} to say, or for the rules of RFC 6675,
 * or without SACK for those of RFC 6582; what may be sent meanwhile for {@link ProportionalRateReduction}.
 *
 * <pre>
 *            loss found                       retransmission timer
 *   NONE ---------------> FAST ---------------------------------------> TIMEOUT
 *     ^                    | all that was out is acknowledged, or it        |
 *     +--------------------+ was for nothing ({@link SpuriousRetransmission}) ------+
 * </pre>
 */
final class Recoveries {
    private Recoveries() {}

    /** An acceptable acknowledgment came, and the scoreboard knows what it says. */
    static void acknowledged(Tcb t, TcpSegment s, Delivery d, boolean advanced, boolean duplicate, long now) {
        boolean idle = t.recovery == Tcb.Recovery.NONE && t.scoreboard.runs() == 0;
        if (!idle) {
            findLosses(t, d, now);
            t.rate.lost(Math.max(0, d.newlyLost));
        }
        switch (t.recovery) {
            case NONE -> {
                afterProbe(t, s, d, advanced, now);
                t.undo.undoLate(t, d, now);
            }
            case FAST -> continueFast(t, s, d, advanced, now);
            case TIMEOUT -> continueAfterTimeout(t, s, d, advanced, duplicate, now);
        }
        if (t.recovery == Tcb.Recovery.NONE && t.scoreboard.pending() > 0) {
            if (t.mtu.hasFailed(t, now)) {
                Timeouts.repairTooBig(t);
            } else {
                enterFast(t, d, now);
            }
        }
        if (t.recovery == Tcb.Recovery.FAST) {
            shape(t, d, advanced);
        }
    }

    static boolean usesRack(Tcb t) {
        return t.sack && t.config.recovery().rack();
    }

    private static void findLosses(Tcb t, Delivery d, long now) {
        if (usesRack(t)) {
            t.rack.detect(t, d, now);
        } else if (t.sack) {
            int edge = t.scoreboard.sacked() == 0 ? t.sndUna : t.scoreboard.lostEdge(t.sndUna, t.sndMss);
            if (Seq.gt(edge, t.sndUna)) {
                d.newlyLost += t.scoreboard.markLostBefore(edge, false);
            } else if (t.recovery == Tcb.Recovery.NONE && t.dupAcks >= Scoreboard.DUP_THRESH) { // RFC 6675 §5 step (2)
                d.newlyLost += t.scoreboard.markLostBefore(AckArrival.headEnd(t), false);
            }
        } else if (t.recovery == Tcb.Recovery.NONE && t.dupAcks >= Scoreboard.DUP_THRESH
                && Seq.gt(t.sndUna, t.recoveryPoint)) {
            // RFC 6582 §3.2 step 2: duplicates at the recovery point may come from what was sent again needlessly
            d.newlyLost += t.scoreboard.markLostBefore(AckArrival.headEnd(t), false);
        }
    }

    /** The tail loss probe may have repaired the only loss; the window answers as to any other (RFC 8985 §7.4.2). */
    private static void afterProbe(Tcb t, TcpSegment s, Delivery d, boolean advanced, long now) {
        boolean bareDuplicate = !advanced && s.ack() == t.sndUna && s.length() == 0 && s.options().sackBlocks() == 0;
        if (t.tlp.hasRepaired(t, d, bareDuplicate)) {
            t.counters.increment(Counter.TCP_EXT_LOSS_PROBE_RECOVERY);
            if (!ExplicitCongestion.hasReducedSince(t)) {
                t.congestion.remember();
                t.congestion.onLoss(t.reducible(t.tlp.flight()), now);
                t.congestion.onRecovered(t.pipe(), now);
            }
            ExplicitCongestion.reduced(t);
        }
    }

    /** RFC 6675 §5 step (4); RFC 6582 §3.2 step 2. */
    private static void enterFast(Tcb t, Delivery d, long now) {
        if (t.recovery == Tcb.Recovery.NONE) {
            t.congestion.remember();
            t.undo.begin(t);
        } else {
            t.undo.close(); // losses of what was sent again: nothing is for nothing any more
        }
        t.recovery = Tcb.Recovery.FAST;
        t.repairReason = usesRack(t) && t.dupAcks < Scoreboard.DUP_THRESH
                ? SendReason.RACK : SendReason.FAST_RETRANSMIT;
        t.repairAttempt = 0;
        t.recoveryPoint = t.sndNxt;
        t.rescued = false;
        t.mustRetransmit = true;
        t.timing = false;
        t.tlp.end(t);
        if (!ExplicitCongestion.hasReducedSince(t)) { // once for each window of data (RFC 3168 §6.1.2)
            t.congestion.onLoss(t.reducible(d.flightBefore), now);
        }
        ExplicitCongestion.reduced(t);
        t.prr.begin(d.flightBefore, d.sackedBefore);
        t.counters.increment(t.sack ? Counter.TCP_EXT_SACK_RECOVERY : Counter.TCP_EXT_RENO_RECOVERY);
    }

    private static void continueFast(Tcb t, TcpSegment s, Delivery d, boolean advanced, long now) {
        boolean complete = Seq.ge(t.sndUna, t.recoveryPoint);
        if (t.undo.undoFast(t, s, d, advanced, complete, now)) {
            t.scoreboard.forgetLost(now);
            leave(t);
            return;
        }
        if (complete) {
            leave(t);
            t.rack.recovered();
            t.congestion.onRecovered(t.pipe(), now);
            return;
        }
        if (!t.sack && advanced && t.scoreboard.isPlain(t.sndUna)) { // a partial acknowledgment (RFC 6582 §3.2 step 3)
            d.newlyLost += t.scoreboard.markLostBefore(AckArrival.headEnd(t), false);
            t.mustRetransmit = true;
        }
    }

    private static void shape(Tcb t, Delivery d, boolean advanced) {
        t.prr.acknowledged(d.credit, t.pipe(), t.congestion.ssthresh(), t.sndMss, advanced && d.newlyLost == 0);
    }

    private static void continueAfterTimeout(Tcb t, TcpSegment s, Delivery d, boolean advanced,
            boolean duplicate, long now) {
        if (t.undo.undoTimeout(t, s, d, advanced, duplicate, now)) {
            t.scoreboard.forgetLost(now);
            leave(t);
        } else if (Seq.ge(t.sndUna, t.recoveryPoint)) {
            leave(t);
            t.rack.recovered();
        } else if (d.lostAgain) { // what was sent again after the timeout is lost, too
            enterFast(t, d, now);
        }
    }

    /** The reordering timer ran out: what has had its time is lost (RFC 8985 §6.2 step 5). */
    static void reorderTimeout(Tcb t, long now) {
        Delivery d = t.memory.delivery();
        d.begin(t, false, 0, now);
        t.rack.detect(t, d, now);
        if (d.newlyLost <= 0) {
            return;
        }
        t.rate.lost(d.newlyLost);
        if (t.recovery == Tcb.Recovery.NONE && t.mtu.hasFailed(t, now)) {
            Timeouts.repairTooBig(t);
            return;
        }
        if (t.recovery == Tcb.Recovery.NONE || (t.recovery == Tcb.Recovery.TIMEOUT && d.lostAgain)) {
            enterFast(t, d, now);
        }
        t.prr.allowOne(t.pipe(), t.sndMss);
        t.mustRetransmit = true;
    }

    /** Recovery is over. */
    static void leave(Tcb t) {
        t.recovery = Tcb.Recovery.NONE;
        t.dupAcks = 0;
        t.mustRetransmit = false;
        t.undo.ended();
    }
}
