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
    /** Each so much of a round trip halves what a frame has more on a path that is near. */
    private static final long NEAR_NANOS = 512_000;
    private static final long MAX_FRAME = 65_536;
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
            int least = t.config.traits().frameSegments();
            return least == 0 || maxPayload == mss ? maxPayload : frame(t, mss, least, maxPayload);
        }
        long octets = Math.max(2L * mss, perQuantum(rate));
        return octets >= maxPayload ? maxPayload : (int) octets / mss * mss;
    }

    /**
     * As Linux without pacing: a millisecond of the rate that the window gives, more on a path of less than 16 ms, and
     * half a window at most, so that acknowledgments come one by one.
     */
    private static int frame(Tcb t, int mss, int least, int maxPayload) {
        long cwnd = t.window();
        long octets = maxPayload;
        if (t.rtt.smoothed() > 0) {
            boolean slowStart = cwnd < t.congestion.ssthresh() / 2;
            double perRoundTrip = Math.max(cwnd, t.octetsInFlight()) * (slowStart ? 2 : 1.2);
            long near = t.rtt.minimum() / NEAR_NANOS;
            octets = (long) (perRoundTrip * QUANTUM_NANOS / t.rtt.smoothed())
                    + (near < Integer.SIZE ? MAX_FRAME >> near : 0);
        }
        long segments = Math.max(octets / mss, least);
        return (int) Math.min(maxPayload, Math.min(segments, Math.max(1, cwnd / mss / 2)) * mss);
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
