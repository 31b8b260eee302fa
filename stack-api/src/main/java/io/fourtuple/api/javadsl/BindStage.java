package io.fourtuple.api.javadsl;

import io.fourtuple.api.protocol.Accepted;
import io.fourtuple.api.protocol.AcceptorCommand;
import io.fourtuple.api.protocol.BindReply;
import io.fourtuple.api.protocol.ConnectionCommand;
import io.fourtuple.api.protocol.StackCommand;
import io.fourtuple.api.protocol.Unbound;
import java.io.Serial;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.Terminated;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.io.Inet;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.BindFailedException;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.SourceShape;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.stage.AbstractGraphStageWithMaterializedValue;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.stream.stage.TimerGraphStageLogicWithLogging;
import org.apache.pekko.util.ByteString;
import scala.Tuple2;
import scala.runtime.BoxedUnit;

/**
 * A listening socket as a source of connections. Each pull is {@code Demand(1)}: what is not pulled waits in the accept
 * queue, and what that does not hold, in the SYN queue.
 *
 * <p>The binding outlives none of these: {@code unbind()}, cancellation, failure or abrupt end of the stream. The
 * connections it gave out outlive all of them.
 */
final class BindStage
        extends AbstractGraphStageWithMaterializedValue<
                SourceShape<Tcp.IncomingConnection>, CompletionStage<Tcp.ServerBinding>> {
    /** As good as no limit: a stack always answers, and its end is noticed by watching it. */
    private static final Duration BIND_TIMEOUT = Duration.ofDays(1);

    /** A socket answers an {@code Unbind} at once; later than this its event loop is stuck. */
    private static final Duration UNBIND_TIMEOUT = Duration.ofSeconds(20);

    /** After an unbind the source stays for this long while connections it gave out are not yet materialised. */
    private static final String LINGER = "pekko.stream.materializer.subscription-timeout.timeout";

    private static final String LINGER_TIMER = "linger";

    private final ActorRef<StackCommand> stack;
    private final InetSocketAddress endpoint;
    private final int backlog;
    private final List<Inet.SocketOption> options;
    private final ConnectionSettings settings;
    private final SourceShape<Tcp.IncomingConnection> shape = SourceShape.of(Outlet.create("IncomingConnections.out"));

    /**
     * What the connections to come are like.
     *
     * @param halfClose whether reading goes on after our direction has ended
     * @param idleTimeout after which a connection fails when no octet passes in either direction
     * @param graphAttributes of the graphs that {@code handleWith} runs
     */
    record ConnectionSettings(boolean halfClose, Optional<Duration> idleTimeout, Attributes graphAttributes) {}

    BindStage(
            ActorRef<StackCommand> stack,
            InetSocketAddress endpoint,
            int backlog,
            List<Inet.SocketOption> options,
            ConnectionSettings settings) {
        this.stack = stack;
        this.endpoint = endpoint;
        this.backlog = backlog;
        this.options = options;
        this.settings = settings;
    }

    @Override
    public Attributes initialAttributes() {
        return Attributes.name("ConnectionSource");
    }

    @Override
    public SourceShape<Tcp.IncomingConnection> shape() {
        return shape;
    }

    @Override
    public Pair<GraphStageLogic, CompletionStage<Tcp.ServerBinding>> createLogicAndMaterializedValuePair(
            Attributes attributes) {
        CompletableFuture<Tcp.ServerBinding> bound = new CompletableFuture<>();
        return Pair.create(new Logic(bound), bound.copy());
    }

    /** Pekko's exception says nothing but "bind failed" unless told otherwise. */
    private static final class BindFailure extends BindFailedException {
        @Serial
        private static final long serialVersionUID = 1L;

        private final String reason;

        BindFailure(String reason) {
            this.reason = reason;
        }

        @Override
        public String getMessage() {
            return "Bind failed: " + reason;
        }
    }

    private final class Logic extends TimerGraphStageLogicWithLogging {
        private final CompletableFuture<Tcp.ServerBinding> bound;
        private final CompletableFuture<Done> unbound = new CompletableFuture<>();
        /** How many connections were given out and are not materialised yet. Counted down by other threads. */
        private final AtomicInteger notMaterialized = new AtomicInteger();
        /** Null while binding. */
        private ActorRef<AcceptorCommand> acceptor;
        /** In octets, for each connection. */
        private int writeBuffer;
        private boolean unbinding;
        private boolean released;

        private Logic(CompletableFuture<Tcp.ServerBinding> bound) {
            super(shape);
            this.bound = bound;
            setHandler(shape.out(), new AbstractOutHandler() {
                @Override
                public void onPull() {
                    if (acceptor != null && !unbinding) {
                        demand();
                    }
                }

                @Override
                public void onDownstreamFinish(Throwable cause) {
                    log().debug("Unbinding from {} because downstream is done: {}", endpoint, cause);
                    setKeepGoing(true); // until the port is free, also when it is still being bound
                    unbind();
                }
            });
        }

        @Override
        public void preStart() {
            writeBuffer = ConnectionLogic.configuredWriteBuffer(materializer());
            getStageActor(this::receive).watch(Adapter.toClassic(stack));
            AsyncCallback<BindReply> answered = createAsyncCallback(this::answered);
            AsyncCallback<Throwable> unanswered = createAsyncCallback(cause -> failBind(cause.getMessage(), cause));
            ActorSystem<Void> system = system();
            AskPattern.<StackCommand, BindReply>ask(
                            stack,
                            replyTo -> new StackCommand.Bind(endpoint, backlog, options, replyTo),
                            BIND_TIMEOUT,
                            system.scheduler())
                    .whenCompleteAsync((reply, failure) -> { // else it would run on the pool that all of a JVM share
                        if (failure != null) {
                            unanswered.invoke(failure);
                        } else {
                            // The stage may have been torn down meanwhile: then nobody else will close the socket.
                            answered.invokeWithFeedbackCompletionStage(reply).whenCompleteAsync((_, detached) -> {
                                if (detached != null && reply instanceof BindReply.Bound(var _, var orphan)) {
                                    orphan.tell(new AcceptorCommand.Unbind(system.ignoreRef()));
                                }
                            }, system.executionContext());
                        }
                    }, system.executionContext());
        }

        private void answered(BindReply reply) {
            stageActor().unwatch(Adapter.toClassic(stack)); // from now on the socket's own end is what counts
            switch (reply) {
                case BindReply.Bound(InetSocketAddress localAddress, var listening) -> {
                    acceptor = listening;
                    stageActor().watch(Adapter.toClassic(listening));
                    if (isClosed(shape.out())) {
                        unbind();
                    } else {
                        AsyncCallback<Done> unbind = createAsyncCallback(_ -> unbind());
                        bound.complete(
                                new Tcp.ServerBinding(localAddress, () -> unbind.invoke(Done.getInstance()), unbound));
                        if (isAvailable(shape.out())) {
                            demand();
                        }
                    }
                }
                case BindReply.BindFailed(String message) -> failBind(message, null);
            }
        }

        private void failBind(String reason, Throwable cause) {
            BindFailure failure = new BindFailure(reason);
            if (cause != null) {
                failure.initCause(cause);
            }
            bound.completeExceptionally(failure);
            unbound.completeExceptionally(failure);
            failStage(failure);
        }

        private BoxedUnit receive(Tuple2<org.apache.pekko.actor.ActorRef, Object> envelope) {
            switch (envelope._2()) {
                case Accepted accepted -> accepted(accepted);
                case Unbound _ -> unbound();
                case Terminated _ when acceptor == null -> failBind("the stack has terminated", null);
                case Terminated _ when unbinding -> unbound();
                case Terminated _ -> {
                    released = true;
                    IllegalStateException failure = new IllegalStateException(
                            "The listening socket terminated unexpectedly for endpoint ["
                                    + endpoint.getHostString() + ":" + endpoint.getPort() + "]");
                    unbound.completeExceptionally(failure);
                    failStage(failure);
                }
                case Object other -> log().warning("unexpected message for a bind stage: {}", other.getClass());
            }
            return BoxedUnit.UNIT;
        }

        private void demand() {
            acceptor.tell(new AcceptorCommand.Demand(1, Adapter.toTyped(stageActor().ref())));
        }

        private void accepted(Accepted accepted) {
            if (isAvailable(shape.out())) {
                notMaterialized.incrementAndGet();
                push(shape.out(), new Tcp.IncomingConnection(
                        accepted.local(), accepted.remote(), flow(accepted), settings.graphAttributes()));
            } else {
                accepted.connection().tell(ConnectionCommand.Abort.INSTANCE);
            }
        }

        private Flow<ByteString, ByteString, NotUsed> flow(Accepted accepted) {
            IncomingConnectionStage stage = new IncomingConnectionStage(
                    accepted, settings.halfClose(), writeBuffer, notMaterialized::decrementAndGet);
            // Not detached: the peer's FIN is told without demand, and reading ahead would take more than the window.
            Flow<ByteString, ByteString, NotUsed> flow = Flow.fromGraph(stage);
            return settings.idleTimeout()
                    .map(timeout -> flow.join(IdleTimeout.of(timeout, accepted.remote())))
                    .orElse(flow);
        }

        /** Does nothing while binding: the answer to that looks whether the source is still wanted. */
        private void unbind() {
            if (acceptor != null && !unbinding) {
                unbinding = true;
                setKeepGoing(true);
                acceptor.tell(new AcceptorCommand.Unbind(Adapter.toTyped(stageActor().ref())));
            }
        }

        private void unbound() {
            if (released) {
                return; // told both by the answer and by the actor's end
            }
            released = true;
            stageActor().unwatch(Adapter.toClassic(acceptor));
            unbound.complete(Done.getInstance());
            if (notMaterialized.get() == 0) {
                completeStage();
            } else {
                scheduleOnce(LINGER_TIMER, materializer().system().settings().config().getDuration(LINGER));
            }
        }

        @Override
        public void onTimer(Object key) {
            completeStage();
        }

        @Override
        public void postStop() {
            if (acceptor == null || released) {
                unbound.complete(Done.getInstance());
            } else {
                AskPattern.<AcceptorCommand, Unbound>ask(
                                acceptor, AcceptorCommand.Unbind::new, UNBIND_TIMEOUT, system().scheduler())
                        .whenCompleteAsync(
                                (_, _) -> unbound.complete(Done.getInstance()), system().executionContext());
            }
            bound.completeExceptionally(
                    new NoSuchElementException("Binding was unbound before it was completely finished"));
        }

        private ActorSystem<Void> system() {
            return Adapter.toTyped(materializer().system());
        }
    }
}
