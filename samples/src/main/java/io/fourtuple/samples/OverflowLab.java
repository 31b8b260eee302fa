package io.fourtuple.samples;

import com.typesafe.config.ConfigFactory;
import io.fourtuple.api.Stack;
import io.fourtuple.api.StackConfig;
import io.fourtuple.api.StackConfig.Listen.Profile;
import io.fourtuple.api.StackConfig.Listen.SynCookies;
import io.fourtuple.api.javadsl.Tcp;
import io.fourtuple.api.observe.ControlServer;
import io.fourtuple.api.observe.SocketRow;
import io.fourtuple.api.observe.StackSnapshot;
import io.fourtuple.core.ip.Prefix;
import io.fourtuple.core.ip.Route;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.nic.FloodedNic;
import io.fourtuple.nic.MemoryWire;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * One listening socket, a flood of SYNs, and clients who come faster than they are accepted: two stacks and a wire in
 * memory, for each run anew.
 */
final class OverflowLab {
    /** Time between two looks at the queues. */
    static final int SAMPLE_MILLIS = 50;

    private static final String SERVER = "10.77.0.2";
    private static final String CLIENT = "10.77.0.1";
    private static final int PORT = 7;
    private static final int TICKS_PER_SECOND = 20;
    private static final int WIRE_FRAMES = 8192;
    /** A client that has no answer by then has given up. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final ByteString GREETING = ByteString.fromString("?");

    private final Load load;
    private final ActorSystem<Void> system;
    private final Stack server;
    private final Tcp clients;
    private final FloodedNic flooded;
    private final Histogram latency = new ConcurrentHistogram(3);
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong came = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong unserved = new AtomicLong();
    private final List<OverflowRun.Sample> samples = new ArrayList<>();

    /**
     * What comes to the listening socket.
     *
     * @param rate SYNs of strangers in a second
     * @param time how long strangers and clients keep coming
     * @param clients clients in a second
     * @param accepts connections accepted in a second
     * @param seed says who the strangers are
     */
    record Load(int rate, Duration time, int backlog, int clients, int accepts, long seed) {
        long syns() {
            return Math.max(1, rate * time.toMillis() / 1000);
        }
    }

    private OverflowLab(Load load, ActorSystem<Void> system, Stack server, Stack client, FloodedNic flooded) {
        this.load = load;
        this.system = system;
        this.server = server;
        this.flooded = flooded;
        clients = Tcp.of(client);
    }

    /** Runs it once, and takes as long as that does. */
    static OverflowRun run(Load load, Profile profile, SynCookies cookies) {
        ActorSystem<Void> system = SampleNetwork.system(ConfigFactory.load());
        MemoryWire wire = new MemoryWire(MemoryWire.Config.DEFAULT.withQueueFrames(WIRE_FRAMES));
        FloodedNic flooded = new FloodedNic(
                wire.right(), MemoryWire.LEFT_MAC, IpAddress.parse(SERVER), PORT, load.seed());
        StackConfig config = StackConfig.from(system.settings().config());
        Stack client = Stack.start(system,
                config.withName(SampleNetwork.GATEWAY).withAddresses(CLIENT + "/24").withLoopDispatcher("gateway-loop"),
                wire.left());
        StackConfig flooding = config.withName(SampleNetwork.SERVER)
                .withAddresses(SERVER + "/24")
                .withListen(config.listen().withProfile(profile).withSyncookies(cookies));
        Stack server = Stack.start(system,
                flooding.withIp(flooding.ip()
                        .withRoutes(List.of(new Route(Prefix.parse("0.0.0.0/0"), IpAddress.parse(CLIENT))))),
                flooded);
        Map<String, Stack> stacks = new LinkedHashMap<>();
        stacks.put(server.name(), server);
        stacks.put(client.name(), client);
        try (ControlServer _ = SampleNetwork.control(stacks)) {
            return new OverflowLab(load, system, server, client, flooded).run(profile, cookies, client);
        } finally {
            server.terminate().thenCompose(_ -> client.terminate()).toCompletableFuture().join();
            system.terminate();
            system.getWhenTerminated().toCompletableFuture().join();
        }
    }

