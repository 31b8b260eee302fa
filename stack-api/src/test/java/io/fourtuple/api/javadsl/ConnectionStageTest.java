package io.fourtuple.api.javadsl;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.api.protocol.Accepted;
import io.fourtuple.api.protocol.ConnectionCommand;
import io.fourtuple.api.protocol.ConnectionCommand.Abort;
import io.fourtuple.api.protocol.ConnectionCommand.Close;
import io.fourtuple.api.protocol.ConnectionCommand.CloseOutput;
import io.fourtuple.api.protocol.ConnectionCommand.Register;
import io.fourtuple.api.protocol.ConnectionCommand.ResumeReading;
import io.fourtuple.api.protocol.ConnectionCommand.Write;
import io.fourtuple.api.protocol.ConnectionEvent;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collections;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.BoundedSourceQueue;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.StreamTcpException;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.SinkQueueWithCancel;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.scaladsl.TcpAttributes;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The data path of a connection, against a probe that stands for the connection actor. */
class ConnectionStageTest {
    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final InetSocketAddress LOCAL = new InetSocketAddress("10.77.0.1", 7);
    private static final InetSocketAddress REMOTE = new InetSocketAddress("10.77.0.2", 40000);
    private static final int WRITE_BUFFER = 16 * 1024;

    private final AtomicInteger materialized = new AtomicInteger();
    private TestProbe<ConnectionCommand> connection;
    private ActorRef<ConnectionEvent> stage;
    private BoundedSourceQueue<ByteString> toPeer;
    private SinkQueueWithCancel<ByteString> fromPeer;

    @BeforeEach
    void makeConnection() {
        connection = KIT.createTestProbe();
    }

    @AfterAll
    static void shutDown() {
        KIT.shutdownTestKit();
    }

    @Test
    void shouldTurnEachPullIntoOneCredit() throws Exception {
        run(false);
        CompletionStage<Optional<ByteString>> first = fromPeer.pull();
        connection.expectMessageClass(ResumeReading.class);
        stage.tell(new ConnectionEvent.Received(bytes("a")));
        assertThat(await(first)).contains(bytes("a"));

        connection.expectMessageClass(ResumeReading.class); // the queue's own place for one element
        stage.tell(new ConnectionEvent.Received(bytes("b")));
        toPeer.offer(bytes("marker"));
        connection.expectMessage(new Write(bytes("marker"))); // and no credit before it: nobody pulls
        assertThat(await(fromPeer.pull())).contains(bytes("b"));
        connection.expectMessageClass(ResumeReading.class);
    }

    @Test
    void shouldGatherWhatComesWhileOneWriteIsOutstanding() {
        run(false);
        connection.expectMessageClass(ResumeReading.class);
        toPeer.offer(bytes("one"));
        connection.expectMessage(new Write(bytes("one")));
        toPeer.offer(bytes("two"));
        toPeer.offer(bytes("three"));
        awaitQueueIsTaken();
        stage.tell(new ConnectionEvent.Written());
        connection.expectMessage(new Write(bytes("twothree")));
        stage.tell(new ConnectionEvent.Written());
        toPeer.offer(bytes("four"));
        connection.expectMessage(new Write(bytes("four")));
    }

    @Test
    void shouldPullNoMoreThanTheWriteBufferHolds() throws Exception {
        AtomicInteger pulled = new AtomicInteger();
        Source<ByteString, ?> source = Source.from(Collections.nCopies(1000, bytes("0123456789")))
                .map(element -> {
                    pulled.incrementAndGet();
                    return element;
                });
        fromPeer = source.viaMat(flow(false).withAttributes(TcpAttributes.tcpWriteBufferSize(25)), Keep.right())
                .toMat(oneAhead(), Keep.right())
                .run(KIT.system());
        stage = connection.expectMessageClass(Register.class).handler();
        connection.expectMessageClass(ResumeReading.class);
        connection.expectMessage(new Write(bytes("0123456789")));
        stage.tell(new ConnectionEvent.Received(bytes("sync")));
        assertThat(await(fromPeer.pull())).isPresent();
        assertThat(pulled.get()).isEqualTo(4); // one outstanding, three gathered: 30 octets are past the bound
        connection.expectMessageClass(ResumeReading.class);
        stage.tell(new ConnectionEvent.Written());
        assertThat(connection.expectMessageClass(Write.class).data().length()).isEqualTo(30);
    }

