package io.fourtuple.testkit;

import io.fourtuple.api.simulation.HostConfig;
import io.fourtuple.api.simulation.SecondRun;
import io.fourtuple.api.simulation.SimulatedHost;
import io.fourtuple.api.simulation.Simulation;
import io.fourtuple.api.simulation.SimulationConfig;
import io.fourtuple.core.FaultPoints;
import io.fourtuple.nic.loop.Buggify;
import io.fourtuple.nic.loop.Journal;
import io.fourtuple.nic.loop.JournalComparison;
import io.fourtuple.nic.loop.JournalRecorder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Parameter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.opentest4j.TestAbortedException;

/**
 * The simulation of one run of one test, from the first parameter that needs it to its end. On the thread of the test.
 *
 * <p>The end is {@link #end}; {@link #close} is for tests that JUnit gives up before they come so far.
 */
final class RunOfTest implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    /** The end of the unique id of a test of which there are several, such as a parameterized one. */
    private static final Pattern INVOCATION = Pattern.compile("#(\\d+)]$");

    private final ExtensionContext context;
    private final Settings settings;
    private final long seed;
    private final boolean isTemplate;
    private final Simulation simulation;
    private final FaultPoints faults;
    private Optional<Path> journalFile = Optional.empty();
    private Optional<JournalRecorder> recorder = Optional.empty();
    private Optional<JournalComparison> comparison = Optional.empty();
    private Optional<Recording> recording = Optional.empty();
    private Optional<Duration> failedAt = Optional.empty();
    private boolean isClosed;

    /**
     * Starts it.
     *
     * @param isTemplate whether the test is made of runs with a seed each
     */
    RunOfTest(ExtensionContext context, Settings settings, long seed, boolean isTemplate) {
        this.context = context;
        this.settings = settings;
        this.seed = seed;
        this.isTemplate = isTemplate;
        Simulated how = settings.annotation();
        simulation = Simulation.start(SimulationConfig.ofSeed(seed).withOrder(how.order()));
        faults = how.faults() ? new Buggify(simulation.time()) : FaultPoints.NEVER;
        simulation.time().setFaults(faults);
        try {
            if (settings.journal().isPresent()) {
                comparison = Optional.of(new JournalComparison(settings.journal().get()));
            } else if (how.verify()) {
                journalFile = Optional.of(Files.createTempFile("fourtuple-", ".journal"));
                recorder = Optional.of(new JournalRecorder(journalFile.get()));
            }
            if (settings.journal().isEmpty() && how.capture() != Simulated.Capture.NEVER) {
                recording = Optional.of(Recording.start(simulation, Settings.captures(context), nameOfFile()));
            }
        } catch (IOException e) {
            close();
            throw new UncheckedIOException("cannot make a file for the journal: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
        comparison.ifPresent(simulation.time()::setJournal);
        recorder.ifPresent(simulation.time()::setJournal);
    }

    /** One that no other test has: it might pass, and delete the packets of this one. */
    private String nameOfFile() {
        String name = context.getRequiredTestClass().getName() + "-" + context.getRequiredTestMethod().getName();
        Matcher invocation = INVOCATION.matcher(context.getUniqueId());
        return name + (!isTemplate && invocation.find() ? "-" + invocation.group(1) : "") + "-seed-" + seed;
    }

    Simulation simulation() {
        return simulation;
    }

    /** The host that a parameter stands for. */
    SimulatedHost host(Optional<Host> annotation, Parameter parameter) {
        String name = annotation.map(Host::value).orElseGet(() -> SimulationExtension.nameOf(parameter));
        return simulation.hosts().stream()
                .filter(host -> host.name().equals(name))
                .findFirst()
                .orElseGet(() -> simulation.host(HostConfig.of(name)
                        .withAddresses(annotation.map(Host::addresses).orElse(new String[0]))));
    }

    /** Something was thrown just now; the first time counts. */
    void failedNow() {
        if (failedAt.isEmpty()) {
            failedAt = Optional.of(simulation.now());
        }
    }

    /**
     * Closes everything, verifies the run when that is wanted, and tells about it when it has failed.
     *
     * @param thrown by the test
     * @return whether the test has failed
     * @throws Exception when it fails only here, or once more
     */
    boolean end(Optional<Throwable> thrown) throws Exception {
        Duration now = simulation.now();
        boolean failed = true; // until all of this is done
        try {
            if (thrown.isEmpty()) {
                comparison.ifPresent(JournalComparison::finish);
            }
            close();
            comparison.flatMap(JournalComparison::difference).ifPresent(found -> {
                throw found;
            });
            if (thrown.isEmpty() && journalFile.isPresent()) {
                verify(journalFile.get());
            }
            failed = thrown.isPresent() && !(thrown.get() instanceof TestAbortedException);
        } finally {
            if (failed && settings.journal().isEmpty()) { // in the second run, the first one tells
                System.out.println(new FailureBlock(context, settings, seed, failedAt.orElse(now),
                        faults.toString(), recording.map(Recording::describe)));
            } else if (settings.annotation().capture() == Simulated.Capture.ON_FAILURE) {
                recording.ifPresent(Recording::delete);
            }
            if (journalFile.isPresent()) {
                Files.deleteIfExists(journalFile.get());
            }
        }
        return failed;
    }

    private void verify(Path journal) {
        // A template in the other JVM has one run: the one with this seed.
        String id = isTemplate ? context.getParent().orElseThrow().getUniqueId() : context.getUniqueId();
        SecondRun.inAnotherJvm(
                SecondRunOfTest.class, List.of(id, Long.toString(seed), journal.toString()), PATIENCE);
    }

    /**
     * Ends the simulation, then the files. Twice is no error.
     *
     * @throws RuntimeException what had failed in the simulation and nobody has heard of, such as work that another
     *     thread has handed to it
     */
    @Override
    public void close() {
        if (isClosed) {
            return;
        }
        simulation.time().setJournal(Journal.NONE);
        // The last one is closed first, and all of them are, whatever the others throw.
        try (Closing _ = () -> recording.ifPresent(Recording::close);
                Closing _ = () -> comparison.ifPresent(JournalComparison::close);
                Closing _ = () -> recorder.ifPresent(JournalRecorder::close);
                simulation) {
            isClosed = true;
        }
    }

    @FunctionalInterface
    private interface Closing extends AutoCloseable {
        @Override
        void close();
    }
}
