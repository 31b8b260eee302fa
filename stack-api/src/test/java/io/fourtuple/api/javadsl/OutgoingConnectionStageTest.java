package io.fourtuple.api.javadsl;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.api.protocol.ConnectReply;
import io.fourtuple.api.protocol.ConnectionCommand;
import io.fourtuple.api.protocol.ConnectionEvent;
import io.fourtuple.api.protocol.StackCommand;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.io.Inet;
import org.apache.pekko.io.TcpSO;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.BoundedSourceQueue;
import org.apache.pekko.stream.StreamTcpException;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.SinkQueueWithCancel;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Opening a connection, against probes that stand for the stack and the connection. */
class OutgoingConnectionStageTest {
    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final InetSocketAddress LOCAL = new InetSocketAddress("10.77.0.2", 40000);
    private static final InetSocketAddress REMOTE = new InetSocketAddress("10.77.0.1", 7);

    private TestProbe<StackCommand> stack;
    private TestProbe<ConnectionCommand> connection;
    private Tcp tcp;
    private BoundedSourceQueue<ByteString> toPeer;
    private SinkQueueWithCancel<ByteString> fromPeer;
    private CompletionStage<Tcp.OutgoingConnection> opened;

    @BeforeEach
    void makeStack() {
        stack = KIT.createTestProbe();
        connection = KIT.createTestProbe();
        tcp = new Tcp(stack.ref(), Attributes.none());
    }

    @AfterAll
    static void shutDown() {
        KIT.shutdownTestKit();
    }

    @Test
    void shouldConnectWithPekkosDefaults() {
        run(tcp.outgoingConnection("10.77.0.1", 7));
        StackCommand.Connect connect = stack.expectMessageClass(StackCommand.Connect.class);
        assertThat(connect.remote()).isEqualTo(REMOTE);
        assertThat(connect.local()).isEmpty();
        assertThat(connect.options()).isEmpty();
        assertThat(connect.timeout()).isEmpty();
    }

    @Test
    void shouldPassLocalAddressOptionsAndTimeout() {
        List<Inet.SocketOption> options = List.of(TcpSO.tcpNoDelay(true));
        run(tcp.outgoingConnection(
                REMOTE, Optional.of(LOCAL), options, true, Optional.of(Duration.ofSeconds(3)), Optional.empty()));
        StackCommand.Connect connect = stack.expectMessageClass(StackCommand.Connect.class);
        assertThat(connect.local()).contains(LOCAL);
        assertThat(connect.options()).containsExactlyElementsOf(options);
        assertThat(connect.timeout()).contains(Duration.ofSeconds(3));
    }

    @Test
    void shouldLookUpANameThatIsUnresolved() {
        run(outgoing(InetSocketAddress.createUnresolved("localhost", 7), true));
        StackCommand.Connect connect = stack.expectMessageClass(StackCommand.Connect.class);
        assertThat(connect.remote().isUnresolved()).isFalse();
        assertThat(connect.remote().getAddress().isLoopbackAddress()).isTrue();
        assertThat(connect.remote().getPort()).isEqualTo(7);
    }

    @Test
    void shouldReadAndWriteOnceConnected() throws Exception {
        run(outgoing(REMOTE, true));
        toPeer.offer(ByteString.fromString("early"));
        connect();
        Tcp.OutgoingConnection outgoing = await(opened);
        assertThat(outgoing.localAddress()).isEqualTo(LOCAL);
        assertThat(outgoing.remoteAddress()).isEqualTo(REMOTE);
        connection.expectMessageClass(ConnectionCommand.Register.class);
        connection.expectMessageClass(ConnectionCommand.ResumeReading.class);
        assertThat(connection.expectMessageClass(ConnectionCommand.Write.class).data().utf8String()).isEqualTo("early");
    }

