package io.fourtuple.core.tcp;

/**
 * HyStart++ (RFC 9406): leaves slow start when round-trip times begin to rise, which is before anything is lost. First
 * for conservative slow start, and back when the rise was a passing one.
 */
final class HyStart {
    private static final long MIN_RTT_THRESHOLD = 4_000_000; // RFC 9406 §4.3
    private static final long MAX_RTT_THRESHOLD = 16_000_000;
    private static final int RTT_DIVISOR = 8;
    private static final int SAMPLES = 8;
    /** Conservative slow start grows by a quarter of what slow start would. */
    static final int GROWTH_DIVISOR = 4;
    private static final int CONSERVATIVE_ROUNDS = 5;
    private static final long UNKNOWN = Long.MAX_VALUE;

    private boolean enabled = true;
    private long lastRound = UNKNOWN;
    private long thisRound = UNKNOWN;
    private int samples;
    private boolean conservative;
    private long baseline;
    private int conservativeRounds;

    /** Slow start has ended, whatever the reason: the next one, after a loss, knows its threshold. */
    void stop() {
        enabled = false;
        conservative = false;
    }

    boolean isConservative() {
        return conservative;
    }

    /**
     * An acknowledgment during slow start.
     *
     * @param rtt its round-trip time in nanoseconds, 0 when it has none
     * @return true when congestion avoidance is to begin now
     */
    boolean endsSlowStart(long rtt, boolean roundStarts) {
        if (!enabled) {
            return false;
        }
        if (roundStarts) {
            lastRound = thisRound;
            thisRound = UNKNOWN;
            samples = 0;
            if (conservative && ++conservativeRounds >= CONSERVATIVE_ROUNDS) {
                return true;
            }
        }
        if (rtt > 0) {
            thisRound = Math.min(thisRound, rtt);
            samples++;
            look();
        }
        return false;
    }

    private void look() {
        if (samples < SAMPLES || thisRound == UNKNOWN || lastRound == UNKNOWN) {
            return;
        }
        if (conservative) {
            conservative = thisRound >= baseline; // else it was spurious: slow start goes on
        } else if (thisRound >= lastRound + Math.clamp(lastRound / RTT_DIVISOR, MIN_RTT_THRESHOLD, MAX_RTT_THRESHOLD)) {
            conservative = true;
            conservativeRounds = 0;
            baseline = thisRound;
        }
    }
}
