package io.fourtuple.benchmarks;

import io.fourtuple.core.wire.TcpSegment;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Locale;
import java.util.SplittableRandom;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code ./run bench-ack}: the CPU time that one acknowledgment costs its receiver, with few and with many segments in
 * flight, for orderly and for hostile peers. Exit status 1 when it grows with the flight by more than it may.
 *
 * <p>All cells are measured in turns, each round on fresh connections; the figure is the median of the rounds, and of
 * the CPU time of the one thread that does it, so that what else the machine does counts for little.
 */
@Command(name = "bench-ack", mixinStandardHelpOptions = true, sortOptions = false,
        description = "CPU time per acknowledgment with few and with many segments in flight.")
public final class AckBench implements Runnable, CommandLine.IExitCodeGenerator {
    private static final int[] FLIGHTS = {10, 100, 1_000, 10_000};
    /** So many come before those that are measured. */
    private static final int LEAD = 1_000;

    @Spec
    private CommandSpec spec;

    @Option(names = "--rounds", defaultValue = "9", description = "how many are measured (default: ${DEFAULT-VALUE})")
    private int rounds;

    @Option(names = "--warmup", defaultValue = "3",
            description = "how many go before them and do not count (default: ${DEFAULT-VALUE})")
    private int warmup;

    @Option(names = "--acks", defaultValue = "10000",
            description = "how many are handled in a round (default: ${DEFAULT-VALUE})")
    private int acks;

    @Option(names = "--most", defaultValue = "2.0",
            description = "how much more one may cost than with 10 segments in flight (default: ${DEFAULT-VALUE})")
    private double most;

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private boolean missed;

    private AckBench() {}

    /**
     * Runs it and exits: 0 when no pattern costs too much more, 1 when one does.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new AckBench()).execute(arguments));
    }

    @Override
    public void run() {
        if (rounds < 1 || warmup < 0 || acks < 1 || most <= 0) {
            throw new CommandLine.ParameterException(spec.commandLine(),
                    "there has to be a round, and an acknowledgment in it");
        }
        AckPattern[] patterns = AckPattern.values();
        Cell[][] cells = new Cell[patterns.length][FLIGHTS.length];
        for (int p = 0; p < patterns.length; p++) {
            for (int f = 0; f < FLIGHTS.length; f++) {
                cells[p][f] = new Cell(patterns[p], FLIGHTS[f]);
            }
        }
        for (int round = -warmup; round < rounds; round++) {
            for (Cell[] row : cells) {
                for (Cell cell : row) {
                    cell.measure(round);
                }
            }
        }
        report(cells);
    }

    private void report(Cell[][] cells) {
        System.out.printf(Locale.ROOT, "ns of CPU per acknowledgment, median (min-max)%n%-28s", "segments in flight");
        for (int flight : FLIGHTS) {
            System.out.printf(Locale.ROOT, "%-22s", String.format(Locale.ROOT, "%,d", flight));
        }
        System.out.printf("most / 10 segments%n");
        for (Cell[] row : cells) {
            System.out.printf("%-28s", row[0].pattern.title());
            double base = row[0].spread().median();
            double worst = 0;
            for (Cell cell : row) {
                System.out.printf("%-22s", cell.spread());
                worst = Math.max(worst, cell.spread().median() / base);
            }
            missed |= worst > most;
            System.out.printf(Locale.ROOT, "%.2f %s%n", worst, worst > most ? "MISSED" : "ok");
        }
        System.out.printf(Locale.ROOT, "%,d acknowledgments in a round, %d rounds in turns, %s; at most %.1f%n",
                acks, rounds, Runtime.version(), most);
    }

    @Override
    public int getExitCode() {
        return missed ? 1 : 0;
    }

    /** One pattern with so many segments in flight. */
    private final class Cell {
        private final AckPattern pattern;
        private final int segments;
        private final TcpSegment[] lead = new TcpSegment[LEAD];
        private final TcpSegment[] measured = new TcpSegment[acks];
        private final double[] nanos = new double[rounds];

        /** The peer looks at what is in flight and says what it says: each round the same. */
        Cell(AckPattern pattern, int segments) {
            this.pattern = pattern;
            this.segments = segments;
            SplittableRandom random = new SplittableRandom(segments);
            AckFlight flight = new AckFlight(pattern, segments);
            for (int i = 0; i < lead.length + acks; i++) {
                TcpSegment ack = pattern.ack(i, flight, random);
                flight.acknowledge(ack);
                if (i < lead.length) {
                    lead[i] = ack;
                } else {
                    measured[i - lead.length] = ack;
                }
            }
        }

        /** Once; a round below 0 warms up. */
        void measure(int round) {
            AckFlight flight = new AckFlight(pattern, segments);
            for (TcpSegment ack : lead) {
                flight.acknowledge(ack);
            }
            long start = threads.getCurrentThreadCpuTime();
            for (TcpSegment ack : measured) {
                flight.acknowledge(ack);
            }
            long taken = threads.getCurrentThreadCpuTime() - start;
            if (round >= 0) {
                nanos[round] = taken / (double) acks;
            }
        }

        Spread spread() {
            return Spread.of(nanos);
        }
    }
}
