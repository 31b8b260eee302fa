package io.fourtuple.api.simulation.effects;

import static io.fourtuple.api.simulation.effects.Programs.connect;
import static io.fourtuple.api.simulation.effects.Programs.look;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.api.simulation.SimulatedHost;
import io.fourtuple.api.simulation.Simulation;
import io.fourtuple.api.simulation.SimulationConfig;
import io.fourtuple.core.Counter;
import io.fourtuple.nic.sim.LinkConfig;
import io.fourtuple.nic.sim.PacketView;
import io.fourtuple.nic.sim.Verdict;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A SYN that is lost is sent again after a second, then after two more, then four (RFC 6298 §2.1, §5.5). */
class SynLossTest {
    private static final Duration ROUND_TRIP = Duration.ofMillis(100);

    private final Simulation simulation = Simulation.start(SimulationConfig.ofSeed(1));

    @AfterEach
    void end() {
        simulation.close();
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1", "2, 3", "3, 7", "4, 15"})
    void shouldTakeLongerToConnectForEachSynThatIsLost(int lost, int seconds) {
        SimulatedHost client = simulation.host("client");
        SimulatedHost server = simulation.host("server");
        simulation.connect(client, server, LinkConfig.DEFAULT.withDelay(ROUND_TRIP.dividedBy(2)));
        server.run(Programs::discard);
        connect(simulation, client, server); // so that both have asked for each other's MAC address

        simulation.network().rule(PacketView::isSyn, Verdict.drop()).limit(lost);

        assertThat(connect(simulation, client, server)).isEqualTo(ROUND_TRIP.plusSeconds(seconds));
        assertThat(look(simulation, client).counter(Counter.TCP_EXT_SYN_RETRANS)).isEqualTo(lost);
    }
}
