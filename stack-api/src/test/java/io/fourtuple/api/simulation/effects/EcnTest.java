package io.fourtuple.api.simulation.effects;

import static io.fourtuple.api.simulation.effects.Programs.connection;
import static io.fourtuple.api.simulation.effects.Programs.look;
import static io.fourtuple.api.simulation.effects.Programs.upload;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.api.observe.StackSnapshot;
import io.fourtuple.api.simulation.SimulatedHost;
import io.fourtuple.api.simulation.Simulation;
import io.fourtuple.api.simulation.SimulationConfig;
import io.fourtuple.core.Counter;
import io.fourtuple.core.conformance.Rfc;
import io.fourtuple.core.tcp.TcpConfig.Ecn;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.nic.sim.DropCause;
import io.fourtuple.nic.sim.Link;
import io.fourtuple.nic.sim.LinkConfig;
import io.fourtuple.nic.sim.LinkStatistics;
import io.fourtuple.nic.sim.QueueDiscipline.Red;
import io.fourtuple.nic.sim.Rule;
import io.fourtuple.nic.sim.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.junit.jupiter.api.Test;

/**
 * A queue under RED that marks packets instead of dropping them (RFC 3168): a transfer slows down as if something had
 * been lost, but nothing is, and nothing is sent twice. The same without ECN, as a contrast.
 */
class EcnTest {
    private static final LinkConfig BOTTLENECK = LinkConfig.DEFAULT
            .withBandwidth(10 * LinkConfig.MBIT)
            .withDelay(Duration.ofMillis(20))
            .withDiscipline(new Red(5, 100, 0.1, true));

    /**
     * What became of a transfer.
     *
     * @param windows the congestion window every 100 ms, in octets
     * @param echoes segments with ECE that the receiver sent
     * @param reductions segments with CWR that the sender sent
     */
    private record Result(LinkStatistics link, List<Long> windows, long echoes, long reductions, StackSnapshot sender,
            StackSnapshot receiver) {
        /** Whether the window has become smaller by a third, as CUBIC makes it (RFC 9438 §4.6). */
        boolean hasReducedWindow() {
            long largest = Collections.max(windows);
            List<Long> afterwards = windows.subList(windows.indexOf(largest), windows.size());
            return Collections.min(afterwards) < 0.71 * largest;
        }
    }

    private static Result transfer(Ecn ecn) {
        SimulationConfig config = SimulationConfig.ofSeed(1);
        config = config.withStack(config.stack().withTcp(config.stack().tcp().withEcn(ecn)));
        try (Simulation simulation = Simulation.start(config)) {
            SimulatedHost client = simulation.host("client");
            SimulatedHost server = simulation.host("server");
            Link link = simulation.connect(client, server, BOTTLENECK);
            server.run(Programs::discard);
            Rule echoes = link.backward().rule(p -> p.hasFlags(TcpFlags.ECE) && !p.isSynAck(), Verdict.pass());
            Rule reductions = link.forward().rule(p -> p.hasFlags(TcpFlags.CWR) && !p.isSyn(), Verdict.pass());
            CompletionStage<Done> upload = upload(client, server, 3_000_000);
            List<Long> windows = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                simulation.runFor(Duration.ofMillis(100));
                windows.add(connection(simulation, client).cwnd());
            }
            simulation.await(upload);
            return new Result(link.forward().statistics(), windows, echoes.applied(), reductions.applied(),
                    look(simulation, client), look(simulation, server));
        }
    }

    @Test
    @Rfc(number = 9293, rules = "SHLD-8")
    void shouldSlowDownWithoutLosingAnything() {
        Result result = transfer(Ecn.ON);

        assertThat(result.link.dropped()).isZero();
        assertThat(result.sender.counter(Counter.TCP_RETRANS_SEGS)).isZero();
        assertThat(result.link.marked()).isPositive();
        assertThat(result.receiver.counter(Counter.IP_EXT_IN_CE_PKTS)).isEqualTo(result.link.marked());
        assertThat(result.sender.counter(Counter.TCP_EXT_DELIVERED_CE)).isPositive();
        // The receiver repeats the echo until the sender says that it has reduced its window.
        assertThat(result.echoes).isGreaterThan(result.reductions);
        assertThat(result.reductions).isBetween(1L, result.link.marked());
        assertThat(result.hasReducedWindow()).isTrue();
    }

    @Test
    void shouldLosePacketsAndSendThemAgainWithoutEcn() {
        Result result = transfer(Ecn.OFF);

        long lost = result.link.dropped(DropCause.RED);
        assertThat(lost).isPositive().isEqualTo(result.link.dropped());
        assertThat(result.sender.counter(Counter.TCP_RETRANS_SEGS)).isGreaterThanOrEqualTo(lost);
        assertThat(List.of(result.link.marked(), result.echoes, result.reductions)).containsOnly(0L);
        assertThat(result.hasReducedWindow()).isTrue();
    }
}
