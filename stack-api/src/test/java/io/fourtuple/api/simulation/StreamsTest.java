package io.fourtuple.api.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.api.StackConfig.Listen;
import io.fourtuple.nic.loop.VirtualTime;
import io.fourtuple.nic.sim.LinkConfig;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import org.apache.pekko.stream.StreamTcpException;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

/** Hosts that exchange streams: what a program sees of latency, opening, queues and ends. */
class StreamsTest extends StreamsFixture {
    // ---- latency ----

    @Test
    void shouldTakeARoundTripToConnectAndOneForAnAnswer() {
        start();
        Listening listening = listen(server);
        End end = new End(client, Optional.empty());
        simulation.await(end.opened);
        assertThat(simulation.now()).isEqualTo(ROUND_TRIP);
        end.out.offer(PING);
        End accepted = listening.accept();
        assertThat(simulation.await(accepted.in.pull())).contains(PING);
        assertThat(simulation.now()).isEqualTo(ROUND_TRIP.plus(DELAY));
        accepted.out.offer(PONG);
        assertThat(simulation.await(end.in.pull())).contains(PONG);
        assertThat(simulation.now()).isEqualTo(ROUND_TRIP.plus(ROUND_TRIP));
    }

    @Test
    void shouldKeepTheOrderWhateverTheJitter() {
        start(SimulationConfig.ofSeed(7), LinkConfig.DEFAULT.withDelay(DELAY).withJitter(Duration.ofMillis(40)),
                UnaryOperator.identity());
        Listening listening = listen(server);
        End end = opened(client);
        End accepted = listening.accept();
        StringBuilder sent = new StringBuilder();
        StringBuilder got = new StringBuilder();
        List<Duration> arrivals = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            sent.append(i).append(' ');
            end.out.offer(ByteString.fromString(i + " "));
            simulation.runFor(Duration.ofMillis(3));
        }
        end.out.complete();
        for (Optional<ByteString> next = simulation.await(accepted.in.pull()); next.isPresent();
                next = simulation.await(accepted.in.pull())) {
            got.append(next.get().utf8String());
            arrivals.add(simulation.now());
        }
        assertThat(got).hasToString(sent.toString());
        assertThat(arrivals).isSorted();
    }

    @Test
    void shouldFollowALinkWhoseDelayChanges() {
        start();
        Listening listening = listen(server);
        End end = opened(client);
        End accepted = listening.accept();
        link.setConfig(LinkConfig.DEFAULT.withDelay(Duration.ofSeconds(3)));
        Duration before = simulation.now();
        end.out.offer(PING);
        assertThat(simulation.await(accepted.in.pull())).contains(PING);
        assertThat(simulation.now()).isEqualTo(before.plusSeconds(3));
    }

    @Test
    void shouldReachItselfInNoTime() {
        start();
        Listening listening = listen(server);
        End end = new End(server, Optional.empty());
        simulation.await(end.opened);
        End accepted = listening.accept();
        end.out.offer(PING);
        assertThat(simulation.await(accepted.in.pull())).contains(PING);
        assertThat(simulation.now()).isZero();
    }

    // ---- opening ----

    @Test
    void shouldConnectWhenThePathIsThereBeforeSynsAreGivenUp() {
        start();
        listen(server);
        link.down();
        End end = new End(client, Optional.empty());
        simulation.runFor(Duration.ofSeconds(10));
        assertThat(end.opened.toCompletableFuture()).isNotDone();
        link.up();
        simulation.await(end.opened);
        assertThat(simulation.now()).isEqualTo(Duration.ofSeconds(15).plus(ROUND_TRIP)); // 1 + 2 + 4 + 8
    }

    @Test
    void shouldGiveUpToConnectAcrossAPartition() {
        start();
        listen(server);
        simulation.network().partition(List.of(client.nic()), List.of(server.nic()));
        End end = new End(client, Optional.empty());
        assertThatThrownBy(() -> simulation.await(end.opened))
                .hasCauseInstanceOf(StreamTcpException.class)
                .hasMessageContaining(server.address() + ":7")
                .hasMessageContaining("Connection timed out");
        assertThat(simulation.now()).isEqualTo(Duration.ofMinutes(3));
    }

    @Test
    void shouldGiveUpToConnectWhenItsTimeIsOver() {
        start();
        link.down();
        End end = new End(client, Optional.of(Duration.ofSeconds(5)));
        assertThatThrownBy(() -> simulation.await(end.opened))
                .hasCauseInstanceOf(StreamTcpException.class)
                .hasRootCauseInstanceOf(SocketTimeoutException.class);
        assertThat(simulation.now()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void shouldBeRefusedAfterARoundTripWhereNobodyListens() {
        start();
        End end = new End(client, Optional.empty());
        assertThatThrownBy(() -> simulation.await(end.opened))
                .hasCauseInstanceOf(StreamTcpException.class)
                .hasMessageContaining("Connection refused");
        assertThat(simulation.now()).isEqualTo(ROUND_TRIP);
    }

    @Test
    void shouldFailWhereNobodyHasTheAddress() {
        start();
        End end = new End(client, "10.77.9.9", Optional.empty());
        assertThatThrownBy(() -> simulation.await(end.opened))
                .hasRootCauseInstanceOf(NoRouteToHostException.class)
                .hasMessageContaining("No route to host");
        assertThat(simulation.now()).isEqualTo(Duration.ofSeconds(3)); // three requests, a second apart
    }

    @Test
    void shouldFailAtOnceWhereNoRouteLeads() {
        start();
        End end = new End(client, "192.0.2.1", Optional.empty());
        assertThatThrownBy(() -> simulation.await(end.opened))
                .hasRootCauseInstanceOf(NoRouteToHostException.class)
                .hasMessageContaining("Network is unreachable");
        assertThat(simulation.now()).isZero();
    }

    // ---- queues of a listening socket ----

    @Test
    void shouldLetConnectsWaitWhileTheAcceptQueueIsFullAsLinuxDoes() {
        start(config -> config.withListen(config.listen().withProfile(Listen.Profile.LINUX)));
        Listening listening = listen(server, 1);
        opened(client); // asked for already
        opened(client);
        opened(client); // Linux lets one more in than the backlog says
        simulation.runFor(ROUND_TRIP);
        End waiting = new End(client, Optional.empty());
        simulation.runFor(Duration.ofSeconds(2));
        assertThat(waiting.opened.toCompletableFuture()).isNotDone();
        listening.accept();
        simulation.await(waiting.opened);
        assertThat(simulation.now()).isBetween(Duration.ofSeconds(3), Duration.ofSeconds(4)); // its second SYN again
    }

    @Test
    void shouldHoldBackWhatIsSentWhileTheAcceptQueueIsFull() {
        start();
        Listening listening = listen(server, 1);
        List<End> ends = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            End end = opened(client);
            end.out.offer(ByteString.fromString("from " + i));
            ends.add(end);
        }
        simulation.runFor(Duration.ofSeconds(3));
        List<String> heard = new ArrayList<>();
        for (int i = 0; i < ends.size(); i++) {
            heard.add(simulation.await(listening.accept().in.pull()).orElseThrow().utf8String());
        }
        assertThat(heard).containsExactlyInAnyOrder("from 0", "from 1", "from 2", "from 3");
    }

    @Test
    void shouldResetConnectionsThatFindTheAcceptQueueFullWhenConfigured() {
        start(config -> config.withListen(config.listen().withProfile(Listen.Profile.RST)));
        listen(server, 1);
        opened(client); // asked for already
        opened(client);
        End third = opened(client);
        assertThatThrownBy(() -> simulation.await(third.in.pull()))
                .hasMessageContaining("Connection reset by peer");
    }

    // ---- ends ----

    @Test
    void shouldReadOnAfterItsOwnDirectionHasEnded() {
        start();
        Listening listening = listen(server);
        End end = opened(client);
        End accepted = listening.accept();
        end.out.offer(PING);
        end.out.complete();
        assertThat(simulation.await(accepted.in.pull())).contains(PING);
        assertThat(simulation.await(accepted.in.pull())).isEmpty();
        simulation.runFor(Duration.ofMinutes(10));
        accepted.out.offer(PONG);
        assertThat(simulation.await(end.in.pull())).contains(PONG);
        accepted.out.complete();
        assertThat(simulation.await(end.in.pull())).isEmpty();
        simulation.runFor(ROUND_TRIP);
        assertThat(simulation.await(client.stack().snapshot()).sockets()).isEmpty();
        assertThat(simulation.await(server.stack().snapshot()).sockets()).hasSize(1);
    }

    @Test
    void shouldResetThePeerWhenItFails() {
        start();
        Listening listening = listen(server);
        End end = opened(client);
        End accepted = listening.accept();
        Duration before = simulation.now();
        end.out.fail(new IllegalStateException("on purpose"));
        assertThatThrownBy(() -> simulation.await(accepted.in.pull()))
                .hasCauseInstanceOf(StreamTcpException.class)
                .hasMessageContaining("Connection reset by peer");
        assertThat(simulation.now()).isEqualTo(before.plus(DELAY));
        assertThatThrownBy(() -> simulation.await(end.in.pull())).hasMessageContaining("has been aborted");
    }

    @Test
    void shouldHandOutWhatThePeerHasSentBeforeItsReset() {
        start();
        Listening listening = listen(server);
        End end = opened(client);
        simulation.runFor(ROUND_TRIP);
        end.out.offer(PING);
        simulation.runFor(ROUND_TRIP);
        end.out.fail(new IllegalStateException("on purpose"));
        simulation.runFor(ROUND_TRIP);
        End accepted = listening.accept();
        assertThat(simulation.await(accepted.in.pull())).contains(PING);
        assertThatThrownBy(() -> simulation.await(accepted.in.pull()))
                .hasMessageContaining("Connection reset by peer");
    }

    @Test
    void shouldResetWhoeverIsNotAcceptedWhenTheSocketCloses() {
        start();
        Listening listening = listen(server);
        End first = opened(client);
        End second = opened(client);
        listening.accept(); // and one is on its way to the test
        End third = opened(client);
        simulation.runFor(ROUND_TRIP);
        simulation.await(listening.binding.unbind());
        assertThatThrownBy(() -> simulation.await(third.in.pull())).hasMessageContaining("Connection reset by peer");
        assertThat(first.in.pull().toCompletableFuture()).isNotDone();
        assertThat(second.in.pull().toCompletableFuture()).isNotDone();
        End late = new End(client, Optional.empty());
        assertThatThrownBy(() -> simulation.await(late.opened)).hasMessageContaining("Connection refused");
    }

    @Test
    void shouldEndItsConnectionsInOrderWhenTheStackIsTerminated() {
        start();
        Listening listening = listen(server);
        End end = opened(client);
        listening.accept();
        Duration before = simulation.now();
        CompletionStage<?> terminated = server.stack().terminate();
        assertThat(simulation.await(end.in.pull())).isEmpty();
        assertThat(simulation.now()).isEqualTo(before.plus(DELAY));
        simulation.await(terminated);
        assertThat(simulation.now()).isEqualTo(before.plusSeconds(1)); // its grace: the client has not closed
    }

    // ---- determinism ----

    @Test
    void shouldRepeatAJournalForTheSameSeedAndNotForAnother() {
        List<String> first = journal(1);
        simulation.close();
        List<String> second = journal(1);
        simulation.close();
        List<String> other = journal(2);
        assertThat(second).isEqualTo(first);
        assertThat(other).isNotEqualTo(first);
        assertThat(first).hasSizeGreaterThan(300);
    }

    private List<String> journal(long seed) {
        start(SimulationConfig.ofSeed(seed).withOrder(VirtualTime.Order.SHUFFLED),
                LinkConfig.DEFAULT.withDelay(DELAY).withJitter(Duration.ofMillis(20)), UnaryOperator.identity());
        List<String> notes = new ArrayList<>();
        simulation.time().setJournal((nanos, source, value) -> notes.add(nanos + " " + source + " " + value));
        server.run(host -> host.tcp().bind(host.address(), 7)
                .to(Sink.foreach(connection -> connection.handleWith(
                        Flow.of(ByteString.class), host.materializer())))
                .run(host.materializer()));
        simulation.time().runReady();
        List<CompletionStage<Integer>> all = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            int number = i;
            all.add(Source.range(1, 100)
                    .map(each -> ByteString.fromString(number + " " + each + "\n"))
                    .via(client.tcp().outgoingConnection(server.address(), 7))
                    .runWith(Sink.fold(0, (sum, bytes) -> sum + bytes.length()), client.materializer()));
        }
        simulation.runFor(Duration.ofMillis(400));
        link.flap(Duration.ofSeconds(1), Duration.ofSeconds(1));
        all.forEach(each -> assertThat(simulation.await(each)).isEqualTo(292 + 200));
        return notes;
    }
}
