package io.fourtuple.core.tcp;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How much memory the buffers of all connections of one stack may pin together, and how many orphans there may be: what
 * {@code net.ipv4.tcp_mem} and {@code net.ipv4.tcp_max_orphans} bound. Shared by the shards of a stack; each draws from
 * it in portions through a {@link ShardMemory} of its own, so that an ordinary segment touches nothing shared.
 *
 * <pre>
 *   0 ─────────── low ─────────── pressure ─────────── max
 *   │ no limit but the connection's own │ buffers do not grow, windows │ only what a connection
 *   │                                   │ are small, until below low   │ is guaranteed
 * </pre>
 *
 * <p>Each connection keeps a right to a small buffer in each direction ({@code tcp_rmem[0]}, {@code tcp_wmem[0]})
 * whatever the others hold, so that no connection can starve another one for ever. That much may be held above
 * {@link Limits#max}.
 *
 * <p>Thread-safe.
 */
public final class MemoryBudget {
    /** What a shard draws at once, so that the shards rarely meet here. */
    private static final long LARGEST_PORTION = 64 * 1024;

    /**
     * The three levels, in octets.
     *
     * @param low below it the pressure ends
     * @param pressure from it on there is pressure, until there is less than {@code low}
     * @param max nothing is taken beyond it but what each connection is guaranteed
     */
    public record Limits(long low, long pressure, long max) {
        public Limits {
            if (low < 1 || pressure < low || max < pressure) {
                throw new IllegalArgumentException(
                        "memory limits must be 1 <= low <= pressure <= max, not " + low + ", " + pressure + ", " + max);
            }
        }
    }

    private final Limits limits;
    private final int maxOrphans;
    private final long portion;
    private final AtomicLong drawn = new AtomicLong();
    private final AtomicBoolean pressure = new AtomicBoolean();
    /** Somebody was refused something since {@link #drawn} last was below the pressure level. */
    private final AtomicBoolean refused = new AtomicBoolean();
    private final AtomicInteger orphans = new AtomicInteger();
    private final List<Runnable> relieved = new CopyOnWriteArrayList<>();

    /**
     * A budget nobody draws from yet.
     *
     * @param maxOrphans how many connections without a user there may be, at least 0
     */
    public MemoryBudget(Limits limits, int maxOrphans) {
        if (maxOrphans < 0) {
            throw new IllegalArgumentException("maxOrphans must be at least 0, not " + maxOrphans);
        }
        this.limits = limits;
        this.maxOrphans = maxOrphans;
        portion = Math.clamp(limits.max() >> 12, 1, LARGEST_PORTION);
    }

    /** The levels. */
    public Limits limits() {
        return limits;
    }

    /** Octets that the shards have drawn: what their connections hold, and up to two portions more for each shard. */
    public long drawn() {
        return drawn.get();
    }

    /** Whether there is pressure. */
    public boolean isUnderPressure() {
        return pressure.get();
    }

    /** Connections whose user is done with them, in all shards. */
    public int orphans() {
        return orphans.get();
    }

    /** Whether there are more orphans than there may be, when each counts {@code weight} times. */
    boolean hasTooManyOrphans(int weight) {
        return (long) orphans.get() * weight > maxOrphans;
    }

    void addOrphans(int change) {
        orphans.addAndGet(change);
    }

    /** Has this run, on whatever thread, each time when connections that were held back may go on. */
    void onRelief(Runnable listener) {
        relieved.add(listener);
    }

    long portion() {
        return portion;
    }

    /** Octets left below {@code max}. */
    long left() {
        return Math.max(0, limits.max() - drawn.get());
    }

    /** Draws {@code octets} or, rather, whole portions, but nothing above {@code max}; returns how many, or 0. */
    long tryDraw(long octets) {
        long wanted = (octets + portion - 1) / portion * portion;
        while (true) {
            long before = drawn.get();
            long taken = Math.min(wanted, limits.max() - before);
            if (taken < octets) {
                if (refused.getAndSet(true)) {
                    return 0;
                } // else once more: what was given back meanwhile has woken nobody on our account
            } else if (drawn.compareAndSet(before, before + taken)) {
                return taken;
            }
        }
    }

    /** Draws {@code octets} that nobody may refuse. */
    void draw(long octets) {
        drawn.addAndGet(octets);
    }

    /** Notes that somebody got less than it wanted, to be told when there is more. */
    void noteRefused() {
        refused.set(true);
    }

    /** After drawing: true for the one caller with whom the pressure begins. */
    boolean enterPressure() {
        return drawn.get() >= limits.pressure() && !pressure.get() && pressure.compareAndSet(false, true);
    }

    void giveBack(long octets) {
        long left = drawn.addAndGet(-octets);
        boolean over = left < limits.low() && pressure.get() && pressure.compareAndSet(true, false);
        boolean room = left < limits.pressure() && refused.get() && refused.compareAndSet(true, false);
        if (over || room) {
            relieved.forEach(Runnable::run);
        }
    }
}
