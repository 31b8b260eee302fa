package io.fourtuple.api.actor;

import com.typesafe.config.ConfigFactory;
import io.fourtuple.api.Stack;
import io.fourtuple.api.StackConfig;
import io.fourtuple.api.observe.SocketRow;
import io.fourtuple.api.observe.StackSnapshot;
import io.fourtuple.api.protocol.Accepted;
import io.fourtuple.api.protocol.AcceptorCommand;
import io.fourtuple.api.protocol.BindReply;
import io.fourtuple.api.protocol.ConnectReply;
import io.fourtuple.api.protocol.ConnectionCommand;
import io.fourtuple.api.protocol.ConnectionEvent;
import io.fourtuple.api.protocol.StackCommand;
import io.fourtuple.core.Counter;
import io.fourtuple.core.ip.IpConfig;
import io.fourtuple.core.tcp.TcpConfig;
import io.fourtuple.nic.MemoryWire;
import io.fourtuple.nic.Nic;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;

/** A server (10.77.0.2, fd77::2) and a client (10.77.0.1, fd77::1) at the two ends of a wire, in one actor system. */
final class TwoStacks implements AutoCloseable {
    static final String SERVER = "10.77.0.2";
    static final String CLIENT = "10.77.0.1";
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final long MILLISECOND = 1_000_000;

    final ActorTestKit kit;
    final Stack server;
    final Stack client;

    TwoStacks() {
        this(MemoryWire.Config.DEFAULT, UnaryOperator.identity());
    }

    TwoStacks(MemoryWire.Config wireConfig, UnaryOperator<StackConfig> change) {
        this(wireConfig, change, "");
    }

    /** With settings of the actor system, in HOCON. */
    TwoStacks(MemoryWire.Config wireConfig, UnaryOperator<StackConfig> change, String settings) {
        this(wireConfig, change, settings, SpawnHook.NONE, UnaryOperator.identity());
    }

    /** With something around the NIC of each. */
    TwoStacks(MemoryWire.Config wireConfig, UnaryOperator<StackConfig> change, UnaryOperator<Nic> nics) {
        this(wireConfig, change, "", SpawnHook.NONE, nics, nics);
    }

    /** With something around the actors of both, and around the NIC of the server. */
    TwoStacks(
            MemoryWire.Config wireConfig,
            UnaryOperator<StackConfig> change,
            String settings,
            SpawnHook hook,
            UnaryOperator<Nic> serverNic) {
        this(wireConfig, change, settings, hook, UnaryOperator.identity(), serverNic);
    }

    /** With something around everything. */
    TwoStacks(
            MemoryWire.Config wireConfig,
            UnaryOperator<StackConfig> change,
            String settings,
            SpawnHook hook,
            UnaryOperator<Nic> clientNic,
            UnaryOperator<Nic> serverNic) {
        kit = ActorTestKit.create(ConfigFactory.parseString(settings).withFallback(ConfigFactory.load()));
        SpawnHook.install(kit.system(), hook);
        MemoryWire wire = new MemoryWire(wireConfig);
        client = Stack.start(kit.system(), change.apply(config("client", 1)), clientNic.apply(wire.left()));
        server = Stack.start(kit.system(), change.apply(config("server", 2)), serverNic.apply(wire.right()));
    }

    static StackConfig config(String name, int host) {
        IpConfig ip = IpConfig.defaults();
        IpConfig.Neighbors neighbors = ip.neighbors();
        // Handshakes are retried after 100 ms, so that no test waits for a second.
        TcpConfig tcp = TcpConfig.defaults()
                .withRetransmission(new TcpConfig.Retransmission(
                        100 * MILLISECOND, 50 * MILLISECOND, 1_000 * MILLISECOND, 60_000 * MILLISECOND, 100,
                        60_000 * MILLISECOND, 0));
        return StackConfig.defaults()
                .withName(name)
                .withTcp(tcp)
                .withTerminateTimeout(Duration.ofMillis(200))
                .withFlightRecorder(new StackConfig.FlightRecorder(0, 256, "", 1)) // no files
                .withIp(ip.withNeighbors(new IpConfig.Neighbors(
                        neighbors.cacheSize(), neighbors.queueLength(), neighbors.queueBytes(),
                        neighbors.attempts(), 50 * MILLISECOND, neighbors.reachableTime())))
                .withAddresses("10.77.0." + host + "/24", "fd77::" + host + "/64");
    }

    /** A listening socket and what it gave. */
    final class Listening {
        final TestProbe<Accepted> accepted = kit.createTestProbe();
        final InetSocketAddress address;
        final ActorRef<AcceptorCommand> acceptor;

        private Listening(BindReply.Bound bound) {
            address = bound.localAddress();
            acceptor = bound.acceptor();
        }

        Connection accept() {
            acceptor.tell(new AcceptorCommand.Demand(1, accepted.ref()));
            return nextAccepted();
        }

        Connection nextAccepted() {
            return new Connection(accepted.receiveMessage(PATIENCE).connection());
        }
    }

