package io.fourtuple.api.javadsl;

import io.fourtuple.api.FourtupleExtension;
import io.fourtuple.api.Stack;
import io.fourtuple.api.protocol.StackCommand;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.AbstractExtensionId;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Extension;
import org.apache.pekko.actor.ExtensionId;
import org.apache.pekko.actor.ExtensionIdProvider;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.io.Inet.SocketOption;
import org.apache.pekko.stream.ActorAttributes;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.IgnoreComplete$;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.SystemMaterializer;
import org.apache.pekko.stream.TLSClosing;
import org.apache.pekko.stream.TLSProtocol.NegotiateNewSession;
import org.apache.pekko.stream.TLSRole;
import org.apache.pekko.stream.javadsl.BidiFlow;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import scala.concurrent.duration.Duration;
import scala.concurrent.duration.FiniteDuration;
import scala.jdk.javaapi.DurationConverters;
import scala.runtime.BoxedUnit;

/**
 * TCP as streams of octets, on a Fourtuple stack. Every method, parameter, default and way to end is that of {@code
 * org.apache.pekko.stream.javadsl.Tcp}, so that a program switches by changing that import, and nothing else if it
 * looks the API up with {@link #get(ClassicActorSystemProvider)}.
 *
 * <p><b>Whose stack:</b> {@code get(system)} is the configured stack of an actor system ({@link FourtupleExtension});
 * {@link #of(Stack)} is the API of any other.
 *
 * <p><b>Backpressure</b> is the TCP window: what a stream does not ask for stays in the receive buffer, whose window
 * then closes; what the peer does not take fills the send buffer, which then stops pulling.
 *
 * <p><b>How connections end.</b>
 * <table>
 * <caption>what happens on the connection, and what the stream sees</caption>
 * <tr><th>the stream</th><th>{@code halfClose = true}</th><th>{@code halfClose = false}</th></tr>
 * <tr><td>completes its output</td><td>FIN after all data; reading goes on until the peer's FIN</td>
 *     <td>both directions close; data that still arrive are answered with RST</td></tr>
 * <tr><td>cancels its input</td><td>what arrives is dropped until the output completes too</td>
 *     <td>both directions close</td></tr>
 * <tr><td>fails, or is torn down</td><td colspan="2">RST</td></tr>
 * <tr><th>the peer</th><td></td><td></td></tr>
 * <tr><td>sends FIN</td><td colspan="2">the input completes; the output may go on</td></tr>
 * <tr><td>sends RST, or is gone</td><td colspan="2">{@link org.apache.pekko.stream.StreamTcpException}</td></tr>
 * </table>
 *
 * <p><b>Failures:</b> a bind that is refused fails with {@link org.apache.pekko.stream.BindFailedException}; a
 * connection that cannot be opened or that breaks, with {@link org.apache.pekko.stream.StreamTcpException}, whose
 * message names the peer; an idle one with {@link org.apache.pekko.stream.scaladsl.TcpIdleTimeoutException}.
 *
 * <p>Thread-safe. Streams run wherever their materializer says, except that {@code fourtuple.stack.streams.on-loop}
 * puts those that {@link IncomingConnection#handleWith handleWith} runs on the stack's event loop.
 */
public class Tcp implements Extension {
    /** Pekko's default. */
    private static final int DEFAULT_BACKLOG = 100;

    private final ActorRef<StackCommand> stack;
    private final Attributes graphAttributes;

    /** The API of the configured stack of {@code system}; see {@link FourtupleExtension}. */
    public Tcp(ExtendedActorSystem system) {
        this(FourtupleExtension.get(Adapter.toTyped(system)).stack());
    }

    private Tcp(Stack stack) {
        this(
                stack.ref(),
                stack.config().streams().onLoop()
                        ? ActorAttributes.dispatcher(stack.config().loopDispatcher())
                        : Attributes.none());
    }

    /** For whatever speaks the protocol of a stack. */
    Tcp(ActorRef<StackCommand> stack, Attributes graphAttributes) {
        this.stack = stack;
        this.graphAttributes = graphAttributes;
    }

    /** The API of a stack that was started in code. */
    public static Tcp of(Stack stack) {
        return new Tcp(stack);
    }

    /** The API of the configured stack of a system, which starts with the first look-up. */
    public static Tcp get(ActorSystem system) {
        return Id.INSTANCE.get(system);
    }

