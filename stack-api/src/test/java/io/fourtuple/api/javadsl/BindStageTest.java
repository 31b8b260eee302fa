package io.fourtuple.api.javadsl;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.api.protocol.Accepted;
import io.fourtuple.api.protocol.AcceptorCommand;
import io.fourtuple.api.protocol.AcceptorCommand.Demand;
import io.fourtuple.api.protocol.AcceptorCommand.Unbind;
import io.fourtuple.api.protocol.BindReply;
import io.fourtuple.api.protocol.ConnectionCommand;
import io.fourtuple.api.protocol.StackCommand;
import io.fourtuple.api.protocol.Unbound;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.io.Inet;
import org.apache.pekko.io.TcpSO;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.BindFailedException;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.SinkQueueWithCancel;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A listening socket as a source, against probes that stand for the stack and the listening socket. */
class BindStageTest {
    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final InetSocketAddress LOCAL = new InetSocketAddress("10.77.0.1", 7);
    private static final InetSocketAddress REMOTE = new InetSocketAddress("10.77.0.2", 40000);

    private TestProbe<StackCommand> stack;
    private TestProbe<AcceptorCommand> acceptor;
    private Tcp tcp;
    private CompletionStage<Tcp.ServerBinding> binding;
    private SinkQueueWithCancel<Tcp.IncomingConnection> connections;

    @BeforeEach
    void makeStack() {
        stack = KIT.createTestProbe();
        acceptor = KIT.createTestProbe();
        tcp = new Tcp(stack.ref(), Attributes.none());
    }

    @AfterAll
    static void shutDown() {
        KIT.shutdownTestKit();
    }

    @Test
    void shouldBindWithPekkosDefaults() {
        run(tcp.bind("10.77.0.1", 7));
        StackCommand.Bind bind = stack.expectMessageClass(StackCommand.Bind.class);
        assertThat(bind.local()).isEqualTo(LOCAL);
        assertThat(bind.backlog()).isEqualTo(100);
        assertThat(bind.options()).isEmpty();
    }

    @Test
    void shouldPassBacklogAndOptions() {
        List<Inet.SocketOption> options = List.of(TcpSO.keepAlive(true));
        run(tcp.bind("10.77.0.1", 7, 3, options, false, Optional.empty()));
        StackCommand.Bind bind = stack.expectMessageClass(StackCommand.Bind.class);
        assertThat(bind.backlog()).isEqualTo(3);
        assertThat(bind.options()).containsExactlyElementsOf(options);
    }

    @Test
    void shouldDemandOneConnectionForEachPull() throws Exception {
        bound();
        TestProbe<ConnectionCommand> connection = KIT.createTestProbe();
        Demand first = acceptor.expectMessageClass(Demand.class);
        assertThat(first.n()).isEqualTo(1);
        first.to().tell(new Accepted(connection.ref(), LOCAL, REMOTE));
        Tcp.IncomingConnection incoming = await(connections.pull()).orElseThrow();
        assertThat(incoming.localAddress()).isEqualTo(LOCAL);
        assertThat(incoming.remoteAddress()).isEqualTo(REMOTE);
        acceptor.expectMessageClass(Demand.class);

        CompletionStage<String> handled = incoming.handleWith(
                Flow.<ByteString>create()
                        .mapMaterializedValue(_ -> java.util.concurrent.CompletableFuture.completedFuture("mine")),
                KIT.system());
        assertThat(await(handled)).isEqualTo("mine");
        connection.expectMessageClass(ConnectionCommand.Register.class);
    }

    @Test
    void shouldUnbindOnce() throws Exception {
        Tcp.ServerBinding bound = bound();
        acceptor.expectMessageClass(Demand.class);
        var unbound = bound.unbind();
        Unbind unbind = acceptor.expectMessageClass(Unbind.class);
        var again = bound.unbind();
        assertThat(bound.whenUnbound().toCompletableFuture()).isNotDone();
        unbind.replyTo().tell(new Unbound());
        await(unbound);
        await(again);
        await(bound.whenUnbound());
        assertThat(await(connections.pull())).isEmpty();
        await(bound.unbind());
        acceptor.expectNoMessage(Duration.ZERO);
    }

    @Test
    void shouldUnbindWhenDownstreamCancels() throws Exception {
        Tcp.ServerBinding bound = bound();
        acceptor.expectMessageClass(Demand.class);
        connections.cancel();
        acceptor.expectMessageClass(Unbind.class).replyTo().tell(new Unbound());
        await(bound.whenUnbound());
    }

    @Test
    void shouldUnbindWhenTheStreamIsTornDown() throws Exception {
        Materializer materializer = Materializer.createMaterializer(KIT.system());
        binding = tcp.bind("10.77.0.1", 7).to(Sink.ignore()).run(materializer);
        answerBound();
        Tcp.ServerBinding bound = await(binding);
        materializer.shutdown();
        acceptor.expectMessageClass(Demand.class);
        acceptor.expectMessageClass(Unbind.class).replyTo().tell(new Unbound());
        await(bound.whenUnbound());
    }

