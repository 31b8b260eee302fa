package io.fourtuple.samples;

import io.fourtuple.api.simulation.SimulatedHost;
import io.fourtuple.api.simulation.Simulation;
import io.fourtuple.nic.sim.LinkConfig;
import io.fourtuple.nic.sim.Switch;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import org.apache.pekko.Done;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * Hosts around a switch, and connections between any two of them: each sends random octets, gets them back, and checks
 * that they are the same.
 *
 * @param hosts how many, at least 2
 * @param connections how many
 * @param octets that each connection sends
 * @param link between each host and the switch
 */
record SimulatedLoad(int hosts, int connections, long octets, LinkConfig link) {
    private static final int PORT = 7;
    private static final int CHUNK = 16 << 10;
    /** Connections do not all begin at once. */
    private static final long SPREAD = Duration.ofSeconds(10).toNanos();

    /** Makes it, and lets time pass until all connections have ended; how many of them got what they sent. */
    int run(Simulation simulation) {
        Switch center = simulation.network().addSwitch("switch");
        List<SimulatedHost> all = new ArrayList<>();
        for (int i = 0; i < hosts; i++) {
            SimulatedHost host = simulation.host("host" + (i + 1));
            simulation.network().connect(host.nic(), center, link);
            host.run(SimulatedLoad::serve);
            all.add(host);
        }
        RandomGenerator random = simulation.random("load");
        List<CompletionStage<Boolean>> echoes = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            int client = random.nextInt(hosts);
            int server = (client + 1 + random.nextInt(hosts - 1)) % hosts;
            Duration begin = Duration.ofNanos(random.nextLong(SPREAD));
            echoes.add(echo(all.get(client), all.get(server), begin, simulation.random("octets " + i)));
        }
        int intact = 0;
        for (CompletionStage<Boolean> echo : echoes) {
            intact += simulation.await(echo.handle((same, failure) -> failure == null && same)) ? 1 : 0;
        }
        return intact;
    }

    private static void serve(SimulatedHost host) {
        Materializer materializer = host.materializer();
        host.tcp().bind(host.address(), PORT)
                .to(Sink.foreach(connection -> connection.handleWith(Flow.of(ByteString.class), materializer)))
                .run(materializer);
    }

    private CompletionStage<Boolean> echo(
            SimulatedHost from, SimulatedHost to, Duration begin, RandomGenerator random) {
        MessageDigest sent = sha256();
        MessageDigest received = sha256();
        Source<ByteString, ?> chunks = Source.range(1, (int) Math.ceilDiv(octets, CHUNK)).map(number -> {
            byte[] chunk = new byte[(int) Math.min(CHUNK, octets - (number - 1L) * CHUNK)];
            random.nextBytes(chunk);
            sent.update(chunk);
            return ByteString.fromArrayUnsafe(chunk);
        });
        CompletionStage<Done> done = chunks.initialDelay(begin)
                .via(from.tcp().outgoingConnection(to.address(), PORT))
                .runForeach(chunk -> received.update(chunk.toArrayUnsafe()), from.materializer());
        return done.thenApplyAsync(_ -> MessageDigest.isEqual(sent.digest(), received.digest()),
                from.materializer().executionContext());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
