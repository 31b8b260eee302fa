package io.fourtuple.benchmarks.interop;

import io.fourtuple.benchmarks.NetworkNamespace;
import io.fourtuple.nic.NicException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Measures this stack and the kernel against each other over a link with faults. Exit status 0: all data intact, our
 * sender nowhere below 0.9 of the kernel's, and nothing for tshark to complain of; 1: missed; 2: it could not be
 * started.
 */
@Command(name = "interop", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Sends data between Fourtuple and this machine's kernel over a link that loses, delays, "
                + "reorders, duplicates and corrupts frames, and compares its goodput with what the kernel has alone.")
public final class Interop implements Callable<Integer> {
    private static final int MISSED = 1;
    private static final int CANNOT_START = 2;

    @Option(names = "--cells", defaultValue = "", paramLabel = "PATTERN",
            description = "only cells whose name has this regular expression in it, such as cubic/1/20 for "
                    + "CUBIC/LOSS in percent/DELAY in ms/FAULT (default: all)")
    private String pattern;

    @Option(names = "--seconds", defaultValue = "4",
            description = "how long a flow sends in the first round; twice as long with 200 ms "
                    + "(default: ${DEFAULT-VALUE})")
    private double seconds;

    @Option(names = "--rounds", defaultValue = "3",
            description = "rounds for cells that are not within a tenth in the first one (default: ${DEFAULT-VALUE})")
    private int rounds;

    @Option(names = "--drain", defaultValue = "120",
            description = "seconds within which all that was sent has to arrive (default: ${DEFAULT-VALUE})")
    private int drain;

    @Option(names = "--captures", paramLabel = "DIRECTORY",
            description = "where captures are kept (default: they are removed)")
    private Optional<Path> captures;

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
        String tshark;
        try {
            tshark = ExpertInfo.version();
        } catch (IOException e) {
            System.err.println("interop has its captures read by tshark, which does not run (" + e.getMessage()
                    + "): install it (on Debian: apt install tshark)");
            return CANNOT_START;
        }
        NetworkNamespace.removeAbandoned();
        Path directory = captures.isPresent() ? Files.createDirectories(captures.get())
                : Files.createTempDirectory("interop");
        try {
            return measure(cells, directory, tshark);
        } finally {
            if (captures.isEmpty()) {
                delete(directory);
            }
        }
    }

    private int measure(List<Cell> cells, Path directory, String tshark) throws IOException {
        long start = System.nanoTime();
        List<Comparison> comparisons;
        Grid grid;
        try (Lab lab = Lab.open()) {
            // For whoever interrupts it: namespaces outlive a process.
            Runtime.getRuntime().addShutdownHook(new Thread(lab::close, "interop-clean-up"));
            grid = new Grid(lab, seconds, Duration.ofSeconds(drain), Optional.of(directory), System.err::println);
            comparisons = grid.measure(cells, rounds);
        } catch (IOException | NicException e) {
            System.err.println("interop could not go on: " + e.getMessage());
            return CANNOT_START;
        }
        Findings findings = new Findings();
        for (Path capture : grid.captured()) {
            findings.add(capture.getFileName().toString(), ExpertInfo.of(capture));
        }
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        Page page = new Page(comparisons, findings, setting(comparisons, grid, tshark, took));
        if (write.isPresent()) {
            page.writeTo(write.get());
            System.out.println("written to " + write.get());
        } else {
            System.out.print(page.text());
        }
        return verdict(comparisons, findings);
    }

    private List<String> setting(List<Comparison> comparisons, Grid grid, String tshark, Duration took) {
        List<Load> loads = comparisons.stream().flatMap(c -> c.all().stream()).map(Measured::load).toList();
        return List.of(
                String.format(Locale.ROOT, "Measured on %s with Linux %s, %d CPUs, in %d minutes: %d cells, %s s for a"
                        + " flow (twice as long with 200 ms), up to %d rounds. %s.",
                        LocalDate.now(ZoneId.systemDefault()), System.getProperty("os.version"),
                        Runtime.getRuntime().availableProcessors(), took.toMinutes(), comparisons.size(), seconds,
                        rounds, tshark.replaceFirst(" \\(Git.*", "").replaceFirst("\\.$", "")),
                String.format(Locale.ROOT, "CPUs while data were sent: %.0f %% busy in the median, %.0f %% at most, of"
                        + " which this program had %.0f %% and %.0f %%. Devices dropped %d frames; %d"
                        + " measurements were repeated as they had.",
                        100 * median(loads.stream().mapToDouble(Load::share)),
                        100 * loads.stream().mapToDouble(Load::share).max().orElse(0),
                        100 * median(loads.stream().mapToDouble(Load::own)),
                        100 * loads.stream().mapToDouble(Load::own).max().orElse(0), grid.dropped(),
                        grid.repeated()));
    }

    private static double median(DoubleStream figures) {
        return Comparison.median(figures.toArray());
    }

    private static int verdict(List<Comparison> comparisons, Findings findings) {
        List<String> misses = new ArrayList<>();
        for (Comparison comparison : comparisons) {
            if (!comparison.isMet()) {
                misses.add(String.format(Locale.ROOT, "%s: our sender has %.2f of the kernel's goodput, less than %s",
                        comparison.cell().name(), comparison.ratio(Way.OURS_TO_KERNEL), Comparison.WANTED));
            }
            misses.addAll(comparison.failures());
        }
        misses.addAll(findings.faults());
        misses.forEach(miss -> System.out.println("missed: " + miss));
        return misses.isEmpty() ? 0 : MISSED;
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }
}
