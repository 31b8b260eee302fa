package io.fourtuple.api.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fourtuple.nic.loop.NonDeterminismException;
import io.fourtuple.nic.loop.VirtualTime;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TimeZone;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Mistakes are planted, and found; nothing is found where there is none. */
class DeterminismCheckTest {
    private static NonDeterminismException found(Class<? extends Scenario> scenario) {
        return catchThrowableOfType(NonDeterminismException.class, () -> DeterminismCheck.of(scenario).run());
    }

    /** Draws, waits and sends. */
    static final class Clean implements Scenario {
        @Override
        public SimulationConfig configure(SimulationConfig config) {
            return config.withOrder(VirtualTime.Order.SHUFFLED);
        }

        @Override
        public void run(Simulation simulation) {
            Pair pair = Pair.in(simulation);
            for (int i = 0; i < 20; i++) {
                int drawn = simulation.random("text").nextInt(10_000);
                simulation.runFor(Duration.ofMillis(drawn));
                assertThat(pair.echo("x".repeat(drawn))).hasSize(drawn);
                simulation.faults().fires("some-point");
            }
        }
    }

    @Test
    void shouldFindNothingInAScenarioThatIsDeterministic() {
        DeterminismCheck.of(Clean.class).withSeed(7).withFaults(true).run();
    }

    static final class SendsTheTime implements Scenario {
        @Override
        public void run(Simulation simulation) {
            Pair pair = Pair.in(simulation);
            simulation.runFor(Duration.ofSeconds(1));
            pair.echo("it is " + System.nanoTime());
        }
    }

    @Test
    void shouldFindAClockThatIsSent() {
        assertThat(found(SendsTheTime.class))
                .hasMessageMatching("non-determinism detected at PT1\\.\\d+S: the first run noted -?\\d+ as number \\d+"
                        + " of \".*client.*\", the second noted -?\\d+ as number \\d+ of \".*client.*\"")
                .satisfies(e -> assertThat(e.getCause().getStackTrace())
                        .anyMatch(at -> at.getClassName().startsWith("io.fourtuple.api.actor.")));
    }

    static final class WaitsByTheTime implements Scenario {
        @Override
        public void run(Simulation simulation) {
            simulation.runFor(Duration.ofSeconds(3));
            simulation.after(Duration.ofNanos(System.nanoTime() % 1_000_000), () -> {});
            simulation.runFor(Duration.ofSeconds(1));
        }
    }

    @Test
    void shouldSayWhoHasSetADeadlineByARealClock() {
        assertThat(found(WaitsByTheTime.class)).hasMessageContaining("at PT3S").hasMessageContaining("\"timers\"")
                .satisfies(e -> assertThat(e.getCause().getStackTrace())
                        .anyMatch(at -> at.getClassName().equals(WaitsByTheTime.class.getName())));
    }

    private enum Letter { A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, S, T, U, V, W, X, Y, Z }

    static final class GoesOverAMapOfEnums implements Scenario {
        @Override
        public void run(Simulation simulation) {
            Map<Letter, Integer> map = new HashMap<>();
            for (Letter letter : Letter.values()) {
                map.put(letter, map.size());
            }
            Pair.in(simulation).echo(map.keySet().toString());
        }
    }

    @Test
    void shouldFindTheOrderOfAHashMapOfEnums() {
        assertThat(found(GoesOverAMapOfEnums.class)).hasMessageContaining("client");
    }

    static final class GoesOverASet implements Scenario {
        @Override
        public void run(Simulation simulation) {
            // All over the table: wherever a JVM begins, another is at hand.
            Set<Integer> set = Set.of(IntStream.range(0, 50_000).map(i -> i * 7919).boxed().toArray(Integer[]::new));
            Pair.in(simulation).echo(set.stream().limit(5).map(String::valueOf).collect(Collectors.joining()));
        }
    }

    @Test
    void shouldFindTheOrderOfASet() {
        assertThat(found(GoesOverASet.class)).hasMessageContaining("client");
    }

    static final class LetsAnotherThreadDoIt implements Scenario {
        @Override
        public void run(Simulation simulation) {
            simulation.await(CompletableFuture.runAsync(() -> simulation.time().mainLoop().execute(() -> {})));
        }
    }

    @Test
    void shouldFindAnotherThreadInTheFirstRun() {
        assertThat(found(LetsAnotherThreadDoIt.class)).hasMessageContaining("has handed work to the simulation");
    }

    static final class SendsASetting implements Scenario {
        @Override
        public void run(Simulation simulation) {
            Pair.in(simulation).echo(TimeZone.getDefault().getID() + "I".toLowerCase(Locale.getDefault())
                    + Charset.defaultCharset());
        }
    }

    @Test
    void shouldFindASettingOfTheMachine() {
        assertThat(found(SendsASetting.class)).hasMessageContaining("client");
    }

    static final class FailsElsewhere implements Scenario {
        // The time zone of whoever has compared nothing yet.
        private static final String ZONES = "Asia/Kathmandu America/St_Johns";

        @Override
        public void run(Simulation simulation) {
            assertThat(ZONES).doesNotContain(TimeZone.getDefault().getID());
        }
    }

    @Test
    void shouldSayWhenTheSecondRunAloneFails() {
        assertThat(found(FailsElsewhere.class))
                .hasMessageStartingWith("non-determinism detected: the second run failed, the first one did not: ")
                .satisfies(e -> assertThat(e.getCause().getStackTrace())
                        .anyMatch(at -> at.getClassName().equals(FailsElsewhere.class.getName())));
    }

    static final class Fails implements Scenario {
        @Override
        public void run(Simulation simulation) {
            simulation.runFor(Duration.ofSeconds(2));
            throw new IllegalArgumentException("as expected");
        }
    }

    @Test
    void shouldNotCompareWhatFails() {
        assertThatThrownBy(() -> DeterminismCheck.of(Fails.class).withSeed(3).run())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("there is nothing to compare: " + Fails.class.getName() + " fails with seed 3 at PT2S:"
                        + " java.lang.IllegalArgumentException: as expected")
                .hasRootCauseMessage("as expected");
    }

    static final class NeedsAnArgument implements Scenario {
        NeedsAnArgument(String argument) {
            throw new AssertionError(argument);
        }

        @Override
        public void run(Simulation simulation) {
            throw new AssertionError("there is no object");
        }
    }

    @Test
    void shouldSayWhatAScenarioNeeds() {
        assertThatThrownBy(() -> DeterminismCheck.of(NeedsAnArgument.class).run())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("needs a constructor without parameters");
        assertThatThrownBy(() -> DeterminismCheck.of(Clean.class).withPatience(Duration.ZERO))
                .hasMessage("patience must be above 0, is PT0S");
    }

    /** For a second run that says nothing of itself. */
    public static final class SaysNothing {
        private SaysNothing() {}

        public static void main(String[] arguments) {
            System.out.println("got " + arguments[1]);
        }
    }

    @Test
    void shouldSayWhatTheOtherJvmSaidWhenItDoesNotReport() {
        assertThatThrownBy(() -> SecondRun.inAnotherJvm(
                SaysNothing.class, List.of("an argument"), Duration.ofMinutes(5)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("the second run did not report, but said:")
                .hasMessageEndingWith("got an argument" + System.lineSeparator());
    }
}