    /** The API of the configured stack of a typed or classic system, which starts with the first look-up. */
    public static Tcp get(ClassicActorSystemProvider system) {
        return Id.INSTANCE.get(system);
    }

    /** What {@link #get(ActorSystem)} is in Scala. */
    public static Extension apply(ActorSystem system) {
        return get(system);
    }

    /** What {@link #get(ClassicActorSystemProvider)} is in Scala. */
    public static Extension apply(ClassicActorSystemProvider system) {
        return get(system);
    }

    /** The key under which a system keeps this extension. */
    public static ExtensionId<Tcp> lookup() {
        return Id.INSTANCE;
    }

    /** For the actor system only. */
    public static Tcp createExtension(ExtendedActorSystem system) {
        return Id.INSTANCE.createExtension(system);
    }

    private static final class Id extends AbstractExtensionId<Tcp> implements ExtensionIdProvider {
        private static final Id INSTANCE = new Id();

        @Override
        public Tcp createExtension(ExtendedActorSystem system) {
            return new Tcp(system);
        }

        @Override
        public ExtensionId<Tcp> lookup() {
            return this;
        }
    }

    /** A listening socket. */
    public static final class ServerBinding {
        private final InetSocketAddress localAddress;
        private final Runnable unbind;
        private final CompletableFuture<Done> unbound;

        ServerBinding(InetSocketAddress localAddress, Runnable unbind, CompletableFuture<Done> unbound) {
            this.localAddress = localAddress;
            this.unbind = unbind;
            this.unbound = unbound;
        }

        /** Where it listens, with the port that was chosen when 0 was asked for. */
        public InetSocketAddress localAddress() {
            return localAddress;
        }

        /**
         * Closes the listening socket; connections live on, but those that nobody has accepted yet are reset. May be
         * called again, and changes nothing then.
         *
         * @return completed when the port is free
         */
        public CompletionStage<BoxedUnit> unbind() {
            if (!unbound.isDone()) {
                unbind.run();
            }
            return unbound.thenApply(_ -> BoxedUnit.UNIT);
        }

        /** Completed when the socket has closed, failed when it broke. */
        public CompletionStage<Done> whenUnbound() {
            return unbound.copy();
        }
    }

    /** An accepted connection. */
    public static class IncomingConnection {
        private final InetSocketAddress localAddress;
        private final InetSocketAddress remoteAddress;
        private final Flow<ByteString, ByteString, NotUsed> flow;
        private final Attributes graphAttributes;

        IncomingConnection(
                InetSocketAddress localAddress,
                InetSocketAddress remoteAddress,
                Flow<ByteString, ByteString, NotUsed> flow,
                Attributes graphAttributes) {
            this.localAddress = localAddress;
            this.remoteAddress = remoteAddress;
            this.flow = flow;
            this.graphAttributes = graphAttributes;
        }

        /** Our end. */
        public InetSocketAddress localAddress() {
            return localAddress;
        }

        /** The peer's end. */
        public InetSocketAddress remoteAddress() {
            return remoteAddress;
        }

        /**
         * Runs the connection with a flow, once: {@code flow().joinMat(handler, Keep.right()).run(system)}. With {@code
         * fourtuple.stack.streams.on-loop} the graph runs on the stack's event loop, so it must not block there.
         *
         * @param handler gets what the peer sends; what it emits is sent to the peer
         * @param systemProvider a typed or classic actor system
         * @return what {@code handler} materialises to
         */
        public <M> M handleWith(Flow<ByteString, ByteString, M> handler, ClassicActorSystemProvider systemProvider) {
            return handleWith(handler, SystemMaterializer.get(systemProvider).materializer());
        }

        /**
         * Runs the connection with a flow, once: {@code flow().joinMat(handler, Keep.right()).run(materializer)}. With
         * {@code fourtuple.stack.streams.on-loop} the graph runs on the stack's event loop, so it must not block there.
         *
         * @param handler gets what the peer sends; what it emits is sent to the peer
         * @param materializer runs the graph
         * @return what {@code handler} materialises to
         */
        public <M> M handleWith(Flow<ByteString, ByteString, M> handler, Materializer materializer) {
            return flow.joinMat(handler, Keep.right()).addAttributes(graphAttributes).run(materializer);
        }

