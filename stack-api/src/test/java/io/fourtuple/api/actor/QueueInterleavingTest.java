package io.fourtuple.api.actor;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.fourtuple.api.Stack;
import io.fourtuple.api.StackConfig;
import io.fourtuple.api.StackConfig.Listen.Profile;
import io.fourtuple.api.StackConfig.Listen.SynCookies;
import io.fourtuple.core.ip.IpConfig;
import io.fourtuple.core.tcp.TcpConfig;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.nic.MemoryWire;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Ten thousand random orders of SYN, SYN again, ACK, data before accept, RST, accept, close and the end of the
 * listener, on the real actors and mailboxes, against {@link QueueModel}. Everything runs on the stack's own loop, and
 * the next thing happens once the loop has nothing left to do: no time is involved.
 */
class QueueInterleavingTest {
    private static final int INTERLEAVINGS = 1_120;
    private static final long HOUR = Duration.ofHours(1).toNanos();

    static Stream<Arguments> rules() {
        return Stream.of(Profile.values())
                .flatMap(profile -> Stream.of(SynCookies.values()).map(cookies -> Arguments.of(profile, cookies)));
    }

    @ParameterizedTest
    @MethodSource("rules")
    void shouldDoWhatANaiveModelOfBothQueuesDoes(Profile profile, SynCookies cookies) throws Exception {
        ActorTestKit kit = ActorTestKit.create(ConfigFactory.load());
        try {
            QueueWorld.Inside inside = new QueueWorld.Inside();
            SpawnHook.install(kit.system(), inside);
            MemoryWire wire = new MemoryWire(MemoryWire.Config.DEFAULT);
            Stack server = Stack.start(kit.system(), config(profile, cookies), wire.right());
            RawPeer peer = new RawPeer(wire.left(), "10.77.0.1/24", TwoStacks.SERVER, 7);
            peer.send(1, TcpFlags.SYN | TcpFlags.ACK, 0, ""); // so that both know each other's address
            peer.expect(1, TcpFlags.RST);
            QueueWorld world = new QueueWorld(
                    kit.system(),
                    kit.system().dispatchers().lookup(
                            DispatcherSelector.fromConfig(server.config().loopDispatcher())),
                    server, peer, inside, profile, cookies);
            CompletableFuture<Integer> steps = world.run(IntStream.range(0, INTERLEAVINGS).iterator());
            assertThat(steps.get(5, TimeUnit.MINUTES)).isGreaterThan(20 * INTERLEAVINGS);
        } finally {
            kit.shutdownTestKit();
        }
    }

    /** Nothing is sent again, delayed or asked twice while the test runs. */
    private static StackConfig config(Profile profile, SynCookies cookies) {
        StackConfig config = TwoStacks.config("server", 2);
        IpConfig.Neighbors neighbors = config.ip().neighbors();
        TcpConfig tcp = config.tcp().withRetransmission(
                new TcpConfig.Retransmission(HOUR, HOUR, HOUR, 4 * HOUR, 100, 4 * HOUR, 0));
        return config
                .withTcp(tcp)
                .withIp(config.ip().withNeighbors(new IpConfig.Neighbors(
                        neighbors.cacheSize(), neighbors.queueLength(), neighbors.queueBytes(),
                        neighbors.attempts(), HOUR, HOUR)))
                .withListen(new StackConfig.Listen(profile, cookies, 4096, 1.5, QueueWorld.LINUX_SYN_BOUND));
    }
}
