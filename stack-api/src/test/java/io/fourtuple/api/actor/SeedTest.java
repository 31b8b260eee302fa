package io.fourtuple.api.actor;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.api.StackConfig;
import io.fourtuple.api.protocol.StackCommand;
import io.fourtuple.core.Counters;
import io.fourtuple.core.tcp.FastOpenKey;
import io.fourtuple.core.tcp.FastOpenRules;
import io.fourtuple.core.tcp.PathProperties;
import io.fourtuple.core.tcp.ShardMemory;
import io.fourtuple.core.tcp.TcpConfig;
import io.fourtuple.core.tcp.TcpConnection;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.nic.MemoryWire;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.random.RandomGenerator;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What depends on a seed depends on nothing else. */
@Timeout(60)
class SeedTest {
    private static final FourTuple TUPLE =
            new FourTuple(IpAddress.parse("10.77.0.1"), 40_000, IpAddress.parse("10.77.0.2"), 7);

    private final ActorTestKit kit = ActorTestKit.create();

    /** Says who draws, and what. */
    private static final class Witness implements RandomGenerator {
        final Set<Thread> threads = ConcurrentHashMap.newKeySet();
        final List<Long> drawn = new CopyOnWriteArrayList<>();
        private final SplittableRandom random = new SplittableRandom(7);

        @Override
        public long nextLong() {
            threads.add(Thread.currentThread());
            long next = random.nextLong();
            drawn.add(next);
            return next;
        }
    }

    private Witness startAndStop(String name) {
        Witness witness = new Witness();
        CompletableFuture<Done> terminated = new CompletableFuture<>();
        StackConfig config = TwoStacks.config(name, 1).withShards(4);
        MemoryWire wire = new MemoryWire(MemoryWire.Config.DEFAULT);
        ActorRef<Object> actor = kit.spawn(StackActor.create(config, List.of(wire.left()), witness, terminated), name,
                DispatcherSelector.fromConfig(config.loopDispatcher()));
        actor.tell(new StackCommand.Stop(kit.system().ignoreRef()));
        terminated.join();
        return witness;
    }

    @Test
    void shouldDrawForAllShardsOnOneThreadInOneOrder() {
        try {
            Witness one = startAndStop("one");
            Witness other = startAndStop("other");

            assertThat(one.threads).hasSize(1);
            assertThat(one.drawn).hasSizeGreaterThan(4 * 10).isEqualTo(other.drawn);
        } finally {
            kit.shutdownTestKit();
        }
    }

    @Test
    void shouldDeriveAllOfAShardFromTheGenerator() {
        kit.shutdownTestKit();
        ShardSecrets one = ShardSecrets.drawn(new SplittableRandom(7), 1000, 2000);
        ShardSecrets same = ShardSecrets.drawn(new SplittableRandom(7), 1000, 2000);
        ShardSecrets other = ShardSecrets.drawn(new SplittableRandom(8), 1000, 2000);

        assertThat(numbers(same)).isEqualTo(numbers(one));
        assertThat(numbers(other)).doesNotContainAnyElementsOf(numbers(one));
    }

    private static List<Long> numbers(ShardSecrets secrets) {
        return List.of(
                secrets.flowHashKey(),
                (long) secrets.isns().next(TUPLE, 5),
                (long) secrets.timestampOffsets().of(TUPLE) << 1,
                (long) secrets.ports().allocate(TUPLE.local(), TUPLE.remote(), 7, _ -> false) << 2,
                secrets.generator().nextLong());
    }

    /** They are told of the end of their socket in this order. */
    @Test
    void shouldKeepWaitingConnectionsInTheOrderTheyCame() {
        kit.shutdownTestKit();
        ListeningSocket socket = new ListeningSocket(TUPLE.local(), 7, true, TcpConfig.defaults(),
                new ListenQueues(StackConfig.defaults().listen(), 100,
                        new FastOpenQueue(FastOpenRules.DEFAULT, List.of(new FastOpenKey(1, 2)), 1)));
        List<ConnectionEntry> entries = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            TcpConnection connection = TcpConnection.connect(TUPLE, i, 0, new PathProperties(1000, 1000),
                    TcpConfig.defaults(), ShardMemory.unlimited(new Counters()), 0);
            ConnectionEntry entry = new ConnectionEntry(connection, null);
            entries.add(entry);
            entry.enterQueue(socket);
        }
        entries.remove(7).leaveQueue();

        assertThat(socket.waiting).containsExactlyElementsOf(entries);
    }
}
