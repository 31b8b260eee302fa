package io.fourtuple.core.tcp;

import static io.fourtuple.core.tcp.Conversation.MILLIS;
import static io.fourtuple.core.tcp.Conversation.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.Counter;
import io.fourtuple.core.Counters;
import io.fourtuple.core.conformance.Attack;
import io.fourtuple.core.conformance.Rfc;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What a connection may hold at each level of the memory of all connections, and how it goes on afterwards. */
class MemoryTest {
    private static final int LOW = 1_000_000;
    private static final int PRESSURE = 2_000_000;
    private static final int MAX = 3_000_000;
    /** What a chunk of the receive queue costs beyond its array. */
    private static final int CHUNK = 64;
    private static final TcpConfig CONFIG = Conversation.withSack()
            .withReceiveBuffer(new TcpConfig.BufferLimits(2_000, 30_000, 60_000))
            .withSendBuffer(new TcpConfig.BufferLimits(2_000, 50_000, 100_000));

    private final MemoryBudget budget = new MemoryBudget(new MemoryBudget.Limits(LOW, PRESSURE, MAX), 10);
    /** What other connections hold. */
    private final ShardMemory others = new ShardMemory(budget, new Counters(), () -> { });
    private final Conversation c = new Conversation(CONFIG, budget).establish();

    private void othersHold(long octets) {
        others.charge(octets - others.used());
    }

    private long charged() {
        assertThat(c.connection.tcb().checkedCharge()).isEqualTo(c.memory.used());
        return c.memory.used();
    }

    private Conversation data(int from, int to) {
        return c.inject(". " + from + ":" + to + "(" + (to - from) + ") ack 1 win 60000");
    }

    @Test
    void shouldChargeWhatIsPinnedAndGiveItBack() {
        data(1, 1001);
        data(2001, 3001);
        assertThat(charged()).isEqualTo(2 * (1000 + CHUNK));

        data(1001, 2001);
        assertThat(charged()).isEqualTo(3 * (1000 + CHUNK));
        c.receive();
        assertThat(charged()).isZero();

        c.send(3000);
        assertThat(charged()).isEqualTo(3000 + 128);
        c.inject(". 3001:3001(0) ack 2001 win 60000");
        assertThat(charged()).isEqualTo(3000 + 128); // pinned to its last octet
        c.inject(". 3001:3001(0) ack 3001 win 60000");
        assertThat(charged()).isZero();
    }

    @Test
    void shouldGiveEverythingBackAtEachKindOfEnd() {
        data(1, 1001);
        data(2001, 3001);
        c.send(3000);
        c.connection.abort(c.now);
        assertThat(charged()).isZero();

        Conversation other = new Conversation(CONFIG, budget).establish();
        other.inject(". 1:1001(1000) ack 1 win 60000").send(100);
        other.connection.release();
        assertThat(other.memory.used()).isZero();
        other.connection.release();
        assertThat(other.memory.used()).isZero();
    }

    @Test
    @Rfc(number = 9293, rules = "SHLD-14")
    void shouldOfferNoMoreThanFourSegmentsUnderPressureAndNeverTakeBackWhatWasOffered() {
        othersHold(PRESSURE);

        data(1, 1001);
        data(1001, 2001);
        c.expect(". 1:1(0) ack 2001 win 28000"); // offered before

        for (int seq = 2001; seq < 30_001; seq += 1000) {
            data(seq, seq + 1000);
            c.receive();
        }
        c.advance(SECONDS);
        assertThat(c.connection.info(c.now).receiveWindow()).isBetween(1000, 4000);
        assertThat(c.count(Counter.TCP_EXT_RCV_Q_DROP)).isZero();
    }

    @Test
    void shouldOfferAllOfTheBufferAgainAfterThePressure() {
        othersHold(PRESSURE);
        for (int seq = 1; seq < 30_001; seq += 1000) {
            data(seq, seq + 1000);
        }
        c.receive();
        c.skipToLast().expect(". 1:1(0) ack 30001 win 4000");
        assertThat(c.connection.isHeldBack()).isTrue();

        othersHold(0);
        c.connection.handleMemoryRelief();

        c.flush().expect(". 1:1(0) ack 30001 win 30000").expectNothing();
        assertThat(c.connection.isHeldBack()).isFalse();
    }

    @Test
    void shouldNotGrowBuffersUnderPressure() {
        othersHold(PRESSURE);
        for (int seq = 1; seq < 30_001; seq += 1000) {
            data(seq, seq + 1000);
            c.now += 10 * MILLIS;
        }
        c.receive();
        c.send(50_000);
        assertThat(c.connection.send(ByteBuffer.allocate(1), c.now)).isZero();
        c.inject(". 30001:30001(0) ack 10001 win 60000");

        assertThat(c.connection.info(c.now).receiveBuffer()).isEqualTo(30_000);
        assertThat(c.connection.info(c.now).sendBuffer()).isEqualTo(50_000);
    }

