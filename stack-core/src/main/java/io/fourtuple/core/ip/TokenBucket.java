package io.fourtuple.core.ip;

/** Lets so many events pass per second and, after a pause, so many at once (RFC 4443 §2.4 f). */
final class TokenBucket {
    private static final long SECOND = 1_000_000_000L;

    private final int burst;
    /** Time in which one token grows; 0 when none ever does. */
    private final long nanosPerToken;
    private int tokens;
    /** Up to when growth has been credited. */
    private long creditedUntil;
    private boolean started;

    TokenBucket(IpConfig.IcmpRate rate) {
        burst = rate.burst();
        tokens = burst;
        nanosPerToken = rate.perSecond() == 0 ? 0 : SECOND / rate.perSecond();
    }

    boolean tryTake(long now) {
        if (!started) {
            started = true;
            creditedUntil = now;
        }
        if (nanosPerToken > 0) {
            long grown = (now - creditedUntil) / nanosPerToken;
            tokens = (int) Math.min(burst, tokens + grown);
            creditedUntil += grown * nanosPerToken;
        }
        if (tokens == 0) {
            return false;
        }
        tokens--;
        return true;
    }
}