    @Test
    void shouldHalfCloseAtOnceWhenUpstreamHadFinishedBefore() {
        run(outgoing(REMOTE, true));
        toPeer.complete();
        connect();
        connection.expectMessageClass(ConnectionCommand.Register.class);
        connection.expectMessageClass(ConnectionCommand.ResumeReading.class);
        connection.expectMessageClass(ConnectionCommand.CloseOutput.class);
    }

    @Test
    void shouldCloseAtOnceWhenUpstreamHadFinishedBeforeAndItDoesNotHalfClose() throws Exception {
        run(outgoing(REMOTE, false));
        toPeer.complete();
        connect();
        ActorRef<ConnectionEvent> stage = connection
                .expectMessageClass(ConnectionCommand.Register.class)
                .handler();
        connection.expectMessageClass(ConnectionCommand.ResumeReading.class);
        connection.expectMessageClass(ConnectionCommand.Close.class);
        stage.tell(new ConnectionEvent.Closed());
        assertThat(await(fromPeer.pull())).isEmpty();
    }

    @Test
    void shouldFailStreamAndMaterialisedValueAndNameTheTarget() {
        run(outgoing(REMOTE, true));
        stack.expectMessageClass(StackCommand.Connect.class)
                .replyTo()
                .tell(new ConnectReply.ConnectFailed(new ConnectException("Connection refused")));
        assertThatThrownBy(() -> await(opened))
                .isInstanceOf(StreamTcpException.class)
                .hasMessageContaining("10.77.0.1:7")
                .hasMessageContaining("Connection refused")
                .hasCauseInstanceOf(ConnectException.class);
        assertThatThrownBy(() -> await(fromPeer.pull())).isInstanceOf(StreamTcpException.class);
    }

    @Test
    void shouldGiveUpWhenUpstreamFailsWhileConnecting() {
        run(outgoing(REMOTE, true));
        StackCommand.Connect connect = stack.expectMessageClass(StackCommand.Connect.class);
        toPeer.fail(new IllegalStateException("on purpose"));
        assertThatThrownBy(() -> await(opened)).isInstanceOf(IllegalStateException.class);
        stack.expectTerminated(connect.replyTo());
    }

    @Test
    void shouldGiveUpWhenDownstreamCancelsWhileConnecting() {
        run(outgoing(REMOTE, true));
        StackCommand.Connect connect = stack.expectMessageClass(StackCommand.Connect.class);
        fromPeer.cancel();
        assertThatThrownBy(() -> await(opened)).isInstanceOf(StreamTcpException.class);
        stack.expectTerminated(connect.replyTo());
    }

    @Test
    void shouldFailWhenTheStackEnds() {
        run(outgoing(REMOTE, true));
        stack.expectMessageClass(StackCommand.Connect.class);
        stack.stop();
        assertThatThrownBy(() -> await(opened))
                .isInstanceOf(StreamTcpException.class)
                .hasMessageContaining("10.77.0.1:7");
    }

    private void connect() {
        stack.expectMessageClass(StackCommand.Connect.class)
                .replyTo()
                .tell(new ConnectReply.Connected(connection.ref(), LOCAL, REMOTE));
    }

    private Flow<ByteString, ByteString, CompletionStage<Tcp.OutgoingConnection>> outgoing(
            InetSocketAddress remote, boolean halfClose) {
        return tcp.outgoingConnection(
                remote, Optional.empty(), List.of(), halfClose, Optional.empty(), Optional.empty());
    }

    private void run(Flow<ByteString, ByteString, CompletionStage<Tcp.OutgoingConnection>> flow) {
        Pair<Pair<BoundedSourceQueue<ByteString>, CompletionStage<Tcp.OutgoingConnection>>,
                        SinkQueueWithCancel<ByteString>> ends =
                Source.<ByteString>queue(16)
                        .viaMat(flow, Keep.both())
                        .toMat(Sink.queue(), Keep.both())
                        .run(KIT.system());
        toPeer = ends.first().first();
        opened = ends.first().second();
        fromPeer = ends.second();
    }

    private static <T> T await(CompletionStage<T> stage) throws Exception {
        try {
            return stage.toCompletableFuture().get(10, SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }
}