    @Test
    void shouldThrowAwayWhatIsOutOfOrderFirst() {
        for (int seq = 2001; seq < 12_001; seq += 1000) {
            data(seq, seq + 1000);
        }
        assertThat(c.connection.info(c.now).outOfOrder()).isEqualTo(10_000);
        othersHold(PRESSURE);

        data(13_001, 14_001);
        assertThat(c.count(Counter.TCP_EXT_OFO_DROP)).isEqualTo(1);
        data(1, 1001);

        assertThat(c.connection.info(c.now).outOfOrder()).isZero();
        assertThat(c.receive()).hasSize(1000);
        assertThat(c.count(Counter.TCP_EXT_PRUNE_CALLED)).isEqualTo(1);
        assertThat(c.count(Counter.TCP_EXT_OFO_PRUNED)).isEqualTo(1);
        assertThat(c.count(Counter.TCP_EXT_RCV_PRUNED)).isZero();
        data(1001, 2001);
        assertThat(c.receive()).hasSize(1000); // and not what was there once
    }

    @Test
    void shouldTakeOnlyWhatIsGuaranteedWithoutMemory() {
        othersHold(MAX);

        data(1, 1001);
        c.advance(SECONDS).expect(". 1:1(0) ack 1001 win 29000");
        data(1001, 2001); // 2 × 1064 octets are more than the 2000 guaranteed
        c.expect(". 1:1(0) ack 1001 win 29000");

        assertThat(c.connection.receivable()).isEqualTo(1000);
        assertThat(c.count(Counter.TCP_EXT_RCV_PRUNED)).isEqualTo(2);
        assertThat(c.count(Counter.TCP_EXT_RCV_Q_DROP)).isEqualTo(1);
        assertThat(charged()).isEqualTo(1000 + CHUNK);
        data(2001, 3001);
        assertThat(c.count(Counter.TCP_EXT_OFO_DROP)).isEqualTo(1);

        c.receive();
        data(1001, 2001);
        assertThat(c.receive()).hasSize(1000);
    }

    @Test
    void shouldTakeTheBeginningOfALargeSegmentWithoutMemory() {
        othersHold(MAX);

        data(1, 20_001);

        assertThat(c.receive()).isEqualTo(text(1, 2_000));
        c.expect(". 1:1(0) ack 2001");
        assertThat(c.count(Counter.TCP_EXT_RCV_Q_DROP)).isEqualTo(1);
    }

    private static String text(int from, int length) {
        return new String(Conversation.slice(from, length), StandardCharsets.US_ASCII);
    }

    @Test
    void shouldSayWhenItWouldCloseTheWindowAndMayNot() {
        othersHold(MAX);
        data(1, 1001);
        c.advance(SECONDS);
        assertThat(c.count(Counter.TCP_EXT_WANT_ZERO_WINDOW_ADV)).isZero(); // 1000 of 2000 are free

        othersHold(PRESSURE);
        data(1001, 2001);
        othersHold(MAX);
        data(2001, 3001);

        assertThat(c.count(Counter.TCP_EXT_WANT_ZERO_WINDOW_ADV)).isPositive();
    }

    @Test
    @Attack(24)
    void shouldLetAWriterWaitForMemoryAndWakeIt() {
        othersHold(MAX - 10_000);
        ByteBuffer data = ByteBuffer.wrap(Conversation.pattern(40_000));

        int taken = c.connection.send(data, c.now);
        assertThat(taken).isBetween(4_000, 10_000).isEqualTo(data.position());
        assertThat(c.connection.send(data, c.now)).isZero();
        assertThat(c.connection.isHeldBack()).isTrue();
        assertThat(budget.drawn()).isLessThanOrEqualTo(MAX);
        c.flush().expectNoEvent();

        othersHold(0);
        c.connection.handleMemoryRelief();
        c.flush().expectEvent(TcpEvent.WRITABLE);

        assertThat(c.connection.send(data, c.now)).isEqualTo(40_000 - taken);
        assertThat(c.connection.isHeldBack()).isFalse();
    }

    @Test
    void shouldLetAWriterGoOnWithWhatIsGuaranteed() {
        othersHold(MAX + 1000);
        ByteBuffer data = ByteBuffer.wrap(Conversation.pattern(5_000));

        assertThat(c.connection.sendSpace()).isEqualTo(2_000);
        assertThat(c.connection.send(data, c.now)).isEqualTo(2_000);
        c.flush().expect(". 1:1001(1000) ack 1").expect("P. 1001:2001(1000) ack 1");
        assertThat(c.connection.send(data, c.now)).isZero();

        c.inject(". 1:1(0) ack 2001 win 60000").expectEvent(TcpEvent.WRITABLE);
        assertThat(c.connection.send(data, c.now)).isEqualTo(2_000);
    }

    @Test
    @Attack(4)
    void shouldPinNoMoreForOneSegmentThatFillsManyHolesThanItsOctets() {
        for (int seq = 3; seq < 2001; seq += 20) {
            data(seq, seq + 1);
        }
        long before = charged();

        data(2, 2000);

        assertThat(charged()).isLessThan(before + 2000 + CHUNK);
        data(1, 2);
        assertThat(c.receive()).isEqualTo(text(1, 1999));
    }
}