    @Test
    void shouldCloseBothDirectionsAfterTheLastWriteWhenItDoesNotHalfClose() throws Exception {
        run(false);
        connection.expectMessageClass(ResumeReading.class);
        toPeer.offer(bytes("last"));
        connection.expectMessage(new Write(bytes("last")));
        toPeer.complete();
        stage.tell(new ConnectionEvent.Written());
        connection.expectMessageClass(Close.class);
        stage.tell(new ConnectionEvent.Closed());
        assertThat(await(fromPeer.pull())).isEmpty();
        connection.expectTerminated(stage);
    }

    @Test
    void shouldHalfCloseAndReadOnUntilThePeerCloses() throws Exception {
        run(true);
        connection.expectMessageClass(ResumeReading.class);
        toPeer.complete();
        connection.expectMessageClass(CloseOutput.class);
        stage.tell(new ConnectionEvent.Received(bytes("late")));
        assertThat(await(fromPeer.pull())).contains(bytes("late"));
        stage.tell(new ConnectionEvent.PeerClosed());
        assertThat(await(fromPeer.pull())).isEmpty();
        stage.tell(new ConnectionEvent.Closed());
        connection.expectMessageClass(ResumeReading.class);
        connection.expectTerminated(stage);
        connection.expectNoMessage(Duration.ZERO);
    }

    @Test
    void shouldWriteOnAfterThePeerHasClosed() throws Exception {
        run(true);
        connection.expectMessageClass(ResumeReading.class);
        stage.tell(new ConnectionEvent.PeerClosed());
        assertThat(await(fromPeer.pull())).isEmpty();
        toPeer.offer(bytes("answer"));
        connection.expectMessage(new Write(bytes("answer")));
        toPeer.complete();
        stage.tell(new ConnectionEvent.Written());
        connection.expectMessageClass(Close.class);
    }

    @Test
    void shouldDropWhatArrivesAfterCancellationWhenItHalfCloses() {
        run(true);
        connection.expectMessageClass(ResumeReading.class);
        fromPeer.cancel();
        connection.expectMessageClass(ResumeReading.class);
        stage.tell(new ConnectionEvent.Received(bytes("unwanted")));
        connection.expectMessageClass(ResumeReading.class);
        toPeer.complete();
        connection.expectMessageClass(Close.class);
    }

    @Test
    void shouldCloseOnCancellationWhenItDoesNotHalfClose() {
        run(false);
        connection.expectMessageClass(ResumeReading.class);
        fromPeer.cancel();
        connection.expectMessageClass(Close.class);
        stage.tell(new ConnectionEvent.Received(bytes("crossed")));
        toPeer.offer(bytes("too late"));
        stage.tell(new ConnectionEvent.Closed());
        connection.expectTerminated(stage);
        connection.expectNoMessage(Duration.ZERO);
    }

    @Test
    void shouldFinishTheOutstandingWriteBeforeItClosesOnCancellation() {
        run(false);
        connection.expectMessageClass(ResumeReading.class);
        toPeer.offer(bytes("last"));
        connection.expectMessage(new Write(bytes("last")));
        fromPeer.cancel();
        stage.tell(new ConnectionEvent.Received(bytes("unwanted")));
        connection.expectMessageClass(ResumeReading.class);
        stage.tell(new ConnectionEvent.Written());
        connection.expectMessageClass(Close.class);
    }

    @Test
    void shouldAbortWhenUpstreamFails() {
        run(true);
        connection.expectMessageClass(ResumeReading.class);
        CompletionStage<Optional<ByteString>> pull = fromPeer.pull();
        toPeer.fail(new IllegalStateException("on purpose"));
        connection.expectMessageClass(Abort.class);
        stage.tell(new ConnectionEvent.Failed(new StreamTcpException("whatever")));
        assertThatThrownBy(() -> await(pull)).isInstanceOf(StreamTcpException.class).hasMessageContaining("aborted");
    }

    @Test
    void shouldAbortWhenDownstreamFails() {
        run(true, Flow.<ByteString>create().map(element -> {
            throw new IllegalStateException("on purpose");
        }));
        connection.expectMessageClass(ResumeReading.class);
        stage.tell(new ConnectionEvent.Received(bytes("poison")));
        connection.expectMessageClass(Abort.class);
        stage.tell(new ConnectionEvent.Failed(new StreamTcpException("whatever")));
        connection.expectTerminated(stage);
    }

