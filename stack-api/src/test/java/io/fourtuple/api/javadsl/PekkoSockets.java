package io.fourtuple.api.javadsl;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.javadsl.Tcp;
import org.apache.pekko.util.ByteString;

/** Pekko's Tcp on the kernel's loop-back. But for the import and the look-up, the same text as {@link OurSockets}. */
final class PekkoSockets implements Sockets {
    private final ActorSystem<?> system;
    private final Tcp server;
    private final Tcp client;

    PekkoSockets(ActorSystem<?> system) {
        this.system = system;
        server = Tcp.get(system);
        client = server;
    }

    @Override
    public String serverHost() {
        return "127.0.0.1";
    }

    @Override
    public String foreignHost() {
        return "192.0.2.1";
    }

    @Override
    public ActorSystem<?> system() {
        return system;
    }

    @Override
    public void close() {
        // ends with the system
    }

    @Override
    public Source<Incoming, CompletionStage<Binding>> bind(
            String host, int port, int backlog, boolean halfClose, Optional<Duration> idleTimeout) {
        return adapted(server.bind(host, port, backlog, NO_OPTIONS, halfClose, idleTimeout));
    }

    @Override
    public Source<Incoming, CompletionStage<Binding>> bindWithTls(Supplier<SSLEngine> engines) {
        return adapted(server.bindWithTls(serverHost(), 0, engines));
    }

    private Source<Incoming, CompletionStage<Binding>> adapted(
            Source<Tcp.IncomingConnection, CompletionStage<Tcp.ServerBinding>> source) {
        return source.map(this::adapted)
                .mapMaterializedValue(bound -> bound.thenApply(binding ->
                        new Binding(binding.localAddress(), binding::unbind, binding.whenUnbound())));
    }

    private Incoming adapted(Tcp.IncomingConnection connection) {
        return new Incoming(
                connection.localAddress(), connection.remoteAddress(), connection.flow(), new Handling() {
                    @Override
                    public <M> M handleWith(Flow<ByteString, ByteString, M> handler) {
                        return connection.handleWith(handler, system);
                    }
                });
    }

    @Override
    public Flow<ByteString, ByteString, CompletionStage<Outgoing>> connect(
            InetSocketAddress remote,
            Optional<InetSocketAddress> local,
            boolean halfClose,
            Optional<Duration> connectTimeout,
            Optional<Duration> idleTimeout) {
        return adapted(client.outgoingConnection(remote, local, NO_OPTIONS, halfClose, connectTimeout, idleTimeout));
    }

    @Override
    public Flow<ByteString, ByteString, CompletionStage<Outgoing>> connectWithTls(
            InetSocketAddress remote, Supplier<SSLEngine> engines) {
        return adapted(client.outgoingConnectionWithTls(remote, engines));
    }

    private static Flow<ByteString, ByteString, CompletionStage<Outgoing>> adapted(
            Flow<ByteString, ByteString, CompletionStage<Tcp.OutgoingConnection>> flow) {
        return flow.mapMaterializedValue(opened -> opened.thenApply(
                outgoing -> new Outgoing(outgoing.localAddress(), outgoing.remoteAddress())));
    }
}
