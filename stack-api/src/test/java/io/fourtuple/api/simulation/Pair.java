package io.fourtuple.api.simulation;

import io.fourtuple.nic.sim.LinkConfig;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** Two hosts with a link between them, the second of which sends back what it gets. */
record Pair(Simulation simulation, SimulatedHost client, SimulatedHost server) {
    private static final int PORT = 7;
    private static final LinkConfig LINK = LinkConfig.DEFAULT.withDelay(Duration.ofMillis(5));

    static Pair in(Simulation simulation) {
        SimulatedHost client = simulation.host("client");
        SimulatedHost server = simulation.host("server");
        simulation.connect(client, server, LINK);
        simulation.await(server.tcp().bind(server.address(), PORT)
                .to(Sink.foreach(connection ->
                        connection.handleWith(Flow.of(ByteString.class), server.materializer())))
                .run(server.materializer()));
        return new Pair(simulation, client, server);
    }

    /** Sends a text there and back. */
    String echo(String text) {
        return simulation.await(Source.single(ByteString.fromString(text, StandardCharsets.UTF_8))
                .via(client.tcp().outgoingConnection(server.address(), PORT))
                .runWith(Sink.fold(ByteString.emptyByteString(), ByteString::concat), client.materializer()))
                .utf8String();
    }
}
