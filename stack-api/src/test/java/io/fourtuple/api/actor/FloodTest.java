package io.fourtuple.api.actor;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.fourtuple.api.Stack;
import io.fourtuple.api.StackConfig;
import io.fourtuple.api.javadsl.Tcp;
import io.fourtuple.api.observe.StackSnapshot;
import io.fourtuple.core.Counter;
import io.fourtuple.core.conformance.Attack;
import io.fourtuple.core.conformance.Rfc;
import io.fourtuple.core.ip.Prefix;
import io.fourtuple.core.ip.Route;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.nic.FloodedNic;
import io.fourtuple.nic.MemoryWire;
import java.lang.management.ManagementFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A listening socket that strangers flood, and that serves others meanwhile. The flood is paced at more than 100,000
 * segments per second for ten seconds; on a machine that has not the time, the same number takes longer.
 */
class FloodTest {
    private static final int PORT = 7;
    private static final int SEGMENTS = 1_200_000;
    private static final int PER_SECOND = 120_000;
    private static final int CLIENTS = 100;
    private static final int TRANSFERS = 4;
    private static final long MEBIBYTE = 1 << 20;
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private final ActorTestKit kit = ActorTestKit.create(ConfigFactory.load());
    private final MemoryWire wire = new MemoryWire(MemoryWire.Config.DEFAULT);
    private final AtomicInteger connectionActors = new AtomicInteger();
    private final AtomicBoolean flooding = new AtomicBoolean();
    private FloodedNic nic;
    private Stack server;
    private Stack client;

