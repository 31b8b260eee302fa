package io.fourtuple.samples;

import io.fourtuple.api.simulation.Scenario;
import io.fourtuple.api.simulation.SimulatedHost;
import io.fourtuple.api.simulation.Simulation;
import io.fourtuple.nic.sim.LinkConfig;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * A scenario to try {@code ./run search} with: over a link that loses up to 5 of 100 packets, and duplicates and
 * reorders some, a client sends up to 200 KiB to a server that sends them back. How much, and how bad the link is, is
 * drawn from the seed. What comes back has to have the checksum of what was sent.
 *
 * <p>A connection may fail, if fault points fire; then what came before is the beginning of what was sent.
 */
public final class LossyTransfer implements Scenario {
    private static final int PORT = 7;
    private static final int MOST_OCTETS = 200 << 10;
    private static final int MOST_OCTETS_AT_ONCE = 5000;
    private static final double MOST_LOSS = 0.05;

    /** Called by whoever runs it. */
    public LossyTransfer() {}

    @Override
    public void run(Simulation simulation) {
        RandomGenerator random = simulation.random("lossy transfer");
        SimulatedHost client = simulation.host("client");
        SimulatedHost server = simulation.host("server");
        simulation.connect(client, server, LinkConfig.DEFAULT
                .withBandwidth(10 * LinkConfig.MBIT)
                .withDelay(Duration.ofMillis(random.nextInt(1, 100)))
                .withLoss(random.nextDouble(MOST_LOSS))
                .withDuplication(random.nextDouble(MOST_LOSS))
                .withReordering(random.nextDouble(MOST_LOSS), Duration.ofMillis(random.nextInt(1, 20))));
        server.run(LossyTransfer::echo);
        simulation.runFor(Duration.ofSeconds(1));

        byte[] octets = new byte[random.nextInt(1, MOST_OCTETS)];
        random.nextBytes(octets);
        Received received = new Received(octets);
        CompletionStage<Boolean> whole = Source.from(pieces(octets, random))
                .via(client.tcp().outgoingConnection(server.address(), PORT))
                .runWith(Sink.foreach(received::add), client.materializer())
                // Without an executor, what follows a stage of Pekko's runs on another thread.
                .handleAsync((_, failure) -> failure == null, simulation.system().executionContext());
        received.check(simulation.await(whole));
    }

    private static void echo(SimulatedHost host) {
        host.tcp().bind(host.address(), PORT)
                .to(Sink.foreach(connection ->
                        connection.handleWith(Flow.of(ByteString.class), host.materializer())))
                .run(host.materializer());
    }

    private static List<ByteString> pieces(byte[] octets, RandomGenerator random) {
        int size = random.nextInt(1, MOST_OCTETS_AT_ONCE);
        return IntStream.range(0, (octets.length + size - 1) / size)
                .mapToObj(i -> ByteString.fromArray(octets, i * size, Math.min(size, octets.length - i * size)))
                .toList();
    }

    /** What came back, as far as it matters: how much, and its checksum. */
    private static final class Received {
        private final byte[] sent;
        private final CRC32C checksum = new CRC32C();
        private int octets;

        Received(byte[] sent) {
            this.sent = sent;
        }

        void add(ByteString piece) {
            checksum.update(piece.toArray());
            octets += piece.length();
        }

        void check(boolean isWhole) {
            if (octets > sent.length || (isWhole && octets < sent.length)) {
                throw new AssertionError(octets + " octets came back of " + sent.length);
            }
            CRC32C expected = new CRC32C();
            expected.update(sent, 0, octets);
            if (checksum.getValue() != expected.getValue()) {
                throw new AssertionError("the " + octets + " octets that came back are not those that were sent");
            }
        }
    }
}
