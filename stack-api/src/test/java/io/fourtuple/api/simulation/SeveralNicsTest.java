package io.fourtuple.api.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.core.Counter;
import io.fourtuple.core.ip.AddressChecks;
import io.fourtuple.core.ip.AddressChecks.Detection;
import io.fourtuple.core.ip.IpConfig;
import io.fourtuple.nic.sim.LinkConfig;
import io.fourtuple.nic.sim.NicConfig;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A stack with two NICs, between two hosts that do not see each other: left 10.77.1.0/24, right 10.78.1.0/24. */
class SeveralNicsTest {
    private static final int PORT = 7;
    private static final LinkConfig LINK = LinkConfig.DEFAULT.withDelay(Duration.ofMillis(5));

    private SimulatedHost left;
    private SimulatedHost middle;
    private SimulatedHost right;

    private Simulation start(long seed, int shards) {
        Simulation simulation = Simulation.start(SimulationConfig.ofSeed(seed));
        left = simulation.host(HostConfig.of("left").withAddresses("10.77.1.1/24"));
        right = simulation.host(HostConfig.of("right").withAddresses("10.78.1.1/24"));
        middle = simulation.host(HostConfig.of("middle")
                .withAddresses("10.77.1.2/24")
                .withFurtherNic(NicConfig.DEFAULT, "10.78.1.2/24")
                .withStack(stack -> stack.withShards(shards)));
        simulation.network().connect(left.nic(), middle.nic(), LINK);
        simulation.network().connect(right.nic(), middle.nics().get(1), LINK);
        middle.run(SeveralNicsTest::echo);
        right.run(SeveralNicsTest::echo);
        return simulation;
    }

    private static void echo(SimulatedHost host) {
        host.tcp().bind("0.0.0.0", PORT)
                .to(Sink.foreach(connection ->
                        connection.handleWith(Flow.of(ByteString.class), host.materializer())))
                .run(host.materializer());
    }

    private static CompletionStage<String> ask(SimulatedHost from, String address) {
        return Source.single(ByteString.fromString("ping", StandardCharsets.UTF_8))
                .via(from.tcp().outgoingConnection(address, PORT))
                .runWith(Sink.fold("", (text, chunk) -> text + chunk.utf8String()), from.materializer());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void shouldListenAndConnectOnBothLinks(int shards) {
        try (Simulation simulation = start(1, shards)) {
            for (int i = 0; i < 5; i++) { // so that each shard has some
                assertThat(simulation.await(ask(left, "10.77.1.2"))).isEqualTo("ping");
                assertThat(simulation.await(ask(right, "10.78.1.2"))).isEqualTo("ping");
                assertThat(simulation.await(ask(middle, "10.78.1.1"))).isEqualTo("ping");
                assertThat(simulation.await(ask(middle, "10.78.1.2"))).as("to itself").isEqualTo("ping");
            }
            assertThat(simulation.await(middle.stack().snapshot()).nicName())
                    .isEqualTo("middle+middle-1");
        }
    }

    @Test
    void shouldWorkAgainAfterARestart() {
        try (Simulation simulation = start(1, 1)) {
            assertThat(simulation.await(ask(right, "10.78.1.2"))).isEqualTo("ping");
            middle.crash();
            middle.restart();
            assertThat(simulation.await(ask(left, "10.77.1.2"))).isEqualTo("ping");
            assertThat(simulation.await(ask(right, "10.78.1.2"))).isEqualTo("ping");
        }
    }

    @Test
    void shouldDoTheSameForTheSameSeed() {
        assertThat(journal(1)).isEqualTo(journal(1)).isNotEqualTo(journal(2));
    }

    private List<String> journal(long seed) {
        List<String> journal = new ArrayList<>();
        try (Simulation simulation = start(seed, 1)) {
            simulation.time().setJournal((at, source, value) -> journal.add(at + " " + source + " " + value));
            simulation.await(ask(left, "10.77.1.2"));
            simulation.await(ask(right, "10.78.1.2"));
            simulation.runFor(Duration.ofSeconds(20));
        }
        return journal;
    }

    /** Two hosts have one address: the one that checks it first does not use it, and the other goes on. */
    @Test
    void shouldNotUseAnAddressThatAnotherHostHas() {
        try (Simulation simulation = Simulation.start(SimulationConfig.ofSeed(1))) {
            SimulatedHost first = simulation.host(HostConfig.of("first").withAddresses("10.77.1.1/24"));
            SimulatedHost second = simulation.host(HostConfig.of("second")
                    .withAddresses("10.77.1.1/24")
                    .withStack(stack -> stack.withIp(checked(stack.ip()))));
            simulation.connect(first, second, LINK);
            simulation.runFor(Duration.ofSeconds(20));
            assertThat(simulation.await(second.stack().snapshot()).counter(Counter.ARP_DUPLICATES)).isEqualTo(1);
            assertThat(simulation.await(first.stack().snapshot()).counter(Counter.ARP_DUPLICATES)).isZero();
        }
    }

    private static IpConfig checked(IpConfig ip) {
        return ip.withAddressChecks(AddressChecks.defaults().withDetection(Detection.ON));
    }

    @Test
    void shouldRefuseSeveralNicsWhereNoPacketsAreExchanged() {
        SimulationConfig streams = SimulationConfig.ofSeed(1).withMode(SimulationConfig.Mode.STREAMS);
        try (Simulation simulation = Simulation.start(streams)) {
            HostConfig two = HostConfig.of("two").withFurtherNic(NicConfig.DEFAULT, "10.78.1.2/24");
            assertThatThrownBy(() -> simulation.host(two))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("several NICs");
        }
    }
}
