package io.fourtuple.core;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The counters of one shard, one per {@link Counter}.
 *
 * <p>Written by one thread only, the shard's, but for {@link #incrementShared}; read by any, which may see a value that
 * is a moment old. Counts from zero and never goes down, except for the gauges ({@link Counter#isGauge()}).
 */
@SuppressWarnings("EnumOrdinal") // the ordinal is an index within one run and goes nowhere else
public final class Counters {
    private final AtomicLongArray values = new AtomicLongArray(Counter.values().length);

    /** Adds one. Owner's thread. */
    public void increment(Counter counter) {
        add(counter, 1);
    }

    /** Adds {@code amount}, which may be negative for a gauge. Owner's thread. */
    public void add(Counter counter, long amount) {
        int index = counter.ordinal();
        values.setOpaque(index, values.getPlain(index) + amount);
    }

    /** Adds one, to a counter that nothing else changes. Any thread. */
    public void incrementShared(Counter counter) {
        values.getAndIncrement(counter.ordinal());
    }

    /** The present value. Any thread. */
    public long get(Counter counter) {
        return values.getOpaque(counter.ordinal());
    }
}