    @BeforeEach
    void start() throws Exception {
        client = Stack.start(kit.system(), TwoStacks.config("client", 1), wire.left());
        TwoStacks.snapshot(client); // it has started: the hook is for the server alone
        SpawnHook.install(kit.system(), (role, behavior) -> {
            if (role == SpawnHook.Role.CONNECTION) {
                connectionActors.incrementAndGet();
            }
            return behavior;
        });
        nic = new FloodedNic(wire.right(), MemoryWire.LEFT_MAC, IpAddress.parse(TwoStacks.SERVER), PORT, 7);
        StackConfig config = TwoStacks.config("server", 2);
        server = Stack.start(kit.system(), config.withIp(config.ip().withRoutes(List.of(
                new Route(Prefix.parse("0.0.0.0/0"), IpAddress.parse(TwoStacks.CLIENT))))), nic);
        Tcp.of(server).bind(TwoStacks.SERVER, PORT)
                .to(Sink.foreach(connection -> connection.handleWith(Flow.of(ByteString.class), kit.system())))
                .run(kit.system())
                .toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    @Test
    @Rfc(number = 4987, rules = "3")
    @Attack(12)
    void shouldServeOthersDuringAFloodOfSyns() throws Exception {
        echo("so that both know each other's address").get(10, TimeUnit.SECONDS);
        int actorsBefore = connectionActors.get();
        flooding.set(true);
        List<CompletableFuture<Done>> transfers = new ArrayList<>();
        for (int i = 0; i < TRANSFERS; i++) {
            transfers.add(transfer(i));
        }
        TwoStacks.snapshot(server);
        long heapBefore = liveHeap();

        CompletableFuture<Void> served = new CompletableFuture<>();
        CompletableFuture<Double> flood = nic.flood(TcpFlags.SYN, SEGMENTS, PER_SECOND, served);
        CompletionStage<Long> clients = Source.range(1, CLIENTS)
                .mapAsync(4, i -> echo("client " + i))
                .runFold(0L, (count, _) -> count + 1, kit.system());
        assertThat(clients.toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(CLIENTS);
        served.complete(null);
        double rate = flood.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        long heapAfter = liveHeap();
        flooding.set(false);
        for (CompletableFuture<Done> transfer : transfers) {
            transfer.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }

        System.out.printf("flood: %,.0f SYN/s, heap %+,d KiB%n", rate, (heapAfter - heapBefore) >> 10);
        assertThat(heapAfter - heapBefore).isLessThan(16 * MEBIBYTE);
        assertThat(connectionActors.get() - actorsBefore).as("actors").isEqualTo(CLIENTS + TRANSFERS);
        StackSnapshot after = TwoStacks.snapshot(server);
        assertThat(after.counter(Counter.TCP_EXT_REQ_Q_FULL_DO_COOKIES)).isGreaterThan(SEGMENTS * 9L / 10);
        assertThat(TwoStacks.listener(server).synQueue()).isLessThanOrEqualTo(150);
        assertThat(after.counter(Counter.TCP_IN_CSUM_ERRORS)).isZero();
    }

    /** Cookies are in use: every ACK is looked at. One in 2²⁷ that are guessed is a good one. */
    @Test
    @Attack(13)
    void shouldMakeNoConnectionOfForgedFinalAcks() throws Exception {
        nic.flood(TcpFlags.SYN, 1_000, PER_SECOND).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        assertThat(TwoStacks.count(server, Counter.TCP_EXT_SYNCOOKIES_SENT)).isPositive();
        int actorsBefore = connectionActors.get();

        double rate = nic.flood(TcpFlags.ACK, 1_000_000, 1_000_000).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        StackSnapshot after = TwoStacks.snapshot(server);
        System.out.printf("flood: %,.0f forged ACK/s%n", rate);
        if (after.counter(Counter.TCP_EXT_SYNCOOKIES_RECV) == 1) { // guessed, as happens once in hundreds of runs
            nic.flood(TcpFlags.ACK, 1_000_000, 1_000_000).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            assertThat(TwoStacks.count(server, Counter.TCP_EXT_SYNCOOKIES_RECV)).isEqualTo(1);
            return;
        }
        assertThat(after.counter(Counter.TCP_EXT_SYNCOOKIES_FAILED)).isEqualTo(1_000_000);
        assertThat(after.counter(Counter.TCP_EXT_SYNCOOKIES_RECV)).isZero();
        assertThat(TwoStacks.sockets(server, "ESTAB")).isZero();
        assertThat(connectionActors.get()).isEqualTo(actorsBefore);
    }

    private CompletableFuture<Done> echo(String text) {
        return Source.single(ByteString.fromString(text))
                .via(Tcp.of(client).outgoingConnection(TwoStacks.SERVER, PORT))
                .runFold(ByteString.emptyByteString(), ByteString::concat, kit.system())
                .thenApply(reply -> {
                    assertThat(reply.utf8String()).isEqualTo(text);
                    return Done.getInstance();
                })
                .toCompletableFuture();
    }

    /** Sends what no other transfer sends, for as long as the flood lasts, and compares what comes back. */
    private CompletableFuture<Done> transfer(int number) {
        MessageDigest sent = sha256();
        MessageDigest received = sha256();
        Random random = new Random(number);
        Source<ByteString, NotUsed> data = Source.repeat(number)
                .takeWhile(_ -> flooding.get())
                .throttle(100, Duration.ofSeconds(1))
                .map(_ -> {
                    byte[] chunk = new byte[8192];
                    random.nextBytes(chunk);
                    sent.update(chunk);
                    return ByteString.fromArrayUnsafe(chunk);
                });
        return data.via(Tcp.of(client).outgoingConnection(TwoStacks.SERVER, PORT))
                .runFold(0L, (octets, chunk) -> {
                    received.update(chunk.toArrayUnsafe());
                    return octets + chunk.length();
                }, kit.system())
                .thenApply(octets -> {
                    assertThat(octets).as("octets of transfer %d", number).isGreaterThan(MEBIBYTE);
                    assertThat(received.digest()).as("transfer %d", number).isEqualTo(sent.digest());
                    return Done.getInstance();
                })
                .toCompletableFuture();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new LinkageError("every Java has SHA-256", e);
        }
    }

    private static long liveHeap() {
        System.gc();
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
