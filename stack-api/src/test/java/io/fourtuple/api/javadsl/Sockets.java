package io.fourtuple.api.javadsl;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * What Pekko's Tcp and ours have in common, so that one test can drive either: the same calls under other types. A
 * server side and a client side, which may be two hosts.
 */
interface Sockets extends AutoCloseable {
    /** An address of the server side. */
    String serverHost();

    /** An address that the server side does not have. */
    String foreignHost();

    Source<Incoming, CompletionStage<Binding>> bind(
            String host, int port, int backlog, boolean halfClose, Optional<Duration> idleTimeout);

    Source<Incoming, CompletionStage<Binding>> bindWithTls(Supplier<SSLEngine> engines);

    Flow<ByteString, ByteString, CompletionStage<Outgoing>> connect(
            InetSocketAddress remote,
            Optional<InetSocketAddress> local,
            boolean halfClose,
            Optional<Duration> connectTimeout,
            Optional<Duration> idleTimeout);

    Flow<ByteString, ByteString, CompletionStage<Outgoing>> connectWithTls(
            InetSocketAddress remote, Supplier<SSLEngine> engines);

    /** What runs the streams of both sides. */
    ActorSystem<?> system();

    /** Runs something that may block. */
    default <T> T call(Supplier<T> body) {
        return body.get();
    }

    /** Waits until a stage is completed, and throws what it failed with. */
    default <T> T await(CompletionStage<T> stage) throws Exception {
        try {
            return stage.toCompletableFuture().get(30, SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    @Override
    void close();

    /** As {@code ServerBinding}. */
    record Binding(
            InetSocketAddress localAddress, Supplier<CompletionStage<?>> unbind, CompletionStage<Done> unbound) {}

    /** As {@code IncomingConnection}. */
    record Incoming(
            InetSocketAddress localAddress,
            InetSocketAddress remoteAddress,
            Flow<ByteString, ByteString, NotUsed> flow,
            Handling handling) {
        /** As {@code handleWith}. */
        <M> M handleWith(Flow<ByteString, ByteString, M> handler) {
            return handling.handleWith(handler);
        }
    }

    /** A generic method cannot be a lambda. */
    interface Handling {
        <M> M handleWith(Flow<ByteString, ByteString, M> handler);
    }

    /** As {@code OutgoingConnection}. */
    record Outgoing(InetSocketAddress localAddress, InetSocketAddress remoteAddress) {}

    /** No socket options. */
    List<org.apache.pekko.io.Inet.SocketOption> NO_OPTIONS = List.of();
}
