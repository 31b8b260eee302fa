package io.fourtuple.core.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.Counters;
import io.fourtuple.core.conformance.Attack;
import io.fourtuple.core.wire.OutboundSegment;
import io.fourtuple.core.wire.Seq;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.core.wire.TcpOptions;
import io.fourtuple.core.wire.TcpSegment;
import java.nio.ByteBuffer;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** How much is looked at for an acknowledgment: counted, not timed, and the same however much is in flight. */
class WorkPerAckTest {
    private static final int MSS = 1000;
    private final OutboundSegment out = new OutboundSegment();
    private long now;
    private TcpConfig base = TcpConfig.defaults();

    /** A connection with so many segments in flight, each sent 10 µs after the one before. */
    private TcpConnection inFlight(int segments) {
        TcpConfig config = base
                .withSendBuffer(TcpConfig.BufferLimits.fixed(20_000_000))
                .withCongestionControl((mss, window) -> new NewReno(mss, 1 << 29));
        now = 0;
        TcpConnection c = TcpConnection.connect(Conversation.TUPLE, Conversation.ISS, 0, new PathProperties(MSS, MSS),
                config, ShardMemory.unlimited(new Counters()), now);
        flush(c);
        now += 100 * Conversation.MILLIS;
        c.handleSegment(Conversation.parse("S. 0:0(0) ack 1 win 60000 <mss 1000,wscale 14,sackOK>"), now);
        flush(c);
        c.handleSegment(ack(1), now);
        byte[] segment = new byte[MSS];
        for (int i = 0; i < segments; i++) {
            c.send(ByteBuffer.wrap(segment), now);
            flush(c);
            now += 10_000;
        }
        assertThat(c.info(now).unacknowledged()).isEqualTo(segments * MSS);
        now += 50 * Conversation.MILLIS;
        return c;
    }

    private void flush(TcpConnection c) {
        int sent = 0;
        while (c.pollTransmit(out, now)) {
            assertThat(out.reason).isNotNull();
            assertThat(sent++).as("segments sent at one moment").isLessThan(100_000);
        }
    }

    private static TcpSegment ack(int ack, int... edges) {
        int[] absolute = new int[edges.length];
        for (int i = 0; i < edges.length; i++) {
            absolute[i] = Seq.add(Conversation.ISS, edges[i]);
        }
        return TcpSegment.of(Seq.add(Conversation.IRS, 1), Seq.add(Conversation.ISS, ack), TcpFlags.ACK, 60_000,
                new TcpOptions(-1, -1, false, false, 0, 0, absolute));
    }

    /** The most runs that one of the acknowledgments has made us look at, and on average what all have. */
    private long work(int segments, int acks, IntFunction<TcpSegment> pattern) {
        TcpConnection c = inFlight(segments);
        Scoreboard board = c.tcb().scoreboard;
        long start = board.visited();
        for (int i = 0; i < acks; i++) {
            now += 1000;
            c.handleSegment(pattern.apply(i), now);
            flush(c);
            c.handleTimeout(now);
        }
        c.tcb().checkedCharge();
        assertThat(board.runs()).isLessThanOrEqualTo(Scoreboard.MAX_RUNS);
        return (board.visited() - start) / acks;
    }

    @Test
    void shouldLookAtNothingButTheHeadForAcknowledgmentsInOrder() {
        assertThat(work(10, 9, i -> ack(1 + MSS * (i + 1)))).isLessThanOrEqualTo(2);
        assertThat(work(10_000, 9000, i -> ack(1 + MSS * (i + 1)))).isLessThanOrEqualTo(2);
    }

    @Test
    void shouldLookAtAFewRunsForEachSackOfALoss() {
        IntFunction<TcpSegment> pattern = i -> ack(1, 1 + MSS, 1 + MSS * (i + 2));
        assertThat(work(10, 8, pattern)).isLessThan(8);
        assertThat(work(10_000, 9000, pattern)).isLessThan(8);
    }

    @Test
    @Attack(2)
    void shouldNotWorkMoreForBlocksOfSingleOctets() {
        IntFunction<TcpSegment> pattern = i -> ack(1, 3 + 2 * (i % 4900), 4 + 2 * (i % 4900));
        assertThat(work(10, 20_000, pattern)).isLessThan(8);
        assertThat(work(10_000, 20_000, pattern)).isLessThan(8);
    }

    @Test
    @Attack(2)
    void shouldNotWorkMoreForScatteredBlocks() {
        IntFunction<TcpSegment> few = i -> scattered(i, 10 * MSS);
        IntFunction<TcpSegment> many = i -> scattered(i, 10_000 * MSS);
        assertThat(work(10, 20_000, few)).isLessThan(16);
        assertThat(work(10_000, 20_000, many)).isLessThan(16);
    }

    private static TcpSegment scattered(int i, int flight) {
        int[] edges = new int[8];
        for (int b = 0; b < 4; b++) {
            int at = 2 + Math.floorMod((i * 4 + b) * 7_919 * 131, flight - 10);
            edges[2 * b] = at;
            edges[2 * b + 1] = at + 1 + b;
        }
        return ack(1, edges);
    }

    @Test
    void shouldNotWorkMoreForBlocksThatAreRepeatedOrDuplicates() {
        IntFunction<TcpSegment> pattern = i -> ack(1, 4001, 5001, 2001, 6001, 7001, 9001, 1, 2);
        assertThat(work(10, 20_000, pattern)).isLessThan(8);
        assertThat(work(10_000, 20_000, pattern)).isLessThan(8);
    }

    @Test
    void shouldNotWorkMoreWhenLossesAreFoundByCounting() {
        base = base.withRecovery(base.recovery().withRack(false));
        IntFunction<TcpSegment> pattern = i -> ack(1 + MSS * i, 1 + MSS * (i + 3), 1 + MSS * (i + 4),
                1 + MSS * (i + 5), 1 + MSS * (i + 6), 1 + MSS * (i + 7), 1 + MSS * (i + 8));
        assertThat(work(10, 2, pattern)).isLessThan(16);
        assertThat(work(10_000, 9000, pattern)).isLessThan(16);
        IntFunction<TcpSegment> scattered = i -> scattered(i, 10_000 * MSS);
        assertThat(work(10_000, 20_000, scattered)).isLessThan(16);
    }
}
