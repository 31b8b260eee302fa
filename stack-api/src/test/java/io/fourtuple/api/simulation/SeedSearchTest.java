package io.fourtuple.api.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.nic.loop.Journal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SeedSearchTest {
    private static final int SEEDS = 60;

    /** Fails with about one seed in five. */
    private static void sometimes(Simulation simulation) {
        int drawn = simulation.random("sometimes").nextInt(5);
        simulation.runFor(Duration.ofSeconds(drawn));
        assertThat(drawn).isPositive();
    }

    /** Whether {@link #sometimes} fails with this seed. */
    private static boolean fails(long seed) {
        return ScenarioRun.of(() -> SeedSearchTest::sometimes, seed, false, Journal.NONE)
                .failure().isPresent();
    }

    /** What a listener hears. */
    private static final class Heard implements SeedSearch.Listener {
        private final List<String> events = new ArrayList<>();

        @Override
        public void failed(SeedSearch.Failure failure) {
            events.add(failure.seed() + " fails at " + failure.at() + ": " + failure.cause().getClass());
        }

        @Override
        public void through(int seedsRun, int failed) {
            events.add(failed + " of " + seedsRun);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void shouldReportFailingSeedsFromTheLowestOnWhicheverThreadIsFaster(int threads) {
        Heard heard = new Heard();
        SeedSearch.Result result = SeedSearch.of(() -> SeedSearchTest::sometimes)
                .withSeeds(100, SEEDS).withThreads(threads).run(heard);

        List<String> expected = new ArrayList<>();
        int failed = 0;
        for (int i = 0; i < SEEDS; i++) {
            if (fails(100 + i)) {
                failed++;
                expected.add(100 + i + " fails at PT0S: class java.lang.AssertionError");
            }
            expected.add(failed + " of " + (i + 1));
        }
        assertThat(failed).isBetween(3, SEEDS / 2);
        assertThat(heard.events).isEqualTo(expected);
        assertThat(result.seedsRun()).isEqualTo(SEEDS);
        assertThat(result.failed()).isEqualTo(failed).isEqualTo(result.failures().size());
        assertThat(result.failures()).isSortedAccordingTo(
                Comparator.comparingLong(SeedSearch.Failure::seed));
    }

    private static void failsAtAFault(Simulation simulation) {
        for (int i = 0; i < 1000; i++) {
            assertThat(simulation.faults().fires("a") || Faults.fires("b")).isFalse();
        }
    }

    @Test
    void shouldFireFaultPointsOnlyWhenAsked() {
        SeedSearch search = SeedSearch.of(() -> SeedSearchTest::failsAtAFault).withSeeds(1, 40);

        assertThat(search.run().failed()).isZero();
        SeedSearch.Result found = search.withFaults(true).run();
        assertThat(found.failed()).isBetween(5, 35);
        assertThat(found.failures().getFirst().faults()).matches(".*[ab] \\(1/\\d+, fired 1 times\\).*");
    }

    @Test
    void shouldHaveNoFaultsOutsideASimulation() {
        assertThat(Faults.fires("a")).isFalse();
    }

    @Test
    void shouldKeepTheSeedWhateverTheScenarioConfigures() {
        List<Long> seeds = new ArrayList<>();
        SeedSearch.of(() -> new Scenario() {
            @Override
            public SimulationConfig configure(SimulationConfig config) {
                return config.withSeed(99).withPatience(Duration.ofSeconds(5));
            }

            @Override
            public void run(Simulation simulation) {
                seeds.add(simulation.config().seed());
                assertThat(simulation.config().patience()).hasSeconds(5);
            }
        }).withSeeds(5, 3).withThreads(1).run();

        assertThat(seeds).containsExactly(5L, 6L, 7L);
    }

    @Test
    void shouldBeginNothingWhenTheTimeIsOver() {
        SeedSearch.Result result =
                SeedSearch.of(() -> SeedSearchTest::sometimes).withLimit(Duration.ofNanos(1)).run();

        assertThat(result).isEqualTo(new SeedSearch.Result(0, 0, List.of()));
    }

    @Test
    void shouldSayWhereARunIsThatDoesNotEnd() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        SeedSearch search = SeedSearch.of(() -> _ -> {
            begun.countDown();
            new CountDownLatch(1).await();
        }).withSeeds(8, 1);
        SeedsThrough through = new SeedsThrough(search, SeedSearch.Listener.NONE);
        SearchThread thread = new SearchThread(search, through, 1);
        thread.start();
        begun.await();
        thread.giveUp();
        thread.join();

        assertThat(through.result().failures()).singleElement().satisfies(failure -> {
            assertThat(failure.seed()).isEqualTo(8);
            assertThat(failure.cause()).hasMessageStartingWith("the run does not end");
            assertThat(failure.cause().getStackTrace()).isNotEmpty();
        });
    }

    @Test
    void shouldTellOfASeedWhenThoseBelowItAreThrough() {
        Heard heard = new Heard();
        SeedsThrough through = new SeedsThrough(SeedSearch.of(() -> _ -> {}).withSeeds(0, 4), heard);
        for (int i = 0; i < 4; i++) {
            assertThat(through.next()).isEqualTo(i);
        }
        assertThat(through.next()).isEqualTo(SeedsThrough.NO_MORE);
        through.ended(3, failure(3));
        through.ended(1, failure(1));
        through.ended(1, Optional.empty());
        assertThat(heard.events).isEmpty();
        through.ended(0, Optional.empty());
        assertThat(heard.events).containsExactly("0 of 1", "1 fails at PT0S: class java.lang.Error", "1 of 2");
        through.ended(2, Optional.empty());

        assertThat(heard.events).endsWith("1 of 3", "3 fails at PT0S: class java.lang.Error", "2 of 4");
    }

    private static Optional<SeedSearch.Failure> failure(long seed) {
        return Optional.of(new SeedSearch.Failure(seed, Duration.ZERO, new Error(), ""));
    }

    @Test
    void shouldKeepTheFirstFailuresAndCountTheOthers() {
        SeedsThrough through = new SeedsThrough(SeedSearch.of(() -> _ -> {}), SeedSearch.Listener.NONE);
        for (int i = 0; i < 1000; i++) {
            through.ended(through.next(), failure(i));
        }

        assertThat(through.result().failed()).isEqualTo(1000);
        assertThat(through.result().failures()).hasSize(SeedSearch.MAX_FAILURES)
                .last().matches(failure -> failure.seed() == SeedSearch.MAX_FAILURES - 1);
    }

    @Test
    void shouldEndWithAListenerThatThrows() {
        assertThatThrownBy(() -> SeedSearch.of(() -> _ -> {}).run(new SeedSearch.Listener() {
            @Override
            public void through(int seedsRun, int failed) {
                throw new UnsupportedOperationException("no ears");
            }
        })).isInstanceOf(IllegalStateException.class).hasMessageContaining("no ears");
    }

    @Test
    void shouldRefuseWhatMakesNoSense() {
        SeedSearch search = SeedSearch.of(() -> _ -> {});
        assertThatThrownBy(() -> search.withSeeds(1, 0)).hasMessage("seeds must be 1 to 1000000000, is 0");
        assertThatThrownBy(() -> search.withSeeds(Long.MAX_VALUE, 2)).hasMessageContaining("beyond what there is");
        assertThatThrownBy(() -> search.withThreads(0)).hasMessage("threads must be 1 to 1024, is 0");
        assertThatThrownBy(() -> search.withLimit(Duration.ZERO)).hasMessage("the time limit must be above 0");
    }
}
