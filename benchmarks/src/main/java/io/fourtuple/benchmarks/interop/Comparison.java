package io.fourtuple.benchmarks.interop;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What all rounds say about one cell. The ratio of a path is the median of the ratios of its rounds, each to the kernel
 * alone in the same round.
 */
final class Comparison {
    /** What our goodput has to be, as a part of the kernel's. */
    static final double WANTED = 0.9;
    /** How many rounds a cell has whose first one was not near 1: always as many, whatever the second says. */
    static final int ROUNDS = 3;

    private final Cell cell;
    private final Map<Way, List<Measured>> rounds = new EnumMap<>(Way.class);

    Comparison(Cell cell) {
        this.cell = cell;
        for (Way way : Way.values()) {
            rounds.put(way, new ArrayList<>());
        }
    }

    Cell cell() {
        return cell;
    }

    void add(Measured measured) {
        rounds.get(measured.way()).add(measured);
    }

    List<Measured> of(Way way) {
        return List.copyOf(rounds.get(way));
    }

    /** All that was measured. */
    List<Measured> all() {
        return rounds.values().stream().flatMap(List::stream).toList();
    }

    /** Median goodput, in bits per second. */
    double goodput(Way way) {
        return median(of(way).stream().mapToDouble(Measured::bitsPerSecond).toArray());
    }

    /** Goodput of a path as a part of the kernel's own: the median of the rounds. */
    double ratio(Way way) {
        return median(ratios(way));
    }

    /** The same of each round. */
    double[] ratios(Way way) {
        List<Measured> ours = rounds.get(way);
        List<Measured> kernel = rounds.get(Way.KERNEL_TO_KERNEL);
        double[] ratios = new double[Math.min(ours.size(), kernel.size())];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = ours.get(i).bitsPerSecond() / Math.max(1, kernel.get(i).bitsPerSecond());
        }
        return ratios;
    }

    /**
     * Whether one round says enough: our sender is as fast as the kernel's, within a tenth either way. A sender that is
     * a tenth faster is measured again as well as one that is a tenth slower. What is not judged is clear at once.
     */
    boolean isClear() {
        double ratio = ratio(Way.OURS_TO_KERNEL);
        return !cell.congestion().isAlike() || (ratio >= WANTED && ratio <= 1 / WANTED);
    }

    /** Whether our sender is fast enough, or uses something else than the kernel, so that nothing can be asked. */
    boolean isMet() {
        return !cell.congestion().isAlike() || ratio(Way.OURS_TO_KERNEL) >= WANTED;
    }

    /** One sentence for each flow that was not intact. */
    List<String> failures() {
        return all().stream()
                .flatMap(measured -> measured.failures().stream().map(why -> measured.way().title() + ", " + why))
                .toList();
    }

    static double median(double[] figures) {
        if (figures.length == 0) {
            return 0;
        }
        double[] sorted = figures.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
