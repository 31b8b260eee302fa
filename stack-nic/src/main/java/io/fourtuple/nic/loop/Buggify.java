package io.fourtuple.nic.loop;

import io.fourtuple.core.FaultPoints;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * Faults by the seed, in the manner of FoundationDB's {@code BUGGIFY}: in each run about a quarter of all points is on,
 * so that runs differ in what they go through, and one that is on fires with a probability of its own, 1/4 to 1/1024.
 *
 * <p>What a point does depends on the seed and its name, and not on other points. Each decision is drawn from a source
 * of {@link VirtualTime#random}, so that a journal has it.
 *
 * <p>Confined to the thread of the simulation.
 */
public final class Buggify implements FaultPoints {
    /** Names are constants of a program: so many are a mistake. */
    private static final int MAX_POINTS = 10_000;
    /** One point of so many is on. */
    private static final int ON = 4;
    /** The most often that one fires: one time of so many. */
    private static final int OFTEN = 4;
    /** Each of these halves it once more. */
    private static final int HALVES = 9;

    private final VirtualTime time;
    // By name, because its order is shown.
    private final Map<String, Point> points = new TreeMap<>();

    /** A point that has been asked about; {@code oneIn} is 0 for one that is off. */
    private static final class Point {
        private final RandomGenerator random;
        private final int oneIn;
        private long fired;

        Point(RandomGenerator random) {
            this.random = random;
            oneIn = random.nextInt(ON) == 0 ? OFTEN << random.nextInt(HALVES) : 0;
        }

        boolean fires() {
            if (oneIn == 0 || random.nextInt(oneIn) != 0) {
                return false;
            }
            fired++;
            return true;
        }
    }

    /** Faults by the seed of this simulation: to be {@linkplain VirtualTime#setFaults set} there. */
    public Buggify(VirtualTime time) {
        this.time = time;
    }

    @Override
    public boolean fires(String point) {
        return points.computeIfAbsent(point, this::decide).fires();
    }

    private Point decide(String name) {
        if (points.size() == MAX_POINTS) {
            throw new IllegalStateException("there are more than " + MAX_POINTS + " fault points: their names are to be"
                    + " constants, \"" + name + "\" does not look like one");
        }
        return new Point(time.random("fault " + name));
    }

    /** The points that are on, by name, each with its probability and how often it has fired. */
    @Override
    public String toString() {
        return points.entrySet().stream()
                .filter(entry -> entry.getValue().oneIn > 0)
                .map(entry -> entry.getKey() + " (1/" + entry.getValue().oneIn + ", fired " + entry.getValue().fired
                        + " times)")
                .collect(Collectors.joining(", "));
    }
}
