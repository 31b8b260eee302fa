package io.fourtuple.api.simulation.effects;

import static io.fourtuple.api.simulation.effects.Programs.connect;
import static io.fourtuple.api.simulation.effects.Programs.look;
import static io.fourtuple.api.simulation.effects.Programs.visit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.api.StackConfig.Listen.Profile;
import io.fourtuple.api.observe.StackSnapshot;
import io.fourtuple.api.simulation.HostConfig;
import io.fourtuple.api.simulation.SimulatedHost;
import io.fourtuple.api.simulation.Simulation;
import io.fourtuple.api.simulation.SimulationConfig;
import io.fourtuple.core.Counter;
import io.fourtuple.nic.sim.LinkConfig;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A server that accepts nobody for two seconds, with a backlog of one. What becomes of the first client that finds the
 * accept queue full depends on the profile of the listening socket.
 */
class FullAcceptQueueTest {
    private static final Duration ROUND_TRIP = Duration.ofMillis(10);
    private static final int BACKLOG = 1;

    private final Simulation simulation = Simulation.start(SimulationConfig.ofSeed(1));
    private final SimulatedHost client = simulation.host("client");

    @AfterEach
    void end() {
        simulation.close();
    }

    /** A server with as many connections in its accept queue as that holds. */
    private SimulatedHost fullServer(Profile profile, int accepted) {
        SimulatedHost server = simulation.host(HostConfig.of("server")
                .withStack(stack -> stack.withListen(stack.listen().withProfile(profile))));
        simulation.connect(client, server, LinkConfig.DEFAULT.withDelay(ROUND_TRIP.dividedBy(2)));
        server.run(Programs::discard);
        connect(simulation, client, server); // so that both have asked for each other's MAC address
        server.tcp().bind(server.address(), Programs.GREETING, BACKLOG, List.of(), false, Optional.empty())
                .initialDelay(Duration.ofSeconds(2))
                .to(Sink.foreach(connection -> Programs.greet(connection, server)))
                .run(server.materializer());
        for (int i = 0; i < accepted; i++) {
            visit(simulation, client, server);
            simulation.runFor(Duration.ofMillis(50));
        }
        return server;
    }

    /** Both counters go up by one for each final ACK or SYN that the listening socket did not take. */
    private void expectRefusals(SimulatedHost server, int refusals) {
        StackSnapshot snapshot = look(simulation, server);
        assertThat(snapshot.counter(Counter.TCP_EXT_LISTEN_OVERFLOWS)).isEqualTo(refusals);
        assertThat(snapshot.counter(Counter.TCP_EXT_LISTEN_DROPS)).isEqualTo(refusals);
    }

    @Test
    void shouldIgnoreTheFinalAckUntilTheSynAckIsSentAgain() {
        SimulatedHost server = fullServer(Profile.SEED, 1);

        Programs.Visit visit = visit(simulation, client, server);

        assertThat(simulation.await(visit.connected())).isEqualTo(ROUND_TRIP); // or so it thinks
        simulation.runFor(Duration.ofMillis(100));
        expectRefusals(server, 1);
        // The SYN-ACK comes again after 1 s, too early, and after 3 s.
        assertThat(simulation.await(visit.greeted()))
                .isEqualTo(Duration.ofSeconds(3).plus(ROUND_TRIP.multipliedBy(2)));
        expectRefusals(server, 2);
        assertThat(look(simulation, server).counter(Counter.TCP_EXT_SYN_RETRANS)).isEqualTo(2);
    }

    @Test
    void shouldDropTheSynAsLinuxDoes() {
        SimulatedHost server = fullServer(Profile.LINUX, 2); // one more than the backlog

        Programs.Visit visit = visit(simulation, client, server);

        // The SYN comes again after 1 s, too early, and after 3 s; so here it is the client that has to be patient.
        assertThat(simulation.await(visit.connected())).isEqualTo(Duration.ofSeconds(3).plus(ROUND_TRIP));
        assertThat(simulation.await(visit.greeted()))
                .isEqualTo(Duration.ofSeconds(3).plus(ROUND_TRIP.multipliedBy(2)));
        expectRefusals(server, 2);
        assertThat(look(simulation, server).counter(Counter.TCP_EXT_SYN_RETRANS)).isZero();
        assertThat(look(simulation, client).counter(Counter.TCP_EXT_SYN_RETRANS)).isEqualTo(2);
    }

    @Test
    void shouldResetWithProfileRst() {
        SimulatedHost server = fullServer(Profile.RST, 1);

        Duration begin = simulation.now();
        Programs.Visit visit = visit(simulation, client, server);

        assertThat(simulation.await(visit.connected())).isEqualTo(ROUND_TRIP);
        assertThatThrownBy(() -> simulation.await(visit.greeted())).hasMessageContaining("reset by peer");
        assertThat(simulation.now().minus(begin)).isEqualTo(ROUND_TRIP.multipliedBy(2));
        expectRefusals(server, 1);
        assertThat(look(simulation, server).counter(Counter.TCP_OUT_RSTS)).isOne();
    }
}
