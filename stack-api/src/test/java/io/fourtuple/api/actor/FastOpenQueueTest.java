package io.fourtuple.api.actor;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.tcp.FastOpenKey;
import io.fourtuple.core.tcp.FastOpenRules;
import java.util.List;
import org.junit.jupiter.api.Test;

class FastOpenQueueTest {
    private static final List<FastOpenKey> STACKS = List.of(new FastOpenKey(1, 2));
    private static final long SECOND = 1_000_000_000L;
    /** Clocks wrap. */
    private static final long NOW = Long.MAX_VALUE - SECOND;

    private static long after(int seconds) {
        return NOW + seconds * SECOND;
    }

    private static FastOpenQueue queue(FastOpenRules rules) {
        return new FastOpenQueue(rules, STACKS, 100);
    }

    @Test
    void shouldTakeNobodyUnlessBothStackAndSocketWantIt() {
        assertThat(queue(FastOpenRules.DEFAULT).isOpen()).isFalse();
        assertThat(queue(FastOpenRules.DEFAULT.withQueue(5)).isOpen()).isFalse();
        assertThat(queue(FastOpenRules.DEFAULT.withServer(true, false)).isOpen()).isFalse();
        assertThat(queue(FastOpenRules.DEFAULT.withServer(true, false).withQueue(5)).isOpen()).isTrue();
    }

    @Test
    void shouldBeBoundedBySomaxconn() {
        FastOpenQueue queue = queue(FastOpenRules.DEFAULT.withServer(true, false).withQueue(5));
        queue.setBound(1000);

        for (int i = 0; i < 100; i++) {
            assertThat(queue.tryTake(NOW)).isTrue();
        }
        assertThat(queue.tryTake(NOW)).isFalse();
        queue.giveBack(false, NOW);
        assertThat(queue.tryTake(NOW)).isTrue();
    }

    @Test
    void shouldKeepThePlaceOfOneThatWasResetForAMinute() {
        FastOpenQueue queue = queue(FastOpenRules.DEFAULT.withServer(true, false).withQueue(1));
        assertThat(queue.tryTake(NOW)).isTrue();

        queue.giveBack(true, NOW);

        assertThat(queue.taken()).isOne();
        assertThat(queue.tryTake(after(59))).isFalse();
        assertThat(queue.tryTake(after(60))).isTrue();
        assertThat(queue.taken()).isOne();
    }

    @Test
    void shouldHaveTheKeysOfTheSocketOrThoseOfTheStack() {
        List<FastOpenKey> own = List.of(new FastOpenKey(3, 4));

        assertThat(queue(FastOpenRules.DEFAULT).cookies().keys()).isEqualTo(STACKS);
        assertThat(queue(FastOpenRules.DEFAULT.withKeys(own)).cookies().keys()).isEqualTo(own);
    }
}
