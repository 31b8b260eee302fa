package io.fourtuple.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.nic.loop.NonDeterminismException;
import io.fourtuple.nic.loop.VirtualTime;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.engine.TestExecutionResult;

class SimulatedTest {
    @TempDir
    private Path directory;

    private Kit run(Class<?> type) {
        return run(type, Map.of());
    }

    private Kit run(Class<?> type, Map<String, String> parameters) {
        return Kit.run(type, captures(), parameters);
    }

    private Path captures() {
        return directory.resolve("captures");
    }

    private List<String> captured() throws IOException {
        try (Stream<Path> files = Files.list(captures())) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @AfterEach
    void shouldLeaveNoSimulationBehind() {
        assertThat(VirtualTime.isVirtual()).isFalse();
    }

    @Test
    void shouldGiveATestWhatItAsksFor() throws IOException {
        Kit kit = run(Examples.Parameters.class);

        assertThat(kit.outcomes()).singleElement().asString().endsWith(" SUCCESSFUL");
        assertThat(kit.blocks()).isZero();
        assertThat(captured()).isEmpty();
    }

    @Test
    void shouldTakeASeedThatFollowsFromTheName() {
        List<String> first = run(Examples.DefaultSeeds.class).outcomes();

        assertThat(first).hasSize(3).doesNotHaveDuplicates()
                .allMatch(outcome -> outcome.matches("seed \\d+ SUCCESSFUL"));
        assertThat(run(Examples.DefaultSeeds.class).outcomes()).isEqualTo(first);
    }

    @Test
    void shouldRunSeedAfterSeedUntilOneFails() {
        assertThat(run(Examples.FailsWithSeedNine.class).outcomes()).containsExactly(
                "seed 7 SUCCESSFUL",
                "seed 8 SUCCESSFUL",
                "seed 9 FAILED",
                "seed 10 SKIPPED not run, because seed 9 has failed",
                "seed 11 SKIPPED not run, because seed 9 has failed");
    }

    @Test
    void shouldSayOnceHowAndWhereItFailed() throws IOException {
        Kit kit = run(Examples.FailsWithSeedNine.class);

        Path capture = captures()
                .resolve("io.fourtuple.testkit.Examples-FailsWithSeedNine-test-seed-9.pcapng")
                .toAbsolutePath();
        assertThat(kit.failure()).isInstanceOf(AssertionError.class);
        assertThat(kit.blocks()).isOne();
        assertThat(kit.output()).contains(
                "test      Examples$FailsWithSeedNine#test" + System.lineSeparator(),
                "seed      9, run 3 of 5; those after it are not run" + System.lineSeparator(),
                "failed at 1.500000000 s of virtual time" + System.lineSeparator(),
                "run again -Dfourtuple.simulation.seed=9, such as" + System.lineSeparator(),
                "mvn test -Dtest='Examples$FailsWithSeedNine#test' -Dfourtuple.simulation.seed=9",
                "packets   " + capture + " (the comment of a packet says why it was sent)")
                .doesNotContain("faults");
        assertThat(captured()).containsExactly(capture.getFileName().toString());
        // Some packets, each with the reason it was sent for.
        assertThat(Files.readAllBytes(capture)).hasSizeGreaterThan(1000)
                .containsSequence("SYN".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void shouldRunTheGivenSeedAlone() {
        assertThat(run(Examples.FailsWithSeedNine.class, Map.of(Settings.SEED, "9")).outcomes())
                .containsExactly("seed 9 FAILED");
        assertThat(run(Examples.FailsWithSeedNine.class, Map.of(Settings.SEED, "-10", Settings.RUNS, "3")).outcomes())
                .containsExactly("seed -10 SUCCESSFUL");
    }

    @Test
    void shouldRunAsOftenAsGiven() {
        assertThat(run(Examples.FailsWithSeedNine.class, Map.of(Settings.RUNS, "2")).outcomes())
                .containsExactly("seed 7 SUCCESSFUL", "seed 8 SUCCESSFUL");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            fourtuple.simulation.seed | ten | fourtuple.simulation.seed must be a whole number, is "ten"
            fourtuple.simulation.runs | 1.5 | fourtuple.simulation.runs must be a whole number, is "1.5"
            fourtuple.simulation.runs | 0   | the runs of a simulated test must be 1 to 1000000, are 0
            """)
    void shouldRefuseWhatIsNoNumber(String name, String value, String sentence) {
        assertThat(run(Examples.FailsWithSeedNine.class, Map.of(name, value)).failure()).hasMessage(sentence);
    }

    @Test
    void shouldRefuseTooManyRuns() {
        assertThat(run(Examples.TooManyRuns.class).failure()).hasMessageContaining("1 to 1000000, are 1000001");
    }

    @Test
    void shouldLeavePacketsWhenAskedTo() throws IOException {
        assertThat(run(Examples.AlwaysCaptures.class).outcomes()).containsExactly("seed 1 SUCCESSFUL");
        assertThat(captured()).containsExactly("io.fourtuple.testkit.Examples-AlwaysCaptures-test-seed-1.pcapng");
    }

    @Test
    void shouldKeepThePacketsOfOneWhileOthersPass() throws IOException {
        assertThat(run(Examples.FailsWithOneOfItsParameters.class).outcomes())
                .containsExactly("[1] value=1 FAILED", "[2] value=2 SUCCESSFUL");
        assertThat(captured())
                .containsExactly("io.fourtuple.testkit.Examples-FailsWithOneOfItsParameters-test-1-seed-5.pcapng");
    }

    @Test
    void shouldLeaveNoPacketsWhenAskedNotTo() {
        Kit kit = run(Examples.NeverCaptures.class);

        assertThat(kit.failure()).hasMessageContaining("no packets");
        assertThat(kit.output()).contains("packets   not captured: see @Simulated(capture = …)");
        assertThat(captures()).doesNotExist();
    }

    @Test
    void shouldFailATestWhoseSimulationHasFailedUnheard() {
        Kit kit = run(Examples.LeaksAThread.class);

        assertThat(kit.failure()).isInstanceOf(NonDeterminismException.class)
                .hasMessageContaining("thread leaked has handed work to the simulation");
        assertThat(kit.blocks()).isOne();
    }

    @Test
    void shouldTellOfAFailureBeforeTheTest() {
        Kit kit = run(Examples.FailsBefore.class);

        assertThat(kit.failure()).hasMessage("before");
        assertThat(kit.output()).contains("failed at 3.000000000 s").doesNotContain("not run" + System.lineSeparator());
        assertThat(kit.blocks()).isOne();
    }

    @Test
    void shouldTakeAnAbortedTestForNoFailure() throws IOException {
        Kit kit = run(Examples.IsAborted.class);

        assertThat(kit.outcomes()).containsExactly("seed 1 ABORTED", "seed 2 SUCCESSFUL");
        assertThat(kit.blocks()).isZero();
        assertThat(captured()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(classes = {Examples.IsATestTwice.class, Examples.IsAParameterizedTestToo.class})
    void shouldRefuseAMethodThatIsTwoKindsOfTest(Class<?> type) {
        Kit kit = run(type);

        assertThat(kit.results().allEvents().failed().count()).isPositive();
        assertThat(kit.results().allEvents().failed().stream()
                .map(event -> event.getRequiredPayload(TestExecutionResult.class))
                .map(result -> result.getThrowable().orElseThrow().getMessage()))
                .allMatch(message -> message.startsWith("test is @Simulated and another kind of test: leave"));
        assertThat(kit.output()).doesNotContain("not run");
    }

    @Test
    void shouldServeAllKindsOfTestsOfAClass() {
        assertThat(run(Examples.OnAClass.class).output().lines()).containsExactlyInAnyOrder(
                "example: plain, seed 5",
                "example: parameterized 1, seed 5",
                "example: parameterized 2, seed 5",
                "example: of its own, seed 8",
                "example: nested, seed 5");
    }

    @ParameterizedTest
    @ValueSource(classes = {Examples.InAConstructor.class, Examples.BeforeAllTests.class})
    void shouldRefuseASimulationThatIsNotOfOneTest(Class<?> type) {
        Kit kit = run(type);

        assertThat(kit.failure()).hasMessageContaining("a simulation begins with its test and ends with it");
        assertThat(kit.output()).doesNotContain("not run").doesNotContain("not made");
    }

    @Test
    void shouldSayWhichFaultsWereOn() {
        Kit kit = run(Examples.FailsAtAFault.class);

        assertThat(kit.failure()).isInstanceOf(AssertionError.class);
        assertThat(kit.output()).containsPattern("faults    my-point \\(1/\\d+, fired 1 times\\)");
        assertThat(kit.outcomes()).anyMatch(outcome -> outcome.endsWith("SUCCESSFUL"));
    }

    @Test
    void shouldStopAtAFailureWithoutASimulation() {
        assertThat(run(Examples.NoSimulation.class).outcomes()).containsExactly(
                "seed 1 FAILED",
                "seed 2 SKIPPED not run, because seed 1 has failed",
                "seed 3 SKIPPED not run, because seed 1 has failed");
    }

    // ---- in another JVM, too ----

    @Test
    void shouldVerifyEachRun() {
        assertThat(run(Examples.Verified.class).outcomes()).containsExactly("seed 3 SUCCESSFUL", "seed 4 SUCCESSFUL");
    }

    @Test
    void shouldFailATestThatIsNotDeterministicWhateverItCatches() {
        Kit kit = run(Examples.VerifiedParameter.class);

        assertThat(kit.failure()).isInstanceOf(NonDeterminismException.class)
                .hasMessageMatching("non-determinism detected at PT\\S+S: the first run noted .*client.*");
        assertThat(kit.blocks()).isOne();
        assertThat(kit.output()).doesNotContain("caught");
    }

    @Test
    void shouldFailATestThatFailsInTheOtherJvmAlone() {
        assertThat(run(Examples.FailsElsewhere.class).failure()).isInstanceOf(NonDeterminismException.class)
                .hasMessageContaining("the second run failed, the first one did not");
    }
}
