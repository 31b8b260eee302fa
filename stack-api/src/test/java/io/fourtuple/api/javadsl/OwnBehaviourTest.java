package io.fourtuple.api.javadsl;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.api.StackConfig;
import io.fourtuple.nic.MemoryWire;
import io.fourtuple.nic.loop.EventLoop;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.stream.StreamTcpException;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the common tests cannot show: targets that do not answer, and which thread runs a handler. */
class OwnBehaviourTest {
    private ActorTestKit kit;
    private OurSockets sockets;

    @BeforeEach
    void start() {
        kit = ActorTestKit.create();
    }

    @AfterEach
    void end() {
        sockets.close();
        kit.shutdownTestKit();
    }

    @Test
    void shouldFailAndNameTheTargetWhenConnectingTakesTooLong() {
        sockets = open(MemoryWire.Config.DEFAULT.withLoss(1), false);
        assertThatThrownBy(() -> await(connect(
                        new InetSocketAddress("10.77.0.1", 7), Optional.of(Duration.ofMillis(50)))))
                .isInstanceOf(StreamTcpException.class)
                .hasMessageContaining("10.77.0.1:7")
                .hasCauseInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void shouldFailAndNameTheTargetWhenThereIsNoRoute() {
        sockets = open(MemoryWire.Config.DEFAULT, false);
        assertThatThrownBy(() -> await(connect(new InetSocketAddress("192.0.2.1", 7), Optional.empty())))
                .isInstanceOf(StreamTcpException.class)
                .hasMessageContaining("192.0.2.1:7");
    }

    @Test
    void shouldFailAndNameTheTargetWhenNobodyHasTheAddress() {
        sockets = open(MemoryWire.Config.DEFAULT, false);
        assertThatThrownBy(() -> await(connect(new InetSocketAddress("10.77.0.99", 7), Optional.empty())))
                .isInstanceOf(StreamTcpException.class)
                .hasMessageContaining("10.77.0.99:7");
    }

    @Test
    void shouldRunHandlersOnTheEventLoopWhenConfigured() throws Exception {
        sockets = open(MemoryWire.Config.DEFAULT, true);
        assertThat(await(handlerRunsOnLoop())).isTrue();
    }

    @Test
    void shouldRunHandlersOnTheDefaultDispatcherOtherwise() throws Exception {
        sockets = open(MemoryWire.Config.DEFAULT, false);
        assertThat(await(handlerRunsOnLoop())).isFalse();
    }

    private CompletionStage<Boolean> handlerRunsOnLoop() throws Exception {
        CompletableFuture<Boolean> onLoop = new CompletableFuture<>();
        Sockets.Binding binding = await(sockets.bind(sockets.serverHost(), 0, 100, false, Optional.empty())
                .to(Sink.foreach(connection -> connection.handleWith(Flow.of(ByteString.class).map(element -> {
                    onLoop.complete(isOnLoop());
                    return element;
                }))))
                .run(kit.system()));
        Source.single(ByteString.fromString("a"))
                .via(sockets.connect(
                        binding.localAddress(), Optional.empty(), true, Optional.empty(), Optional.empty()))
                .runWith(Sink.ignore(), kit.system());
        return onLoop;
    }

    private static boolean isOnLoop() {
        try {
            return EventLoop.current() != null;
        } catch (IllegalStateException e) {
            return false; // what it throws on any other thread
        }
    }

    private CompletionStage<Sockets.Outgoing> connect(InetSocketAddress target, Optional<Duration> timeout) {
        return Source.<ByteString>maybe()
                .viaMat(sockets.connect(target, Optional.empty(), true, timeout, Optional.empty()), Keep.right())
                .to(Sink.ignore())
                .run(kit.system());
    }

    private OurSockets open(MemoryWire.Config wire, boolean onLoop) {
        return new OurSockets(kit.system(), wire, new StackConfig.Streams(onLoop));
    }

    private static <T> T await(CompletionStage<T> stage) throws Exception {
        try {
            return stage.toCompletableFuture().get(30, SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }
}
