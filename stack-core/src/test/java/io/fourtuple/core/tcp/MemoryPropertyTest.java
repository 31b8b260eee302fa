package io.fourtuple.core.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.Counter;
import io.fourtuple.core.Counters;
import io.fourtuple.core.time.Deadline;
import io.fourtuple.core.wire.OutboundSegment;
import io.fourtuple.core.wire.Seq;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.core.wire.TcpOptions;
import io.fourtuple.core.wire.TcpSegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever happens to some connections, in any order: what is charged is what they hold, and bounded. */
class MemoryPropertyTest {
    private static final int STEPS = 20_000;
    private static final int CONNECTIONS = 12;
    private static final int GUARANTEED = 2_000;
    private static final int MAX = 250_000;
    private static final TcpConfig CONFIG = Conversation.withSack()
            .withReceiveBuffer(new TcpConfig.BufferLimits(GUARANTEED, 30_000, 60_000))
            .withSendBuffer(new TcpConfig.BufferLimits(GUARANTEED, 50_000, 100_000));

    private final Counters counters = new Counters();
    private final MemoryBudget budget = new MemoryBudget(new MemoryBudget.Limits(100_000, 180_000, MAX), 3);
    private final ShardMemory memory = new ShardMemory(budget, counters, () -> { });
    private final OutboundSegment out = new OutboundSegment();
    private final List<Peer> peers = new ArrayList<>();
    private long now = Long.MAX_VALUE - 100 * Conversation.SECONDS;

    /** One connection, and what its peer knows of it. */
    private final class Peer {
        private final TcpConnection connection = TcpConnection.connect(Conversation.TUPLE, Conversation.ISS, 0,
                new PathProperties(Conversation.MSS, Conversation.MSS), CONFIG, memory, now);
        private int acknowledgeable = Conversation.ISS;
        private int offered = Conversation.IRS;

        void transmitAll() {
            int sent = 0;
            while (connection.pollTransmit(out, now)) {
                assertThat(sent++).as("segments sent at one moment").isLessThan(10_000);
                acknowledgeable = Seq.max(acknowledgeable, Seq.add(out.seq, out.length()));
                int edge = Seq.add(out.ack, out.window);
                if ((out.flags & TcpFlags.RST) == 0 && (out.flags & TcpFlags.SYN) == 0) {
                    assertThat(Seq.ge(edge, offered)).as("the right edge never moves left").isTrue();
                    offered = edge;
                }
            }
            for (TcpEvent event = connection.pollEvent(); event != null; event = connection.pollEvent()) {
                assertThat(event).isNotNull();
            }
        }

        void open() {
            transmitAll();
            connection.handleSegment(Conversation.parse("S. 0:0(0) ack 1 win 60000 <mss 1000,sackOK>"), now);
            transmitAll();
        }

        void segment(SplittableRandom random) {
            int window = Math.max(1, Seq.distance(connection.rcvNxt(), offered));
            int skip = random.nextInt(3) == 0 ? random.nextInt(window) : 0;
            int length = random.nextInt(8) == 0 ? random.nextInt(20_000) : random.nextInt(1, 1001);
            int spare = random.nextInt(4) == 0 ? random.nextInt(2000) : 54;
            int ack = random.nextBoolean() ? acknowledgeable : Seq.add(acknowledgeable, -random.nextInt(3000));
            int flags = TcpFlags.ACK | (random.nextInt(400) == 0 ? TcpFlags.FIN : 0)
                    | (random.nextInt(600) == 0 ? TcpFlags.RST : 0);
            connection.handleSegment(new TcpSegment(Seq.add(connection.rcvNxt(), skip), ack, flags,
                    random.nextInt(5) == 0 ? 0 : 60_000, 0, TcpOptions.NONE, new byte[spare + length], spare, length,
                    0, 0), now);
        }

        void step(SplittableRandom random) {
            switch (random.nextInt(12)) {
                case 0, 1, 2, 3, 4 -> segment(random);
                case 5, 6 -> connection.send(ByteBuffer.allocate(random.nextInt(1, 4) == 1 ? 10 : 7_000), now);
                case 7 -> connection.receive(random.nextInt(1, 5_000), now);
                case 8 -> connection.handleMemoryRelief();
                case 9 -> {
                    if (Deadline.isDue(connection.deadline(), now + Conversation.SECONDS)) {
                        connection.handleTimeout(Deadline.isDue(connection.deadline(), now) ? now
                                : connection.deadline());
                    }
                }
                case 10 -> {
                    switch (random.nextInt(100)) {
                        case 0 -> connection.shutdownOutput(now);
                        case 1 -> {
                            connection.close(now);
                            connection.disown(now);
                        }
                        case 2 -> connection.abort(now);
                        default -> connection.sendSpace();
                    }
                }
                default -> transmitAll();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void shouldChargeTheSumOfWhatIsHeldAfterEveryStep(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < CONNECTIONS; i++) {
            peers.add(opened());
        }
        for (int step = 0; step < STEPS; step++) {
            now += random.nextLong(Conversation.MILLIS);
            int at = random.nextInt(CONNECTIONS);
            Peer peer = peers.get(at);
            peer.step(random);
            boolean over = peer.connection.state() == TcpState.CLOSED;
            if (random.nextInt(over ? 10 : 1000) == 0) {
                peer.connection.release(); // its actor has ended, or has failed amid everything
                assertThat(peer.connection.tcb().checkedCharge()).isZero();
                peers.set(at, opened());
            }
            check();
        }
        assertThat(counters.get(Counter.TCP_EXT_MEMORY_PRESSURES)).isPositive();
        assertThat(counters.get(Counter.TCP_EXT_RCV_PRUNED)).isPositive();
        assertThat(counters.get(Counter.TCP_EXT_OFO_PRUNED)).isPositive();

        peers.forEach(peer -> peer.connection.release());
        assertThat(memory.used()).isZero();
        assertThat(counters.get(Counter.SOCKSTAT_TCP_MEM)).isZero();
        assertThat(budget.isUnderPressure()).isFalse();
    }

    private Peer opened() {
        Peer peer = new Peer();
        peer.open();
        return peer;
    }

    private void check() {
        long sum = 0;
        for (Peer peer : peers) {
            sum += peer.connection.tcb().checkedCharge();
        }
        assertThat(memory.used()).isEqualTo(sum);
        long orphans = peers.stream().filter(peer -> peer.connection.tcb().isOrphan()).count();
        assertThat(orphans).isEqualTo(budget.orphans()).isEqualTo(counters.get(Counter.SOCKSTAT_TCP_ORPHAN));
        assertThat(counters.get(Counter.SOCKSTAT_TCP_MEM)).isEqualTo(sum);
        assertThat(budget.drawn()).isBetween(sum, Math.max(MAX, sum + 2 * budget.portion()));
        assertThat(sum).isLessThan(MAX + CONNECTIONS * (2 * GUARANTEED + 200L));
    }
}
