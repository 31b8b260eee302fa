package io.fourtuple.api.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.nic.loop.ClockSkew;
import io.fourtuple.nic.loop.VirtualTime.Order;
import io.fourtuple.nic.sim.LinkConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.StreamTcpException;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whole stacks and streams in virtual time. */
class SimulationTest {
    private static final int PORT = 7;
    private static final Source<ByteString, NotUsed> MEBIBYTE =
            Source.repeat(ByteString.fromArray(new byte[1 << 14])).take(64);
    private static final LinkConfig LOSSY = LinkConfig.DEFAULT.withDelay(Duration.ofMillis(50)).withLoss(0.01);

    private static void echo(SimulatedHost host) {
        host.tcp().bind(host.address(), PORT)
                .to(Sink.foreach(connection ->
                        connection.handleWith(Flow.of(ByteString.class), host.materializer())))
                .run(host.materializer());
    }

    private static CompletionStage<Long> send(
            SimulatedHost from, SimulatedHost to, Source<ByteString, NotUsed> octets) {
        return octets.via(from.tcp().outgoingConnection(to.address(), PORT))
                .runWith(Sink.fold(0L, (sum, chunk) -> sum + chunk.length()), from.materializer());
    }

    private static List<String> journalOfATransfer(long seed, Order order) {
        List<String> journal = new ArrayList<>();
        try (Simulation simulation = Simulation.start(SimulationConfig.ofSeed(seed).withOrder(order))) {
            simulation.time().setJournal((at, source, value) -> journal.add(at + " " + source + " " + value));
            SimulatedHost client = simulation.host("client");
            SimulatedHost server = simulation.host("server");
            simulation.connect(client, server, LOSSY);
            server.run(SimulationTest::echo);
            assertThat(simulation.await(send(client, server, MEBIBYTE))).isEqualTo(1 << 20);
            assertThat(simulation.now()).isGreaterThan(Duration.ofSeconds(1));
        }
        return journal;
    }

    @ParameterizedTest
    @EnumSource
    void shouldDoTheSameForTheSameSeedAndAnotherForAnother(Order order) {
        List<String> journal = journalOfATransfer(1, order);

        assertThat(journal).hasSizeGreaterThan(1000);
        assertThat(journalOfATransfer(1, order)).isEqualTo(journal);
        assertThat(journalOfATransfer(2, order)).isNotEqualTo(journal);
    }

    @Test
    void shouldCrashAndStartAgain() {
        try (Simulation simulation = Simulation.start(SimulationConfig.ofSeed(1))) {
            SimulatedHost client = simulation.host("client");
            SimulatedHost server = simulation.host("server");
            simulation.connect(client, server, LinkConfig.DEFAULT.withDelay(Duration.ofMillis(5)));
            server.run(SimulationTest::echo);
            CompletionStage<Long> endless = send(client, server, MEBIBYTE.concat(Source.never()));
            simulation.runFor(Duration.ofSeconds(1));
            server.crash();
            simulation.runFor(Duration.ofMinutes(1));
            assertThat(endless.toCompletableFuture()).isNotDone(); // nobody has told the client
            assertThatThrownBy(server::materializer).hasMessageContaining("restart it first");

            server.restart();
            CompletionStage<Long> afterwards = send(client, server, MEBIBYTE);
            assertThat(simulation.await(afterwards)).isEqualTo(1 << 20);
            CompletionStage<Long> reset = send(client, server, MEBIBYTE.concat(Source.never()));
            simulation.runFor(Duration.ofSeconds(1));
            server.crash();
            server.restart();
            assertThat(reset.toCompletableFuture()).isNotDone();
        }
    }

    @Test
    void shouldResetConnectionsThatAHostKnowsNothingOfAfterItsRestart() {
        try (Simulation simulation = Simulation.start(SimulationConfig.ofSeed(1))) {
            SimulatedHost client = simulation.host("client");
            SimulatedHost server = simulation.host("server");
            simulation.connect(client, server, LinkConfig.DEFAULT.withDelay(Duration.ofMillis(5)));
            server.run(SimulationTest::echo);
            Source<ByteString, ?> ticks = Source.tick(
                    Duration.ZERO, Duration.ofSeconds(10), ByteString.fromString("tick"));
            CompletionStage<Long> ticking = ticks.via(client.tcp().outgoingConnection(server.address(), PORT))
                    .runWith(Sink.fold(0L, (sum, chunk) -> sum + chunk.length()), client.materializer());
            simulation.runFor(Duration.ofSeconds(25));
            server.crash();
            server.restart();

            assertThatThrownBy(() -> simulation.await(ticking)).isInstanceOf(CompletionException.class)
                    .hasCauseInstanceOf(StreamTcpException.class)
                    .hasMessageContaining("reset");
            assertThat(simulation.now()).isBetween(Duration.ofSeconds(30), Duration.ofSeconds(31));
        }
    }

    @Test
    void shouldLeaveOutWhoHasNoPowerInACrashOfSeveral() {
        try (Simulation simulation = Simulation.start(SimulationConfig.ofSeed(1))) {
            SimulatedHost a = simulation.host("a");
            SimulatedHost b = simulation.host("b");
            a.crash();
            simulation.crash(List.of(a, b));
            assertThat(simulation.hosts()).noneMatch(SimulatedHost::isUp);
            assertThat(b.stack().whenTerminated().toCompletableFuture()).isDone(); // not only told to

            b.restart();
            assertThatThrownBy(() -> simulation.restart(List.of(a, b))).hasMessageContaining("host b is up");
            assertThat(simulation.hosts()).allMatch(SimulatedHost::isUp);
            assertThat(simulation.now()).isZero();
        }
    }

    @Test
    void shouldRunAHostByItsOwnClock() {
        try (Simulation simulation = Simulation.start(SimulationConfig.ofSeed(1))) {
            SimulatedHost fast = simulation.host(
                    HostConfig.of("fast").withSkew(new ClockSkew(Duration.ofSeconds(-3), 100_000)));
            simulation.runFor(Duration.ofSeconds(10));

            assertThat(fast.clock().nanoTime()).isEqualTo(Duration.ofSeconds(8).toNanos());
        }
    }

    @Test
    void shouldSpreadAHostOverShards() {
        try (Simulation simulation = Simulation.start(SimulationConfig.ofSeed(1).withOrder(Order.SHUFFLED))) {
            SimulatedHost client = simulation.host("client");
            SimulatedHost server = simulation.host(HostConfig.of("server").withStack(stack -> stack.withShards(3)));
            simulation.connect(client, server, LOSSY);
            server.run(SimulationTest::echo);
            List<CompletionStage<Long>> all = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                all.add(send(client, server, MEBIBYTE));
            }
            assertThat(all).allSatisfy(sent -> assertThat(simulation.await(sent)).isEqualTo(1 << 20));
        }
    }

    @Test
    void shouldHaveOneHostOfAName() {
        try (Simulation simulation = Simulation.start(SimulationConfig.ofSeed(1))) {
            simulation.host("a");
            assertThatThrownBy(() -> simulation.host("a")).hasMessageContaining("a host a already");
        }
    }
}