    @Test
    void shouldAbortWhenTheStreamIsTornDown() {
        Materializer materializer = Materializer.createMaterializer(KIT.system());
        Source.<ByteString>maybe().via(flow(true)).to(Sink.ignore()).run(materializer);
        stage = connection.expectMessageClass(Register.class).handler();
        connection.expectMessageClass(ResumeReading.class);
        materializer.shutdown();
        connection.expectMessageClass(Abort.class);
    }

    @Test
    void shouldLetAClosingConnectionBeWhenTheStreamIsTornDown() {
        Materializer materializer = Materializer.createMaterializer(KIT.system());
        Source.<ByteString>empty().via(flow(false)).to(Sink.ignore()).run(materializer);
        stage = connection.expectMessageClass(Register.class).handler();
        connection.expectMessageClass(ResumeReading.class);
        connection.expectMessageClass(Close.class);
        materializer.shutdown();
        connection.expectTerminated(stage);
        connection.expectNoMessage(Duration.ZERO);
    }

    @Test
    void shouldFailWhenTheConnectionBreaks() {
        run(true);
        CompletionStage<Optional<ByteString>> pull = fromPeer.pull();
        stage.tell(new ConnectionEvent.Failed(new java.net.SocketException("Connection reset by peer")));
        assertThatThrownBy(() -> await(pull))
                .isInstanceOf(StreamTcpException.class)
                .hasMessage("The connection closed with error: Connection reset by peer");
        connection.expectMessageClass(ResumeReading.class);
        connection.expectTerminated(stage);
        connection.expectNoMessage(Duration.ZERO);
    }

    @Test
    void shouldFailWithTheConnectionsOwnExceptionWhenThatIsPekkos() {
        run(true);
        CompletionStage<Optional<ByteString>> pull = fromPeer.pull();
        StreamTcpException cause = new StreamTcpException("reset");
        stage.tell(new ConnectionEvent.Failed(cause));
        assertThatThrownBy(() -> await(pull)).isSameAs(cause);
    }

    @Test
    void shouldFailWhenTheConnectionActorDies() {
        run(true);
        CompletionStage<Optional<ByteString>> pull = fromPeer.pull();
        connection.stop();
        assertThatThrownBy(() -> await(pull)).isInstanceOf(StreamTcpException.class);
    }

    @Test
    void shouldRefuseASecondMaterialisation() {
        Flow<ByteString, ByteString, ?> flow = flow(true);
        run(flow);
        assertThatThrownBy(() -> Source.<ByteString>empty().via(flow).to(Sink.ignore()).run(KIT.system()))
                .isInstanceOf(IllegalStateException.class);
        assertThat(materialized.get()).isEqualTo(1);
    }

    private void run(boolean halfClose) {
        run(flow(halfClose));
    }

    private void run(boolean halfClose, Flow<ByteString, ByteString, ?> afterwards) {
        run(flow(halfClose).via(afterwards));
    }

    private void run(Flow<ByteString, ByteString, ?> flow) {
        Pair<BoundedSourceQueue<ByteString>, SinkQueueWithCancel<ByteString>> ends = Source.<ByteString>queue(16)
                .via(flow)
                .toMat(oneAhead(), Keep.both())
                .run(KIT.system());
        toPeer = ends.first();
        fromPeer = ends.second();
        stage = connection.expectMessageClass(Register.class).handler();
    }

    /** Buffers one element beyond those that are pulled. */
    private static Sink<ByteString, SinkQueueWithCancel<ByteString>> oneAhead() {
        return Sink.<ByteString>queue().withAttributes(Attributes.inputBuffer(1, 1));
    }

    private Flow<ByteString, ByteString, ?> flow(boolean halfClose) {
        Accepted accepted = new Accepted(connection.ref(), LOCAL, REMOTE);
        return Flow.fromGraph(
                new IncomingConnectionStage(accepted, halfClose, WRITE_BUFFER, materialized::incrementAndGet));
    }

    /** Octets that come back through the stage prove that it has dealt with everything before them. */
    private void awaitQueueIsTaken() {
        stage.tell(new ConnectionEvent.Received(bytes("sync")));
        assertThat(awaitUnchecked(fromPeer.pull())).contains(bytes("sync"));
        connection.expectMessageClass(ResumeReading.class);
    }

    private static <T> T awaitUnchecked(CompletionStage<T> stage) {
        try {
            return await(stage);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static <T> T await(CompletionStage<T> stage) throws Exception {
        try {
            return stage.toCompletableFuture().get(10, SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    private static ByteString bytes(String text) {
        return ByteString.fromString(text);
    }
}
