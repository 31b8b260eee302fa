package io.fourtuple.benchmarks.interop;

import io.fourtuple.benchmarks.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Measures this stack and the kernel against each other over a link with faults. Exit status 0: all data intact, our
 * sender nowhere below 0.9 of the kernel's, and nothing for tshark to complain of; 1: missed; 2: it could not be
 * started.
 */
@Command(name = "interop", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Sends data between Fourtuple and this machine's kernel over a link that loses, delays, reorders, "
                + "duplicates and corrupts frames, and compares its goodput with what the kernel has alone.")
public final class Interop implements Callable<Integer> {
    private static final int MISSED = 1;
    private static final int CANNOT_START = 2;

    @Option(names = "--cells", defaultValue = "", paramLabel = "PATTERN",
            description = "only cells whose name has this regular expression in it, such as cubic/1/20 for "
                    + "CUBIC/LOSS in percent/DELAY in ms/FAULT (default: all)")
    private String pattern;

    @Option(names = "--seconds", defaultValue = "8",
            description = "how long a flow sends in the first round; twice as long with 200 ms "
                    + "(default: ${DEFAULT-VALUE})")
    private double seconds;

    @Option(names = "--rounds", defaultValue = "3",
            description = "rounds for cells that are not within a tenth in the first one (default: ${DEFAULT-VALUE})")
    private int rounds;

    @Option(names = "--drain", defaultValue = "120",
            description = "seconds within which all that was sent has to arrive (default: ${DEFAULT-VALUE})")
    private int drain;

    @Option(names = "--write", paramLabel = "FILE", description = "where the page with the tables is written to")
    private Optional<Path> write;

    private Interop() {}

    /**
     * Runs the command line and exits with its status.
     *
     * @param args see {@code --help}
     */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Interop()).execute(args));
    }

    @Override
    public Integer call() throws IOException {
        List<Cell> cells;
        try {
            Pattern wanted = Pattern.compile(pattern);
            cells = Cell.grid().stream().filter(cell -> wanted.matcher(cell.name()).find()).toList();
        } catch (PatternSyntaxException e) {
            System.err.println("interop: --cells is no regular expression: " + e.getDescription());
            return CANNOT_START;
        }
        if (cells.isEmpty()) {
            System.err.println("interop: no cell has \"" + pattern + "\" in its name; one is "
                    + Cell.grid().getFirst().name());
            return CANNOT_START;
        }
        if (!"root".equals(System.getProperty("user.name")) || !Files.isWritable(Path.of("/dev/net/tun"))) {
            System.err.println("interop makes network namespaces and TAP devices: "
                    + "it needs root and /dev/net/tun. Run it as root.");
            return CANNOT_START;
        }
        NetworkNamespace.removeAbandoned();
        try (Lab lab = Lab.open()) {
            Grid grid = new Grid(lab, seconds, Duration.ofSeconds(drain), Optional.empty(), System.err::println);
            List<Comparison> comparisons = grid.measure(cells, rounds);
            boolean met = comparisons.stream().allMatch(c -> c.isMet() && c.failures().isEmpty());
            return met ? 0 : MISSED;
        }
    }
}