    @Test
    void shouldUnbindWhenItWasCancelledWhileBinding() {
        run(tcp.bind("10.77.0.1", 7));
        connections.cancel();
        answerBound();
        Unbind unbind = acceptor.expectMessageClass(Unbind.class);
        unbind.replyTo().tell(new Unbound());
        assertThatThrownBy(() -> await(binding)).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void shouldUnbindWhenItWasTornDownWhileBinding() {
        Materializer materializer = Materializer.createMaterializer(KIT.system());
        binding = tcp.bind("10.77.0.1", 7).to(Sink.ignore()).run(materializer);
        StackCommand.Bind bind = stack.expectMessageClass(StackCommand.Bind.class);
        materializer.shutdown();
        assertThatThrownBy(() -> await(binding)).isInstanceOf(NoSuchElementException.class);
        bind.replyTo().tell(new BindReply.Bound(LOCAL, acceptor.ref()));
        acceptor.expectMessageClass(Unbind.class);
    }

    @Test
    void shouldFailWithPekkosExceptionAndTheStacksReason() {
        run(tcp.bind("10.77.0.1", 7));
        stack.expectMessageClass(StackCommand.Bind.class)
                .replyTo()
                .tell(new BindReply.BindFailed("10.77.0.1:7 is in use"));
        assertThatThrownBy(() -> await(binding))
                .isInstanceOf(BindFailedException.class)
                .hasMessage("Bind failed: 10.77.0.1:7 is in use");
        assertThatThrownBy(() -> await(connections.pull())).isInstanceOf(BindFailedException.class);
    }

    @Test
    void shouldFailToBindOnAStackThatHasEnded() {
        stack.stop();
        run(tcp.bind("10.77.0.1", 7));
        assertThatThrownBy(() -> await(binding)).isInstanceOf(BindFailedException.class);
    }

    @Test
    void shouldFailWhenTheListeningSocketDies() throws Exception {
        Tcp.ServerBinding bound = bound();
        acceptor.stop();
        assertThatThrownBy(() -> await(connections.pull())).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> await(bound.whenUnbound())).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldAbortAConnectionThatComesAfterCancellation() throws Exception {
        bound();
        TestProbe<ConnectionCommand> connection = KIT.createTestProbe();
        Demand demand = acceptor.expectMessageClass(Demand.class);
        connections.cancel();
        Unbind unbind = acceptor.expectMessageClass(Unbind.class);
        demand.to().tell(new Accepted(connection.ref(), LOCAL, REMOTE));
        unbind.replyTo().tell(new Unbound());
        connection.expectMessageClass(ConnectionCommand.Abort.class);
    }

    @Test
    void shouldStayUntilConnectionsItGaveOutAreMaterialised() throws Exception {
        Tcp.ServerBinding bound = bound();
        TestProbe<ConnectionCommand> connection = KIT.createTestProbe();
        Demand demand = acceptor.expectMessageClass(Demand.class);
        demand.to().tell(new Accepted(connection.ref(), LOCAL, REMOTE));
        Tcp.IncomingConnection incoming = await(connections.pull()).orElseThrow();
        bound.unbind();
        acceptor.expectMessageClass(Demand.class);
        acceptor.expectMessageClass(Unbind.class).replyTo().tell(new Unbound());
        await(bound.whenUnbound());
        incoming.handleWith(Flow.create(), KIT.system());
        connection.expectMessageClass(ConnectionCommand.Register.class);
        assertThat(await(connections.pull())).isEmpty();
    }

    private Tcp.ServerBinding bound() throws Exception {
        run(tcp.bind("10.77.0.1", 7));
        answerBound();
        Tcp.ServerBinding bound = await(binding);
        assertThat(bound.localAddress()).isEqualTo(LOCAL);
        return bound;
    }

    private void answerBound() {
        stack.expectMessageClass(StackCommand.Bind.class).replyTo().tell(new BindReply.Bound(LOCAL, acceptor.ref()));
    }

    private void run(Source<Tcp.IncomingConnection, CompletionStage<Tcp.ServerBinding>> source) {
        Pair<CompletionStage<Tcp.ServerBinding>, SinkQueueWithCancel<Tcp.IncomingConnection>> ends = source.toMat(
                        Sink.<Tcp.IncomingConnection>queue().withAttributes(Attributes.inputBuffer(1, 1)), Keep.both())
                .run(KIT.system());
        binding = ends.first();
        connections = ends.second();
    }

    private static <T> T await(CompletionStage<T> stage) throws Exception {
        try {
            return stage.toCompletableFuture().get(10, SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }
}