        /**
         * The connection, seen from us: what goes in is sent to the peer. It can be materialised once; a connection
         * that nobody materialises within seconds is reset.
         */
        public Flow<ByteString, ByteString, NotUsed> flow() {
            return flow;
        }

        @Override
        public String toString() {
            return "IncomingConnection(" + localAddress + "," + remoteAddress + ")";
        }

        private IncomingConnection joined(BidiFlow<ByteString, ByteString, ByteString, ByteString, NotUsed> layer) {
            return new IncomingConnection(localAddress, remoteAddress, flow.join(layer), graphAttributes);
        }
    }

    /** A connection that we have opened. */
    public static class OutgoingConnection {
        private final InetSocketAddress remoteAddress;
        private final InetSocketAddress localAddress;

        OutgoingConnection(InetSocketAddress remoteAddress, InetSocketAddress localAddress) {
            this.remoteAddress = remoteAddress;
            this.localAddress = localAddress;
        }

        /** The peer's end, as it was asked for. */
        public InetSocketAddress remoteAddress() {
            return remoteAddress;
        }

        /** Our end. */
        public InetSocketAddress localAddress() {
            return localAddress;
        }

        @Override
        public String toString() {
            return "OutgoingConnection(" + remoteAddress + "," + localAddress + ")";
        }
    }

    /**
     * Listens. The socket exists when the materialised value completes, and closes with {@link ServerBinding#unbind}
     * or with the stream; connections live on in either case.
     *
     * @param interfaceName the address to listen on, or {@code 0.0.0.0} or {@code ::} for all of the stack's
     * @param port the port, or 0 for one that the stack chooses
     * @param backlog how many established connections may wait to be pulled; below 1 means 100
     * @param options options of the connections
     * @param halfClose whether a connection goes on reading after its output has completed; false is right for most
     *     servers
     * @param idleTimeout a connection that passes no octet in either direction for so long fails; empty for never
     */
    public Source<IncomingConnection, CompletionStage<ServerBinding>> bind(
            String interfaceName,
            int port,
            int backlog,
            Iterable<SocketOption> options,
            boolean halfClose,
            Optional<java.time.Duration> idleTimeout) {
        return Source.fromGraph(new BindStage(
                stack,
                new InetSocketAddress(interfaceName, port),
                backlog < 1 ? DEFAULT_BACKLOG : backlog,
                list(options),
                new BindStage.ConnectionSettings(
                        halfClose, Objects.requireNonNull(idleTimeout, "idleTimeout"), graphAttributes)));
    }

    /**
     * {@link #bind(String, int, int, Iterable, boolean, Optional)} with Scala's duration.
     *
     * @deprecated use the one with {@link java.time.Duration}
     */
    @Deprecated(since = "0.1")
    public Source<IncomingConnection, CompletionStage<ServerBinding>> bind(
            String interfaceName,
            int port,
            int backlog,
            Iterable<SocketOption> options,
            boolean halfClose,
            Duration idleTimeout) {
        return bind(interfaceName, port, backlog, options, halfClose, optional(idleTimeout));
    }

    /** Listens with a backlog of 100, no options, no half-close and no idle timeout. */
    public Source<IncomingConnection, CompletionStage<ServerBinding>> bind(String interfaceName, int port) {
        return bind(interfaceName, port, DEFAULT_BACKLOG, List.of(), false, Optional.empty());
    }

    /**
     * Opens a connection with each materialisation. What goes into the flow is sent; chunk boundaries are not kept.
     *
     * @param remoteAddress the peer; an unresolved name is looked up with Pekko's resolver
     * @param localAddress our address, our port (0: the stack chooses), or both; empty for the stack's choice
     * @param options options of the connection
     * @param halfClose whether reading goes on after the output has completed; true is right for most clients
     * @param connectTimeout how long opening may take; empty for as long as TCP itself tries
     * @param idleTimeout a connection that passes no octet in either direction for so long fails; empty for never
     */
    public Flow<ByteString, ByteString, CompletionStage<OutgoingConnection>> outgoingConnection(
            InetSocketAddress remoteAddress,
            Optional<InetSocketAddress> localAddress,
            Iterable<SocketOption> options,
            boolean halfClose,
            Optional<java.time.Duration> connectTimeout,
            Optional<java.time.Duration> idleTimeout) {
        OutgoingConnectionStage stage = new OutgoingConnectionStage(
                stack,
                Objects.requireNonNull(remoteAddress, "remoteAddress"),
                Objects.requireNonNull(localAddress, "localAddress"),
                list(options),
                halfClose,
                Objects.requireNonNull(connectTimeout, "connectTimeout"));
        // Not detached: the peer's FIN is told without demand, and reading ahead would take more than the window.
        Flow<ByteString, ByteString, CompletionStage<OutgoingConnection>> flow = Flow.fromGraph(stage);
        return idleTimeout.map(timeout -> flow.join(IdleTimeout.of(timeout, remoteAddress))).orElse(flow);
    }

