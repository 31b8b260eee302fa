package io.fourtuple.api.simulation.effects;

import static io.fourtuple.api.simulation.effects.Programs.connection;
import static io.fourtuple.api.simulation.effects.Programs.look;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.api.simulation.SimulatedHost;
import io.fourtuple.api.simulation.Simulation;
import io.fourtuple.api.simulation.SimulationConfig;
import io.fourtuple.core.Counter;
import io.fourtuple.core.tcp.TcpInfo;
import io.fourtuple.nic.sim.LinkConfig;
import io.fourtuple.nic.sim.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Packets get through in one direction and not in the other. Whoever sends data cannot tell which one it is: nothing is
 * acknowledged, so the segment is sent again, first as a tail loss probe and then by the timer, 200 ms, 400 ms, 800 ms
 * and so on after it was first sent (RFC 8985 §7.3, RFC 6298 §5.5). The connection lives, and after the partition it
 * wakes up with the next retransmission, and not before.
 */
class AsymmetricPartitionTest {
    private static final Duration ROUND_TRIP = Duration.ofMillis(20);
    private static final Duration SENT = Duration.ofSeconds(1);
    private static final Duration HEALED = Duration.ofSeconds(20);
    private static final int OCTETS = 1000;

    private final Simulation simulation = Simulation.start(SimulationConfig.ofSeed(1));
    private final SimulatedHost client = simulation.host("client");
    private final SimulatedHost server = simulation.host("server");
    /** When the client has sent its segment again. */
    private final List<Duration> retransmissions = new ArrayList<>();

    @BeforeEach
    void begin() {
        simulation.connect(client, server, LinkConfig.DEFAULT.withDelay(ROUND_TRIP.dividedBy(2)));
        server.run(Programs::echo);
        simulation.network().rule(
                packet -> packet.sender().equals("client") && packet.isRetransmission()
                        && retransmissions.add(simulation.now().minus(SENT)),
                Verdict.pass());
    }

    @AfterEach
    void end() {
        simulation.close();
    }

    /** Sends a segment through a partition that lets none of {@code muted}'s packets through, until it has healed. */
    private CompletionStage<ByteString> echoWhileMute(SimulatedHost muted, SimulatedHost other) {
        simulation.after(SENT.minusMillis(1),
                () -> simulation.network().partitionOneWay(List.of(muted.nic()), List.of(other.nic())));
        simulation.after(HEALED, simulation.network()::heal);
        CompletionStage<ByteString> echoed = Source.single(ByteString.fromArray(new byte[OCTETS]))
                .initialDelay(SENT)
                .concat(Source.maybe())
                .via(client.tcp().outgoingConnection(server.address(), Programs.ECHO))
                .runWith(Sink.head(), client.materializer());
        simulation.runFor(HEALED.minusMillis(1));
        return echoed;
    }

    /** The probe after 200 ms, and so many timeouts: after 400, 800 … */
    private static List<Duration> doubling(int timeouts) {
        return IntStream.rangeClosed(0, timeouts).mapToObj(n -> Duration.ofMillis(200L << n)).toList();
    }

    @Test
    void shouldDeliverDataAgainAndAgainWhenAcknowledgmentsAreLost() {
        CompletionStage<ByteString> echoed = echoWhileMute(server, client);

        assertThat(retransmissions).isEqualTo(doubling(6));
        assertThat(connection(simulation, client)).extracting(TcpInfo::unacknowledged, TcpInfo::timeouts)
                .containsExactly(OCTETS, 6);
        assertThat(connection(simulation, server).bytesReceived()).isEqualTo(OCTETS);
        assertThat(look(simulation, server).counter(Counter.TCP_EXT_DELAYED_ACK_LOST)).isEqualTo(7);

        assertThat(simulation.await(echoed).length()).isEqualTo(OCTETS);
        assertThat(simulation.now()).isEqualTo(SENT.plus(doubling(7).getLast()).plus(ROUND_TRIP));
    }

    @Test
    void shouldLookTheSameToTheSenderWhenItsDataAreLost() {
        CompletionStage<ByteString> echoed = echoWhileMute(client, server);

        assertThat(retransmissions).isEqualTo(doubling(6));
        assertThat(connection(simulation, client)).extracting(TcpInfo::unacknowledged, TcpInfo::timeouts)
                .containsExactly(OCTETS, 6);
        assertThat(connection(simulation, server).bytesReceived()).isZero();
        assertThat(look(simulation, server).counter(Counter.TCP_EXT_DELAYED_ACK_LOST)).isZero();

        assertThat(simulation.await(echoed).length()).isEqualTo(OCTETS);
        assertThat(simulation.now()).isEqualTo(SENT.plus(doubling(7).getLast()).plus(ROUND_TRIP));
    }
}
