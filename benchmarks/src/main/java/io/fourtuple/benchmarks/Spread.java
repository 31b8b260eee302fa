package io.fourtuple.benchmarks;

import java.util.Arrays;
import java.util.Locale;

/** Median, smallest and largest of some figures. */
record Spread(double median, double min, double max) {
    /** Of at least one figure. */
    static Spread of(double[] figures) {
        double[] sorted = figures.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[sorted.length - 1]);
    }

    @Override
    public String toString() {
        String format = median < 100 ? "%.2f (%.2f-%.2f)" : "%.0f (%.0f-%.0f)";
        return String.format(Locale.ROOT, format, median, min, max);
    }
}
