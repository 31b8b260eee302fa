package io.fourtuple.api.actor;

import com.typesafe.config.ConfigFactory;
import io.fourtuple.api.Stack;
import io.fourtuple.api.StackConfig;
import io.fourtuple.api.observe.SocketRow;
import io.fourtuple.api.protocol.Accepted;
import io.fourtuple.api.protocol.AcceptorCommand;
import io.fourtuple.api.protocol.BindReply;
import io.fourtuple.api.protocol.StackCommand;
import io.fourtuple.api.protocol.Unbound;
import io.fourtuple.core.Counter;
import io.fourtuple.core.tcp.TcpConfig;
import io.fourtuple.nic.MemoryWire;
import io.fourtuple.nic.Nic;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.DispatcherSelector;

/**
 * A stack, 10.77.0.2, that listens on port 7 and sends nothing again on its own, and a {@link RawPeer}, 10.77.0.1, at
 * the other end of its wire: every segment that goes either way is there because the test has sent one.
 */
final class RawLab implements AutoCloseable {
    private static final long HOUR = Duration.ofHours(1).toNanos();

    final ActorTestKit kit = ActorTestKit.create(ConfigFactory.load());
    final Stack server;
    final RawPeer peer;
    final QueueWorld.Inside inside = new QueueWorld.Inside();
    final TestProbe<Accepted> accepted = kit.createTestProbe();
    final ActorRef<AcceptorCommand> acceptor;

    /** With this backlog and with a changed configuration. */
    RawLab(int backlog, UnaryOperator<StackConfig> change) {
        this(backlog, change, UnaryOperator.identity());
    }

    /** The same with something around the NIC of the stack. */
    RawLab(int backlog, UnaryOperator<StackConfig> change, UnaryOperator<Nic> around) {
        SpawnHook.install(kit.system(), inside);
        MemoryWire wire = new MemoryWire(MemoryWire.Config.DEFAULT);
        StackConfig config = TwoStacks.config("server", 2);
        TcpConfig quiet = config.tcp().withRetransmission(
                new TcpConfig.Retransmission(HOUR, HOUR, HOUR, 4 * HOUR, 100, 4 * HOUR, 0));
        server = Stack.start(kit.system(), change.apply(config.withTcp(quiet)), around.apply(wire.right()));
        peer = new RawPeer(wire.left(), "10.77.0.1/24", TwoStacks.SERVER, 7);
        TestProbe<BindReply> replies = kit.createTestProbe();
        server.ref().tell(new StackCommand.Bind(
                new InetSocketAddress(TwoStacks.SERVER, 7), backlog, List.of(), replies.ref()));
        acceptor = replies.expectMessageClass(BindReply.Bound.class, TwoStacks.PATIENCE).acceptor();
    }

    /** SYN, SYN-ACK, ACK, and nobody accepts: the connection waits in the accept queue. */
    void establish(int port) {
        peer.syn(port);
        peer.expectSynAck(port);
        peer.ack(port);
    }

    void demand(int connections) {
        acceptor.tell(new AcceptorCommand.Demand(connections, accepted.ref()));
    }

    void unbind() {
        TestProbe<Unbound> unbound = kit.createTestProbe();
        acceptor.tell(new AcceptorCommand.Unbind(unbound.ref()));
        unbound.expectMessage(TwoStacks.PATIENCE, Unbound.INSTANCE);
    }

    /** Reads something of the shard, on its loop. */
    <T> T onLoop(Function<Shard, T> question) {
        Executor loop = kit.system().dispatchers().lookup(
                DispatcherSelector.fromConfig(server.config().loopDispatcher()));
        return CompletableFuture.supplyAsync(() -> question.apply(inside.shard()), loop).join();
    }

    SocketRow listener() {
        return TwoStacks.listener(server);
    }

    long count(Counter counter) {
        return TwoStacks.count(server, counter);
    }

    long sockets(String state) {
        return TwoStacks.sockets(server, state);
    }

    /** Tries again until it holds. */
    void eventually(Runnable assertion) {
        kit.createTestProbe().awaitAssert(TwoStacks.PATIENCE, Duration.ofMillis(2), () -> {
            assertion.run();
            return null;
        });
    }

    @Override
    public void close() {
        kit.shutdownTestKit();
    }
}