    private OverflowRun run(Profile profile, SynCookies cookies, Stack client) {
        Tcp.ServerBinding binding = Tcp.of(server)
                .bind(SERVER, PORT, load.backlog(), List.of(), true, Optional.empty())
                .throttle(load.accepts(), Duration.ofSeconds(1))
                .to(Sink.foreach(connection -> {
                    accepted.incrementAndGet();
                    connection.handleWith(Flow.of(ByteString.class), system);
                }))
                .run(system).toCompletableFuture().join();
        // One client before the flood: it loads the classes, and it does not count.
        greet().toCompletableFuture().join();
        latency.reset();
        accepted.set(0);
        var sampling = Source.tick(Duration.ZERO, Duration.ofMillis(SAMPLE_MILLIS), Done.getInstance())
                .mapAsync(1, _ -> server.snapshot())
                .toMat(Sink.foreach(this::sample), Keep.left())
                .run(system);
        CompletionStage<Double> flood = flooded.flood(TcpFlags.SYN, load.syns(), load.rate());
        comeAndGo().toCompletableFuture().join();
        double synsPerSecond = flood.toCompletableFuture().join();
        sampling.cancel();
        StackSnapshot end = server.snapshot().toCompletableFuture().join();
        StackSnapshot clientEnd = client.snapshot().toCompletableFuture().join();
        binding.unbind().toCompletableFuture().join();
        return new OverflowRun(profile, cookies, synsPerSecond, end.counters(), clientEnd.counters(), accepted.get(),
                came.get(), refused.get(), unserved.get(), latency, List.copyOf(samples));
    }

    /** All clients, some twenty times in a second so many that the rate comes out right. */
    private CompletionStage<Done> comeAndGo() {
        long ticks = Math.max(1, load.time().toMillis() * TICKS_PER_SECOND / 1000);
        return Source.tick(Duration.ZERO, Duration.ofSeconds(1).dividedBy(TICKS_PER_SECOND), Done.getInstance())
                .zipWithIndex()
                .take(ticks)
                .mapConcat(tick -> LongStream.range(due(tick.second()), due(tick.second() + 1)).boxed().toList())
                .mapAsyncUnordered(Integer.MAX_VALUE, _ -> greetAndCount())
                .runWith(Sink.ignore(), system);
    }

    private long due(long tick) {
        return tick * load.clients() / TICKS_PER_SECOND;
    }

    private CompletionStage<Done> greetAndCount() {
        came.incrementAndGet();
        return greet().handle((_, failure) -> {
            if (failure != null) {
                Throwable cause = failure.getCause() == null ? failure : failure.getCause();
                (cause instanceof TimeoutException ? unserved : refused).incrementAndGet();
            }
            return Done.getInstance();
        });
    }

    /** Connects, says something, and waits for the answer. */
    private CompletionStage<Done> greet() {
        long start = System.nanoTime();
        Flow<ByteString, ByteString, NotUsed> connection = clients
                .outgoingConnection(new InetSocketAddress(SERVER, PORT), Optional.empty(), List.of(), true,
                        Optional.empty(), Optional.empty())
                .mapMaterializedValue(_ -> NotUsed.getInstance());
        return Source.single(GREETING)
                .via(connection)
                .initialTimeout(PATIENCE)
                .runWith(Sink.head(), system)
                .thenApply(_ -> {
                    latency.recordValue((System.nanoTime() - start) / 1000);
                    return Done.getInstance();
                });
    }

    private void sample(StackSnapshot snapshot) {
        snapshot.sockets().stream().filter(SocketRow::isListening).findFirst().ifPresent(row ->
                samples.add(new OverflowRun.Sample(
                        (double) row.synQueue() / row.synQueueBound(),
                        (double) row.receiveQueue() / row.sendQueue())));
    }
}
