package io.fourtuple.api.actor;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.api.StackConfig;
import io.fourtuple.api.actor.TwoStacks.Connection;
import io.fourtuple.api.protocol.Accepted;
import io.fourtuple.api.protocol.AcceptorCommand;
import io.fourtuple.api.protocol.ConnectReply;
import io.fourtuple.api.protocol.ConnectionCommand;
import io.fourtuple.api.protocol.ConnectionEvent;
import io.fourtuple.api.protocol.StackCommand;
import io.fourtuple.core.Counter;
import io.fourtuple.core.conformance.Attack;
import io.fourtuple.core.tcp.MemoryBudget;
import io.fourtuple.nic.MemoryWire;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A server with little memory, and very many peers that make it hold something. */
class MemoryLimitTest {
    private static final int IDLE = 20_000;
    private static final int GREEDY = 1_000;
    private static final int BATCH = 500;
    private static final long MIB = 1 << 20;
    private static final long MAX = 16 * MIB;
    /** What a greedy connection may hold beyond that, both directions and the objects around. */
    private static final long GUARANTEED = 2 * (4096 + 256);
    /** What one received octet pins. */
    private static final long ONE_OCTET = 256;
    /** More than fits the two buffers between two applications. */
    private static final ByteString MUCH = ByteString.fromArrayUnsafe(new byte[160 * 1024]);
    private static final String WORDS = "0123456789abcdef".repeat(2_000);

    private final TwoStacks stacks = new TwoStacks(MemoryWire.Config.DEFAULT, MemoryLimitTest::limited);
    private final TwoStacks.Listening listening = stacks.listen(7, 4 * BATCH);
    private final AtomicInteger written = new AtomicInteger();
    private final ActorRef<ConnectionEvent> deaf = stacks.kit.spawn(Behaviors.ignore());
    /** Connections of the server, and of the client. */
    private final List<ActorRef<ConnectionCommand>> servers = new ArrayList<>();
    private final List<ActorRef<ConnectionCommand>> clients = new ArrayList<>();

    private static StackConfig limited(StackConfig config) {
        return config.name().equals("client")
                ? config
                : config.withLimits(config.limits().withMemory(new MemoryBudget.Limits(MAX / 2, MAX * 3 / 4, MAX)));
    }

    @AfterEach
    void stop() {
        stacks.close();
    }

    /** Reads on and on, once it was given something to read. */
    private Behavior<ConnectionEvent> reader(ActorRef<ConnectionCommand> connection) {
        return Behaviors.receiveMessage(event -> {
            switch (event) {
                case ConnectionEvent.Received _ -> connection.tell(ConnectionCommand.ResumeReading.INSTANCE);
                case ConnectionEvent.Written _ -> written.incrementAndGet();
                case ConnectionEvent.PeerClosed _, ConnectionEvent.Closed _, ConnectionEvent.Failed _ -> { }
            }
            return Behaviors.same();
        });
    }

    private void open(int count) {
        TestProbe<ConnectReply> replies = stacks.kit.createTestProbe();
        for (int i = 0; i < count; i++) {
            stacks.client.ref().tell(new StackCommand.Connect(
                    listening.address, Optional.empty(), List.of(), Optional.empty(), replies.ref()));
        }
        TestProbe<Accepted> accepted = stacks.kit.createTestProbe();
        listening.acceptor.tell(new AcceptorCommand.Demand(count, accepted.ref()));
        for (int i = 0; i < count; i++) {
            servers.add(accepted.receiveMessage(TwoStacks.PATIENCE).connection());
            clients.add(replies.expectMessageClass(ConnectReply.Connected.class, TwoStacks.PATIENCE).connection());
        }
        replies.stop();
        accepted.stop();
    }

    private long memory() {
        return count(Counter.SOCKSTAT_TCP_MEM);
    }

    private long count(Counter counter) {
        return TwoStacks.count(stacks.server, counter);
    }

    private void exchange() {
        Connection client = stacks.connect(listening.address);
        Connection server = listening.accept();
        client.ref.tell(new ConnectionCommand.Write(ByteString.fromString(WORDS)));
        assertThat(server.readSkipping(WORDS.length())).isEqualTo(WORDS);
        server.ref.tell(new ConnectionCommand.Write(ByteString.fromString(WORDS)));
        assertThat(client.readSkipping(WORDS.length())).isEqualTo(WORDS);
        client.abort();
    }

    @Test
    @Attack({14, 24})
    void shouldStayWithinItsMemoryAndServeNewConnections() {
        long heapBefore = heapAfterCollection();
        // Peers that send and never read, and applications that do the same.
        for (int opened = 0; opened < GREEDY; opened += BATCH) {
            open(BATCH);
        }
        for (ActorRef<ConnectionCommand> connection : servers) {
            connection.tell(new ConnectionCommand.Register(stacks.kit.spawn(reader(connection))));
            connection.tell(new ConnectionCommand.Write(MUCH));
        }
        for (int i = 0; i < GREEDY; i++) {
            clients.get(i).tell(new ConnectionCommand.Register(stacks.kit.spawn(reader(clients.get(i)))));
            clients.get(i).tell(new ConnectionCommand.Write(MUCH));
            if (i % BATCH == 0) {
                assertThat(memory()).isLessThan(MAX + GREEDY * GUARANTEED);
            }
        }
        stacks.eventually(() -> assertThat(memory()).isBetween(MAX * 3 / 4, MAX + GREEDY * GUARANTEED));

        // Peers that send one octet, which nobody reads, and nothing more.
        for (int opened = 0; opened < IDLE; opened += BATCH) {
            open(BATCH);
            for (int i = GREEDY + opened; i < GREEDY + opened + BATCH; i++) {
                servers.get(i).tell(new ConnectionCommand.Register(deaf));
                clients.get(i).tell(new ConnectionCommand.Register(deaf));
                clients.get(i).tell(new ConnectionCommand.Write(ByteString.fromString("x")));
            }
            assertThat(memory()).isLessThan(MAX + GREEDY * GUARANTEED + (opened + BATCH) * ONE_OCTET);
        }
        assertThat(count(Counter.TCP_CURR_ESTAB)).isEqualTo(GREEDY + IDLE);
        assertThat(count(Counter.TCP_EXT_MEMORY_PRESSURES)).isPositive();

        for (int i = 0; i < 10; i++) {
            exchange();
            assertThat(memory()).isLessThan(MAX + GREEDY * GUARANTEED + IDLE * ONE_OCTET);
        }
        assertThat(heapAfterCollection() - heapBefore).isLessThan(400 * MIB); // 42,000 connections, most of it

        // Who reads at last gets everything, and who wrote gets its answer.
        servers.subList(0, GREEDY).forEach(connection -> connection.tell(ConnectionCommand.ResumeReading.INSTANCE));
        clients.subList(0, GREEDY).forEach(connection -> connection.tell(ConnectionCommand.ResumeReading.INSTANCE));
        stacks.eventually(() -> assertThat(written).hasValue(2 * GREEDY));
        stacks.eventually(() -> assertThat(memory()).isLessThan(IDLE * ONE_OCTET));

        servers.forEach(connection -> connection.tell(ConnectionCommand.Abort.INSTANCE));
        stacks.eventually(() -> assertThat(memory()).isZero());
    }

    private static long heapAfterCollection() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
