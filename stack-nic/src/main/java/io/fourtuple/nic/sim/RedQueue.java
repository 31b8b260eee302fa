package io.fourtuple.nic.sim;

import java.util.ArrayDeque;
import java.util.random.RandomGenerator;

/** {@link QueueDiscipline.Red}, in the terms of Floyd and Jacobson, "Random Early Detection Gateways", 1993, §4. */
final class RedQueue extends FrameQueue {
    /** How much the length of the queue now counts in its average: w_q of §10. */
    private static final double WEIGHT = 0.002;
    /** The average ages while the queue is empty, as if so many octets had been sent again and again (Linux: avpkt). */
    private static final long TYPICAL_LENGTH = 1000;
    private static final double NANOS_TIMES_BITS = 8e9;

    private final QueueDiscipline.Red red;
    private final RandomGenerator random;
    private final ArrayDeque<Transit> waiting = new ArrayDeque<>();
    private double average;
    /** Frames since the last one that was dropped or marked; -1 while the average is below the minimum. */
    private int count = -1;
    private long emptySince;

    RedQueue(LinkConfig config, QueueDiscipline.Red red, Events events, RandomGenerator random) {
        super(config, events);
        this.red = red;
        this.random = random;
    }

    @Override
    DropCause enqueue(Transit transit, long now) {
        updateAverage(now);
        if (isFullFor(transit)) {
            count = 0;
            return DropCause.QUEUE_FULL;
        }
        if (average >= red.max()) { // RFC 3168 §7: then even packets that could be marked are dropped
            count = 0;
            return DropCause.RED;
        }
        if (average < red.min()) {
            count = -1;
        } else if (isChosen() && !(red.ecn() && mark(transit, DropCause.RED))) {
            return DropCause.RED;
        }
        waiting.add(transit);
        count(transit);
        return null;
    }

    private void updateAverage(long now) {
        if (isEmpty() && bandwidth() > 0) {
            double slots = (now - emptySince) / (TYPICAL_LENGTH * NANOS_TIMES_BITS / bandwidth());
            average *= Math.pow(1 - WEIGHT, slots);
        } else {
            average += WEIGHT * (frames() - average);
        }
    }

    /** The probability grows with each frame that is spared, so that drops are spread evenly. */
    private boolean isChosen() {
        count++;
        double base = red.maxProbability() * (average - red.min()) / (red.max() - red.min());
        double probability = count * base >= 1 ? 1 : base / (1 - count * base);
        if (random.nextDouble() >= probability) {
            return false;
        }
        count = 0;
        return true;
    }

    /** The average length, in frames. */
    double average() {
        return average;
    }

    @Override
    Transit dequeue(long now) {
        return remove(now);
    }

    @Override
    Transit remove(long now) {
        Transit next = waiting.poll();
        if (next != null) {
            uncount(next);
            emptySince = now;
        }
        return next;
    }
}
