package io.fourtuple.testkit;

import io.fourtuple.api.simulation.SecondRun;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs one test in this JVM and compares it with the run of another JVM: for {@link SecondRun}. */
final class SecondRunOfTest implements TestExecutionListener {
    private Optional<Throwable> failure = Optional.empty();
    private int tests;

    private SecondRunOfTest() {}

    /**
     * Runs it and reports.
     *
     * @param arguments the file of the report, the unique id of the test, the seed, the journal of the first run
     */
    public static void main(String[] arguments) {
        SecondRunOfTest outcome = new SecondRunOfTest();
        LauncherFactory.create().execute(LauncherDiscoveryRequestBuilder.request()
                .selectors(DiscoverySelectors.selectUniqueId(arguments[1]))
                .configurationParameter(Settings.SEED, arguments[2])
                .configurationParameter(Settings.JOURNAL, arguments[3])
                .build(), outcome);
        if (outcome.tests == 0 && outcome.failure.isEmpty()) {
            throw new IllegalStateException(
                    "there is no test " + arguments[1] + ", or no test engine on the class path");
        }
        SecondRun.report(Path.of(arguments[0]), outcome.failure);
    }

    @Override
    public void executionFinished(TestIdentifier identifier, TestExecutionResult result) {
        if (identifier.isTest()) {
            tests++;
        }
        if (failure.isEmpty() && result.getStatus() == TestExecutionResult.Status.FAILED) {
            failure = result.getThrowable();
        }
    }
}
