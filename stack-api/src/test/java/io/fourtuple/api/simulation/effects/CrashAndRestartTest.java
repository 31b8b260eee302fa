package io.fourtuple.api.simulation.effects;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.api.simulation.SimulatedHost;
import io.fourtuple.api.simulation.Simulation;
import io.fourtuple.api.simulation.SimulationConfig;
import io.fourtuple.core.tcp.TcpConfig;
import io.fourtuple.core.tcp.TcpConfig.Retransmission;
import io.fourtuple.nic.loop.VirtualTime.Order;
import io.fourtuple.nic.sim.LinkConfig;
import io.fourtuple.nic.sim.Switch;
import io.fourtuple.nic.sim.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.SystemMaterializer;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Hosts lose their power in an order of ours, and start again in another. Nobody tells their peers, who learn of it
 * when they time out, or, once the host has started again, when it answers with a reset.
 */
class CrashAndRestartTest {
    private static final Duration ROUND_TRIP = Duration.ofMillis(20);

    /** Hosts around a switch, whose tasks run in any order the seed makes of them; and what is seen, as it is seen. */
    private static final class Star implements AutoCloseable {
        private final Simulation simulation;
        private final Switch center;
        final SimulatedHost client;
        final SimulatedHost a;
        final SimulatedHost b;
        final SimulatedHost c;
        final List<String> seen = new ArrayList<>();

        Star(long seed) {
            SimulationConfig config = SimulationConfig.ofSeed(seed).withOrder(Order.SHUFFLED);
            TcpConfig tcp = impatient(config.stack().tcp());
            simulation = Simulation.start(config.withStack(config.stack().withTcp(tcp)));
            center = simulation.network().addSwitch("switch");
            client = host("client");
            a = host("a");
            b = host("b");
            c = host("c");
        }

        /** A user timeout of ten seconds. */
        private static TcpConfig impatient(TcpConfig tcp) {
            Retransmission r = tcp.retransmission();
            return tcp.withRetransmission(new Retransmission(r.initialTimeout(), r.minTimeout(), r.maxTimeout(),
                    r.synGiveUp(), r.synackRetries(), r.giveUp(), Duration.ofSeconds(10).toNanos()));
        }

        private SimulatedHost host(String name) {
            SimulatedHost host = simulation.host(name);
            simulation.network().connect(
                    host.nic(), center, LinkConfig.DEFAULT.withDelay(ROUND_TRIP.dividedBy(4)));
            host.run(Programs::discard);
            return host;
        }

        /** Opens a connection that says something every 100 ms. How it ends, and when, is seen under this name. */
        void talk(SimulatedHost from, SimulatedHost to, Materializer materializer, String name) {
            Source.tick(Duration.ZERO, Duration.ofMillis(100), ByteString.fromString("tick"))
                    .via(from.tcp().outgoingConnection(to.address(), Programs.DISCARD))
                    .runWith(Sink.ignore(), materializer)
                    .whenCompleteAsync((_, failure) -> seen.add(name + " " + simulation.now().toMillis() + " "
                            + failure.getMessage().replaceAll(".*(reset|timed out|terminated).*", "$1")),
                            simulation.system().executionContext());
        }

        @Override
        public void close() {
            simulation.close();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void shouldCrashAndRestartAtOneInstantInTheOrderOfAList(long seed) {
        try (Star star = new Star(seed)) {
            Materializer outside = SystemMaterializer.get(star.simulation.system()).materializer();
            List.of(star.a, star.b, star.c).forEach(host -> star.talk(host, star.client, outside, host.name()));
            star.simulation.runFor(Duration.ofSeconds(1));

            star.simulation.crash(List.of(star.c, star.a, star.b));
            assertThat(star.seen).containsExactly("c 1000 terminated", "a 1000 terminated", "b 1000 terminated");

            star.seen.clear();
            star.simulation.network().rule(packet -> star.seen.add(packet.sender()), Verdict.pass());
            List.of(star.a, star.b, star.c).forEach(host ->
                    host.run(again -> star.talk(again, star.client, again.materializer(), again.name())));
            star.simulation.restart(List.of(star.b, star.c, star.a));
            assertThat(star.seen).containsExactly("b", "c", "a"); // their ARP requests for the client
            assertThat(star.simulation.now()).isEqualTo(Duration.ofSeconds(1));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldTimeOutAtPeersInTheOrderOfCrashes(long seed) {
        try (Star star = new Star(seed)) {
            List.of(star.a, star.b, star.c).forEach(host ->
                    star.talk(star.client, host, star.client.materializer(), host.name()));
            star.simulation.after(Duration.ofMillis(1075), star.c::crash);
            star.simulation.after(Duration.ofMillis(2075), star.a::crash);
            star.simulation.after(Duration.ofMillis(3075), star.b::crash);
            star.simulation.runFor(Duration.ofSeconds(20));

            // 10 s after the first tick that was not acknowledged
            assertThat(star.seen).containsExactly("c 11100 timed out", "a 12100 timed out", "b 13100 timed out");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldResetWhatPeersSayAfterTheRestart(long seed) {
        try (Star star = new Star(seed)) {
            List.of(star.a, star.b, star.c).forEach(host ->
                    star.talk(star.client, host, star.client.materializer(), host.name()));
            star.simulation.runFor(Duration.ofMillis(1075));
            star.simulation.crash(List.of(star.c, star.a, star.b));
            star.simulation.restart(List.of(star.a));
            star.simulation.after(Duration.ofMillis(200), star.b::restart);
            star.simulation.runFor(Duration.ofSeconds(20));

            // The tick at 1100, for b its retransmission at 1300; then the host has to find the client by ARP first.
            assertThat(star.seen).containsExactly("a 1140 reset", "b 1340 reset", "c 11100 timed out");
        }
    }
}
