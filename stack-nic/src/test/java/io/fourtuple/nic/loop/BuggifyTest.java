package io.fourtuple.nic.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class BuggifyTest {
    private static final int ASKED = 20_000;

    private static <T> T with(long seed, Function<Buggify, T> body) {
        try (VirtualTime time = new VirtualTime(seed, VirtualTime.Order.FIFO)) {
            return body.apply(new Buggify(time));
        }
    }

    private static BitSet fires(Buggify faults, String point) {
        BitSet fired = new BitSet();
        for (int i = 0; i < ASKED; i++) {
            fired.set(i, faults.fires(point));
        }
        return fired;
    }

    @Test
    void shouldSwitchOnAboutAQuarterOfThePoints() {
        int on = with(1, faults -> {
            int sum = 0;
            for (int i = 0; i < 400; i++) {
                sum += fires(faults, "point-" + i).isEmpty() ? 0 : 1;
            }
            return sum;
        });

        assertThat(on).isBetween(75, 125);
    }

    @Test
    void shouldFireWithAProbabilityOfThePoint() {
        with(1, faults -> {
            List<Integer> some = new ArrayList<>();
            for (int i = 0; i < 400; i++) {
                some.add(fires(faults, "point-" + i).cardinality());
            }
            assertThat(some).filteredOn(fired -> fired > 0).allMatch(fired -> fired < ASKED / 3)
                    .anyMatch(fired -> fired > ASKED / 5).anyMatch(fired -> fired < ASKED / 500);
            return null;
        });
    }

    @Test
    void shouldDependOnSeedAndNameAlone() {
        BitSet alone = with(3, faults -> fires(faults, "b"));
        BitSet behindAnother = with(3, faults -> {
            fires(faults, "a");
            return fires(faults, "b");
        });
        assertThat(behindAnother).isEqualTo(alone);
        Set<BitSet> ofManySeeds = new HashSet<>();
        for (int seed = 0; seed < 40; seed++) {
            ofManySeeds.add(with(seed, faults -> fires(faults, "b")));
        }
        assertThat(ofManySeeds).hasSizeBetween(2, 20);
    }

    @Test
    void shouldSayWhatIsOn() {
        String said = with(1, faults -> {
            int fired = 0;
            for (int i = 0; i < 100 && fired == 0; i++) {
                fired = fires(faults, "point-" + i).cardinality();
            }
            return fired + "!" + faults;
        });

        assertThat(said).matches("(\\d+)!point-\\d+ \\(1/\\d+, fired \\1 times\\)");
    }

    @Test
    void shouldRefuseNamesWithoutEnd() {
        with(1, faults -> {
            for (int i = 0; i < 10_000; i++) {
                faults.fires("point-" + i);
            }
            return assertThatThrownBy(() -> faults.fires("one-more")).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("constants, \"one-more\"");
        });
    }

    @Test
    void shouldNeverFireUnlessSet() {
        try (VirtualTime time = new VirtualTime(1, VirtualTime.Order.FIFO)) {
            assertThat(time.faults().fires("a")).isFalse();
            time.setFaults(point -> point.equals("a"));
            assertThat(time.mainLoop().faults().fires("a")).isTrue();
        }
    }
}
