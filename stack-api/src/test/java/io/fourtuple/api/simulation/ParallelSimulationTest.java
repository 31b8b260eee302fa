package io.fourtuple.api.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.nic.sim.LinkConfig;
import io.fourtuple.nic.sim.Switch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.StreamTcpException;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sites side by side, and what goes from one to the other. */
@Timeout(120)
class ParallelSimulationTest {
    private static final int PORT = 7;
    private static final Duration DELAY = Duration.ofMillis(10);
    private static final Duration LINK = Duration.ofMillis(1);
    private static final Source<ByteString, NotUsed> OCTETS =
            Source.repeat(ByteString.fromArray(new byte[1 << 14])).take(16);
    private static final long LENGTH = 16 << 14;

    private static ParallelSimulation start(int sites) {
        return ParallelSimulation.start(SimulationConfig.ofSeed(1), sites, DELAY);
    }

    /** A host that echoes behind a switch; its address. */
    private static String build(Site site, LinkConfig link) {
        Simulation simulation = site.simulation();
        Switch center = simulation.network().addSwitch("switch");
        center.connect(site.uplink());
        for (String name : List.of("server", "client")) {
            simulation.network().connect(simulation.host(name).nic(), center, link);
        }
        SimulatedHost server = simulation.hosts().getFirst();
        server.run(host -> host.tcp().bind(host.address(), PORT)
                .to(Sink.foreach(connection ->
                        connection.handleWith(Flow.of(ByteString.class), host.materializer())))
                .run(host.materializer()));
        return server.address();
    }

    private static List<String> build(ParallelSimulation world, LinkConfig link) {
        return world.onEach(site -> build(site, link));
    }

    private static CompletionStage<Long> echoed(Site site, String server, Source<ByteString, NotUsed> octets) {
        SimulatedHost client = site.simulation().hosts().get(1);
        return octets.via(client.tcp().outgoingConnection(server, PORT))
                .runWith(Sink.fold(0L, (sum, chunk) -> sum + chunk.length()), client.materializer());
    }

