package io.fourtuple.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.api.simulation.DeterminismCheck;
import io.fourtuple.api.simulation.Faults;
import io.fourtuple.api.simulation.Scenario;
import io.fourtuple.api.simulation.SeedSearch;
import io.fourtuple.api.simulation.SimulatedHost;
import io.fourtuple.api.simulation.Simulation;
import io.fourtuple.api.simulation.SimulationConfig;
import io.fourtuple.nic.loop.VirtualTime;
import io.fourtuple.nic.sim.LinkConfig;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What docs/testing.md shows: {@link TestingPageTest} compares them. */
class DocumentedTest {
    // docs: begin first
    private static final LinkConfig LINK = LinkConfig.DEFAULT.withDelay(Duration.ofMillis(20)).withLoss(0.02);

    @Simulated
    void shouldEchoOverALossyLink(Simulation simulation, SimulatedHost client, SimulatedHost server) {
        simulation.connect(client, server, LINK);
        server.run(DocumentedTest::echo);

        ByteString sent = ByteString.fromArray(new byte[100_000]);
        CompletionStage<ByteString> received = Source.single(sent)
                .via(client.tcp().outgoingConnection(server.address(), 7))
                .runWith(Sink.fold(ByteString.emptyByteString(), ByteString::concat), client.materializer());

        assertThat(simulation.await(received)).isEqualTo(sent);
    }

    private static void echo(SimulatedHost host) {
        host.tcp().bind(host.address(), 7)
                .to(Sink.foreach(connection ->
                        connection.handleWith(Flow.of(ByteString.class), host.materializer())))
                .run(host.materializer());
    }
    // docs: end

    @Nested
    class WithParameters {
        // docs: begin parameters
        @BeforeEach
        void layTheLink(Simulation simulation, SimulatedHost client, SimulatedHost server) {
            simulation.connect(client, server, LINK);
        }

        @Simulated(seed = 42)
        void shouldWait(VirtualTime clock, @Host("server") SimulatedHost echo, RandomGenerator random) {
            clock.runFor(Duration.ofHours(random.nextInt(1, 100))); // takes milliseconds
            assertThat(echo.isUp()).isTrue();
        }
        // docs: end
    }

    // docs: begin runs
    @Simulated(runs = 20, faults = true, order = VirtualTime.Order.SHUFFLED)
    void shouldServeWhateverHappens(Simulation simulation) {
        // …
    }
    // docs: end

    // docs: begin faults
    static final class Cache {
        private Optional<String> value = Optional.empty();

        String value(Simulation simulation) {
            if (simulation.faults().fires("forget-cached-value")) {
                value = Optional.empty();
            }
            return value.orElseGet(this::load);
        }

        private String load() {
            String loaded = Faults.fires("load-slow-value") ? "slow" : "fast";
            value = Optional.of(loaded);
            return loaded;
        }
    }
    // docs: end

    // docs: begin verify
    @Simulated(verify = true)
    void shouldBeDeterministic(Simulation simulation) {
        // …
    }
    // docs: end

    // docs: begin scenario
    /** The clients of a server that starts again are served. */
    public static final class ServerStartsAgain implements Scenario {
        @Override
        public SimulationConfig configure(SimulationConfig config) {
            return config.withOrder(VirtualTime.Order.SHUFFLED);
        }

        @Override
        public void run(Simulation simulation) {
            SimulatedHost client = simulation.host("client");
            SimulatedHost server = simulation.host("server");
            simulation.connect(client, server, LINK);
            server.run(DocumentedTest::echo);
            simulation.runFor(Duration.ofMillis(simulation.random("outage").nextInt(1000)));
            server.crash();
            simulation.runFor(Duration.ofSeconds(1));
            server.restart();

            CompletionStage<ByteString> echoed = Source.single(ByteString.fromString("hello"))
                    .via(client.tcp().outgoingConnection(server.address(), 7))
                    .runWith(Sink.fold(ByteString.emptyByteString(), ByteString::concat), client.materializer());
            if (!simulation.await(echoed).utf8String().equals("hello")) {
                throw new AssertionError("not served");
            }
        }
    }
    // docs: end

    @Test
    void shouldHoldWithManySeeds() {
        // docs: begin search
        SeedSearch.Result result = SeedSearch.of(ServerStartsAgain.class).withSeeds(1, 20).run();
        assertThat(result.failures()).isEmpty();

        DeterminismCheck.of(ServerStartsAgain.class).withSeed(1).run();
        // docs: end
    }

    @Simulated
    void shouldAskItsCache(Simulation simulation) {
        assertThat(new Cache().value(simulation)).isEqualTo("fast");
    }
}
