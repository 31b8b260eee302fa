package io.fourtuple.api.javadsl;

import io.fourtuple.api.Stack;
import io.fourtuple.api.StackConfig;
import io.fourtuple.core.ip.InterfaceAddress;
import io.fourtuple.core.ip.IpConfig;
import io.fourtuple.nic.MemoryWire;
import io.fourtuple.nic.Nic;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLEngine;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** Our Tcp on two stacks with a wire between them. But for the look-up, the same text as {@link PekkoSockets}. */
final class OurSockets implements Sockets {
    private final ActorSystem<?> system;
    private final Stack serverStack;
    private final Stack clientStack;
    private final Tcp server;
    private final Tcp client;

    OurSockets(ActorSystem<?> system, MemoryWire.Config wireConfig, StackConfig.Streams streams) {
        this(system, wireConfig, streams, 1, UnaryOperator.identity());
    }

    /** With so many event loops for each stack, and something around its NIC. */
    OurSockets(
            ActorSystem<?> system,
            MemoryWire.Config wireConfig,
            StackConfig.Streams streams,
            int shards,
            UnaryOperator<Nic> around) {
        this.system = system;
        MemoryWire wire = new MemoryWire(wireConfig);
        serverStack = Stack.start(system, config("server", "10.77.0.1/24", streams).withShards(shards),
                around.apply(wire.left()));
        clientStack = Stack.start(system, config("client", "10.77.0.2/24", streams).withShards(shards),
                around.apply(wire.right()));
        server = Tcp.of(serverStack);
        client = Tcp.of(clientStack);
    }

    private static StackConfig config(String name, String address, StackConfig.Streams streams) {
        return StackConfig.defaults()
                .withName(name)
                .withIp(IpConfig.defaults().withAddresses(List.of(InterfaceAddress.parse(address))))
                .withStreams(streams);
    }

    @Override
    public String serverHost() {
        return "10.77.0.1";
    }

    @Override
    public String foreignHost() {
        return "10.77.0.99";
    }

    @Override
    public void close() {
        clientStack.terminate().toCompletableFuture().join();
        serverStack.terminate().toCompletableFuture().join();
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
