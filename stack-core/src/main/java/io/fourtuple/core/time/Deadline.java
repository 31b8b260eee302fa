package io.fourtuple.core.time;

/** Points in time at which something is due, in nanoseconds of the driver's clock, which may wrap. */
public final class Deadline {
    /** Never due. */
    public static final long NONE = Long.MAX_VALUE;

    private Deadline() {}

    /** The time {@code delayNanos} after {@code nowNanos}; never {@link #NONE}, a clash moves it by one nanosecond. */
    public static long after(long nowNanos, long delayNanos) {
        long deadline = nowNanos + delayNanos;
        return deadline == NONE ? deadline + 1 : deadline;
    }

    /** The earlier of two, either of which may be {@link #NONE}. */
    public static long earlier(long a, long b) {
        if (a == NONE) {
            return b;
        }
        return b == NONE || a - b <= 0 ? a : b;
    }

    /** True when {@code deadline} is at or before {@code nowNanos}. */
    public static boolean isDue(long deadline, long nowNanos) {
        return deadline != NONE && deadline - nowNanos <= 0;
    }
}
