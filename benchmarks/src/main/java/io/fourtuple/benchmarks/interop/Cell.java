package io.fourtuple.benchmarks.interop;

import io.fourtuple.nic.sim.LinkConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One cell of the grid. Its link does the same, independently, in both directions.
 *
 * @param lossPercent of a hundred frames of each direction so many are lost
 * @param delayMillis how long a frame travels, one way
 * @param fault what else happens
 * @param congestion what the sender uses
 */
record Cell(double lossPercent, int delayMillis, Fault fault, Congestion congestion) {
    private static final double[] LOSSES = {0.1, 1, 5};
    private static final int[] DELAYS = {1, 20, 200};

    private static final int FRAME_BITS = 1514 * 8;
    private static final int PAYLOAD_BITS = 1448 * 8;
    /** A queue of less would lose the bursts that any sender makes. */
    private static final int LEAST_QUEUE = 50;
    /**
     * What a loss costs in the model of Padhye and others (1998), in seconds: a quarter of the least timeout, as most
     * losses need none.
     */
    private static final double TIMEOUT = 0.05;
    private static final int LEAST_FLOWS = 4;
    private static final int MOST_FLOWS = 16;
    /** So much all flows of a cell together are to carry, in bits per second. */
    private static final double CELL_RATE = 80e6;
    /** The delay from which on a run takes twice as long, in milliseconds. */
    private static final int LONG_DELAY = 100;

    /** The whole grid: by delay, loss, fault and congestion control; what is not judged without a further fault. */
    static List<Cell> grid() {
        List<Cell> cells = new ArrayList<>();
        for (int delay : DELAYS) {
            for (double loss : LOSSES) {
                for (Fault fault : Fault.values()) {
                    for (Congestion congestion : Congestion.values()) {
                        if (congestion.isAlike() || fault == Fault.NONE) {
                            cells.add(new Cell(loss, delay, fault, congestion));
                        }
                    }
                }
            }
        }
        return List.copyOf(cells);
    }

    /** Such as {@code cubic/0.1/20/reordering}. */
    String name() {
        return congestion.word() + "/" + lossWord() + "/" + delayMillis + "/" + fault.word();
    }

    /** The loss in percent, without more digits than it needs. */
    String lossWord() {
        return lossPercent == Math.rint(lossPercent)
                ? String.valueOf((long) lossPercent)
                : String.format(Locale.ROOT, "%s", lossPercent);
    }

    /** Bits per second of the link of one flow. */
    long bandwidth() {
        return switch (delayMillis) {
            case 1 -> 30 * LinkConfig.MBIT;
            default -> delayMillis < LONG_DELAY ? 20 * LinkConfig.MBIT : 10 * LinkConfig.MBIT;
        };
    }

    /** Frames that may wait for the link: what is on the way in a round-trip time, 50 at least. */
    int queueFrames() {
        long bits = bandwidth() * 2 * delayMillis / 1000;
        return (int) Math.max(LEAST_QUEUE, bits / FRAME_BITS);
    }

    /** The link of one flow. */
    LinkConfig link() {
        return fault.on(LinkConfig.DEFAULT
                .withBandwidth(bandwidth())
                .withDelay(Duration.ofMillis(delayMillis))
                .withLoss(lossPercent / 100)
                .withQueueFrames(queueFrames()));
    }

    /** About what one flow will carry, in bits per second: for planning only. */
    double expectedRate() {
        double p = lossPercent / 100 + (fault == Fault.CORRUPTION ? 0.01 : 0);
        double roundTrip = 2e-3 * delayMillis;
        double model = PAYLOAD_BITS / (roundTrip * Math.sqrt(2 * p / 3)
                + TIMEOUT * Math.min(1, 3 * Math.sqrt(3 * p / 8)) * p * (1 + 32 * p * p));
        return congestion == Congestion.BBR || congestion == Congestion.BBR3
                ? bandwidth() : Math.min((double) bandwidth(), model);
    }

    /** About how many frames all flows send in the last round trip of slow start, before they notice: for planning. */
    double burst() {
        double p = lossPercent / 100 + (fault == Fault.CORRUPTION ? 0.01 : 0);
        double pipe = 2e-3 * delayMillis * bandwidth() / FRAME_BITS + queueFrames();
        return flows() * Math.min(2 * pipe, 2 / p);
    }

    /** How many flows are measured side by side, each on a link of its own. */
    int flows() {
        return Math.clamp(Math.round(CELL_RATE / expectedRate()), LEAST_FLOWS, MOST_FLOWS);
    }

    /** How long a run takes when others take {@code seconds}: twice as long where round-trip times are. */
    double seconds(double seconds) {
        return delayMillis >= LONG_DELAY ? 2 * seconds : seconds;
    }
}
