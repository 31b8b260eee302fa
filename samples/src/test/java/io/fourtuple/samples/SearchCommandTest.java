package io.fourtuple.samples;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.api.simulation.Faults;
import io.fourtuple.api.simulation.Scenario;
import io.fourtuple.api.simulation.Simulation;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SearchCommandTest {
    @TempDir
    private Path directory;

    private record Outcome(int status, String out, String err) {}

    private static Outcome search(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(arguments);
        return new Outcome(status, out.toString(), err.toString());
    }

    /** Fails with every third seed, and at a fault. */
    static final class EveryThird implements Scenario {
        @Override
        public void run(Simulation simulation) {
            simulation.runFor(Duration.ofMillis(1500));
            if (simulation.config().seed() % 3 == 0) {
                throw new IllegalStateException("divisible by three");
            }
            for (int i = 0; i < 10_000; i++) {
                if (Faults.fires("a-point")) {
                    throw new IllegalStateException("at a fault");
                }
            }
        }
    }

    @Test
    void shouldTellOfFailingSeedsFromTheLowestOn() {
        Outcome outcome = search(
                "search", EveryThird.class.getName(), "--seeds", "10", "--from", "4", "--threads", "2");

        assertThat(outcome.err).isEmpty();
        assertThat(outcome.status).isEqualTo(1);
        assertThat(outcome.out.lines().filter(line -> !line.startsWith("\t"))).containsExactly(
                EveryThird.class.getName() + ": seeds 4 to 13, 2 at a time",
                "1 of 10 seeds, 0 failed",
                "2 of 10 seeds, 0 failed",
                "seed 6 fails at PT1.5S: java.lang.IllegalStateException: divisible by three",
                "  again: ./run search " + EveryThird.class.getName() + " --from 6 --seeds 1",
                "java.lang.IllegalStateException: divisible by three",
                "3 of 10 seeds, 1 failed",
                "4 of 10 seeds, 1 failed",
                "5 of 10 seeds, 1 failed",
                "seed 9 fails at PT1.5S: java.lang.IllegalStateException: divisible by three",
                "6 of 10 seeds, 2 failed",
                "7 of 10 seeds, 2 failed",
                "8 of 10 seeds, 2 failed",
                "seed 12 fails at PT1.5S: java.lang.IllegalStateException: divisible by three",
                "9 of 10 seeds, 3 failed",
                "all 10 seeds: 3 failed, the lowest is 6");
    }

    @Test
    void shouldSayWhichFaultsWereOn() {
        Outcome outcome = search("search", EveryThird.class.getName(), "--seeds", "50", "--faults");

        assertThat(outcome.out).contains("at a fault");
        assertThat(outcome.out.lines().filter(line -> line.startsWith("seed ")).count()).isGreaterThan(50 / 3);
    }

    @Test
    void shouldFindTheBuiltInScenarioSound() {
        Outcome outcome = search("search", LossyTransfer.class.getName(), "--seeds", "6");

        assertThat(outcome.out).endsWith("all 6 seeds: none fails" + System.lineSeparator());
        assertThat(outcome.status).isZero();
    }

    @Test
    void shouldFindTheBuiltInScenarioSoundWithFaults() {
        assertThat(search("search", LossyTransfer.class.getName(), "--seeds", "6", "--faults").status).isZero();
    }

    @Test
    void shouldSayHowFarItCame() {
        Outcome outcome = search("search", EveryThird.class.getName(), "--time", "1ns");

        assertThat(outcome.out).endsWith(
                "in the time that there was, 0 of 1000 seeds: none fails" + System.lineSeparator());
        assertThat(outcome.status).isZero();
    }

    @Test
    void shouldRunAScenarioFromAnotherClassPath() throws IOException {
        Path source = Files.writeString(directory.resolve("Theirs.java"), """
                public final class Theirs implements io.fourtuple.api.simulation.Scenario {
                    @Override
                    public void run(io.fourtuple.api.simulation.Simulation simulation) {
                        if (Thread.currentThread().getContextClassLoader() != getClass().getClassLoader()) {
                            throw new IllegalStateException("who is asking?");
                        }
                        if (simulation.config().seed() == 2) {
                            throw new IllegalStateException("theirs fails");
                        }
                    }
                }
                """);
        int compiled = ToolProvider.getSystemJavaCompiler().run(null, null, null,
                "-cp", System.getProperty("java.class.path"), "-d", directory.toString(), source.toString());
        assertThat(compiled).isZero();
        Outcome outcome = search("search", "Theirs", "--seeds", "3", "--class-path", directory.toString());

        assertThat(outcome.out).contains("seed 2 fails at PT0S: java.lang.IllegalStateException: theirs fails",
                "  again: ./run search Theirs --from 2 --seeds 1 --class-path '" + directory + "'");
        assertThat(outcome.status).isEqualTo(1);
    }
}
