package io.fourtuple.benchmarks;

import io.fourtuple.core.wire.Seq;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.core.wire.TcpOptions;
import io.fourtuple.core.wire.TcpSegment;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * What a peer says in the acknowledgments it sends, orderly or not. For each octet acknowledged in order the sender
 * sends a new one, so that about as much stays in flight.
 */
enum AckPattern {
    /** Each acknowledges one more segment. */
    IN_ORDER("in order") {
        @Override
        TcpSegment ack(int i, AckFlight flight, SplittableRandom random) {
            return Ack.of(flight.next()).toSegment();
        }
    },

    /** One of ten is lost: those above it are told of one by one, then it comes. */
    ONE_HOLE("one hole") {
        @Override
        TcpSegment ack(int i, AckFlight flight, SplittableRandom random) {
            long above = flight.una() + SEGMENT;
            int arrived = i % 10 * SEGMENT;
            return arrived == 0
                    ? Ack.of(flight.una() + Math.min(10 * SEGMENT, flight.octets())).toSegment()
                    : Ack.of(flight.una()).block(above, above + arrived).toSegment();
        }
    },

    /** Every second segment is lost: what arrives now is told of, what is sent again comes half a flight later. */
    EVERY_SECOND("every second segment") {
        @Override
        TcpSegment ack(int i, AckFlight flight, SplittableRandom random) {
            return everySecond(flight, Ack.of(flight.next())).toSegment();
        }
    },

    /** The same, and each says of what was sent again that it had arrived before. */
    DUPLICATE_SACKS("duplicate SACKs") {
        @Override
        TcpSegment ack(int i, AckFlight flight, SplittableRandom random) {
            Ack ack = Ack.of(flight.next());
            return everySecond(flight, ack.block(ack.octets - SEGMENT, ack.octets)).toSegment();
        }
    },

    /** Four octets of the flight, anywhere. */
    SINGLE_OCTETS("single octets") {
        @Override
        TcpSegment ack(int i, AckFlight flight, SplittableRandom random) {
            return octets(Ack.of(flight.next()), flight, random).toSegment();
        }
    },

    /** The same, but nothing is ever acknowledged in order. */
    STUCK_OCTETS("single octets, no progress") {
        @Override
        TcpSegment ack(int i, AckFlight flight, SplittableRandom random) {
            return octets(Ack.of(0), flight, random).toSegment();
        }
    },

    /** Single octets, for a sender that counts (RFC 6675) instead of looking at the time. */
    COUNTED_OCTETS("single octets, no RACK") {
        @Override
        TcpSegment ack(int i, AckFlight flight, SplittableRandom random) {
            return SINGLE_OCTETS.ack(i, flight, random);
        }

        @Override
        boolean hasRack() {
            return false;
        }
    },

    /** Every second segment is lost, and the sender counts. */
    COUNTED_SECOND("every second, no RACK") {
        @Override
        TcpSegment ack(int i, AckFlight flight, SplittableRandom random) {
            return EVERY_SECOND.ack(i, flight, random);
        }

        @Override
        boolean hasRack() {
            return false;
        }
    },

    /** Four ranges of the flight, anywhere: holes open, move and close. */
    MOVING_HOLES("moving holes") {
        @Override
        TcpSegment ack(int i, AckFlight flight, SplittableRandom random) {
            Ack ack = Ack.of(flight.next());
            long end = flight.una() + flight.octets();
            for (int b = 0; b < 4 && end - ack.octets > 2; b++) {
                long from = ack.octets + 1 + random.nextLong(end - ack.octets - 2);
                ack.block(from, from + 1 + random.nextLong(Math.min(3L * SEGMENT, end - from)));
            }
            return ack.toSegment();
        }
    },

