package io.fourtuple.core.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.core.Counter;
import io.fourtuple.core.Counters;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** The levels of the memory budget and how shards draw from it. */
class MemoryBudgetTest {
    private static final long MIB = 1 << 20;

    private final Counters counters = new Counters();
    private int reliefs;

    private ShardMemory share(MemoryBudget budget) {
        return new ShardMemory(budget, counters, () -> reliefs++);
    }

    @Test
    void shouldBeUnderPressureFromThePressureLevelUntilBelowLow() {
        MemoryBudget budget = new MemoryBudget(new MemoryBudget.Limits(1000, 2000, 3000), 0);
        ShardMemory memory = share(budget);

        memory.charge(1900);
        assertThat(memory.isUnderPressure()).isFalse();
        memory.charge(100);
        assertThat(memory.isUnderPressure()).isTrue();
        memory.charge(-900);
        assertThat(memory.isUnderPressure()).isTrue();
        assertThat(reliefs).isZero();
        memory.charge(-200);

        assertThat(memory.isUnderPressure()).isFalse();
        assertThat(reliefs).isEqualTo(1);
        assertThat(counters.get(Counter.TCP_EXT_MEMORY_PRESSURES)).isEqualTo(1);
        assertThat(counters.get(Counter.SOCKSTAT_TCP_MEM)).isEqualTo(900);
    }

    @Test
    void shouldAdmitNothingAboveMaxAndTellWhenThereIsRoomAgain() {
        MemoryBudget budget = new MemoryBudget(new MemoryBudget.Limits(1000, 2000, 3000), 0);
        ShardMemory memory = share(budget);

        assertThat(memory.admits(2900)).isTrue();
        memory.charge(2900);
        assertThat(memory.admits(101)).isFalse();
        assertThat(memory.admits(100)).isTrue();
        memory.charge(-850);
        assertThat(reliefs).isZero(); // above the pressure level still
        memory.charge(-100);

        assertThat(reliefs).isEqualTo(1);
        memory.charge(-100);
        assertThat(reliefs).isEqualTo(1); // nobody was refused since
    }

    @Test
    void shouldGoAboveMaxOnlyForWhatIsGuaranteed() {
        MemoryBudget budget = new MemoryBudget(new MemoryBudget.Limits(1000, 2000, 3000), 0);
        ShardMemory memory = share(budget);

        memory.charge(5000);

        assertThat(budget.drawn()).isEqualTo(5000);
        assertThat(memory.room()).isZero();
        memory.charge(-5000);
        assertThat(memory.admits(2990)).isTrue();
    }

    @Test
    void shouldDrawInPortions() {
        MemoryBudget budget = new MemoryBudget(new MemoryBudget.Limits(128 * MIB, 192 * MIB, 256 * MIB), 0);
        ShardMemory memory = share(budget);

        for (int i = 0; i < 40; i++) {
            assertThat(memory.admits(1578)).isTrue();
            memory.charge(1578);
            assertThat(budget.drawn()).isEqualTo(65_536);
        }
        memory.charge(-40 * 1578);

        assertThat(budget.drawn()).isEqualTo(65_536);
        assertThat(memory.used()).isZero();
    }

    @Test
    void shouldRefuseLevelsThatContradictEachOther() {
        assertThatThrownBy(() -> new MemoryBudget.Limits(0, 1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new MemoryBudget.Limits(2, 1, 3)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new MemoryBudget.Limits(1, 3, 2)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldNeverBeOverdrawnByShardsOnSeveralThreads() throws InterruptedException {
        MemoryBudget budget = new MemoryBudget(new MemoryBudget.Limits(MIB / 4, MIB / 2, MIB), 0);
        AtomicBoolean overdrawn = new AtomicBoolean();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            ShardMemory memory = new ShardMemory(budget, new Counters(), () -> { });
            SplittableRandom random = new SplittableRandom(i);
            threads.add(Thread.ofPlatform().start(() -> {
                for (int step = 0; step < 200_000; step++) {
                    long octets = random.nextLong(50_000);
                    if (random.nextBoolean() && memory.admits(octets)) {
                        memory.charge(octets);
                    } else {
                        memory.charge(-Math.min(memory.used(), octets));
                    }
                    overdrawn.compareAndSet(false, budget.drawn() > MIB || memory.used() > budget.drawn());
                }
                memory.charge(-memory.used());
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(overdrawn).isFalse();
        assertThat(budget.drawn()).isLessThanOrEqualTo(4 * 2 * budget.portion());
        assertThat(budget.isUnderPressure()).isFalse();
    }
}
