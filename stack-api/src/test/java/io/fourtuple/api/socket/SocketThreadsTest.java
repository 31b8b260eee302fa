package io.fourtuple.api.socket;

import static io.fourtuple.api.socket.TwoHosts.assertFails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.fourtuple.api.Stack;
import io.fourtuple.api.StackConfig;
import io.fourtuple.nic.MemoryWire;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Threads of a program on real stacks, over a wire in memory. */
class SocketThreadsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int OCTETS = 4 << 20;
    private static final int PORT = 8080;

    private final ActorTestKit kit = ActorTestKit.create(ConfigFactory.load());
    private Stack clientStack;
    private SocketLayer client;
    private SocketLayer server;
    private InetSocketAddress address;

    private void start(int shards) {
        MemoryWire wire = new MemoryWire(MemoryWire.Config.DEFAULT);
        StackConfig config = StackConfig.defaults().withShards(shards)
                .withFlightRecorder(new StackConfig.FlightRecorder(0, 256, "", 1));
        clientStack = Stack.start(
                kit.system(), config.withName("client").withAddresses("10.77.0.1/24"), wire.left());
        client = SocketLayer.of(clientStack);
        server = SocketLayer.of(Stack.start(
                kit.system(), config.withName("server").withAddresses("10.77.0.2/24"), wire.right()));
        address = new InetSocketAddress("10.77.0.2", PORT);
    }

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    private int listen() {
        int fd = server.socket(Posix.AF_INET, Posix.SOCK_STREAM, 0);
        server.bind(fd, address);
        server.listen(fd, 100);
        return fd;
    }

    /** Tries until it need not wait any more: there are no calls that wait, and the other side is a thread. */
    private static int retry(IntSupplier call) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return call.getAsInt();
            } catch (ErrnoException e) {
                if (e.errno() != Errno.EAGAIN || System.nanoTime() - end > 0) {
                    throw e;
                }
                Thread.onSpinWait();
            }
        }
    }

    private int connect() {
        int fd = client.socket(Posix.AF_INET, Posix.SOCK_STREAM, 0);
        assertFails(Errno.EINPROGRESS, () -> client.connect(fd, address));
        kit.createTestProbe().awaitAssert(PATIENCE, Duration.ofMillis(1), () ->
                assertThat(TwoHosts.ready(client, fd) & Posix.POLLOUT).isNotZero());
        assertThat(client.takeError(fd)).isEmpty();
        return fd;
    }

    private static void sendPattern(SocketLayer layer, int fd) {
        ByteBuffer chunk = ByteBuffer.allocate(10_007);
        int sent = 0;
        while (sent < OCTETS) {
            chunk.clear().limit(Math.min(chunk.capacity(), OCTETS - sent));
            for (int i = 0; i < chunk.limit(); i++) {
                chunk.put(i, (byte) ((sent + i) * 31));
            }
            while (chunk.hasRemaining()) {
                sent += retry(() -> layer.write(fd, chunk));
            }
        }
        layer.shutdown(fd, Posix.SHUT_WR);
    }

    private static int checkPattern(SocketLayer layer, int fd) {
        ByteBuffer chunk = ByteBuffer.allocateDirect(30_011);
        int got = 0;
        while (true) {
            chunk.clear();
            int octets = retry(() -> layer.read(fd, chunk));
            if (octets == 0) {
                return got;
            }
            for (int i = 0; i < octets; i++, got++) {
                if (chunk.get(i) != (byte) (got * 31)) {
                    throw new AssertionError("octet " + got + " is wrong");
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void shouldCarryDataBothWaysBetweenFourThreads(int shards) throws Exception {
        start(shards);
        int listener = listen();
        int fd = connect();
        int accepted = retry(() -> server.accept(listener));

        List<CompletableFuture<Integer>> all = new ArrayList<>();
        all.add(CompletableFuture.supplyAsync(() -> checkPattern(server, accepted), Thread::startVirtualThread));
        all.add(CompletableFuture.supplyAsync(() -> checkPattern(client, fd), Thread::startVirtualThread));
        CompletableFuture<Void> up =
                CompletableFuture.runAsync(() -> sendPattern(client, fd), r -> new Thread(r).start());
        CompletableFuture<Void> down =
                CompletableFuture.runAsync(() -> sendPattern(server, accepted), r -> new Thread(r).start());
        for (CompletableFuture<Integer> each : all) {
            assertThat(each.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(OCTETS);
        }
        up.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        down.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        client.close(fd);
        server.close(accepted);
        server.close(listener);
    }

    /** An edge that was missed would leave the reader waiting for ever. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void shouldMissNoEdge(int shards) throws Exception {
        start(shards);
        int listener = listen();
        int[] clients = new int[8];
        int epoll = server.epollCreate1(0);
        for (int i = 0; i < clients.length; i++) {
            clients[i] = connect();
            int accepted = retry(() -> server.accept(listener));
            server.epollCtl(epoll, Posix.EPOLL_CTL_ADD, accepted, Posix.EPOLLIN | Posix.EPOLLET, accepted);
        }
        CompletableFuture<Integer> reader = CompletableFuture.supplyAsync(
                () -> readByEdges(epoll, clients.length), r -> new Thread(r).start());
        for (int round = 0; round < 500; round++) {
            for (int fd : clients) {
                retry(() -> client.write(fd, TwoHosts.octets("0123456789")));
            }
        }
        for (int fd : clients) {
            client.close(fd);
        }
        assertThat(reader.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(500 * 10 * clients.length);
    }

    private int readByEdges(int epoll, int connections) {
        int got = 0;
        int open = connections;
        ByteBuffer target = ByteBuffer.allocate(64);
        while (open > 0) {
            for (EpollEvent event : server.epollWait(epoll, 4)) {
                int fd = (int) event.data();
                while (true) {
                    target.clear();
                    try {
                        int octets = server.read(fd, target);
                        got += octets;
                        if (octets == 0) {
                            server.close(fd);
                            open--;
                            break;
                        }
                    } catch (ErrnoException e) {
                        assertThat(e.errno()).isEqualTo(Errno.EAGAIN);
                        break;
                    }
                }
            }
        }
        return got;
    }

    @ParameterizedTest
    @ValueSource(ints = 1)
    void shouldRefuseToWaitOnALoop(int shards) throws Exception {
        start(shards);
        CompletableFuture<Integer> onLoop = CompletableFuture.supplyAsync(
                () -> client.socket(Posix.AF_INET, Posix.SOCK_STREAM, 0),
                kit.system().dispatchers().lookup(DispatcherSelector.fromConfig("fourtuple.loop-dispatcher")));
        int fd = onLoop.get(PATIENCE.toSeconds(), TimeUnit.SECONDS); // asks nobody
        CompletableFuture<Void> blocked = CompletableFuture.runAsync(
                () -> client.bind(fd, new InetSocketAddress("10.77.0.1", 5)),
                kit.system().dispatchers().lookup(DispatcherSelector.fromConfig("fourtuple.loop-dispatcher")));

        assertThatThrownBy(() -> blocked.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class).cause()
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("call from a thread of the program");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void shouldFailCallsOfOtherThreadsWhenTheStackEnds(int shards) throws Exception {
        start(shards);
        listen();
        int fd = connect();
        CountDownLatch started = new CountDownLatch(1);
        CompletableFuture<ErrnoException> busy = CompletableFuture.supplyAsync(() -> {
            try {
                while (true) {
                    client.getsockopt(fd, SocketOption.SO_RCVBUF);
                    started.countDown();
                }
            } catch (ErrnoException e) {
                return e;
            }
        }, r -> new Thread(r).start());
        assertThat(started.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        clientStack.terminate();

        assertThat(busy.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).errno()).isEqualTo(Errno.ENETDOWN);
        clientStack.whenTerminated().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertFails(Errno.ENETDOWN, () -> client.bind(
                client.socket(Posix.AF_INET, Posix.SOCK_STREAM, 0), new InetSocketAddress("10.77.0.1", 5)));
    }

    @ParameterizedTest
    @ValueSource(ints = 1)
    void shouldKeepAnInterruptForTheProgram(int shards) {
        start(shards);
        int fd = client.socket(Posix.AF_INET, Posix.SOCK_STREAM, 0);
        Thread.currentThread().interrupt();
        client.bind(fd, new InetSocketAddress("10.77.0.1", 5));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(client.getsockname(fd).getPort()).isEqualTo(5);
    }
}