    /**
     * {@link #outgoingConnection(InetSocketAddress, Optional, Iterable, boolean, Optional, Optional)} with Scala's
     * durations.
     *
     * @deprecated use the one with {@link java.time.Duration}
     */
    @Deprecated(since = "0.1")
    public Flow<ByteString, ByteString, CompletionStage<OutgoingConnection>> outgoingConnection(
            InetSocketAddress remoteAddress,
            Optional<InetSocketAddress> localAddress,
            Iterable<SocketOption> options,
            boolean halfClose,
            Duration connectTimeout,
            Duration idleTimeout) {
        return outgoingConnection(
                remoteAddress, localAddress, options, halfClose, optional(connectTimeout), optional(idleTimeout));
    }

    /** Opens a connection with half-close, and no options and timeouts. The name is looked up by this call. */
    public Flow<ByteString, ByteString, CompletionStage<OutgoingConnection>> outgoingConnection(String host, int port) {
        InetSocketAddress remote = new InetSocketAddress(host, port);
        return outgoingConnection(
                remote, Optional.empty(), List.of(), true, Optional.empty(), Optional.empty());
    }

    /**
     * Opens a connection with TLS.
     *
     * @deprecated use {@link #outgoingConnectionWithTls(InetSocketAddress, Supplier)}
     */
    @Deprecated(since = "0.1")
    public Flow<ByteString, ByteString, CompletionStage<OutgoingConnection>> outgoingTlsConnection(
            String host, int port, SSLContext sslContext, NegotiateNewSession negotiateNewSession) {
        return outgoingConnection(host, port).join(TlsFlows.of(sslContext, negotiateNewSession, TLSRole.client()));
    }

    /**
     * Opens a connection with TLS.
     *
     * @deprecated use {@link #outgoingConnectionWithTls(InetSocketAddress, Supplier, Optional, Iterable, Optional,
     *     Optional, Function, TLSClosing)}
     */
    @Deprecated(since = "0.1")
    public Flow<ByteString, ByteString, CompletionStage<OutgoingConnection>> outgoingTlsConnection(
            InetSocketAddress remoteAddress,
            SSLContext sslContext,
            NegotiateNewSession negotiateNewSession,
            Optional<InetSocketAddress> localAddress,
            Iterable<SocketOption> options,
            Duration connectTimeout,
            Duration idleTimeout) {
        return outgoingConnection(
                        remoteAddress, localAddress, options, true, optional(connectTimeout), optional(idleTimeout))
                .join(TlsFlows.of(sslContext, negotiateNewSession, TLSRole.client()));
    }

    /**
     * Opens a connection with TLS, without options and timeouts.
     *
     * @param remoteAddress the peer
     * @param createSSLEngine makes an engine in client mode for each connection
     */
    public Flow<ByteString, ByteString, CompletionStage<OutgoingConnection>> outgoingConnectionWithTls(
            InetSocketAddress remoteAddress, Supplier<SSLEngine> createSSLEngine) {
        return outgoingConnectionWithTls(
                remoteAddress,
                createSSLEngine,
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                _ -> Optional.empty(),
                IgnoreComplete$.MODULE$);
    }

