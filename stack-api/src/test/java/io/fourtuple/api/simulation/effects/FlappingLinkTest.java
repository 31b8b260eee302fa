package io.fourtuple.api.simulation.effects;

import static io.fourtuple.api.simulation.effects.Programs.connection;
import static io.fourtuple.api.simulation.effects.Programs.upload;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.api.simulation.SimulatedHost;
import io.fourtuple.api.simulation.Simulation;
import io.fourtuple.api.simulation.SimulationConfig;
import io.fourtuple.nic.sim.DropCause;
import io.fourtuple.nic.sim.Link;
import io.fourtuple.nic.sim.LinkConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A link that goes up and down. A transfer goes on whenever it is up: not at once, but when the retransmission timer
 * runs out, which has backed off meanwhile (200 ms, 600 ms, 1400 ms after the link went down).
 */
class FlappingLinkTest {
    private static final Duration UP = Duration.ofSeconds(2);
    private static final Duration DOWN = Duration.ofSeconds(1);
    /** How long the link is up again at most until the transfer goes on: what the next doubled timeout takes. */
    private static final Duration WAKE_UP = Duration.ofMillis(700);
    private static final int OCTETS = 5_100_000; // 5.1 s at 8 Mbit/s
    private static final LinkConfig LINK =
            LinkConfig.DEFAULT.withBandwidth(8 * LinkConfig.MBIT).withDelay(Duration.ofMillis(10)).withQueueFrames(50);
    /** What is on the wire when the link goes down arrives, and the frame that is being sent then. */
    private static final Duration ON_THE_WIRE = LINK.delay().plusMillis(2);

    private final Simulation simulation = Simulation.start(SimulationConfig.ofSeed(1));
    private final SimulatedHost client = simulation.host("client");
    private final SimulatedHost server = simulation.host("server");
    private final Link link = simulation.connect(client, server, LINK);

    @AfterEach
    void end() {
        simulation.close();
    }

    /** How many octets the server has got by the time this much time has passed. */
    private long receivedAfter(Duration duration) {
        simulation.runFor(duration);
        return connection(simulation, server).bytesReceived();
    }

    @Test
    void shouldGoOnWithATransferWheneverTheLinkIsUp() {
        server.run(Programs::discard);
        simulation.await(upload(client, server, OCTETS));
        Duration steady = simulation.now();
        simulation.runFor(Duration.ofSeconds(1)); // until that connection has gone

        Duration begin = simulation.now();
        link.flap(UP, DOWN);
        CompletionStage<Done> upload = upload(client, server, OCTETS);
        List<Long> received = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            received.add(receivedAfter(UP.plus(ON_THE_WIRE)));
            received.add(receivedAfter(DOWN.minus(ON_THE_WIRE)));
        }
        simulation.await(upload);
        Duration flapping = simulation.now().minus(begin);

        assertThat(received.get(0)).isBetween(OCTETS / 4L, OCTETS / 2L);
        assertThat(received.get(1)).isEqualTo(received.get(0)); // nothing while it was down
        assertThat(received.get(2)).isBetween(received.get(1) + OCTETS / 4, (long) OCTETS);
        assertThat(received.get(3)).isEqualTo(received.get(2));
        Duration down = DOWN.multipliedBy(3);
        assertThat(flapping).isGreaterThan(UP.multipliedBy(3).plus(down)).isLessThan(UP.multipliedBy(4).plus(down));
        assertThat(flapping.minus(steady)).isBetween(down, down.plus(WAKE_UP.multipliedBy(4)));
        assertThat(link.forward().statistics().dropped(DropCause.LINK_DOWN)).isPositive();
    }
}
