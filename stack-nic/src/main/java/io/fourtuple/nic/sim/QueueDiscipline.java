package io.fourtuple.nic.sim;

import java.time.Duration;

/**
 * What happens to frames that have to wait for the link; tc(8) has the same for Linux. Immutable.
 *
 * <p>Those with {@code ecn} mark a packet that would have been dropped, if its sender understands that (ECT, RFC 3168),
 * on a copy of the frame.
 */
public sealed interface QueueDiscipline {
    /** First in, first out; what does not fit is dropped. */
    record DropTail() implements QueueDiscipline {}

    /**
     * Random early detection (Floyd and Jacobson 1993, RFC 2309, and RFC 3168 §7 for its marks): the longer the queue
     * on average, the more frames are dropped at its end.
     *
     * @param min the average length from which on frames are dropped, in frames, at least 1
     * @param max the average length from which on all are dropped, whatever {@code ecn} says, in frames, above
     *     {@code min}
     * @param maxProbability how many are dropped just below {@code max}, above 0 to 1
     * @param ecn whether packets are marked instead
     */
    record Red(int min, int max, double maxProbability, boolean ecn) implements QueueDiscipline {
        public Red {
            LinkChecks.check(min >= 1 && max > min,
                    "RED needs 1 <= min < max, not min " + min + " and max " + max);
            LinkChecks.check(maxProbability > 0 && maxProbability <= 1,
                    "the max-probability of RED must be above 0 to 1, is " + maxProbability);
        }
    }

    /**
     * Controlled delay (RFC 8289): frames are dropped at the head when all that left the queue during an interval had
     * waited for too long.
     *
     * @param target how long frames may wait all the time, above 0
     * @param interval how long they may wait longer, above {@code target}: the round-trip time of most connections
     * @param ecn whether packets are marked instead
     */
    record CoDel(Duration target, Duration interval, boolean ecn) implements QueueDiscipline {
        /** 5 ms and 100 ms as RFC 8289 §4.2 and §4.3 have it, without marks. */
        public static final CoDel DEFAULT = new CoDel(Duration.ofMillis(5), Duration.ofMillis(100), false);

        public CoDel {
            checkCoDel(target, interval);
        }
    }

    /**
     * Flow queue CoDel (RFC 8290): flows get queues of their own, by a hash of their addresses and ports, which take
     * turns; each is under CoDel. A full queue loses from its longest flow.
     *
     * @param flows how many queues there are, 1 to 65536
     * @param quantum how many octets a flow may send each turn, at least 68
     * @param target see {@link CoDel}
     * @param interval see {@link CoDel}
     * @param ecn whether packets are marked instead
     */
    record FqCoDel(int flows, int quantum, Duration target, Duration interval, boolean ecn)
            implements QueueDiscipline {
        /** 1,024 flows, a quantum of 1,514 octets, 5 ms and 100 ms, with marks (RFC 8290 §5.2, and Linux). */
        public static final FqCoDel DEFAULT =
                new FqCoDel(1024, 1514, Duration.ofMillis(5), Duration.ofMillis(100), true);

        public FqCoDel {
            LinkChecks.check(flows >= 1 && flows <= 65_536, "FQ-CoDel can have 1 to 65536 flows, not " + flows);
            LinkChecks.check(quantum >= LinkConfig.MIN_MTU,
                    "the quantum of FQ-CoDel must be at least 68 octets, is " + quantum);
            checkCoDel(target, interval);
        }
    }

    private static void checkCoDel(Duration target, Duration interval) {
        LinkChecks.checkDuration("the interval of CoDel", interval);
        LinkChecks.check(!target.isNegative() && !target.isZero() && target.compareTo(interval) < 0,
                "CoDel needs 0 < target < interval, not target " + target + " and interval " + interval);
    }
}
