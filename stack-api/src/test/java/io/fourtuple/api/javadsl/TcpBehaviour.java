package io.fourtuple.api.javadsl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.api.javadsl.Sockets.Binding;
import io.fourtuple.api.javadsl.Sockets.Incoming;
import io.fourtuple.api.javadsl.Sockets.Outgoing;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.BindFailedException;
import org.apache.pekko.stream.BoundedSourceQueue;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.StreamTcpException;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.SinkQueueWithCancel;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.scaladsl.TcpIdleTimeoutException;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** How a Tcp behaves. Runs against Pekko's and against ours: what passes on both is what they have in common. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class TcpBehaviour {
    private static final Flow<ByteString, ByteString, ?> ECHO = Flow.of(ByteString.class);

    private final List<Binding> bindings = new ArrayList<>();
    private ActorTestKit kit;
    private Sockets sockets;

    /** The implementation under test. */
    abstract Sockets open(ActorTestKit testKit);

    @BeforeAll
    void openSockets() {
        kit = ActorTestKit.create();
        sockets = open(kit);
    }

    @AfterEach
    void unbindAll() throws Exception {
        for (Binding binding : bindings) {
            await(binding.unbind().get());
        }
        bindings.clear();
    }

    @AfterAll
    void closeSockets() {
        sockets.close();
        kit.shutdownTestKit();
    }

    // ---- data ----

    @Test
    void shouldEchoWhatItIsSent() throws Exception {
        byte[] data = new byte[1 << 20];
        new Random(1).nextBytes(data);
        InetSocketAddress server = serve(ECHO);
        ByteString echoed = await(Source.from(chunks(data, 10_007))
                .via(connect(server))
                .runWith(concatenated(), sockets.system()));
        assertThat(Arrays.equals(echoed.toArray(), data)).isTrue();
    }

    @Test
    void shouldKeepTheOrderOfManySmallElements() throws Exception {
        InetSocketAddress server = serve(ECHO);
        StringBuilder expected = new StringBuilder();
        List<ByteString> lines = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            expected.append(i).append('\n');
            lines.add(bytes(i + "\n"));
        }
        ByteString echoed = await(Source.from(lines).via(connect(server)).runWith(concatenated(), sockets.system()));
        assertThat(echoed.utf8String()).isEqualTo(expected.toString());
    }

    @Test
    void shouldCarryOneLargeElement() throws Exception {
        byte[] data = new byte[8 << 20];
        new Random(2).nextBytes(data);
        InetSocketAddress server = serve(ECHO);
        ByteString echoed = await(Source.single(ByteString.fromArray(data))
                .via(connect(server))
                .runWith(concatenated(), sockets.system()));
        assertThat(Arrays.equals(echoed.toArray(), data)).isTrue();
    }

    @Test
    void shouldPassOverEmptyElements() throws Exception {
        InetSocketAddress server = serve(ECHO);
        ByteString echoed = await(Source.from(List.of(bytes(""), bytes("a"), bytes(""), bytes("b"), bytes("")))
                .via(connect(server))
                .runWith(concatenated(), sockets.system()));
        assertThat(echoed.utf8String()).isEqualTo("ab");
    }

    @Test
    void shouldHoldTheSenderBackWhileNobodyReadsAndCompleteAfterwards() throws Exception {
        int chunks = 1024;
        ByteString chunk = ByteString.fromArray(new byte[64 * 1024]);
        AtomicInteger pulled = new AtomicInteger();
        Source<ByteString, ?> bulk = Source.from(Collections.nCopies(chunks, chunk)).map(element -> {
            pulled.incrementAndGet();
            return element;
        });
        InetSocketAddress server = serve(Flow.fromSinkAndSourceCoupled(Sink.<ByteString>ignore(), bulk));
        SinkQueueWithCancel<ByteString> stalled = Source.<ByteString>maybe()
                .via(connect(server))
                .runWith(Sink.<ByteString>queue().withAttributes(Attributes.inputBuffer(1, 1)), sockets.system());
        long received = await(stalled.pull()).orElseThrow().length();

        shouldEchoWhatItIsSent(); // meanwhile others are at full speed
        assertThat(pulled.get()).isLessThan(chunks);
        for (Optional<ByteString> next = await(stalled.pull()); next.isPresent(); next = await(stalled.pull())) {
            received += next.get().length();
        }
        assertThat(received).isEqualTo((long) chunks * chunk.length());
    }

    // ---- how connections end ----

    @Test
    void shouldReadTheAnswerAfterTheClientHasClosedItsHalf() throws Exception {
        InetSocketAddress server = serve(
                true, Flow.of(ByteString.class).fold(ByteString.emptyByteString(), ByteString::concat));
        ByteString answer = await(Source.from(List.of(bytes("all "), bytes("of it")))
                .via(connect(server))
                .runWith(concatenated(), sockets.system()));
        assertThat(answer.utf8String()).isEqualTo("all of it");
    }

    @Test
    void shouldHearTheClientOutAfterTheServerHasClosedItsHalf() throws Exception {
        CompletableFuture<ByteString> heard = new CompletableFuture<>();
        Sink<ByteString, ?> listen = concatenated()
                .mapMaterializedValue(all -> all.thenAcceptAsync(heard::complete, Runnable::run));
        InetSocketAddress server = serve(true, Flow.fromSinkAndSource(listen, Source.single(bytes("bye"))));
        Client client = opened(connect(server));
        assertThat(await(client.in.pull())).contains(bytes("bye"));
        assertThat(await(client.in.pull())).isEmpty();
        client.out.offer(bytes("one more "));
        client.out.offer(bytes("thing"));
        client.out.complete();
        assertThat(await(heard).utf8String()).isEqualTo("one more thing");
    }

    @Test
    void shouldCloseBothDirectionsWhenAServerWithoutHalfCloseHasSentAll() throws Exception {
        CompletableFuture<Done> serverEnded = new CompletableFuture<>();
        Sink<ByteString, ?> listen = Sink.<ByteString>ignore()
                .mapMaterializedValue(done -> done.thenAcceptAsync(serverEnded::complete, Runnable::run));
        InetSocketAddress server = serve(false, Flow.fromSinkAndSource(listen, Source.single(bytes("bye"))));
        Client client = opened(connect(server));
        assertThat(await(client.in.pull())).contains(bytes("bye"));
        assertThat(await(client.in.pull())).isEmpty();
        await(serverEnded); // although the client has not closed its half
    }

    @Test
    void shouldCompleteTheServerWhenTheClientCancelsAndCompletes() throws Exception {
        Server server = new Server(true);
        Client client = opened(connect(server.address));
        Handled handled = server.accept();
        client.in.cancel();
        client.out.offer(bytes("last"));
        assertThat(await(handled.in.pull())).contains(bytes("last"));
        client.out.complete();
        assertThat(await(handled.in.pull())).isEmpty();
    }

    @Test
    void shouldResetThePeerWhenUpstreamFails() throws Exception {
        Server server = new Server(false);
        Client client = opened(connect(server.address));
        Handled handled = server.accept();
        client.out.offer(bytes("a"));
        assertThat(await(handled.in.pull())).contains(bytes("a"));
        client.out.fail(new IllegalStateException("on purpose"));
        assertThatThrownBy(() -> await(handled.in.pull())).isInstanceOf(StreamTcpException.class);
        assertThatThrownBy(() -> await(client.in.pull())).isInstanceOf(StreamTcpException.class);
    }

    @Test
    void shouldResetThePeerWhenDownstreamFails() throws Exception {
        Server server = new Server(false);
        Client client = opened(connect(server.address).map(element -> {
            throw new IllegalStateException("on purpose");
        }));
        Handled handled = server.accept();
        handled.out.offer(bytes("poison"));
        assertThatThrownBy(() -> await(handled.in.pull())).isInstanceOf(StreamTcpException.class);
        assertThatThrownBy(() -> await(client.in.pull())).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldResetThePeerWhenTheStreamIsTornDown() throws Exception {
        Server server = new Server(false);
        Materializer materializer = sockets.call(() -> Materializer.createMaterializer(sockets.system()));
        await(Source.<ByteString>maybe()
                .viaMat(connect(server.address), Keep.right())
                .to(Sink.ignore())
                .run(materializer));
        Handled handled = server.accept();
        materializer.shutdown();
        assertThatThrownBy(() -> await(handled.in.pull())).isInstanceOf(StreamTcpException.class);
    }

    @Test
    void shouldFailBothSidesWhenAConnectionIsIdle() throws Exception {
        Server server = new Server(false);
        Client client = opened(sockets.connect(
                server.address, Optional.empty(), true, Optional.empty(), Optional.of(Duration.ofMillis(200))));
        Handled handled = server.accept();
        assertThatThrownBy(() -> await(client.in.pull()))
                .isInstanceOf(TcpIdleTimeoutException.class)
                .hasMessageContaining(sockets.serverHost());
        assertThatThrownBy(() -> await(handled.in.pull())).isInstanceOf(StreamTcpException.class);
    }

    @Test
    void shouldFailAnIdleConnectionOfTheServer() throws Exception {
        Server server = new Server(sockets.bind(
                sockets.serverHost(), 0, 100, false, Optional.of(Duration.ofMillis(200))));
        Client client = opened(connect(server.address));
        Handled handled = server.accept();
        assertThatThrownBy(() -> await(handled.in.pull())).isInstanceOf(TcpIdleTimeoutException.class);
        assertThatThrownBy(() -> await(client.in.pull())).isInstanceOf(StreamTcpException.class);
    }

    // ---- opening ----

    @Test
    void shouldTellBothSidesTheSameAddresses() throws Exception {
        Server server = new Server(false);
        Client client = opened(connect(server.address));
        Handled handled = server.accept();
        Outgoing outgoing = await(client.opened);
        assertThat(outgoing.remoteAddress()).isEqualTo(server.address);
        assertThat(handled.incoming.remoteAddress()).isEqualTo(outgoing.localAddress());
        assertThat(handled.incoming.localAddress()).isEqualTo(server.address);
    }

    @Test
    void shouldConnectFromThePortThatIsAskedFor() throws Exception {
        Server server = new Server(false);
        InetSocketAddress local = await(new Client(connect(server.address)).opened).localAddress();
        server.accept();
        InetSocketAddress wanted = new InetSocketAddress(local.getAddress(), 61_077);
        Client client = new Client(sockets.connect(
                server.address, Optional.of(wanted), true, Optional.empty(), Optional.empty()));
        assertThat(await(client.opened).localAddress()).isEqualTo(wanted);
        assertThat(server.accept().incoming.remoteAddress()).isEqualTo(wanted);
    }

    @Test
    void shouldFailWhenTheConnectionIsRefused() throws Exception {
        Server server = new Server(false);
        await(server.binding.unbind().get());
        Client client = new Client(connect(server.address));
        assertThatThrownBy(() -> await(client.opened))
                .isInstanceOf(StreamTcpException.class)
                .hasMessageContaining(sockets.serverHost())
                .hasMessageContaining("Connection refused")
                .hasCauseInstanceOf(ConnectException.class);
        assertThatThrownBy(() -> await(client.in.pull())).isInstanceOf(StreamTcpException.class);
    }

    @Test
    void shouldFailToBindAPortThatIsInUse() throws Exception {
        Server server = new Server(false);
        var second = sockets.bind(sockets.serverHost(), server.address.getPort(), 100, false, Optional.empty());
        assertThatThrownBy(() -> await(second.to(Sink.ignore()).run(sockets.system())))
                .isInstanceOf(BindFailedException.class);
    }

    @Test
    void shouldFailToBindAnAddressThatIsNotOurs() {
        var source = sockets.bind(sockets.foreignHost(), 0, 100, false, Optional.empty());
        assertThatThrownBy(() -> await(source.to(Sink.ignore()).run(sockets.system())))
                .isInstanceOf(BindFailedException.class);
    }

    @Test
    void shouldHandleAConnectionOnceAndGiveBackWhatTheHandlerMaterialisesTo() throws Exception {
        SinkQueueWithCancel<Incoming> accepted = listen(false);
        Client client = opened(connect(bindings.getLast().localAddress()));
        Incoming incoming = await(accepted.pull()).orElseThrow();
        CompletionStage<ByteString> first = incoming.handleWith(
                Flow.fromSinkAndSourceMat(Sink.<ByteString>head(), Source.<ByteString>maybe(), Keep.left()));
        client.out.offer(bytes("hello"));
        assertThat(await(first)).isEqualTo(bytes("hello"));
        assertThatThrownBy(() -> incoming.flow().join(ECHO).run(sockets.system()))
                .isInstanceOf(IllegalStateException.class);
    }

    // ---- listening sockets ----

    @Test
    void shouldLeaveConnectionsAloneWhenItUnbinds() throws Exception {
        Server server = new Server(false);
        Client client = opened(connect(server.address));
        Handled handled = server.accept();
        await(server.binding.unbind().get());
        await(server.binding.unbound());
        assertThat(await(server.accepted.pull())).isEmpty();
        client.out.offer(bytes("ping"));
        assertThat(await(handled.in.pull())).contains(bytes("ping"));
        handled.out.offer(bytes("pong"));
        assertThat(await(client.in.pull())).contains(bytes("pong"));
        assertThatThrownBy(() -> await(new Client(connect(server.address)).opened))
                .isInstanceOf(StreamTcpException.class);
    }

    @Test
    void shouldUnbindWhenTheSourceIsCancelled() throws Exception {
        Server server = new Server(false);
        server.accepted.cancel();
        await(server.binding.unbound());
        assertThatThrownBy(() -> await(new Client(connect(server.address)).opened))
                .isInstanceOf(StreamTcpException.class);
    }

    @Test
    void shouldLeaveTheOthersWhenOneConnectionEnds() throws Exception {
        Server server = new Server(false);
        Client first = opened(connect(server.address));
        Handled firstHandled = server.accept();
        Client second = opened(connect(server.address));
        Handled secondHandled = server.accept();
        first.out.fail(new IllegalStateException("on purpose"));
        assertThatThrownBy(() -> await(firstHandled.in.pull())).isInstanceOf(StreamTcpException.class);
        second.out.offer(bytes("still here"));
        assertThat(await(secondHandled.in.pull())).contains(bytes("still here"));
    }

    // ---- TLS ----

    @Test
    void shouldEchoThroughTls(@TempDir Path directory) throws Exception {
        TestTls tls = TestTls.create(directory);
        Binding binding = await(sockets.bindWithTls(tls::serverEngine)
                .to(Sink.foreach(connection -> connection.handleWith(ECHO)))
                .run(sockets.system()));
        bindings.add(binding);
        byte[] data = new byte[100_000];
        new Random(3).nextBytes(data);
        Client client = opened(sockets.connectWithTls(binding.localAddress(), tls::clientEngine));
        chunks(data, 9_999).forEach(client.out::offer);
        ByteString echoed = ByteString.emptyByteString();
        while (echoed.length() < data.length) {
            echoed = echoed.concat(await(client.in.pull()).orElseThrow());
        }
        assertThat(Arrays.equals(echoed.toArray(), data)).isTrue();
    }

    // ---- fixtures ----

    private InetSocketAddress serve(Flow<ByteString, ByteString, ?> handler) throws Exception {
        return serve(false, handler);
    }

    private InetSocketAddress serve(boolean halfClose, Flow<ByteString, ByteString, ?> handler) throws Exception {
        Binding binding = await(sockets.bind(sockets.serverHost(), 0, 100, halfClose, Optional.empty())
                .to(Sink.foreach(connection -> connection.handleWith(handler)))
                .run(sockets.system()));
        bindings.add(binding);
        return binding.localAddress();
    }

    private SinkQueueWithCancel<Incoming> listen(boolean halfClose) throws Exception {
        return new Server(halfClose).accepted;
    }

    private Flow<ByteString, ByteString, CompletionStage<Outgoing>> connect(InetSocketAddress server) {
        return sockets.connect(server, Optional.empty(), true, Optional.empty(), Optional.empty());
    }

    /** Connects. Until that is done, to cancel or to fail would only give the attempt up. */
    private Client opened(Flow<ByteString, ByteString, CompletionStage<Outgoing>> flow) throws Exception {
        Client client = new Client(flow);
        await(client.opened);
        return client;
    }

    /** A listening socket whose connections the test takes one by one. */
    private final class Server {
        private final Binding binding;
        private final InetSocketAddress address;
        private final SinkQueueWithCancel<Incoming> accepted;

        Server(boolean halfClose) throws Exception {
            this(sockets.bind(sockets.serverHost(), 0, 100, halfClose, Optional.empty()));
        }

        Server(Source<Incoming, CompletionStage<Binding>> source) throws Exception {
            Pair<CompletionStage<Binding>, SinkQueueWithCancel<Incoming>> ends =
                    source.toMat(Sink.queue(), Keep.both()).run(sockets.system());
            binding = await(ends.first());
            accepted = ends.second();
            address = binding.localAddress();
            bindings.add(binding);
        }

        Handled accept() throws Exception {
            return new Handled(await(accepted.pull()).orElseThrow());
        }
    }

    /** The server's end of a connection, in the hands of the test. */
    private static final class Handled {
        private final Incoming incoming;
        private final BoundedSourceQueue<ByteString> out;
        private final SinkQueueWithCancel<ByteString> in;

        Handled(Incoming incoming) {
            this.incoming = incoming;
            Pair<SinkQueueWithCancel<ByteString>, BoundedSourceQueue<ByteString>> ends =
                    incoming.handleWith(Flow.fromSinkAndSourceMat(
                            Sink.<ByteString>queue(), Source.<ByteString>queue(16), Keep.both()));
            in = ends.first();
            out = ends.second();
        }
    }

    /** The client's end of a connection, in the hands of the test. */
    private final class Client {
        private final BoundedSourceQueue<ByteString> out;
        private final CompletionStage<Outgoing> opened;
        private final SinkQueueWithCancel<ByteString> in;

        Client(Flow<ByteString, ByteString, CompletionStage<Outgoing>> flow) {
            var ends = Source.<ByteString>queue(16)
                    .viaMat(flow, Keep.both())
                    .toMat(Sink.<ByteString>queue(), Keep.both())
                    .run(sockets.system());
            out = ends.first().first();
            opened = ends.first().second();
            in = ends.second();
        }
    }

    private static Sink<ByteString, CompletionStage<ByteString>> concatenated() {
        return Sink.fold(ByteString.emptyByteString(), ByteString::concat);
    }

    private static List<ByteString> chunks(byte[] data, int size) {
        List<ByteString> chunks = new ArrayList<>();
        for (int i = 0; i < data.length; i += size) {
            chunks.add(ByteString.fromArray(data, i, Math.min(size, data.length - i)));
        }
        return chunks;
    }

    private static ByteString bytes(String text) {
        return ByteString.fromString(text);
    }

    private <T> T await(CompletionStage<T> stage) throws Exception {
        return sockets.await(stage);
    }
}
