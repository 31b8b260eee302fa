package io.fourtuple.core.tcp;

/** The retransmission timeout from measured round-trip times (RFC 6298). All in nanoseconds. */
final class RttEstimator {
    /** G of RFC 6298: our clock counts nanoseconds, the timers of a busy loop fire within a millisecond. */
    private static final long GRANULARITY = 1_000_000;
    /** RFC 6298 §5.7: the timeout to go on with when the SYN had to be sent again and nothing was measured. */
    private static final long SYN_LOST_TIMEOUT = 3_000_000_000L;

    private long smoothed;
    private long variance;
    /** How long the smallest measurement counts (Linux: {@code tcp_min_rtt_wlen}). */
    private static final long MINIMUM_WINDOW = 300_000_000_000L;

    private long minimum;
    private long minimumAt;
    private int backoff;
    private boolean synLost;
    private final boolean margin;

    /** One as RFC 6298 has it. */
    RttEstimator() {
        this(false);
    }

    /** {@code margin} as {@link HostTraits#timeoutMargin}. */
    RttEstimator(boolean margin) {
        this.margin = margin;
    }

    /** RFC 6298 §5.7. */
    void synWasLost() {
        synLost = true;
    }

    /** SRTT, 0 before the first measurement. */
    long smoothed() {
        return smoothed;
    }

    /** RTTVAR. */
    long variance() {
        return variance;
    }

    /** The smallest measurement of the last five minutes, 0 before the first. */
    long minimum() {
        return minimum;
    }

    /** How often the timeout was doubled since the last acknowledgment of new data. */
    int backoff() {
        return backoff;
    }

    /** A measurement, never of a retransmitted segment unless timestamps tell which (Karn; RFC 6298 §3). */
    void sample(long rtt, long nowNanos) {
        smooth(Math.max(1, rtt));
        observe(rtt, nowNanos);
    }

    /** A measurement by timestamps, which count milliseconds: too coarse for the {@link #minimum}. */
    void sampleMillis(int millis) {
        smooth(Math.max(1, millis) * 1_000_000L);
    }

    private void smooth(long r) {
        if (smoothed == 0) { // §2.2
            smoothed = r;
            variance = r / 2;
        } else { // §2.3, beta = 1/4, alpha = 1/8
            variance += (Math.abs(smoothed - r) - variance) / 4;
            smoothed += (r - smoothed) / 8;
        }
    }

    /** A measurement that counts for the {@link #minimum} alone: there may be many in a round trip. */
    void observe(long rtt, long nowNanos) {
        long r = Math.max(1, rtt);
        if (minimum == 0 || r <= minimum || nowNanos - minimumAt > MINIMUM_WINDOW) {
            minimum = r;
            minimumAt = nowNanos;
        }
    }

    /** The timer ran out: double it (§5.5). */
    void backOff() {
        backoff++;
    }

    /** New data was acknowledged: the doubling ends. */
    void resetBackoff() {
        backoff = 0;
    }

    /** The timeout to arm the timer with, doubling included (§2.4, §2.5). */
    long timeout(TcpConfig.Retransmission limits) {
        long unknown = synLost ? Math.max(limits.initialTimeout(), SYN_LOST_TIMEOUT) : limits.initialTimeout();
        long least = margin ? limits.minTimeout() : GRANULARITY;
        long rto = smoothed == 0 ? unknown : smoothed + Math.max(least, 4 * variance);
        rto = Math.max(rto, smoothed == 0 ? 0 : limits.minTimeout());
        for (int i = 0; i < backoff && rto < limits.maxTimeout(); i++) {
            rto *= 2;
        }
        return Math.min(rto, limits.maxTimeout());
    }
}
