package io.fourtuple.api.javadsl;

import io.fourtuple.api.protocol.ConnectReply;
import io.fourtuple.api.protocol.StackCommand;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.Status;
import org.apache.pekko.actor.Terminated;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.io.Dns;
import org.apache.pekko.io.Inet;
import org.apache.pekko.io.dns.DnsProtocol;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.StreamTcpException;
import org.apache.pekko.stream.stage.AbstractGraphStageWithMaterializedValue;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.util.ByteString;

/** A connection that each materialisation opens: name look-up, {@code Connect}, then {@link ConnectionLogic}. */
final class OutgoingConnectionStage
        extends AbstractGraphStageWithMaterializedValue<
                FlowShape<ByteString, ByteString>, CompletionStage<Tcp.OutgoingConnection>> {
    private final ActorRef<StackCommand> stack;
    private final InetSocketAddress remote;
    private final Optional<InetSocketAddress> local;
    private final List<Inet.SocketOption> options;
    private final boolean halfClose;
    private final Optional<Duration> connectTimeout;
    private final FlowShape<ByteString, ByteString> shape =
            FlowShape.of(Inlet.create("OutgoingTCP.in"), Outlet.create("OutgoingTCP.out"));

    OutgoingConnectionStage(
            ActorRef<StackCommand> stack,
            InetSocketAddress remote,
            Optional<InetSocketAddress> local,
            List<Inet.SocketOption> options,
            boolean halfClose,
            Optional<Duration> connectTimeout) {
        this.stack = stack;
        this.remote = remote;
        this.local = local;
        this.options = options;
        this.halfClose = halfClose;
        this.connectTimeout = connectTimeout;
    }

    @Override
    public Attributes initialAttributes() {
        return Attributes.name("OutgoingConnection");
    }

    @Override
    public FlowShape<ByteString, ByteString> shape() {
        return shape;
    }

    @Override
    public Pair<GraphStageLogic, CompletionStage<Tcp.OutgoingConnection>> createLogicAndMaterializedValuePair(
            Attributes attributes) {
        CompletableFuture<Tcp.OutgoingConnection> opened = new CompletableFuture<>();
        return Pair.create(new Logic(opened), opened.copy());
    }

    @Override
    public String toString() {
        return "TCP-to(" + remote + ")";
    }

    private final class Logic extends ConnectionLogic {
        private final CompletableFuture<Tcp.OutgoingConnection> opened;

        private Logic(CompletableFuture<Tcp.OutgoingConnection> opened) {
            super(shape, remote, halfClose);
            this.opened = opened;
        }

        @Override
        void open() {
            stageActor().watch(Adapter.toClassic(stack));
            if (remote.isUnresolved()) {
                Dns.get(materializer().system())
                        .manager()
                        .tell(DnsProtocol.resolve(remote.getHostString()), stageActor().ref());
            } else {
                connect(remote);
            }
        }

        private void connect(InetSocketAddress resolved) {
            stack.tell(new StackCommand.Connect(
                    resolved, local, options, connectTimeout, Adapter.toTyped(stageActor().ref())));
        }

        @Override
        int defaultWriteBuffer() {
            return configuredWriteBuffer(materializer());
        }

        @Override
        void whileOpening(Object message) {
            if (message instanceof ConnectReply reply) {
                answered(reply);
            } else if (message instanceof DnsProtocol.Resolved resolved) {
                resolved(resolved);
            } else if (message instanceof Status.Failure failure) {
                fail(refused(failure.cause()));
            } else if (message instanceof Terminated) {
                fail(new StreamTcpException("The stack has terminated, so there is no connection to " + remote + "."));
            } else {
                log().warning("unexpected message for a connecting stage: {}", message.getClass());
            }
        }

        private void answered(ConnectReply reply) {
            switch (reply) {
                case ConnectReply.Connected(var connection, var ourEnd, var _) -> {
                    stageActor().unwatch(Adapter.toClassic(stack));
                    opened.complete(new Tcp.OutgoingConnection(remote, ourEnd));
                    connected(connection, isAvailable(shape.out()));
                }
                case ConnectReply.ConnectFailed(Throwable cause) ->
                        fail(cause instanceof StreamTcpException known ? known : refused(cause));
            }
        }

        private void resolved(DnsProtocol.Resolved resolved) {
            try {
                connect(new InetSocketAddress(resolved.address(), remote.getPort()));
            } catch (UnknownHostException e) {
                fail(refused(e));
            }
        }

        private StreamTcpException refused(Throwable cause) {
            StreamTcpException failure =
                    new StreamTcpException("Tcp command [Connect(" + remote + ")] failed because of " + cause);
            failure.initCause(cause);
            return failure;
        }

        @Override
        void failed(Throwable cause) {
            opened.completeExceptionally(cause);
        }
    }
}
