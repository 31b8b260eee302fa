package io.fourtuple.core;

/**
 * A monotonic clock. The core never reads one: whoever drives it passes the time in.
 *
 * <p>The origin is arbitrary and values may be negative or wrap, so two readings are compared by subtraction only,
 * as with {@link System#nanoTime()}.
 */
@FunctionalInterface
public interface Clock {
    /** Nanoseconds since an arbitrary origin. */
    long nanoTime();
}
