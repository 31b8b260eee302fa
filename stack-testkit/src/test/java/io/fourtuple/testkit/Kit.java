package io.fourtuple.testkit;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;
import org.junit.platform.testkit.engine.EventType;

/**
 * Runs tests in a JUnit of their own.
 *
 * @param results what became of them
 * @param output what they have printed
 */
record Kit(EngineExecutionResults results, String output) {

    /** Runs the tests of a class. */
    static Kit run(Class<?> type, Path captures, Map<String, String> parameters) {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            EngineExecutionResults results = EngineTestKit.engine("junit-jupiter")
                    .selectors(DiscoverySelectors.selectClass(type))
                    .configurationParameter(Settings.CAPTURES, captures.toString())
                    .configurationParameters(parameters)
                    .execute();
            return new Kit(results, printed.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(before);
        }
    }

    /** The tests, each with what became of it, in the order they were run: {@code seed 7 SUCCESSFUL}. */
    List<String> outcomes() {
        List<String> outcomes = new ArrayList<>();
        for (Event event : results.testEvents().list()) {
            String name = event.getTestDescriptor().getDisplayName();
            if (event.getType() == EventType.SKIPPED) {
                outcomes.add(name + " SKIPPED " + event.getRequiredPayload(String.class));
            } else if (event.getType() == EventType.FINISHED) {
                outcomes.add(name + " " + event.getRequiredPayload(
                        TestExecutionResult.class).getStatus());
            }
        }
        return outcomes;
    }

    /** What the one test or class that failed has thrown. */
    Throwable failure() {
        List<Throwable> all = results.allEvents().failed().stream()
                .map(event -> event.getRequiredPayload(TestExecutionResult.class))
                .map(result -> result.getThrowable().orElseThrow())
                .toList();
        if (all.size() != 1) {
            all.forEach(failure -> failure.printStackTrace(System.out));
            throw new AssertionError("one test was to fail, not " + all.size());
        }
        return all.getFirst();
    }

    /** How many blocks were printed. */
    long blocks() {
        return output.lines().filter(line -> line.startsWith("---- simulated test failed")).count();
    }
}
