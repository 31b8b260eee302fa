package io.fourtuple.core.tcp;

import io.fourtuple.core.Counter;
import io.fourtuple.core.wire.Seq;
import io.fourtuple.core.wire.TcpSegment;

/**
 * Finds out that a retransmission was for nothing, and takes back what came of it: by timestamps (Eifel, RFC 3522), by
 * duplicate SACKs for all that was sent again (RFC 3708), and after a timeout by F-RTO (RFC 5682).
 *
 * <p>The answer (RFC 4015 §3.2, RFC 9438 §4.9): the congestion control returns to what it was, what was taken for lost
 * is in flight. The doubling of the timeout ends with the next measurement, as always.
 */
final class SpuriousRetransmission {
    /** With more runs than these on the scoreboard, which takes a peer that cuts them, not every loss can be undone. */
    private static final int FEW_RUNS = 256;
    /** So many ranges of what was sent again are known; with more, no duplicate SACKs can show that all was in vain. */
    private static final int MAX_RANGES = 32;
    private static final int[] NO_RANGES = {};

    /** Recovery has begun, and its reduction can be taken back. */
    private boolean open;
    /** What was sent again and not told to be duplicates, by start and end; made with the first one. */
    private int[] ranges = NO_RANGES;
    /** How much of the array is used. */
    private int used;
    /** Octets sent again and not told to be duplicates. */
    private long unproven;
    private boolean resent;
    /** The timestamp of the first retransmission. */
    private int firstStamp;

    /** F-RTO is under way. */
    private boolean frto;
    /** Step 2.b of RFC 5682 §2.1: new data go first, although there are lost octets. */
    private boolean newDataFirst;
    /** Octets acknowledged since the connection began when all that was in flight at the last undo has arrived. */
    private long undoneUntil;

    /** Recovery begins: the congestion control has been told to remember. */
    void begin(Tcb t) {
        // To undo is to look at all runs: a peer must not have us do that for every second acknowledgment.
        open = t.scoreboard.runs() <= FEW_RUNS || t.bytesAcked >= undoneUntil;
        used = 0;
        unproven = 0;
        resent = false;
    }

    /** Octets are sent again with this timestamp. */
    void resent(int start, int octets, int stamp) {
        if (!resent) {
            resent = true;
            firstStamp = stamp;
        }
        unproven += octets;
        if (used > 0 && ranges[used - 1] == start) {
            ranges[used - 1] = Seq.add(start, octets);
        } else if (used < 2 * MAX_RANGES) {
            if (ranges.length == 0) {
                ranges = new int[2 * MAX_RANGES];
            }
            ranges[used++] = start;
            ranges[used++] = Seq.add(start, octets);
        }
    }

    /**
     * A duplicate SACK says that octets arrived twice. Returns whether they were sent again in this recovery: others
     * are copies that the network has made.
     */
    boolean duplicate(int start, int end) {
        if (!open) {
            return false;
        }
        int told = 0;
        for (int i = 0; i < used; i += 2) {
            int from = Seq.max(start, ranges[i]);
            int to = Seq.min(end, ranges[i + 1]);
            if (Seq.lt(from, to)) {
                told += Seq.distance(from, to);
                if (from == ranges[i]) { // told once, not believed twice
                    ranges[i] = to;
                } else {
                    ranges[i + 1] = from;
                }
            }
        }
        unproven = Math.max(0, unproven - told);
        return told > 0;
    }

    /** Recovery is over; a late duplicate SACK may still show that it was for nothing. */
    void ended() {
        frto = false;
        newDataFirst = false;
    }

    /** Nothing can be taken back any more. */
    void close() {
        open = false;
        frto = false;
        newDataFirst = false;
    }

    /** All that was sent again was told to have arrived twice. */
    private boolean allDuplicate() {
        return open && resent && unproven == 0;
    }

    /** RFC 3522: what is acknowledged was sent before the first retransmission. */
    private boolean isOfOriginal(Tcb t, TcpSegment s) {
        return open && resent && t.timestamps && s.options().hasTimestamps() && s.options().tsEcr() != 0
                && Seq.lt(s.options().tsEcr(), firstStamp);
    }

    /**
     * During fast recovery, or when it is just over.
     *
     * @return whether it was for nothing: the caller ends it then
     */
    boolean undoFast(Tcb t, TcpSegment s, Delivery d, boolean advanced, boolean complete, long now) {
        boolean duplicate = allDuplicate() && (d.duplicateSack || complete);
        boolean eifel = advanced && isOfOriginal(t, s);
        if (!duplicate && !eifel) {
            return false;
        }
        t.counters.increment(complete ? Counter.TCP_EXT_FULL_UNDO
                : eifel ? Counter.TCP_EXT_PARTIAL_UNDO : Counter.TCP_EXT_DSACK_UNDO);
        undo(t, now);
        return true;
    }

    /** The recovery was over before the last duplicate SACK came. */
    void undoLate(Tcb t, Delivery d, long now) {
        if (d.duplicateSack && allDuplicate()) {
            t.counters.increment(Counter.TCP_EXT_DSACK_UNDO);
            undo(t, now);
        }
    }

    /** A timeout has come: F-RTO asks what is delivered next (RFC 5682 §2.1 step 1). */
    void timedOut(Tcb t, boolean first) {
        frto = t.config.recovery().frto() && (first || frto);
        newDataFirst = false;
    }

    /** Whether new data go before what is lost. */
    boolean isNewDataFirst() {
        return newDataFirst;
    }

    /** Steps 2 and 3 of RFC 5682 §2.1 and §3.1. Returns whether the timeout was for nothing. */
    boolean undoTimeout(Tcb t, TcpSegment s, Delivery d, boolean advanced, boolean duplicate, long now) {
        boolean newDataOut = Seq.gt(t.sndNxt, t.recoveryPoint);
        boolean spurious = frto && d.hasOriginal() && (t.sack || (newDataOut && advanced)); // without SACK, step 3.b
        boolean eifel = advanced && isOfOriginal(t, s);
        if (spurious || eifel || (allDuplicate() && d.duplicateSack)) {
            t.counters.increment(Counter.TCP_EXT_LOSS_UNDO);
            if (spurious) {
                t.counters.increment(Counter.TCP_EXT_SPURIOUS_RTOS);
            }
            undo(t, now);
            return true;
        }
        stepFrto(t, advanced, duplicate);
        return false;
    }

    private void stepFrto(Tcb t, boolean advanced, boolean duplicate) {
        if (!frto) {
            return;
        }
        newDataFirst = false;
        if (Seq.gt(t.sndNxt, t.recoveryPoint)) { // step 3: new data are out
            if (duplicate) {
                frto = false; // 3.a: the loss was real
            }
        } else if (advanced && Seq.lt(t.sndUna, t.recoveryPoint)) { // step 2.b
            boolean possible = t.unsent() > 0 && Seq.lt(t.sndNxt, Seq.add(t.sndUna, t.sndWnd));
            t.recoveryPoint = t.sndNxt;
            newDataFirst = possible;
            frto = possible;
        } else if (duplicate) { // step 2.a
            frto = false;
        }
    }

    private void undo(Tcb t, long now) {
        t.congestion.undo(now);
        t.timedOut = false;
        ExplicitCongestion.takenBack(t);
        undoneUntil = t.bytesAcked + t.octetsInFlight();
        close();
    }
}
