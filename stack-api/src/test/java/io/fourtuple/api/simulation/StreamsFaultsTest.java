package io.fourtuple.api.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.core.tcp.TcpConfig.BufferLimits;
import io.fourtuple.nic.sim.Partition;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.stream.StreamTcpException;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

/** Hosts that exchange streams: what a program sees of partitions, crashes and full buffers. */
class StreamsFaultsTest extends StreamsFixture {
    // ---- partitions ----

    @Test
    void shouldHoldDataBackDuringAPartitionAndDeliverThemAfterwards() {
        start();
        Listening listening = listen(server);
        End end = opened(client);
        End accepted = listening.accept();
        Partition partition = simulation.network().partition(List.of(client.nic()), List.of(server.nic()));
        Duration cut = simulation.now();
        end.out.offer(PING);
        accepted.out.offer(PONG);
        CompletionStage<Optional<ByteString>> heard = accepted.in.pull();
        simulation.runFor(Duration.ofSeconds(60));
        assertThat(heard.toCompletableFuture()).isNotDone();
        partition.heal();
        assertThat(simulation.await(heard)).contains(PING);
        assertThat(simulation.await(end.in.pull())).contains(PONG);
        // Tried again after 200 ms, 400 ms and so on: 102.2 s after the cut for the first time that it gets through.
        assertThat(simulation.now()).isEqualTo(cut.plusMillis(200 * 511).plus(DELAY));
        end.out.offer(PING);
        assertThat(simulation.await(accepted.in.pull())).contains(PING);
    }

    @Test
    void shouldDeliverEachOctetOnceWhenOnlyAcknowledgmentsAreCut() {
        start();
        Listening listening = listen(server);
        End end = opened(client);
        End accepted = listening.accept();
        Partition partition = simulation.network().partitionOneWay(List.of(server.nic()), List.of(client.nic()));
        end.out.offer(PING);
        assertThat(simulation.await(accepted.in.pull())).contains(PING);
        simulation.runFor(Duration.ofSeconds(30));
        partition.heal();
        end.out.offer(PONG);
        assertThat(simulation.await(accepted.in.pull())).contains(PONG);
        end.out.complete();
        assertThat(simulation.await(accepted.in.pull())).isEmpty();
    }

    @Test
    void shouldFailAfterTheUserTimeoutWhenTheLinkStaysDown() {
        start(config -> config.withTcp(withUserTimeout(config.tcp(), Duration.ofSeconds(30))));
        Listening listening = listen(server);
        End end = opened(client);
        End accepted = listening.accept();
        link.down();
        Duration cut = simulation.now();
        end.out.offer(PING);
        assertThatThrownBy(() -> simulation.await(end.in.pull()))
                .hasCauseInstanceOf(StreamTcpException.class)
                .hasMessageContaining("Connection timed out")
                .hasRootCauseInstanceOf(ConnectException.class);
        assertThat(simulation.now()).isEqualTo(cut.plusSeconds(30));
        // The peer has nothing to send and notices nothing, until it does and is told that nobody is there.
        link.up();
        accepted.out.offer(PONG);
        assertThatThrownBy(() -> simulation.await(accepted.in.pull()))
                .hasCauseInstanceOf(StreamTcpException.class)
                .hasMessageContaining("Connection reset by peer");
    }

    // ---- crashes ----

    @Test
    void shouldLeavePeersInTheDarkUntilACrashedHostIsUpAgain() {
        start();
        Listening listening = listen(server);
        End end = opened(client);
        listening.accept();
        server.crash();
        end.out.offer(PING);
        CompletionStage<Optional<ByteString>> pulled = end.in.pull();
        simulation.runFor(Duration.ofSeconds(100));
        assertThat(pulled.toCompletableFuture()).isNotDone();
        server.restart();
        assertThatThrownBy(() -> simulation.await(pulled)).hasMessageContaining("Connection reset by peer");
    }

    @Test
    void shouldTimeOutWhenACrashedHostStaysDown() {
        start();
        Listening listening = listen(server);
        End end = opened(client);
        listening.accept();
        Duration crashed = simulation.now();
        server.crash();
        end.out.offer(PING);
        assertThatThrownBy(() -> simulation.await(end.in.pull())).hasMessageContaining("Connection timed out");
        assertThat(simulation.now()).isEqualTo(crashed.plusSeconds(924).plus(DELAY));
    }

