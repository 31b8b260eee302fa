package io.fourtuple.api.simulation;

import io.fourtuple.nic.loop.JournalComparison;
import io.fourtuple.nic.loop.JournalRecorder;
import io.fourtuple.nic.loop.NonDeterminismException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Runs a scenario twice with the same seed, here and in another JVM, and compares everything that happens: each frame,
 * each random number, each deadline, and when.
 *
 * <p>The other JVM is fresh, and hashes objects otherwise, counts other processors, and has another time zone, locale
 * and character set ({@link SecondRun}). So what depends on a clock, on the order of a hash table or on a setting of
 * this machine differs there, and the check says where it first does.
 *
 * @param scenario a class on the class path of this JVM
 * @param seed of both runs
 * @param faults whether fault points fire, by the seed
 * @param patience how long the second run may take, in real time
 */
public record DeterminismCheck(Class<? extends Scenario> scenario, long seed, boolean faults, Duration patience) {
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    public DeterminismCheck {
        Objects.requireNonNull(scenario, "scenario");
        if (!patience.isPositive()) {
            throw new IllegalArgumentException("patience must be above 0, is " + patience);
        }
    }

    /** Seed 1, without faults, ten minutes for the second run. */
    public static DeterminismCheck of(Class<? extends Scenario> scenario) {
        return new DeterminismCheck(scenario, 1, false, PATIENCE);
    }

    /** The same with another seed. */
    public DeterminismCheck withSeed(long value) {
        return new DeterminismCheck(scenario, value, faults, patience);
    }

    /** The same with fault points that fire, or without. */
    public DeterminismCheck withFaults(boolean value) {
        return new DeterminismCheck(scenario, seed, value, patience);
    }

    /** The same with another time for the second run. */
    public DeterminismCheck withPatience(Duration value) {
        return new DeterminismCheck(scenario, seed, faults, value);
    }

    /**
     * Runs it twice.
     *
     * @throws NonDeterminismException at the first difference, with the stack trace of the second run as its cause
     * @throws IllegalStateException when the scenario itself fails, with its failure as the cause
     */
    public void run() {
        Path journal = journal();
        try {
            first(journal);
            SecondRun.inAnotherJvm(DeterminismCheck.class, List.of(
                    scenario.getName(), Long.toString(seed), Boolean.toString(faults), journal.toString()), patience);
        } finally {
            delete(journal);
        }
    }

    private void first(Path file) {
        ScenarioRun first;
        try (JournalRecorder journal = new JournalRecorder(file)) {
            first = ScenarioRun.of(ScenarioRun.instancesOf(scenario), seed, faults, journal);
        }
        first.failure().ifPresent(failure -> {
            if (failure instanceof NonDeterminismException found) {
                throw found;
            }
            throw new IllegalStateException("there is nothing to compare: " + scenario.getName() + " fails with seed "
                    + seed + " at " + first.at() + ": " + failure, failure);
        });
    }

    /** The second run: for {@link SecondRun}. */
    public static void main(String[] arguments) throws ClassNotFoundException {
        Class<? extends Scenario> scenario = Class.forName(arguments[1]).asSubclass(Scenario.class);
        Optional<? extends Throwable> failure;
        try (JournalComparison journal = new JournalComparison(Path.of(arguments[4]))) {
            ScenarioRun second = ScenarioRun.of(ScenarioRun.instancesOf(scenario),
                    Long.parseLong(arguments[2]), Boolean.parseBoolean(arguments[3]), journal);
            if (second.failure().isEmpty()) {
                journal.finish();
            }
            failure = journal.difference().isPresent() ? journal.difference() : second.failure();
        }
        SecondRun.report(Path.of(arguments[0]), failure);
    }

    private static Path journal() {
        try {
            return Files.createTempFile("fourtuple-", ".journal");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a file for the journal: " + e.getMessage(), e);
        }
    }

    private static void delete(Path journal) {
        try {
            Files.deleteIfExists(journal);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete the journal " + journal + ": " + e.getMessage(), e);
        }
    }
}
