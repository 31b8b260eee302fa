package io.fourtuple.core.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimerQueueTest {
    private static final class Owner extends TimerQueue.Timed {}

    private final TimerQueue<Owner> queue = new TimerQueue<>();

    @Test
    void shouldGiveOwnersInOrderOfTheirDeadlines() {
        Owner late = new Owner();
        Owner early = new Owner();
        queue.schedule(late, 20);
        queue.schedule(early, 10);

        assertThat(queue.nextDeadline()).isEqualTo(10);
        assertThat(queue.pollDue(9)).isNull();
        assertThat(queue.pollDue(10)).isSameAs(early);
        assertThat(queue.pollDue(10)).isNull();
        assertThat(queue.nextDeadline()).isEqualTo(20);
        assertThat(queue.pollDue(25)).isSameAs(late);
        assertThat(queue.nextDeadline()).isEqualTo(Deadline.NONE);
        assertThat(queue.size()).isZero();
    }

    @Test
    void shouldMoveADeadlineBothWays() {
        Owner owner = new Owner();
        Owner other = new Owner();
        queue.schedule(other, 50);
        queue.schedule(owner, 10);
        queue.schedule(owner, 100);
        assertThat(owner.scheduledFor()).isEqualTo(100);
        assertThat(queue.nextDeadline()).isEqualTo(50);
        queue.schedule(owner, 30);
        assertThat(queue.nextDeadline()).isEqualTo(30);
        assertThat(queue.pollDue(40)).isSameAs(owner);
        assertThat(owner.scheduledFor()).isEqualTo(Deadline.NONE);
    }

    @Test
    void shouldForgetADisarmedOwnerWhenItsTurnComesAndACancelledOneAtOnce() {
        Owner disarmed = new Owner();
        Owner cancelled = new Owner();
        Owner other = new Owner();
        queue.schedule(disarmed, 10);
        queue.schedule(cancelled, 20);
        queue.schedule(other, 5);
        queue.schedule(disarmed, Deadline.NONE);
        queue.cancel(cancelled);
        queue.cancel(cancelled);
        assertThat(queue.size()).isEqualTo(2);

        assertThat(queue.pollDue(5)).isSameAs(other);
        assertThat(queue.nextDeadline()).isEqualTo(Deadline.NONE);
        assertThat(queue.size()).isZero();
        queue.schedule(disarmed, Deadline.NONE);
        assertThat(queue.size()).isZero();
    }

    /** A clock that starts just below the wrap of {@code long}, one that starts at zero, one that crosses it. */
    @ParameterizedTest
    @ValueSource(longs = {Long.MAX_VALUE - 40_000, 0, -40_000})
    void shouldAgreeWithANaiveModel(long start) {
        Random random = new Random(start);
        Map<Owner, Long> model = new HashMap<>();
        List<Owner> owners = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            owners.add(new Owner());
        }
        long now = start;
        for (int step = 0; step < 60_000; step++) {
            Owner owner = owners.get(random.nextInt(owners.size()));
            int action = random.nextInt(10);
            if (action < 7) {
                long deadline = Deadline.after(now, random.nextInt(1000) - 20);
                queue.schedule(owner, deadline);
                model.put(owner, deadline);
            } else if (action == 7) {
                queue.schedule(owner, Deadline.NONE);
                model.remove(owner);
            } else if (action == 8) {
                queue.cancel(owner);
                model.remove(owner);
            } else {
                now += random.nextInt(30);
                drain(model, now);
            }
        }
        assertThat(queue.nextDeadline()).isEqualTo(earliest(model));
        drain(model, now + 2000);
        assertThat(model).isEmpty();
        assertThat(queue.nextDeadline()).isEqualTo(Deadline.NONE);
    }

    private void drain(Map<Owner, Long> model, long now) {
        while (true) {
            long expected = earliest(model);
            assertThat(queue.nextDeadline()).isEqualTo(expected);
            Owner due = queue.pollDue(now);
            if (!Deadline.isDue(expected, now)) {
                assertThat(due).isNull();
                return;
            }
            assertThat(model.remove(due)).isEqualTo(expected);
        }
    }

    private static long earliest(Map<Owner, Long> model) {
        long earliest = Deadline.NONE;
        for (long deadline : model.values()) {
            earliest = Deadline.earlier(earliest, deadline);
        }
        return earliest;
    }
}
