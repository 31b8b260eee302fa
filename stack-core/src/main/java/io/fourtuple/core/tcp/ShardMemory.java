package io.fourtuple.core.tcp;

import io.fourtuple.core.Counter;
import io.fourtuple.core.Counters;
import io.fourtuple.core.FaultPoints;
import io.fourtuple.core.Faults;

/**
 * The memory that the connections of one shard hold in their buffers, drawn from the stack's {@link MemoryBudget}, and
 * what else they share: the shard's counters, fault points and scratch space. What is charged here is always the sum
 * of what its connections pin, and counted as {@link Counter#SOCKSTAT_TCP_MEM}.
 *
 * <p>Confined to its shard's thread.
 */
public final class ShardMemory {
    private final MemoryBudget budget;
    private final Counters counters;
    private final FaultPoints faults;
    private final long portion;
    /** Of the acknowledgment that is being handled: there is one at a time. */
    private final Delivery delivery = new Delivery();
    private final AckSample sample = new AckSample();
    /** What the connections of this shard hold. */
    private long used;
    /** What was drawn for them: never less than {@link #used}, and hardly more. */
    private long drawn;

    /**
     * The share of one more shard.
     *
     * @param relieved run on any thread, and at any time, when connections that were {@linkplain
     *     TcpConnection#isHeldBack() held back} may go on: has each of them
     *     {@linkplain TcpConnection#handleMemoryRelief handle} that later, on the shard's own thread
     */
    public ShardMemory(MemoryBudget budget, Counters counters, Runnable relieved) {
        this(budget, counters, relieved, FaultPoints.NEVER);
    }

    /** The share of one more shard, to whose connections {@code faults} happen. */
    public ShardMemory(MemoryBudget budget, Counters counters, Runnable relieved, FaultPoints faults) {
        this.budget = budget;
        this.counters = counters;
        this.faults = faults;
        portion = budget.portion();
        budget.onRelief(relieved);
    }

    /** For a connection on its own: there is no limit but its own. */
    public static ShardMemory unlimited(Counters counters) {
        MemoryBudget.Limits limits = new MemoryBudget.Limits(1L << 60, 1L << 60, 1L << 60);
        return new ShardMemory(new MemoryBudget(limits, Integer.MAX_VALUE), counters, () -> { });
    }

    /** Scratch space for one acknowledgment, whichever connection it is of. */
    Delivery delivery() {
        return delivery;
    }

    /** The same, as congestion controls see it. */
    AckSample sample() {
        return sample;
    }

    /** Octets that the connections of this shard hold. */
    public long used() {
        return used;
    }

    /** Whether something rare happens now to one of the connections. */
    boolean fires(String point) {
        return faults != FaultPoints.NEVER && faults.fires(point);
    }

    Counters counters() {
        return counters;
    }

    boolean isUnderPressure() {
        return budget.isUnderPressure();
    }

    /** How much more would be {@linkplain #admits admitted} now. */
    long room() {
        return drawn - used + budget.left();
    }

    /**
     * Whether so much more may be held without going above {@code max}. It is then drawn and kept for the next
     * {@link #charge}.
     */
    boolean admits(long octets) {
        if (fires(Faults.REFUSE_MEMORY)) {
            return false;
        }
        long missing = used + octets - drawn;
        if (missing <= 0) {
            return true;
        }
        long taken = budget.tryDraw(missing);
        drawn += taken;
        if (taken > 0) {
            notePressure();
        }
        return taken > 0;
    }

    /** Somebody got less than it wanted. */
    void noteRefused() {
        budget.noteRefused();
    }

    /** A connection holds {@code change} octets more, or fewer. Never refused: what may be is asked for before. */
    void charge(long change) {
        used += change;
        counters.add(Counter.SOCKSTAT_TCP_MEM, change);
        long spare = drawn - used;
        if (spare < 0) {
            budget.draw(-spare);
            drawn = used;
            notePressure();
        } else if (spare > 2 * portion) {
            long back = (spare - portion) / portion * portion;
            drawn -= back;
            budget.giveBack(back);
        }
    }

    void countOrphans(int change) {
        budget.addOrphans(change);
        counters.add(Counter.SOCKSTAT_TCP_ORPHAN, change);
    }

    /** Whether there are too many orphans, when each counts {@code weight} times. */
    boolean hasTooManyOrphans(int weight) {
        return budget.hasTooManyOrphans(weight);
    }

    private void notePressure() {
        if (budget.enterPressure()) {
            counters.increment(Counter.TCP_EXT_MEMORY_PRESSURES);
        }
    }
}
