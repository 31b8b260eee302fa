package io.fourtuple.api.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.nic.sim.LinkConfig;
import io.fourtuple.nic.sim.Switch;
import java.time.Duration;
import java.util.List;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

/** How much happens for what a program does: what makes a simulation of hours fast, counted instead of timed. */
class SimulationWorkTest {
    private static final int PORT = 7;
    private static final int EXCHANGES = 1000;
    /**
     * Three segments with six links to cross, and for each a turn of the stack and of the connection; the delayed
     * acknowledgment; four turns of streams with two writes and two demands of them.
     */
    private static final int MOST_EVENTS = 24;

    @Test
    void shouldTakeFewEventsForAnExchange() {
        try (Simulation simulation = Simulation.start(SimulationConfig.ofSeed(1))) {
            Switch center = simulation.network().addSwitch("switch");
            SimulatedHost client = simulation.host("client");
            SimulatedHost server = simulation.host("server");
            for (SimulatedHost host : List.of(client, server)) {
                simulation.network().connect(
                        host.nic(), center, LinkConfig.DEFAULT.withDelay(Duration.ofMillis(1)));
            }
            server.run(host -> host.tcp().bind(host.address(), PORT)
                    .to(Sink.foreach(connection ->
                            connection.handleWith(Flow.of(ByteString.class), host.materializer())))
                    .run(host.materializer()));
            long before = simulation.time().eventsRun();
            long octets = simulation.await(
                    Source.tick(Duration.ZERO, Duration.ofSeconds(10), ByteString.fromArray(new byte[1024]))
                            .take(EXCHANGES)
                            .via(client.tcp().outgoingConnection(server.address(), PORT))
                            .runWith(Sink.fold(0L, (sum, chunk) -> sum + chunk.length()), client.materializer()));

            assertThat(octets).isEqualTo(EXCHANGES * 1024L);
            assertThat((simulation.time().eventsRun() - before) / (double) EXCHANGES).isLessThan(MOST_EVENTS);
        }
    }
}
