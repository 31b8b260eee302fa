package io.fourtuple.core.tcp;

import io.fourtuple.core.time.Deadline;

/**
 * Spreads what the window allows over the round trip, when the congestion control says how fast (as Linux's
 * {@code SK_PACING_NEEDED}, without a queueing discipline): when the time for the next segment has not come, a deadline
 * says when.
 */
final class Pacer {
    /** A loop may be late by so much: what it could have sent meanwhile goes out at once. */
    private static final long CREDIT_NANOS = 1_000_000;
    /** One segment carries at most what the rate gives in this time, but not less than two full-sized ones. */
    private static final long QUANTUM_NANOS = 1_000_000;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private long nextAt;
    private boolean started;
    /** When to ask again; {@link Deadline#NONE} when pacing holds nothing back. */
    long releaseAt = Deadline.NONE;

    /** Whether data that may be sent have to wait. */
    boolean holds(Tcb t, long now) {
        releaseAt = Deadline.NONE;
        if (!started || t.congestion.pacingRate() == CongestionControl.UNPACED || nextAt - now <= 0) {
            return false;
        }
        releaseAt = Deadline.after(nextAt, 0);
        return true;
    }

    /** The most octets of one segment. */
    int quantum(Tcb t, int mss, int maxPayload) {
        long rate = t.congestion.pacingRate();
        if (rate == CongestionControl.UNPACED) {
            return maxPayload;
        }
        long octets = Math.max(2L * mss, perQuantum(rate));
        return octets >= maxPayload ? maxPayload : (int) octets / mss * mss;
    }

    private static long perQuantum(long rate) {
        return rate / (NANOS_PER_SECOND / QUANTUM_NANOS);
    }

    /** Octets were sent. */
    void sent(Tcb t, int octets, long now) {
        long rate = t.congestion.pacingRate();
        if (rate == CongestionControl.UNPACED) {
            started = false;
            return;
        }
        long earliest = now - CREDIT_NANOS;
        long from = started && nextAt - earliest > 0 ? nextAt : started ? earliest : now;
        started = true;
        nextAt = from + (long) (octets * (double) NANOS_PER_SECOND / rate);
    }
}
