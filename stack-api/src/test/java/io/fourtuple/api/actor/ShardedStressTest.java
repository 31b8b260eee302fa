package io.fourtuple.api.actor;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.api.Stack;
import io.fourtuple.api.StackConfig;
import io.fourtuple.api.observe.StackSnapshot;
import io.fourtuple.api.protocol.Accepted;
import io.fourtuple.api.protocol.AcceptorCommand;
import io.fourtuple.api.protocol.BindReply;
import io.fourtuple.api.protocol.ConnectReply;
import io.fourtuple.api.protocol.ConnectionCommand;
import io.fourtuple.api.protocol.ConnectionEvent;
import io.fourtuple.api.protocol.StackCommand;
import io.fourtuple.api.protocol.Unbound;
import io.fourtuple.core.Counter;
import io.fourtuple.core.tcp.TcpConfig;
import io.fourtuple.nic.MemoryWire;
import io.fourtuple.nic.Nic;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two stacks of three event loops each, whose programs do whatever comes to their mind, all at the same time: nothing
 * may be left of it in the end.
 */
@Timeout(120)
class ShardedStressTest {
    private static final int STEPS = 3_000;
    private static final int PORTS = 4;
    private static final int STEPS_WITHOUT_WAITING = 20;
    private static final long MILLISECOND = 1_000_000;
    private static final ByteString WORDS = ByteString.fromArrayUnsafe(new byte[5_000]);

    /** The insides of each shard that ever listened. */
    private final Map<String, Shard> shards = new ConcurrentHashMap<>();
    private final LogLines log = new LogLines();
    private final TwoStacks stacks = new TwoStacks(
            MemoryWire.Config.DEFAULT,
            ShardedStressTest::configured,
            "pekko.io.tcp.register-timeout = 300ms",
            (_, behavior) -> {
                if (behavior instanceof ListenerActor listener) {
                    shards.put(listener.shard.config.name() + listener.shard.index, listener.shard);
                }
                return behavior;
            },
            this::around,
            this::around);
    private final Map<ActorRef<AcceptorCommand>, Integer> acceptors = new ConcurrentHashMap<>();
    private final List<ActorRef<Accepted>> askers = new ArrayList<>();
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicInteger connected = new AtomicInteger();
    private final AtomicInteger accepted = new AtomicInteger();
    private Random random;

    /** What is put around the NICs. */
    Nic around(Nic nic) {
        return nic;
    }

    private static StackConfig configured(StackConfig config) {
        TcpConfig tcp = config.tcp();
        return config.withShards(3)
                .withTcp(new TcpConfig(tcp.receiveBuffer(), tcp.sendBuffer(), tcp.options(), tcp.retransmission(),
                        tcp.acknowledgment(), tcp.keepAlive(), tcp.noDelay(), tcp.initialWindowSegments(),
                        50 * MILLISECOND, 50 * MILLISECOND, tcp.congestionControl(), tcp.ecn(),
                        tcp.recovery(), tcp.tuning(), tcp.traits(), tcp.fastOpen(), tcp.pathMtu()))
                .withLimits(config.limits().withPerSource(new StackConfig.Limits.PerSource(10_000, 10_000, 64)));
    }

    @AfterEach
    void stop() {
        log.close();
        stacks.close();
    }

    // ---- the programs ----

    /** What somebody does with a connection depends on its number; in the end it is gone. */
    private Behavior<ConnectionEvent> user(ActorRef<ConnectionCommand> connection, int fate) {
        return Behaviors.setup(context -> {
            context.watchWith(connection, ConnectionEvent.Closed.INSTANCE);
            connection.tell(new ConnectionCommand.Register(context.getSelf()));
            connection.tell(ConnectionCommand.ResumeReading.INSTANCE);
            connection.tell(new ConnectionCommand.Write(WORDS));
            return Behaviors.receiveMessage(event -> switch (event) {
                case ConnectionEvent.Received _ -> {
                    connection.tell(ConnectionCommand.ResumeReading.INSTANCE);
                    yield Behaviors.same();
                }
                case ConnectionEvent.Written _ -> switch (fate % 6) {
                    case 0 -> { // its end is what resets the connection
                        yield Behaviors.stopped();
                    }
                    case 1 -> {
                        connection.tell(ConnectionCommand.Abort.INSTANCE);
                        yield Behaviors.same();
                    }
                    case 2, 3 -> {
                        connection.tell(ConnectionCommand.Close.INSTANCE);
                        yield Behaviors.same();
                    }
                    default -> {
                        connection.tell(ConnectionCommand.CloseOutput.INSTANCE);
                        yield Behaviors.same();
                    }
                };
                case ConnectionEvent.PeerClosed _ -> {
                    connection.tell(ConnectionCommand.Close.INSTANCE);
                    yield Behaviors.same();
                }
                case ConnectionEvent.Closed _, ConnectionEvent.Failed _ -> Behaviors.stopped();
            });
        });
    }

    private void use(ActorRef<ConnectionCommand> connection, int fate) {
        if (fate % 11 != 0) { // else nobody registers, and it ends after a time
            stacks.kit.spawn(user(connection, fate));
        }
    }

    private ActorRef<Accepted> asker() {
        return stacks.kit.spawn(Behaviors.receiveMessage(one -> {
            use(one.connection(), accepted.incrementAndGet());
            return Behaviors.same();
        }));
    }

    private Stack either() {
        return random.nextBoolean() ? stacks.server : stacks.client;
    }

    private static String addressOf(Stack stack) {
        return stack.name().equals("server") ? TwoStacks.SERVER : TwoStacks.CLIENT;
    }

    private InetSocketAddress endpoint(Stack stack) {
        return new InetSocketAddress(addressOf(stack), 1 + random.nextInt(PORTS));
    }