    /** What was told of is taken back: every fiftieth time the timer has to find that out. */
    RENEGING("reneging") {
        @Override
        TcpSegment ack(int i, AckFlight flight, SplittableRandom random) {
            long una = flight.una();
            return switch (i % 50) {
                case 0 -> octets(Ack.of(una).block(una + 1, una + 3), flight, random).toSegment();
                case 1 -> Ack.of(una + 1).toSegment();
                default -> octets(Ack.of(una), flight, random).toSegment();
            };
        }

        @Override
        long interval() {
            return 1_000_000;
        }

        @Override
        boolean hasWideWindow() {
            return false; // after a timeout a whole flight would be sent again at once
        }
    },

    /** A loss, and then the claim that it was none, by timestamps (RFC 3522): in turns. */
    CLAIMED_SPURIOUS("losses taken back") {
        @Override
        TcpSegment ack(int i, AckFlight flight, SplittableRandom random) {
            return i % 2 == 0
                    ? octets(Ack.of(flight.una()).echo(1), flight, random).toSegment()
                    : Ack.of(flight.una() + Math.min(SEGMENT, flight.octets())).echo(1).toSegment();
        }
    },

    /** Duplicates, from a peer that knows nothing of SACK. */
    DUPLICATES("duplicates, no SACK") {
        @Override
        TcpSegment ack(int i, AckFlight flight, SplittableRandom random) {
            long all = Math.min(5 * SEGMENT, flight.octets());
            return Ack.of(i % 5 == 0 ? flight.una() + all : flight.una()).toSegment();
        }

        @Override
        boolean hasSack() {
            return false;
        }
    };

    /** Payload octets of a segment in flight. */
    static final int SEGMENT = 1000;
    static final int ISS = 0x7fff_0000;
    static final int IRS = 0x1000_0000;
    static final int WINDOW = 60_000;

    private final String title;

    AckPattern(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    /**
     * The next acknowledgment.
     *
     * @param i how many came before
     * @param flight which gets it
     */
    abstract TcpSegment ack(int i, AckFlight flight, SplittableRandom random);

    /** Nanoseconds between two acknowledgments. */
    long interval() {
        return 5_000;
    }

    boolean hasSack() {
        return true;
    }

    boolean hasRack() {
        return true;
    }

    /** Whether the window stays wide whatever is lost: else little would be in flight soon. */
    boolean hasWideWindow() {
        return true;
    }

    private static Ack everySecond(AckFlight flight, Ack ack) {
        long arrived = (ack.octets + flight.octets() / 2) / SEGMENT;
        long odd = arrived - 1 + arrived % 2;
        for (long at = odd; at * SEGMENT > ack.octets && ack.blocks < 4; at -= 2) {
            ack.block(at * SEGMENT, (at + 1) * SEGMENT);
        }
        return ack;
    }

    private static Ack octets(Ack ack, AckFlight flight, SplittableRandom random) {
        long end = flight.una() + flight.octets();
        while (ack.blocks < 4 && end - ack.octets > 1) {
            long at = ack.octets + 1 + random.nextLong(end - ack.octets - 1);
            ack.block(at, at + 1);
        }
        return ack;
    }

    /** One acknowledgment; octets are counted from the first in flight. */
    private static final class Ack {
        private final long octets;
        private final int[] edges = new int[8];
        private int blocks;
        private int echo;

        private Ack(long octets) {
            this.octets = octets;
        }

        static Ack of(long octets) {
            return new Ack(octets);
        }

        Ack block(long from, long to) {
            edges[2 * blocks] = number(from);
            edges[2 * blocks + 1] = number(to);
            blocks++;
            return this;
        }

        Ack echo(int tsEcr) {
            echo = tsEcr;
            return this;
        }

        TcpSegment toSegment() {
            int[] told = Arrays.copyOf(edges, 2 * blocks);
            return TcpSegment.of(Seq.add(IRS, 1), number(octets), TcpFlags.ACK, WINDOW,
                    new TcpOptions(-1, -1, false, echo != 0, echo, echo, told));
        }

        private static int number(long octet) {
            return Seq.add(ISS, (int) (octet + 1));
        }
    }
}
