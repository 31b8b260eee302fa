package io.fourtuple.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * What is printed when a simulated test has failed.
 *
 * @param seed of the run that has failed
 * @param at its virtual time
 * @param faults which fault points were on
 * @param packets where its packets are, if they were captured
 */
record FailureBlock(
        ExtensionContext context, Settings settings, long seed, Duration at, String faults, Optional<String> packets) {
    private static final int WIDTH = 100;
    private static final String LINE = "  %-10s%s";
    private static final long NANOS = Duration.ofSeconds(1).toNanos();

    /** How a test is called in Maven's {@code -Dtest} and here: {@code EchoTest#shouldEcho}. */
    static String nameOf(ExtensionContext context) {
        String type = context.getRequiredTestClass().getName();
        return type.substring(type.lastIndexOf('.') + 1) + "#" + context.getRequiredTestMethod().getName();
    }

    @Override
    public String toString() {
        String name = nameOf(context);
        List<String> lines = new ArrayList<>();
        String head = "---- simulated test failed ";
        lines.add(head + "-".repeat(WIDTH - head.length()));
        lines.add(LINE.formatted("test", name));
        lines.add(LINE.formatted("seed", seed + (settings.runs() == 1 ? "" : ", run " + (seed - settings.seed() + 1)
                + " of " + settings.runs() + "; those after it are not run")));
        lines.add(LINE.formatted("failed at", "%d.%09d s of virtual time"
                .formatted(at.toNanos() / NANOS, at.toNanos() % NANOS)));
        if (settings.annotation().faults()) {
            lines.add(LINE.formatted("faults", faults.isEmpty() ? "no fault point was on" : faults));
        }
        lines.add(LINE.formatted("run again", "-D" + Settings.SEED + "=" + seed + ", such as"));
        lines.add(LINE.formatted("", "mvn test -Dtest='" + name + "' -D" + Settings.SEED + "=" + seed));
        lines.add(LINE.formatted("packets", packets.orElse(
                "not captured: see @Simulated(capture = …)")));
        lines.add("-".repeat(WIDTH));
        return String.join(System.lineSeparator(), lines);
    }
}