    private void bind(Stack stack) {
        InetSocketAddress endpoint = endpoint(stack);
        asked.incrementAndGet();
        stack.ref().tell(new StackCommand.Bind(endpoint, 1 + random.nextInt(8), List.of(),
                stacks.kit.spawn(Behaviors.<BindReply>receiveMessage(reply -> {
                    answered.incrementAndGet();
                    if (reply instanceof BindReply.Bound bound) {
                        acceptors.put(bound.acceptor(), endpoint.getPort());
                    }
                    return Behaviors.stopped();
                }))));
    }

    private void unbind(ActorRef<AcceptorCommand> acceptor) {
        if (acceptors.remove(acceptor) != null) {
            asked.incrementAndGet();
            acceptor.tell(new AcceptorCommand.Unbind(stacks.kit.spawn(Behaviors.<Unbound>receiveMessage(_ -> {
                answered.incrementAndGet();
                return Behaviors.stopped();
            }))));
        }
    }

    private void connect(Stack stack) {
        Optional<InetSocketAddress> local = random.nextInt(3) == 0
                ? Optional.of(new InetSocketAddress(addressOf(stack), 20_000 + random.nextInt(50)))
                : Optional.empty();
        asked.incrementAndGet();
        stack.ref().tell(new StackCommand.Connect(endpoint(either()), local, List.of(),
                Optional.of(Duration.ofMillis(200)),
                stacks.kit.spawn(Behaviors.<ConnectReply>receiveMessage(reply -> {
                    answered.incrementAndGet();
                    if (reply instanceof ConnectReply.Connected connection) {
                        use(connection.connection(), connected.incrementAndGet());
                    }
                    return Behaviors.stopped();
                }))));
    }

    private Optional<ActorRef<AcceptorCommand>> anyAcceptor() {
        List<ActorRef<AcceptorCommand>> all = List.copyOf(acceptors.keySet());
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(random.nextInt(all.size())));
    }

    private void step() {
        switch (random.nextInt(20)) {
            case 0, 1 -> bind(either());
            case 2 -> anyAcceptor().ifPresent(this::unbind);
            case 3 -> askers.add(asker());
            case 4 -> {
                if (!askers.isEmpty()) {
                    stacks.kit.stop(askers.remove(random.nextInt(askers.size())));
                }
            }
            case 5, 6, 7 -> anyAcceptor().ifPresent(acceptor -> {
                if (!askers.isEmpty()) {
                    acceptor.tell(new AcceptorCommand.Demand(
                            1 + random.nextInt(20), askers.get(random.nextInt(askers.size()))));
                }
            });
            default -> connect(either());
        }
    }

    private void steps(int count) {
        for (int i = 0; i < count; i++) {
            step();
            if (i % STEPS_WITHOUT_WAITING == 0) {
                TwoStacks.snapshot(either());
            }
        }
    }

    // ---- what is left ----

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void shouldLeaveNothingBehind(int seed) {
        random = new Random(seed);
        steps(STEPS);
        List.copyOf(acceptors.keySet()).forEach(this::unbind);

        stacks.eventually(() -> {
            List.copyOf(acceptors.keySet()).forEach(this::unbind); // of a bind answered only now
            assertThat(answered).hasValue(asked.get());
            for (Stack stack : List.of(stacks.client, stacks.server)) {
                StackSnapshot snapshot = TwoStacks.snapshot(stack);
                assertThat(snapshot.sockets()).isEmpty();
                assertThat(QueueWorld.children(stack)).as("its reader and two shards").isEqualTo(3);
                assertThat(snapshot.counter(Counter.TCP_CURR_ESTAB)).isZero();
                assertThat(snapshot.counter(Counter.SOCKSTAT_TCP_MEM)).isZero();
                assertThat(snapshot.counter(Counter.SOCKSTAT_TCP_ORPHAN)).isZero();
            }
        });
        assertThat(shards).hasSize(6);
        stacks.eventually(() -> assertThat(shards.values()).allSatisfy(shard -> {
            assertThat(shard.flows.size()).isZero();
            assertThat(shard.connections()).isZero();
            assertThat(shard.timers.size()).isZero();
            assertThat(shard.hasRoomForSocket()).isTrue();
            assertThat(shard.shards.connections.taken()).isZero();
            assertThat(shard.shards.timeWaits.taken()).isZero();
            assertThat(shard.shards.sources.size()).isZero();
            assertThat(shard.shards.memory.orphans()).isZero();
            assertThat(shard.shards.steeredTo(shard.index).taken()).isZero();
            assertThat(shard.shards.packetsToRelay()).isZero();
        }));
        assertThat(connected.get()).isGreaterThan(STEPS / 20);
        assertThat(accepted.get()).isGreaterThan(STEPS / 20);
        assertThat(log.texts()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6})
    void shouldEndAmidAllThat(int seed) throws Exception {
        random = new Random(seed);
        steps(300 + random.nextInt(300));
        CompletionStage<?> ended = stacks.server.terminate();
        for (int i = 0; i < 300; i++) {
            step();
        }
        ended.toCompletableFuture().get(TwoStacks.PATIENCE.toSeconds(), TimeUnit.SECONDS);

        assertThat(shards).hasSize(6);
        assertThat(shards.values()).filteredOn(shard -> shard.config.name().equals("server")).allSatisfy(shard -> {
            assertThat(shard.connections()).isZero();
            assertThat(shard.shards.connections.taken()).isZero();
            assertThat(shard.shards.sources.size()).isZero();
            assertThat(shard.memory.used()).isZero();
            assertThat(shard.shards.packetsToRelay()).isZero();
        });
        assertThat(log.texts()).isEmpty();
    }
}
