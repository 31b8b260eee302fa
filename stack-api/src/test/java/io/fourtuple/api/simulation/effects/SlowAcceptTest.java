package io.fourtuple.api.simulation.effects;

import static io.fourtuple.api.simulation.effects.Programs.connect;
import static io.fourtuple.api.simulation.effects.Programs.look;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.fourtuple.api.observe.SocketRow;
import io.fourtuple.api.observe.StackSnapshot;
import io.fourtuple.api.simulation.SimulatedHost;
import io.fourtuple.api.simulation.Simulation;
import io.fourtuple.api.simulation.SimulationConfig;
import io.fourtuple.core.Counter;
import io.fourtuple.nic.sim.LinkConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.pattern.Patterns;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A server that accepts a connection per second, with a backlog of two. Its clients are connected at once and do not
 * notice; but beyond the backlog that is only what they think: their final ACKs are ignored, and their connections get
 * in when there is room by the time a SYN-ACK is sent again.
 */
class SlowAcceptTest {
    private static final Duration ROUND_TRIP = Duration.ofMillis(10);
    private static final Duration SPACING = Duration.ofMillis(20);
    private static final int BACKLOG = 2;

    private final Simulation simulation = Simulation.start(SimulationConfig.ofSeed(1));
    private final SimulatedHost client = simulation.host("client");
    private final SimulatedHost server = simulation.host("server");

    @AfterEach
    void end() {
        simulation.close();
    }

    private void acceptOnePerSecond(SimulatedHost host) {
        host.tcp().bind(host.address(), Programs.GREETING, BACKLOG, List.of(), false, Optional.empty())
                .mapAsync(1, connection -> {
                    Programs.greet(connection, host);
                    return inASecond();
                })
                .runWith(Sink.ignore(), host.materializer());
    }

    private CompletionStage<Done> inASecond() {
        return Patterns.after(Duration.ofSeconds(1), simulation.system().classicSystem().scheduler(),
                simulation.system().executionContext(), () -> CompletableFuture.completedFuture(Done.getInstance()));
    }

    @Test
    void shouldAcceptInOrderWhatWasConnectedAtOnce() {
        simulation.connect(client, server, LinkConfig.DEFAULT.withDelay(ROUND_TRIP.dividedBy(2)));
        server.run(Programs::discard);
        server.run(this::acceptOnePerSecond);
        connect(simulation, client, server); // so that both have asked for each other's MAC address
        List<Programs.Visit> visits = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            visits.add(Programs.visit(simulation, client, server));
            simulation.runFor(SPACING);
        }
        StackSnapshot full = look(simulation, server);
        assertThat(full.sockets()).filteredOn(row -> row.localPort() == Programs.GREETING)
                .extracting(SocketRow::state, SocketRow::receiveQueue, SocketRow::synQueue)
                .containsOnlyOnce(tuple("LISTEN", 2L, 3)) // one was accepted, two wait for it, three are half-open
                .filteredOn(tuple("SYN-RECV", 0L, 0)::equals).hasSize(3);
        assertThat(full.counter(Counter.TCP_EXT_LISTEN_OVERFLOWS)).isEqualTo(3);

        for (int i = 0; i < 6; i++) {
            Duration sinceTheFirst = SPACING.multipliedBy(i);
            assertThat(simulation.await(visits.get(i).connected())).isEqualTo(ROUND_TRIP);
            assertThat(simulation.await(visits.get(i).greeted()).plus(sinceTheFirst))
                    .isEqualTo(Duration.ofSeconds(i).plus(ROUND_TRIP.multipliedBy(2)));
        }
        StackSnapshot after = look(simulation, server);
        assertThat(after.counter(Counter.TCP_EXT_SYN_RETRANS)).isEqualTo(3 + 2); // after 1 s one got in, after 3 s two
        assertThat(after.counter(Counter.TCP_EXT_LISTEN_OVERFLOWS)).isEqualTo(3 + 2);
        assertThat(after.counter(Counter.TCP_EXT_LISTEN_DROPS)).isEqualTo(3 + 2);
    }
}
