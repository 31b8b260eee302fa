package io.fourtuple.core.tcp;

import io.fourtuple.core.Counter;
import io.fourtuple.core.time.Deadline;
import io.fourtuple.core.wire.Seq;

/**
 * RACK (RFC 8985 §6): what was sent before something that has arrived, by more than the network reorders, is lost.
 *
 * <pre>
 *   sent:     A ----- B ----- C            A is lost when C has arrived and A has had
 *   arrived:                  C            round-trip time + reordering window
 * </pre>
 *
 * <p>Time takes the place of counting duplicate acknowledgments, so that lost retransmissions and lost tails are found,
 * and reordering is not taken for loss. Needs selective acknowledgments.
 */
final class Rack {
    /** RFC 8985 §6.2 step 4: recoveries for which a wider window is kept. */
    private static final int PERSIST = 16;
    /** The multiplier is bounded by SRTT as it is; this keeps it from wrapping. */
    private static final int MAX_MULTIPLIER = 255;

    private boolean valid;
    private long xmitAt;
    private int end;
    private long rtt;
    private int forwardMost;

    private boolean reorderingSeen;
    private int multiplier = 1;
    private int persist;
    /** DSACKs widen the window once a round trip: SND.NXT when the last one did. */
    private int dsackRound;
    /** Furthest that octets were overtaken, for {@code tcp_info}. */
    private int reorderingOctets;
    private long reorderSeen;

    Rack(int iss) {
        forwardMost = iss;
        dsackRound = iss;
    }

    /** RACK.fack. */
    int forwardMost() {
        return forwardMost;
    }

    /** How far octets were overtaken at most. */
    int reorderingOctets() {
        return reorderingOctets;
    }

    /** How often reordering was seen. */
    long reorderSeen() {
        return reorderSeen;
    }

    boolean isReorderingSeen() {
        return reorderingSeen;
    }

    /** §6.2 steps 1 to 4, without the window itself, which depends on the time. */
    void update(Tcb t, Delivery d, long now) {
        if (d.isCredible()) {
            rtt = Math.max(0, now - d.credibleSentAt());
            if (!valid || Delivery.isAfter(d.credibleSentAt(), d.credibleEnd(), xmitAt, end)) {
                valid = true;
                xmitAt = d.credibleSentAt();
                end = d.credibleEnd();
            }
        }
        if (d.isReordered()) {
            reorderingSeen = true;
            reorderSeen++;
            reorderingOctets = Math.max(reorderingOctets, Seq.distance(d.reorderedFrom(), forwardMost));
            t.counters.increment(t.sack ? Counter.TCP_EXT_SACK_REORDER : Counter.TCP_EXT_RENO_REORDER);
        }
        forwardMost = Seq.max(forwardMost, d.highest());
        if (d.duplicateSack && Seq.ge(t.sndUna, dsackRound)) { // at most once a round trip
            dsackRound = t.sndNxt;
            multiplier = Math.min(MAX_MULTIPLIER, multiplier + 1);
            persist = PERSIST;
        } else {
            dsackRound = Seq.max(dsackRound, Seq.add(t.sndUna, -1)); // must not fall 2^31 behind
        }
    }

    /** A recovery is over: after so many without a DSACK the window is narrow again. */
    void recovered() {
        if (persist > 0 && --persist == 0) {
            multiplier = 1;
        }
    }

    /** RACK_update_reo_wnd: how much later than others octets may arrive. */
    private long window(Tcb t) {
        if (!reorderingSeen && (t.recovery != Tcb.Recovery.NONE || t.scoreboard.hasDupThresh(t.sndMss))) {
            return 0;
        }
        return Math.min(multiplier * (t.rtt.minimum() / 4), t.rtt.smoothed());
    }

    /**
     * RACK_detect_loss: takes for lost what is, and arms the timer for what may be. It runs for the first octets that
     * wait rather than for the last, so that no acknowledgment has to look at all of them.
     */
    void detect(Tcb t, Delivery d, long now) {
        t.reorderAt = Deadline.NONE;
        if (!valid) {
            return;
        }
        long patience = rtt + window(t);
        Scoreboard s = t.scoreboard;
        int before = s.pending();
        while (s.hasOldest() && Delivery.isAfter(xmitAt, end, s.oldestSentAt(), s.oldestEnd())) {
            long remaining = s.oldestSentAt() + patience - now;
            if (remaining > 0) {
                t.reorderAt = Deadline.after(now, remaining);
                break;
            }
            if (s.markOldestLost()) {
                d.lostAgain = true;
                t.counters.increment(Counter.TCP_EXT_LOST_RETRANSMIT);
            }
        }
        d.newlyLost += s.pending() - before;
    }

    /**
     * After a timeout (§6.3): the first octets are lost, and of the others those that have had their time.
     */
    void markAfterTimeout(Tcb t, long now) {
        Scoreboard s = t.scoreboard;
        s.markLostBefore(AckArrival.headEnd(t), true);
        long patience = rtt + window(t);
        while (s.hasOldest() && s.oldestSentAt() + patience - now <= 0) {
            s.markOldestLost();
        }
    }
}
