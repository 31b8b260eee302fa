package io.fourtuple.nic.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.time.Deadline;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The heap against a list that is sorted. */
class TimerHeapTest {
    private record Armed(int timer, long deadline, long arming) {}

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void shouldGiveTimersByDeadlineThenByArming(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        TimerHeap heap = new TimerHeap(() -> {});
        List<HeapTimer> timers = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            timers.add(new HeapTimer(heap, () -> {}));
        }
        List<Armed> model = new ArrayList<>();
        long base = Long.MAX_VALUE - 500; // amid the test, the clock wraps
        for (int step = 0; step < 20_000; step++) {
            int chosen = random.nextInt(timers.size());
            HeapTimer timer = timers.get(chosen);
            switch (random.nextInt(4)) {
                case 0, 1 -> {
                    long deadline = Deadline.after(base, random.nextInt(1000));
                    if (deadline != timer.deadline()) { // else the arming before is the one that counts
                        model.removeIf(armed -> armed.timer == chosen);
                        model.add(new Armed(chosen, deadline, step));
                    }
                    timer.arm(deadline);
                }
                case 2 -> {
                    model.removeIf(armed -> armed.timer == chosen);
                    timer.disarm();
                }
                default -> {
                    Armed first = model.stream()
                            .min(Comparator.<Armed>comparingLong(armed -> armed.deadline - base)
                                    .thenComparingLong(Armed::arming))
                            .orElse(null);
                    HeapTimer due = heap.pollDue(base + 500);
                    boolean isDue = first != null && first.deadline - base <= 500;
                    assertThat(due).isSameAs(isDue ? timers.get(first.timer) : null);
                    if (isDue) {
                        model.remove(first);
                        assertThat(due.deadline()).isEqualTo(Deadline.NONE);
                    }
                }
            }
            assertThat(heap.size()).isEqualTo(model.size());
        }
    }
}