    @Test
    void shouldServeAgainAfterARestart() {
        start();
        server.run(host -> host.tcp().bind(host.address(), 7)
                .to(Sink.foreach(connection -> connection.handleWith(
                        Flow.of(ByteString.class), host.materializer())))
                .run(host.materializer()));
        assertThat(echo()).isEqualTo(PING);
        server.crash();
        End refused = new End(client, Optional.of(Duration.ofSeconds(1)));
        assertThatThrownBy(() -> simulation.await(refused.opened)).isInstanceOf(CompletionException.class);
        server.restart();
        assertThat(echo()).isEqualTo(PING);
    }

    @Test
    void shouldFailWhatRunsOnAHostThatCrashes() {
        start();
        Listening listening = listen(server);
        End end = new End(client, Optional.empty());
        simulation.await(end.opened);
        End accepted = listening.accept();
        End opening = new End(client, Optional.empty());
        client.crash();
        assertThatThrownBy(() -> simulation.await(end.in.pull())).hasCauseInstanceOf(StreamTcpException.class);
        assertThatThrownBy(() -> simulation.await(opening.opened)).hasCauseInstanceOf(StreamTcpException.class);
        CompletionStage<Optional<ByteString>> pulled = accepted.in.pull();
        simulation.runFor(Duration.ofHours(1));
        assertThat(pulled.toCompletableFuture()).isNotDone(); // nobody has told the peer
    }

    // ---- buffers ----

    @Test
    void shouldStopAWriterWhoseReaderDoesNotRead() {
        start(config -> config.withTcp(config.tcp()
                .withReceiveBuffer(BufferLimits.fixed(20_000))
                .withSendBuffer(BufferLimits.fixed(10_000))));
        Listening listening = listen(server);
        AtomicInteger written = new AtomicInteger();
        ByteString kilobyte = ByteString.fromArray(new byte[1_000]);
        Source.repeat(kilobyte)
                .take(1_000)
                .map(each -> {
                    written.addAndGet(each.length());
                    return each;
                })
                .via(client.tcp().outgoingConnection(server.address(), 7))
                .runWith(Sink.ignore(), simulation.system());
        End accepted = listening.accept();
        simulation.runFor(Duration.ofMinutes(1));
        int beforeReading = written.get();
        assertThat(beforeReading).isBetween(30_000, 200_000);
        simulation.runFor(Duration.ofHours(1)); // a peer that takes nothing is there all the same
        assertThat(written).hasValue(beforeReading);
        int read = 0;
        for (Optional<ByteString> next = simulation.await(accepted.in.pull()); next.isPresent();
                next = simulation.await(accepted.in.pull())) {
            read += next.get().length();
        }
        assertThat(read).isEqualTo(1_000_000);
    }

    @Test
    void shouldLetBuffersGrowUntilTheyNoLongerHoldATransferBack() {
        start();
        Duration[] took = new Duration[2];
        server.tcp().bind(server.address(), 7)
                .to(Sink.foreach(connection -> connection.handleWith(
                        Flow.fromSinkAndSourceCoupled(Sink.ignore(), Source.maybe()), server.materializer())))
                .run(server.materializer());
        for (int i = 0; i < took.length; i++) {
            Duration before = simulation.now();
            simulation.await(Source.repeat(ByteString.fromArray(new byte[100_000]))
                    .take(i == 0 ? 10 : 100)
                    .via(client.tcp().outgoingConnection(server.address(), 7))
                    .runWith(Sink.ignore(), client.materializer()));
            took[i] = simulation.now().minus(before);
        }
        assertThat(took[1]).isLessThan(took[0].multipliedBy(3)); // ten times as much
    }

    @Test
    void shouldNoticeAPeerThatVanishesWhileItTakesNothing() {
        start(config -> config.withTcp(config.tcp()
                .withReceiveBuffer(BufferLimits.fixed(5_000))
                .withSendBuffer(BufferLimits.fixed(5_000))));
        Listening listening = listen(server);
        CompletionStage<?> ended = Source.repeat(ByteString.fromArray(new byte[1_000]))
                .via(client.tcp().outgoingConnection(server.address(), 7))
                .runWith(Sink.ignore(), simulation.system());
        listening.accept();
        simulation.runFor(Duration.ofMinutes(1));
        server.crash();
        assertThatThrownBy(() -> simulation.await(ended)).hasMessageContaining("Connection timed out");
    }
}
