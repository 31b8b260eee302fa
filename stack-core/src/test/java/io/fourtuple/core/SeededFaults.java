package io.fourtuple.core;

import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Fires each point in 10 to 25 of 100 times that it is asked, how often being drawn for each, and counts. */
final class SeededFaults implements FaultPoints {
    final Map<String, Integer> fired = new TreeMap<>();
    private final Map<String, Double> rates = new TreeMap<>();
    private final SplittableRandom random;

    SeededFaults(long seed) {
        random = new SplittableRandom(seed);
        Faults.all().forEach(point -> rates.put(point, 0.10 + 0.15 * random.nextDouble()));
    }

    @Override
    public boolean fires(String point) {
        boolean fires = random.nextDouble() < rates.get(point);
        if (fires) {
            fired.merge(point, 1, Integer::sum);
        }
        return fires;
    }
}