    private static String next(List<String> servers, Site site) {
        return servers.get((site.number() + 1) % servers.size());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 16})
    void shouldCarryOctetsFromEachSiteToTheNext(int sites) {
        try (ParallelSimulation world = start(sites)) {
            List<String> servers = build(world, LinkConfig.DEFAULT.withDelay(LINK));

            assertThat(servers).doesNotHaveDuplicates();
            assertThat(world.await(site -> echoed(site, next(servers, site), OCTETS)))
                    .hasSize(sites).containsOnly(LENGTH);
            assertThat(world.onEach(site -> site.uplink().dropped())).containsOnly(0L);
        }
    }

    @Test
    void shouldTakeTheDelayOfTheBackboneAndOfTheLinks() {
        try (ParallelSimulation world = start(2)) {
            List<String> servers = build(world, LinkConfig.DEFAULT.withDelay(LINK));
            List<CompletableFuture<Duration>> established = new ArrayList<>();
            world.run(site -> {
                if (site.number() == 0) {
                    SimulatedHost client = site.simulation().hosts().get(1);
                    CompletableFuture<Duration> at = new CompletableFuture<>();
                    established.add(at);
                    Source.<ByteString>never()
                            .viaMat(client.tcp().outgoingConnection(servers.get(1), PORT), (_, stage) -> stage)
                            .to(Sink.ignore())
                            .run(client.materializer())
                            .thenAcceptAsync(_ -> at.complete(site.simulation().now()),
                                    site.simulation().system().executionContext()::execute);
                }
            });
            world.runFor(Duration.ofSeconds(1));

            // ARP there and back, then SYN and SYN-ACK: each over two links and the backbone.
            assertThat(established.getFirst().join()).isEqualTo(DELAY.plus(LINK.multipliedBy(2)).multipliedBy(4));
            assertThat(world.now()).isEqualTo(Duration.ofSeconds(1));
        }
    }

    /** What all links of all sites have carried; {@code slow} is a site whose thread is late, -1 for none. */
    private static List<String> traces(long seed, int slow) {
        try (ParallelSimulation world = ParallelSimulation.start(SimulationConfig.ofSeed(seed), 3, DELAY)) {
            List<TraceHash> hashes = world.onEach(site -> TraceHash.of(site.simulation().network()));
            List<String> servers = build(world, LinkConfig.DEFAULT.withDelay(LINK).withLoss(0.02));
            world.run(site -> {
                if (site.number() == slow) {
                    CountDownLatch never = new CountDownLatch(1);
                    site.simulation().after(DELAY.multipliedBy(3), () -> awaitBriefly(never));
                }
            });
            assertThat(world.await(site -> echoed(site, next(servers, site), OCTETS))).containsOnly(LENGTH);
            return world.onEach(site -> hashes.get(site.number()).finish());
        }
    }

    private static void awaitBriefly(CountDownLatch never) {
        try {
            assertThat(never.await(50, TimeUnit.MILLISECONDS)).isFalse();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void shouldSendTheSameForTheSameSeedWhateverTheThreadsDo() {
        List<String> traces = traces(1, -1);

        assertThat(traces).hasSize(3).doesNotHaveDuplicates();
        assertThat(traces(1, 0)).isEqualTo(traces);
        assertThat(traces(1, 2)).isEqualTo(traces);
        assertThat(traces(2, -1)).doesNotContainAnyElementsOf(traces);
    }

    @Test
    void shouldEndOnAllSitesWhenOneFails() {
        try (ParallelSimulation world = start(3)) {
            world.run(site -> {
                if (site.number() == 1) {
                    site.simulation().after(Duration.ofSeconds(1), () -> {
                        throw new IllegalArgumentException("planted");
                    });
                }
            });
            assertThatThrownBy(() -> world.runFor(Duration.ofHours(1)))
                    .isInstanceOf(IllegalStateException.class).hasMessageContaining("planted");
            assertThatThrownBy(() -> world.onEach(site -> {
                throw new IllegalArgumentException("of site " + site.number());
            })).isInstanceOf(IllegalArgumentException.class).hasMessage("of site 0");
        }
    }

    @Test
    void shouldSayWhyNothingComes() {
        try (ParallelSimulation world = ParallelSimulation.start(
                SimulationConfig.ofSeed(1).withPatience(Duration.ofMinutes(1)), 2, DELAY)) {
            List<String> servers = build(world, LinkConfig.DEFAULT);
            Source<ByteString, NotUsed> endless =
                    Source.tick(Duration.ZERO, Duration.ofSeconds(10), ByteString.fromString("tick"))
                            .mapMaterializedValue(_ -> NotUsed.getInstance());
            assertThatThrownBy(() -> world.await(site -> echoed(site, next(servers, site), endless)))
                    .isInstanceOf(AssertionError.class)
                    .hasMessage("site 0: not completed within PT1M of virtual time");
            assertThatThrownBy(() -> world.await(site -> echoed(site, "10.77.255.1", OCTETS)))
                    .isInstanceOf(CompletionException.class).hasCauseInstanceOf(StreamTcpException.class);
            assertThat(world.onEach(site -> site.simulation().now())).containsOnly(world.now());
        }
        try (ParallelSimulation idle = start(2)) {
            assertThatThrownBy(() -> idle.await(_ -> new CompletableFuture<>()))
                    .isInstanceOf(AssertionError.class).hasMessageContaining("waits in vain");
            Duration before = idle.now();
            idle.runFor(Duration.ofHours(1));
            assertThat(idle.now()).isEqualTo(before.plusHours(1));
        }
    }

    @Test
    void shouldCountWhatComesToASiteWithoutASwitch() {
        try (ParallelSimulation world = start(2)) {
            List<String> servers = world.onEach(site -> site.number() == 0 ? build(site, LinkConfig.DEFAULT) : "");
            world.run(site -> {
                if (site.number() == 0) {
                    assertThat(echoed(site, "10.77.16.1", OCTETS)).isNotNull();
                }
            });
            world.runFor(Duration.ofSeconds(1));

            assertThat(servers.getFirst()).isEqualTo("10.77.0.1");
            assertThat(world.onEach(site -> site.uplink().dropped()).get(1)).isPositive(); // it was asked for by ARP
        }
    }

    @Test
    void shouldRefuseWhatCannotBe() {
        SimulationConfig config = SimulationConfig.ofSeed(1);
        assertThatThrownBy(() -> ParallelSimulation.start(config, 17, DELAY))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("1 to 16 networks, not 17");
        assertThatThrownBy(() -> ParallelSimulation.start(config, 2, Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("more than no time");
        assertThatThrownBy(() ->
                ParallelSimulation.start(config.withMode(SimulationConfig.Mode.STREAMS), 2, DELAY))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("no STREAMS between them");
        try (ParallelSimulation world = start(1)) {
            world.run(site -> {
                site.simulation().network().addSwitch("first").connect(site.uplink());
                Switch second = site.simulation().network().addSwitch("second");
                assertThatThrownBy(() -> second.connect(site.uplink()))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("has a switch already, first:0");
            });
        }
    }
}