    /**
     * Opens a connection with TLS.
     *
     * @param remoteAddress the peer
     * @param createSSLEngine makes an engine in client mode for each connection
     * @param localAddress our address, port or both; empty for the stack's choice
     * @param options options of the connection
     * @param connectTimeout how long opening may take, without the handshake of TLS; empty for as long as TCP tries
     * @param idleTimeout a connection that passes no octet in either direction for so long fails; empty for never
     * @param verifySession sees the session after the handshake; the exception that it returns fails the connection
     * @param closing what ends the connection when one direction has ended
     */
    public Flow<ByteString, ByteString, CompletionStage<OutgoingConnection>> outgoingConnectionWithTls(
            InetSocketAddress remoteAddress,
            Supplier<SSLEngine> createSSLEngine,
            Optional<InetSocketAddress> localAddress,
            Iterable<SocketOption> options,
            Optional<java.time.Duration> connectTimeout,
            Optional<java.time.Duration> idleTimeout,
            Function<SSLSession, Optional<Throwable>> verifySession,
            TLSClosing closing) {
        return outgoingConnection(remoteAddress, localAddress, options, true, connectTimeout, idleTimeout)
                .join(TlsFlows.of(createSSLEngine, verifySession, closing));
    }

    /**
     * Listens for connections with TLS. {@code halfClose} is ignored, as in Pekko.
     *
     * @deprecated use {@link #bindWithTls(String, int, Supplier, int, Iterable, Optional, Function, TLSClosing)}
     */
    @Deprecated(since = "0.1")
    public Source<IncomingConnection, CompletionStage<ServerBinding>> bindTls(
            String interfaceName,
            int port,
            SSLContext sslContext,
            NegotiateNewSession negotiateNewSession,
            int backlog,
            Iterable<SocketOption> options,
            boolean halfClose,
            Duration idleTimeout) {
        return bind(interfaceName, port, backlog, options, false, optional(idleTimeout))
                .map(connection ->
                        connection.joined(TlsFlows.of(sslContext, negotiateNewSession, TLSRole.server())));
    }

    /**
     * Listens for connections with TLS, with a backlog of 100.
     *
     * @deprecated use {@link #bindWithTls(String, int, Supplier)}
     */
    @Deprecated(since = "0.1")
    public Source<IncomingConnection, CompletionStage<ServerBinding>> bindTls(
            String interfaceName, int port, SSLContext sslContext, NegotiateNewSession negotiateNewSession) {
        return bindTls(
                interfaceName,
                port,
                sslContext,
                negotiateNewSession,
                DEFAULT_BACKLOG,
                List.of(),
                false,
                Duration.Inf());
    }

    /**
     * Listens for connections with TLS, with a backlog of 100.
     *
     * @param interfaceName the address to listen on
     * @param port the port, or 0 for one that the stack chooses
     * @param createSSLEngine makes an engine in server mode for each connection
     */
    public Source<IncomingConnection, CompletionStage<ServerBinding>> bindWithTls(
            String interfaceName, int port, Supplier<SSLEngine> createSSLEngine) {
        return bindWithTls(
                interfaceName,
                port,
                createSSLEngine,
                DEFAULT_BACKLOG,
                List.of(),
                Optional.empty(),
                _ -> Optional.empty(),
                IgnoreComplete$.MODULE$);
    }

    /**
     * Listens for connections with TLS. They half-close, which TLS itself then decides on.
     *
     * @param interfaceName the address to listen on
     * @param port the port, or 0 for one that the stack chooses
     * @param createSSLEngine makes an engine in server mode for each connection
     * @param backlog how many established connections may wait to be pulled; below 1 means 100
     * @param options options of the connections
     * @param idleTimeout a connection that passes no octet in either direction for so long fails; empty for never
     * @param verifySession sees the session after the handshake; the exception that it returns fails the connection
     * @param closing what ends the connection when one direction has ended
     */
    public Source<IncomingConnection, CompletionStage<ServerBinding>> bindWithTls(
            String interfaceName,
            int port,
            Supplier<SSLEngine> createSSLEngine,
            int backlog,
            Iterable<SocketOption> options,
            Optional<java.time.Duration> idleTimeout,
            Function<SSLSession, Optional<Throwable>> verifySession,
            TLSClosing closing) {
        return bind(interfaceName, port, backlog, options, true, idleTimeout)
                .map(connection -> connection.joined(TlsFlows.of(createSSLEngine, verifySession, closing)));
    }

    private static List<SocketOption> list(Iterable<SocketOption> options) {
        List<SocketOption> list = new ArrayList<>();
        options.forEach(list::add);
        return List.copyOf(list);
    }

    private static Optional<java.time.Duration> optional(Duration duration) {
        return duration instanceof FiniteDuration finite
                ? Optional.of(DurationConverters.toJava(finite))
                : Optional.empty();
    }
}
