package io.fourtuple.benchmarks;

import io.fourtuple.api.simulation.HostConfig;
import io.fourtuple.api.simulation.ParallelSimulation;
import io.fourtuple.api.simulation.SimulatedHost;
import io.fourtuple.api.simulation.Simulation;
import io.fourtuple.api.simulation.SimulationConfig;
import io.fourtuple.api.simulation.Site;
import io.fourtuple.nic.sim.LinkConfig;
import io.fourtuple.nic.sim.NicConfig;
import io.fourtuple.nic.sim.Switch;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code ./run bench-simulation}: how long a virtual hour of many hosts takes, on sites of which each has a core, each
 * connection with a request of 1 KiB and a reply of 1 KiB every 10 s, through streams. Exit status 1 when it is longer
 * than it may be.
 */
@Command(name = "bench-simulation", mixinStandardHelpOptions = true, sortOptions = false,
        description = "One virtual hour of many hosts around a switch: how long it takes.")
public final class SimulationBench implements Runnable, CommandLine.IExitCodeGenerator {
    private static final int PORT = 7;
    private static final int MESSAGE = 1024;
    private static final Duration INTERVAL = Duration.ofSeconds(10);
    private static final Duration BACKBONE = Duration.ofMillis(10);

    @Spec
    private CommandSpec spec;

    @Option(names = "--hosts", defaultValue = "1000", description = "how many (default: ${DEFAULT-VALUE})")
    private int hosts;

    @Option(names = "--connections", defaultValue = "10000", description = "how many (default: ${DEFAULT-VALUE})")
    private int connections;

    @Option(names = "--minutes", defaultValue = "60",
            description = "how many pass, as the hosts see it (default: ${DEFAULT-VALUE})")
    private int minutes;

    @Option(names = "--sites", defaultValue = "2",
            description = "among how many sites they are, each on a core of its own (default: ${DEFAULT-VALUE})")
    private int sites;

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
        if (sites < 1 || hosts < Math.max(2, sites) || connections < sites || minutes < 1) {
            throw new CommandLine.ParameterException(spec.commandLine(),
                    "each site needs a host and a connection, a host needs another one, and time has to pass");
        }
        long start = System.nanoTime();
        long rounds = Duration.ofMinutes(minutes).dividedBy(INTERVAL);
        try (ParallelSimulation simulation = ParallelSimulation.start(SimulationConfig.ofSeed(1), sites, BACKBONE)) {
            List<String> servers = simulation.onEach(this::hosts).stream().flatMap(List::stream).toList();
            long before = usedHeap();
            List<Load> loads = simulation.onEach(site -> new Load(site, servers, rounds));
            simulation.runFor(INTERVAL.multipliedBy(2)); // all are open, and nothing is on its way for ever
            long perConnection = (usedHeap() - before) / connections;
            System.out.printf("%,d hosts, %,d connections: %,d octets of heap for each, both ends with their streams%n",
                    hosts, connections, perConnection);
            long exchanges = sum(simulation.await(site -> loads.get(site.number()).replies)) / MESSAGE;
            double seconds = (System.nanoTime() - start) / 1e9;
            long events = sum(simulation.onEach(site -> site.simulation().time().eventsRun()));
            missed = seconds > mostSeconds;
            System.out.printf("%,d exchanges in %s of virtual time: %.1f s (at most %.0f), %,.0f exchanges/s,"
                            + " %,d events, %,.0f events/s%n",
                    exchanges, simulation.now(), seconds, mostSeconds, exchanges / seconds,
                    events, events / seconds);
        }
    }

    /** The addresses of the hosts of a site. */
    private List<String> hosts(Site site) {
        Simulation simulation = site.simulation();
        Switch center = simulation.network().addSwitch("switch");
        center.connect(site.uplink());
        LinkConfig link = LinkConfig.DEFAULT.withDelay(Duration.ofMillis(1));
        for (int i = site.number(); i < hosts; i += sites) {
            SimulatedHost host = simulation.host(HostConfig.of("host" + i).withNic(NicConfig.FAST));
            simulation.network().connect(host.nic(), center, link);
            host.run(SimulationBench::serve);
        }
        return simulation.hosts().stream().map(SimulatedHost::address).toList();
    }

    private static void serve(SimulatedHost host) {
        Materializer materializer = host.materializer();
        host.tcp().bind(host.address(), PORT)
                .to(Sink.foreach(connection -> connection.handleWith(Flow.of(ByteString.class), materializer)))
                .run(materializer);
    }

    /** The connections from a site to hosts anywhere. */
    private final class Load {
        /** Completed with how many octets of replies came, when that are all. */
        final CompletableFuture<Long> replies = new CompletableFuture<>();
        private long expected;
        private long received;

        Load(Site site, List<String> servers, long rounds) {
            RandomGenerator random = site.simulation().random("connections");
            List<SimulatedHost> clients = site.simulation().hosts();
            for (int i = site.number(), made = 0; i < connections; i += sites, made++) {
                SimulatedHost client = clients.get(made % clients.size());
                Source<ByteString, Cancellable> requests = Source.tick(
                        Duration.ofNanos(random.nextLong(INTERVAL.toNanos())), INTERVAL, request);
                requests.take(rounds)
                        .via(client.tcp().outgoingConnection(other(servers, client, random), PORT))
                        .runWith(Sink.foreach(this::receive), client.materializer());
                expected += rounds * MESSAGE;
            }
        }

        private void receive(ByteString reply) {
            received += reply.length();
            if (received == expected) {
                replies.complete(received);
            }
        }
    }

    private static String other(List<String> servers, SimulatedHost client, RandomGenerator random) {
        String server = client.address();
        while (server.equals(client.address())) {
            server = servers.get(random.nextInt(servers.size()));
        }
        return server;
    }

    private static long sum(List<Long> values) {
        return values.stream().mapToLong(Long::longValue).sum();
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