    /** A connection, and a handler that keeps what it is told. */
    final class Connection {
        final TestProbe<ConnectionEvent> events = kit.createTestProbe();
        final ActorRef<ConnectionCommand> ref;

        private Connection(ActorRef<ConnectionCommand> ref) {
            this.ref = ref;
            ref.tell(new ConnectionCommand.Register(events.ref()));
        }

        void write(String text) {
            ref.tell(new ConnectionCommand.Write(ByteString.fromString(text)));
            events.expectMessage(PATIENCE, ConnectionEvent.Written.INSTANCE);
        }

        String read(int octets) {
            ByteString all = ByteString.emptyByteString();
            while (all.length() < octets) {
                ref.tell(ConnectionCommand.ResumeReading.INSTANCE);
                all = all.concat(events.expectMessageClass(ConnectionEvent.Received.class, PATIENCE).data());
            }
            return all.utf8String();
        }

        /** Reads, and skips other events. */
        String readSkipping(int octets) {
            byte[] all = new byte[octets];
            int at = 0;
            while (at < octets) {
                at = readInto(all, at, PATIENCE);
            }
            return new String(all, StandardCharsets.US_ASCII);
        }

        /** Reads, and forgets, what there is before the connection fails. */
        Throwable readToFailure() {
            while (true) {
                ref.tell(ConnectionCommand.ResumeReading.INSTANCE);
                if (events.receiveMessage(PATIENCE) instanceof ConnectionEvent.Failed failed) {
                    return failed.cause();
                }
            }
        }

        /** Reads once, skipping other events, and returns where the next octets go. */
        int readInto(byte[] target, int at, Duration patience) {
            ref.tell(ConnectionCommand.ResumeReading.INSTANCE);
            ConnectionEvent event = events.receiveMessage(patience);
            while (!(event instanceof ConnectionEvent.Received)) {
                event = events.receiveMessage(patience);
            }
            ByteString data = ((ConnectionEvent.Received) event).data();
            data.copyToArray(target, at, data.length());
            return at + data.length();
        }

        void closeOutput() {
            ref.tell(ConnectionCommand.CloseOutput.INSTANCE);
        }

        void close() {
            ref.tell(ConnectionCommand.Close.INSTANCE);
        }

        void abort() {
            ref.tell(ConnectionCommand.Abort.INSTANCE);
        }

        void expectPeerClosed() {
            events.expectMessage(PATIENCE, ConnectionEvent.PeerClosed.INSTANCE);
        }

        void expectClosed() {
            events.expectMessage(PATIENCE, ConnectionEvent.Closed.INSTANCE);
        }

        Throwable expectFailed() {
            return events.expectMessageClass(ConnectionEvent.Failed.class, PATIENCE).cause();
        }

        void expectTerminated() {
            events.expectTerminated(ref, PATIENCE);
        }
    }

    Listening listen(int port, int backlog) {
        return listen(SERVER, port, backlog);
    }

    Listening listen(String address, int port, int backlog) {
        return new Listening((BindReply.Bound) bind(address, port, backlog));
    }

    BindReply bind(String address, int port, int backlog) {
        TestProbe<BindReply> replies = kit.createTestProbe();
        server.ref().tell(new StackCommand.Bind(
                new InetSocketAddress(address, port), backlog, List.of(), replies.ref()));
        return replies.receiveMessage(PATIENCE);
    }

    Connection connect(InetSocketAddress target) {
        return connection(tryConnect(target, Optional.empty()).receiveMessage(PATIENCE));
    }

    Connection connection(ConnectReply reply) {
        return switch (reply) {
            case ConnectReply.Connected connected -> new Connection(connected.connection());
            case ConnectReply.ConnectFailed failed -> throw new AssertionError(failed.cause());
        };
    }

    TestProbe<ConnectReply> tryConnect(InetSocketAddress target, Optional<Duration> timeout) {
        TestProbe<ConnectReply> replies = kit.createTestProbe();
        client.ref().tell(new StackCommand.Connect(target, Optional.empty(), List.of(), timeout, replies.ref()));
        return replies;
    }

    Throwable failToConnect(InetSocketAddress target, Optional<Duration> timeout) {
        return tryConnect(target, timeout)
                .expectMessageClass(ConnectReply.ConnectFailed.class, PATIENCE)
                .cause();
    }

    static StackSnapshot snapshot(Stack stack) {
        try {
            return stack.snapshot().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("no snapshot of " + stack, e);
        }
    }

    static long count(Stack stack, Counter counter) {
        return snapshot(stack).counter(counter);
    }

    static long sockets(Stack stack, String state) {
        return snapshot(stack).sockets().stream().filter(row -> row.state().equals(state)).count();
    }

    static SocketRow listener(Stack stack) {
        return snapshot(stack).sockets().stream().filter(SocketRow::isListening).findFirst().orElseThrow();
    }

    /** Tries again until it holds. */
    void eventually(Runnable assertion) {
        kit.createTestProbe().awaitAssert(PATIENCE, Duration.ofMillis(5), () -> {
            assertion.run();
            return null;
        });
    }

    @Override
    public void close() {
        kit.shutdownTestKit();
    }
}
