package io.fourtuple.api.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.FaultPoints;
import io.fourtuple.core.Faults;
import io.fourtuple.core.tcp.TcpConfig;
import io.fourtuple.nic.loop.VirtualTime.Order;
import io.fourtuple.nic.sim.LinkConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

/** Whole stacks to which rare things happen often: what arrives is what was sent. */
class SimulatedFaultsTest {
    private static final int PORT = 7;
    private static final int SEEDS = 20;
    private static final int CONNECTIONS = 6;
    private static final int OCTETS = 50_000;
    private static final int MTU = 1400;
    private static final LinkConfig LINK = LinkConfig.DEFAULT.withDelay(Duration.ofMillis(5)).withLoss(0.01);

    /** Fires each point in 10 to 25 of 100 times that it is asked, how often being drawn for each, and counts. */
    private static final class Seeded implements FaultPoints {
        final Map<String, Integer> fired = new TreeMap<>();
        private final Map<String, Double> rates = new TreeMap<>();
        private final RandomGenerator random;

        Seeded(RandomGenerator random) {
            this.random = random;
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

    private static void echo(SimulatedHost host) {
        host.tcp().bind(host.address(), PORT)
                .to(Sink.foreach(connection ->
                        connection.handleWith(Flow.of(ByteString.class), host.materializer())))
                .run(host.materializer());
    }

    private static byte[] octets(long seed) {
        byte[] octets = new byte[OCTETS];
        new Random(seed).nextBytes(octets);
        return octets;
    }

    /** What came back, or what is empty when the connection has failed, which it may. */
    private static CompletionStage<ByteString> send(SimulatedHost from, SimulatedHost to, byte[] octets) {
        List<ByteString> pieces = new ArrayList<>();
        for (int at = 0; at < octets.length; at += MTU) {
            pieces.add(ByteString.fromArray(Arrays.copyOfRange(octets, at, Math.min(at + MTU, octets.length))));
        }
        return Source.from(pieces)
                .via(from.tcp().outgoingConnection(to.address(), PORT))
                .runWith(Sink.fold(ByteString.emptyByteString(), ByteString::concat), from.materializer())
                .exceptionallyAsync(_ -> ByteString.emptyByteString(), Runnable::run); // not on the pool of the JVM
    }

    /** What became of the connections of one simulation, and which points fired how often. */
    private record Run(List<Integer> received, Map<String, Integer> fired, Duration took) {}

    /** Gives nothing up early, but asks who is silent: a reset may be lost, and nobody sends it again. */
    private static TcpConfig patient(TcpConfig tcp) {
        long second = 1_000_000_000L;
        TcpConfig.Retransmission r = tcp.retransmission();
        return tcp.withKeepAlive(new TcpConfig.KeepAlive(true, 60 * second, 10 * second, 50))
                .withRetransmission(new TcpConfig.Retransmission(r.initialTimeout(), r.minTimeout(), r.maxTimeout(),
                        3600 * second, 50, 10 * 3600 * second, 0));
    }

    private static Run run(long seed) {
        SimulationConfig config = SimulationConfig.ofSeed(seed).withOrder(Order.SHUFFLED);
        config = config.withStack(config.stack().withTcp(patient(config.stack().tcp())));
        try (Simulation simulation = Simulation.start(config)) {
            Seeded faults = new Seeded(simulation.random("faults"));
            simulation.time().setFaults(faults);
            SimulatedHost client = simulation.host("client");
            SimulatedHost server = simulation.host(HostConfig.of("server").withStack(stack -> stack.withShards(2)));
            simulation.connect(client, server, LINK);
            server.run(SimulatedFaultsTest::echo);
            simulation.runFor(Duration.ofSeconds(1));
            List<Integer> received = new ArrayList<>();
            List<CompletionStage<ByteString>> all = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                // The last one stays at home.
                all.add(send(i < CONNECTIONS - 1 ? client : server, server, octets(seed + i)));
            }
            for (int i = 0; i < CONNECTIONS; i++) {
                byte[] back = simulation.await(all.get(i)).toArray();
                if (back.length > 0) {
                    assertThat(back).as("seed %s, connection %s", seed, i).isEqualTo(octets(seed + i));
                }
                received.add(back.length);
            }
            return new Run(received, faults.fired, simulation.now());
        }
    }

    @Test
    void shouldEchoWholeAndInOrderWhateverHappens() {
        TreeSet<String> fired = new TreeSet<>();
        int whole = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            Run run = run(seed);
            whole += (int) run.received.stream().filter(octets -> octets == OCTETS).count();
            fired.addAll(run.fired.keySet());
        }

        assertThat(whole).as("connections that did not fail").isGreaterThan(SEEDS * CONNECTIONS * 9 / 10);
        assertThat(fired).containsExactlyElementsOf(new TreeSet<>(Faults.all()));
    }

    @Test
    void shouldRepeatItself() {
        assertThat(run(4711)).isEqualTo(run(4711)).isNotEqualTo(run(4712));
    }
}
