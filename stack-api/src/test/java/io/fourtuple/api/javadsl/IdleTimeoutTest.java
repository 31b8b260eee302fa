package io.fourtuple.api.javadsl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.api.simulation.Simulation;
import io.fourtuple.api.simulation.SimulationConfig;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.BoundedSourceQueue;
import org.apache.pekko.stream.StreamIdleTimeoutException;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.scaladsl.TcpIdleTimeoutException;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Idle connections in virtual time, to the nanosecond. */
class IdleTimeoutTest {
    private static final Duration TIMEOUT = Duration.ofMinutes(1);
    private static final ByteString OCTET = ByteString.fromString("a");

    private final Simulation simulation = Simulation.start(SimulationConfig.ofSeed(1));
    private BoundedSourceQueue<ByteString> fromUser;
    private BoundedSourceQueue<ByteString> fromNetwork;
    /** What the user and the network see of the end. */
    private CompletionStage<Done> userRead;
    private CompletionStage<Done> networkRead;
    private CompletionStage<Done> userSource;

    @AfterEach
    void close() {
        simulation.close();
    }

    private void start() {
        Flow<ByteString, ByteString, Pair<CompletionStage<Done>, BoundedSourceQueue<ByteString>>> network =
                Flow.fromSinkAndSourceMat(Sink.ignore(), Source.queue(16), Keep.both());
        Pair<Pair<BoundedSourceQueue<ByteString>, CompletionStage<Done>>,
                Pair<Pair<CompletionStage<Done>, BoundedSourceQueue<ByteString>>, CompletionStage<Done>>> ends =
                simulation.time().call(() -> Source.<ByteString>queue(16)
                        .watchTermination(Keep.both())
                        .viaMat(network.joinMat(
                                IdleTimeout.of(TIMEOUT, new InetSocketAddress("10.77.0.1", 7)), Keep.left()),
                                Keep.both())
                        .toMat(Sink.ignore(), (left, read) -> Pair.create(
                                left.first(), Pair.create(left.second(), read)))
                        .run(simulation.system()));
        fromUser = ends.first().first();
        userSource = ends.first().second();
        networkRead = ends.second().first().first();
        fromNetwork = ends.second().first().second();
        userRead = ends.second().second();
    }

    @Test
    void shouldFailToTheNanosecondWhenNothingPasses() {
        start();
        assertThatThrownBy(() -> simulation.await(userRead))
                .hasCauseInstanceOf(TcpIdleTimeoutException.class)
                .hasMessageContaining("TCP idle-timeout encountered on connection to [/10.77.0.1:7], no bytes passed in"
                        + " the last 60 seconds");
        assertThat(simulation.now()).isEqualTo(TIMEOUT);
        assertThatThrownBy(() -> simulation.await(networkRead)).hasCauseInstanceOf(TcpIdleTimeoutException.class);
        assertThatThrownBy(() -> simulation.await(userSource))
                .hasCauseInstanceOf(StreamIdleTimeoutException.class)
                .hasMessageContaining("No elements passed in the last 1 minute.");
    }

    @Test
    void shouldCountFromTheLastOctetInEitherDirection() {
        start();
        simulation.runFor(Duration.ofSeconds(50));
        fromUser.offer(OCTET);
        simulation.runFor(Duration.ofSeconds(50));
        fromNetwork.offer(OCTET);
        simulation.runFor(Duration.ofSeconds(59));
        assertThat(userRead.toCompletableFuture()).isNotDone();
        assertThatThrownBy(() -> simulation.await(userRead)).hasCauseInstanceOf(TcpIdleTimeoutException.class);
        assertThat(simulation.now()).isEqualTo(Duration.ofSeconds(100).plus(TIMEOUT));
    }

    @Test
    void shouldGoOnCountingWhenOneDirectionHasEnded() {
        start();
        simulation.runFor(Duration.ofSeconds(10));
        fromUser.complete();
        simulation.runFor(Duration.ofSeconds(40));
        assertThat(networkRead.toCompletableFuture()).isCompleted();
        assertThat(userRead.toCompletableFuture()).isNotDone();
        assertThatThrownBy(() -> simulation.await(userRead)).hasCauseInstanceOf(TcpIdleTimeoutException.class);
        assertThat(simulation.now()).isEqualTo(TIMEOUT);
    }

    @Test
    void shouldEndWithoutFailureWhenBothDirectionsHaveEnded() {
        start();
        fromUser.complete();
        fromNetwork.complete();
        simulation.await(userRead);
        simulation.await(networkRead);
        simulation.runFor(TIMEOUT.multipliedBy(2));
        assertThat(userRead.toCompletableFuture()).isCompleted();
    }
}
