package io.fourtuple.benchmarks;

import io.fourtuple.api.simulation.HostConfig;
import io.fourtuple.api.simulation.SimulatedHost;
import io.fourtuple.api.simulation.Simulation;
import io.fourtuple.api.simulation.SimulationConfig;
import io.fourtuple.nic.sim.LinkConfig;
import io.fourtuple.nic.sim.NicConfig;
import io.fourtuple.nic.sim.Switch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code ./run bench-simulation}: how long a virtual hour of many hosts takes, each connection with a request of 1 KiB
 * and a reply of 1 KiB every 10 s, through streams. Exit status 1 when it is longer than it may be.
 */
@Command(name = "bench-simulation", mixinStandardHelpOptions = true, sortOptions = false,
        description = "One virtual hour of many hosts around a switch: how long it takes.")
public final class SimulationBench implements Runnable, CommandLine.IExitCodeGenerator {
    private static final int PORT = 7;
    private static final int MESSAGE = 1024;
    private static final Duration INTERVAL = Duration.ofSeconds(10);
    private static final Duration HOUR = Duration.ofHours(1);

    @Option(names = "--hosts", defaultValue = "1000", description = "how many (default: ${DEFAULT-VALUE})")
    private int hosts;

    @Option(names = "--connections", defaultValue = "10000", description = "how many (default: ${DEFAULT-VALUE})")
    private int connections;

    @Option(names = "--most-seconds", defaultValue = "60",
            description = "how long it may take, from the first host to the last reply (default: ${DEFAULT-VALUE})")
    private double mostSeconds;

    private final ByteString request = ByteString.fromArray(new byte[MESSAGE]);
    private boolean missed;

    private SimulationBench() {}

    /**
     * Runs it and exits: 0 when it was fast enough, 1 when not.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new SimulationBench()).execute(arguments));
    }

    @Override
    public void run() {
        long start = System.nanoTime();
        long rounds = HOUR.dividedBy(INTERVAL);
        try (Simulation simulation = Simulation.start(SimulationConfig.ofSeed(1))) {
            List<SimulatedHost> all = hosts(simulation);
            long before = usedHeap();
            List<CompletionStage<Long>> replies = connections(simulation, all, rounds);
            simulation.runFor(INTERVAL.multipliedBy(2)); // all are open, and nothing is on its way for ever
            long perConnection = (usedHeap() - before) / connections;
            System.out.printf("%,d hosts, %,d connections: %,d octets of heap for each, both ends with their streams%n",
                    hosts, connections, perConnection);
            long octets = 0;
            for (CompletionStage<Long> reply : replies) {
                octets += simulation.await(reply);
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            long exchanges = octets / MESSAGE;
            if (exchanges != rounds * connections) {
                throw new IllegalStateException(exchanges + " exchanges, not " + rounds * connections);
            }
            missed = seconds > mostSeconds;
            System.out.printf("%,d exchanges in %s of virtual time: %.1f s (at most %.0f), %,.0f exchanges/s,"
                            + " %,d events, %,.0f events/s%n",
                    exchanges, simulation.now(), seconds, mostSeconds, exchanges / seconds,
                    simulation.time().eventsRun(), simulation.time().eventsRun() / seconds);
        }
    }

    private List<SimulatedHost> hosts(Simulation simulation) {
        Switch center = simulation.network().addSwitch("switch");
        LinkConfig link = LinkConfig.DEFAULT.withDelay(Duration.ofMillis(1));
        List<SimulatedHost> all = new ArrayList<>();
        for (int i = 1; i <= hosts; i++) {
            SimulatedHost host = simulation.host(HostConfig.of("host" + i).withNic(NicConfig.FAST));
            simulation.network().connect(host.nic(), center, link);
            host.run(SimulationBench::serve);
            all.add(host);
        }
        return all;
    }

    private static void serve(SimulatedHost host) {
        Materializer materializer = host.materializer();
        host.tcp().bind(host.address(), PORT)
                .to(Sink.foreach(connection -> connection.handleWith(Flow.of(ByteString.class), materializer)))
                .run(materializer);
    }

    private List<CompletionStage<Long>> connections(Simulation simulation, List<SimulatedHost> all, long rounds) {
        RandomGenerator random = simulation.random("connections");
        List<CompletionStage<Long>> replies = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            SimulatedHost client = all.get(i % hosts);
            SimulatedHost server = all.get((i + 1 + random.nextInt(hosts - 1)) % hosts);
            Source<ByteString, Cancellable> requests = Source.tick(
                    Duration.ofNanos(random.nextLong(INTERVAL.toNanos())), INTERVAL, request);
            replies.add(requests.take(rounds)
                    .via(client.tcp().outgoingConnection(server.address(), PORT))
                    .runWith(Sink.fold(0L, (sum, chunk) -> sum + chunk.length()), client.materializer()));
        }
        return replies;
    }

    private static long usedHeap() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    @Override
    public int getExitCode() {
        return missed ? 1 : 0;
    }
}
