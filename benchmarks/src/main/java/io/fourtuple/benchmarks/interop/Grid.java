package io.fourtuple.benchmarks.interop;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Measures cells: all in a first round, and those in which our sender was not within a tenth of the kernel's, faster or
 * slower, in two more rounds with twice the time and other draws.
 *
 * <p>Cells that need little of the machine are measured side by side. The paths of a cell are measured one after the
 * other, in the same company, with the same draws.
 */
final class Grid {
    /** What all flows that are measured at the same time may carry, in bits per second, as far as can be foreseen. */
    private static final double RATE = 160e6;
    private static final int MAX_FLOWS = 400;
    /** So many frames of flows that begin at the same time the relay can carry in a round trip. */
    private static final double BURST = 24_000;
    private static final double WARM_UP_SECONDS = 2;
    private static final int MOST_REPEATS = 3;
    private static final int CAPTURED_FRAMES = 3_000;

    private final Lab lab;
    private final double seconds;
    private final Duration drain;
    private final Optional<Path> captures;
    private final Consumer<String> log;
    private final List<Path> captured = new ArrayList<>();
    private long dropped;
    private int repeated;

    /**
     * A grid to be measured.
     *
     * @param seconds how long each flow sends in the first round, see {@link Cell#seconds}
     * @param drain how long what was sent may still take to arrive after that
     * @param captures the directory for captures of the first round, if there are to be any
     * @param log gets a line now and then
     */
    Grid(Lab lab, double seconds, Duration drain, Optional<Path> captures, Consumer<String> log) {
        this.lab = lab;
        this.seconds = seconds;
        this.drain = drain;
        this.captures = captures;
        this.log = log;
    }

    /** The captures of flows of ours. */
    List<Path> captured() {
        return List.copyOf(captured);
    }

    /** How many frames devices have dropped in measurements that count. They should not drop any. */
    long dropped() {
        return dropped;
    }

    /** How many measurements were repeated as devices had dropped frames. */
    int repeated() {
        return repeated;
    }

    /** Measures. */
    List<Comparison> measure(List<Cell> cells, int rounds) throws IOException {
        warmUp();
        Map<Cell, Comparison> comparisons = new LinkedHashMap<>();
        cells.forEach(cell -> comparisons.put(cell, new Comparison(cell)));
        round(0, cells, seconds, comparisons);
        List<Cell> again = cells.stream().filter(cell -> !comparisons.get(cell).isClear()).toList();
        if (!again.isEmpty() && rounds > 1) {
            log.accept(again.size() + " cells are not within a tenth: " + (rounds - 1) + " more rounds");
            for (int round = 1; round < rounds; round++) {
                round(round, again, 2 * seconds, comparisons);
            }
        }
        return List.copyOf(comparisons.values());
    }

    /** Lets the JVM compile what it needs: our stack is young, and the kernel is not. Nothing of this counts. */
    private void warmUp() throws IOException {
        for (Congestion congestion : Congestion.values()) {
            List<Cell> cells = List.of(new Cell(0.1, 1, Fault.REORDERING, congestion));
            for (Way way : Way.values()) {
                lab.measure(new Lab.Run(way, cells, WARM_UP_SECONDS, 0, Optional.empty(), 0), drain);
            }
        }
    }

    private void round(int round, List<Cell> cells, double length, Map<Cell, Comparison> comparisons)
            throws IOException {
        List<List<Cell>> batches = batches(cells);
        for (int i = 0; i < batches.size(); i++) {
            List<Cell> batch = batches.get(i);
            for (Way way : Way.values()) {
                Optional<Path> file = captureOf(round, i, way);
                var run = new Lab.Run(way, batch, length, 1 + round, file, CAPTURED_FRAMES);
                for (Measured measured : undisturbed(run)) {
                    comparisons.get(measured.cell()).add(measured);
                }
            }
            for (Cell cell : batch) {
                log.accept(describe(round, i + 1, batches.size(), comparisons.get(cell)));
            }
        }
    }

    /**
     * Measures until no device has dropped a frame, which is no fault of the link and means that the machine was busy
     * with something else; a few times at most. What was not intact counts, however it came about.
     */
    private List<Measured> undisturbed(Lab.Run run) throws IOException {
        for (int repeats = 0; ; repeats++) {
            long before = lab.dropped();
            List<Measured> measured = lab.measure(run, drain);
            long lost = lab.dropped() - before;
            boolean intact = measured.stream().allMatch(cell -> cell.failures().isEmpty());
            if (lost == 0 || repeats == MOST_REPEATS || !intact) {
                dropped += lost;
                return measured;
            }
            repeated++;
            log.accept(lost + " frames were dropped by devices: measured again");
        }
    }

    private Optional<Path> captureOf(int round, int batch, Way way) {
        if (captures.isEmpty() || round > 0 || way == Way.KERNEL_TO_KERNEL) {
            return Optional.empty();
        }
        Path file = captures.get().resolve(
                batch + "-" + way.name().toLowerCase(Locale.ROOT) + ".pcapng");
        captured.add(file);
        return Optional.of(file);
    }

    /** Cells that are measured at the same time: of the same length, and not too much for the machine. */
    static List<List<Cell>> batches(List<Cell> cells) {
        List<List<Cell>> batches = new ArrayList<>();
        for (Cell cell : cells) {
            List<Cell> fitting = batches.stream()
                    .filter(batch -> batch.getFirst().seconds(1) == cell.seconds(1) && fits(batch, cell))
                    .findFirst()
                    .orElse(null);
            if (fitting == null) {
                fitting = new ArrayList<>();
                batches.add(fitting);
            }
            fitting.add(cell);
        }
        return batches;
    }

    private static boolean fits(List<Cell> batch, Cell cell) {
        double rate = cell.expectedRate() * cell.flows();
        int flows = cell.flows();
        double burst = cell.burst();
        for (Cell other : batch) {
            rate += other.expectedRate() * other.flows();
            flows += other.flows();
            burst += other.burst();
        }
        return rate <= RATE && flows <= MAX_FLOWS && burst <= BURST;
    }

    private static String describe(int round, int batch, int batches, Comparison of) {
        var kernel = of.of(Way.KERNEL_TO_KERNEL).getLast();
        var ours = of.of(Way.OURS_TO_KERNEL).getLast();
        var back = of.of(Way.KERNEL_TO_OURS).getLast();
        return String.format(Locale.ROOT,
                "%d:%d/%d %-28s %7.2f Mbit/s kernel, %7.2f ours (%.2f), %7.2f to ours (%.2f), CPU %.0f %% (%.0f %%)",
                round + 1, batch, batches, of.cell().name(), kernel.bitsPerSecond() / 1e6, ours.bitsPerSecond() / 1e6,
                ours.bitsPerSecond() / kernel.bitsPerSecond(), back.bitsPerSecond() / 1e6,
                back.bitsPerSecond() / kernel.bitsPerSecond(), ours.load().share() * 100, ours.load().own() * 100)
                + of.all().stream().flatMap(m -> m.failures().stream().map(why -> "\n  FAILED: " + m.way() + " " + why))
                        .reduce("", String::concat);
    }
}
