package io.fourtuple.core.tcp;

import static io.fourtuple.core.tcp.Conversation.MILLIS;
import static io.fourtuple.core.tcp.Conversation.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.Counter;
import io.fourtuple.core.conformance.Attack;
import io.fourtuple.core.conformance.Rfc;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Receiving: windows, order, acknowledgments, SACK, PAWS, urgent data. */
class ReceiveTest {
    @Test
    @Rfc(number = 9293, rules = {"MUST-40", "SHLD-18"})
    @Rfc(number = 5681, rules = "4.2")
    void shouldDelayAnAcknowledgment() { // RFC 9293 §3.8.6.3
        Conversation c = Conversation.established();

        c.inject(". 1:501(500) ack 1 win 60000").expectNothing();
        assertThat(c.timeout()).isEqualTo(40 * MILLIS);

        c.expect(". 1:1(0) ack 501");
        assertThat(c.count(Counter.TCP_EXT_DELAYED_ACKS)).isEqualTo(1);
    }

    @Test
    @Rfc(number = 9293, rules = "SHLD-19")
    @Rfc(number = 5681, rules = "4.2")
    void shouldAcknowledgeEverySecondFullSegment() {
        Conversation c = Conversation.established();

        c.inject(". 1:1001(1000) ack 1 win 60000").expectNothing();
        c.inject(". 1001:2001(1000) ack 1 win 60000").expect(". 1:1(0) ack 2001");
    }

    @Test
    @Rfc(number = 9293, rules = {"SHLD-31", "MAY-13"})
    @Rfc(number = 2018, rules = {"3", "4"})
    @Rfc(number = 5681, rules = "4.2")
    void shouldAcknowledgeOutOfOrderDataAtOnceAndJoinIt() { // RFC 5681 §4.2
        Conversation c = Conversation.established(Conversation.withSack());

        c.inject(". 11:21(10) ack 1 win 60000").expect(". 1:1(0) ack 1 win 10000 <sack 11:21>");
        c.inject(". 31:41(10) ack 1 win 60000").expect(". 1:1(0) ack 1 win 10000 <sack 31:41 11:21>");
        c.inject(". 21:31(10) ack 1 win 60000").expect(". 1:1(0) ack 1 win 10000 <sack 11:41>");
        c.inject(". 1:11(10) ack 1 win 60000").expect(". 1:1(0) ack 41 win 9960");

        assertThat(c.receive()).isEqualTo(text(1, 40));
    }

    @Test
    @Rfc(number = 9293, rules = "SHLD-31")
    void shouldTakeOverlappingDataOnce() {
        Conversation c = Conversation.established();

        c.inject(". 5:15(10) ack 1 win 60000").inject(". 1:8(7) ack 1 win 60000").inject(". 3:20(17) ack 1 win 60000");

        assertThat(c.receive()).isEqualTo(text(1, 19));
    }

    @Test
    void shouldAcknowledgeADuplicate() {
        Conversation c = Conversation.established();
        c.inject("P. 1:6(5) ack 1 win 60000");
        c.advance(SECONDS).expect(". 1:1(0) ack 6");

        c.inject("P. 1:6(5) ack 1 win 60000");

        c.expect(". 1:1(0) ack 6");
        assertThat(c.receive()).isEqualTo("abcde");
    }

    @Test
    @Rfc(number = 9293, rules = {"MUST-39", "MAY-8"})
    void shouldCloseTheWindowWhenNobodyReadsAndOpenItForAUsefulStep() { // RFC 9293 §3.8.6.2.2
        Conversation c = Conversation.established();
        for (int i = 0; i < 10; i++) {
            c.inject(". " + (1 + 1000 * i) + ":" + (1001 + 1000 * i) + "(1000) ack 1 win 60000");
        }
        c.expect(". 1:1(0) ack 2001 win 8000").expect(". 1:1(0) ack 4001 win 6000");
        c.expect(". 1:1(0) ack 6001 win 4000").expect(". 1:1(0) ack 8001 win 2000")
                .expect(". 1:1(0) ack 10001 win 0").expectNothing();

        assertThat(c.connection.receive(500, c.now).length()).isEqualTo(500);
        c.flush().expectNothing(); // silly: half a segment
        assertThat(c.connection.receive(500, c.now).length()).isEqualTo(500);
        c.flush().expect(". 1:1(0) ack 10001 win 1000");
        assertThat(c.count(Counter.TCP_EXT_TO_ZERO_WINDOW_ADV)).isEqualTo(1);
        assertThat(c.count(Counter.TCP_EXT_FROM_ZERO_WINDOW_ADV)).isEqualTo(1);
    }

    @Test
    @Attack(18)
    void shouldAnswerAWindowProbeWithoutTakingIt() { // MUST-66 and §3.10.7.4
        Conversation c = Conversation.established(
                Conversation.plain().withReceiveBuffer(TcpConfig.BufferLimits.fixed(1000)));
        c.inject(". 1:1001(1000) ack 1 win 60000");
        c.advance(SECONDS).expect(". 1:1(0) ack 1001 win 0");

        c.inject(". 1001:1002(1) ack 1 win 60000");

        c.expect(". 1:1(0) ack 1001 win 0");
        assertThat(c.connection.receivable()).isEqualTo(1000);
    }

    @Test
    @Rfc(number = 9293, rules = "MUST-66")
    @Attack(18)
    void shouldProcessTheAckOfAProbeAtAClosedWindow() { // MUST-66
        Conversation c = Conversation.established(
                Conversation.plain().withReceiveBuffer(TcpConfig.BufferLimits.fixed(1000)));
        c.send(10).expect("P. 1:11(10) ack 1");
        c.inject(". 1:1001(1000) ack 1 win 60000");
        c.advance(50 * MILLIS).expect(". 11:11(0) ack 1001 win 0");

        c.inject(". 1001:1002(1) ack 11 win 60000");

        assertThat(c.connection.info(c.now).unacknowledged()).isZero();
    }

    @Test
    @Attack(18)
    void shouldCutWhatDoesNotFitTheWindow() {
        Conversation c = Conversation.established(
                Conversation.plain().withReceiveBuffer(TcpConfig.BufferLimits.fixed(1000)));

        c.inject("FP. 1:1501(1500) ack 1 win 60000");

        assertThat(c.connection.receivable()).isEqualTo(1000);
        assertThat(c.connection.isPeerClosed()).isFalse();
    }

    @Test
    void shouldTakeAFinThatCameBeforeItsData() {
        Conversation c = Conversation.established();

        c.inject("FP. 6:11(5) ack 1 win 60000").expect(". 1:1(0) ack 1");
        c.inject(". 1:6(5) ack 1 win 60000").expect(". 1:1(0) ack 12");

        c.expectEvent(TcpEvent.READABLE).expectEvent(TcpEvent.PEER_CLOSED);
        assertThat(c.receive()).isEqualTo(text(1, 10));
    }

    @Test
    @Rfc(number = 7323, rules = "5.3")
    void shouldDropAndAnswerAnOldTimestamp() { // PAWS, RFC 7323 §5
        Conversation c = Conversation.established(Conversation.withTimestamps());
        c.inject("P. 1:6(5) ack 1 win 60000 <TS 1010 0>").advance(SECONDS).expect(". 1:1(0) ack 6");

        c.inject("P. 6:11(5) ack 1 win 60000 <TS 1009 0>").expect(". 1:1(0) ack 6");

        assertThat(c.count(Counter.TCP_EXT_PAWS_ESTAB)).isEqualTo(1);
        assertThat(c.receive()).isEqualTo("abcde");
    }

    @Test
    @Rfc(number = 7323, rules = "3.2")
    void shouldIgnoreASegmentThatLacksItsTimestamp() { // RFC 7323 §3.2
        Conversation c = Conversation.established(Conversation.withTimestamps());

        c.inject("P. 1:6(5) ack 1 win 60000");

        c.expectNothing().expectNoEvent();
    }

    @Test
    @Rfc(number = 7323, rules = "4.3")
    @Attack(22)
    void shouldNotTakeATimestampFromASegmentBeyondTheLastAck() { // RFC 7323 §4.3
        Conversation c = Conversation.established(Conversation.withTimestamps());

        c.inject("P. 100:105(5) ack 1 win 60000 <TS 90000 0>");
        c.inject("P. 1:6(5) ack 1 win 60000 <TS 1010 0>");

        assertThat(c.receive()).isEqualTo("abcde");
    }

    @Test
    @Rfc(number = 9293, rules = {"MUST-30", "MUST-33", "MUST-62"})
    @Rfc(number = 6093, rules = "6")
    @Attack(19)
    void shouldTellWhereUrgentDataEnd() {
        Conversation c = Conversation.established();

        c.inject("U. 1:6(5) ack 1 win 60000 urg 20");
        assertThat(c.connection.urgentAhead()).isEqualTo(20);
        c.inject("U. 6:7(1) ack 1 win 60000 urg 0");
        assertThat(c.connection.urgentAhead()).isEqualTo(20);
        assertThat(c.receive()).isEqualTo(text(1, 6));
        assertThat(c.connection.urgentAhead()).isEqualTo(14);
    }

    @Test
    void shouldIgnoreASegmentWithoutAck() {
        Conversation c = Conversation.established();

        c.inject("P 1:6(5)");

        c.expectNothing().expectNoEvent();
    }

    @Test
    @Attack(4)
    void shouldNotPinManyTinySegments() { // CVE-2018-5390
        Conversation c = Conversation.established(
                Conversation.plain().withReceiveBuffer(TcpConfig.BufferLimits.fixed(60_000)));
        for (int i = 0; i < 10_000; i++) {
            c.inject(". " + (3 + 2 * i) + ":" + (4 + 2 * i) + "(1) ack 1 win 60000");
        }

        assertThat(c.connection.tcb().receiveQueue.charge()).isLessThan(200_000);
        assertThat(c.count(Counter.TCP_EXT_OFO_DROP)).isPositive();
    }

    @Test
    @Attack(4)
    void shouldGatherTinySegmentsThatFollowEachOther() { // more runs than SACK blocks, so that none is known by heart
        Conversation c = Conversation.established(
                Conversation.plain().withReceiveBuffer(TcpConfig.BufferLimits.fixed(60_000)));
        for (int i = 0; i < 1000; i++) {
            for (int run = 0; run < 6; run++) {
                int seq = run % 2 == 0 ? 10 + 8000 * run + i : 8 + 8000 * run + 7999 - i;
                c.inject(". " + seq + ":" + (seq + 1) + "(1) ack 1 win 60000");
            }
        }
        assertThat(c.connection.tcb().receiveQueue.outOfOrder()).isEqualTo(6000);
        assertThat(c.connection.tcb().receiveQueue.charge()).isLessThan(12_000);

        for (int seq = 1; seq < 50_001; seq += 1000) {
            c.inject(". " + seq + ":" + (seq + 1000) + "(1000) ack 1 win 60000");
        }
        assertThat(c.receive()).isEqualTo(text(1, 50_000));
    }

    @Test
    @Rfc(number = 9293, rules = "MAY-8")
    @Attack(24)
    void shouldNeverTakeMoreThanItsBufferWhileNobodyReads() {
        TcpPair pair = new TcpPair().establish();
        pair.link = new TcpPair.Link(0, 10 * MILLIS, 0);
        pair.server.reading = false;
        byte[] data = TcpTransferTest.random(1 << 20, 3);
        ByteBuffer rest = ByteBuffer.wrap(data);
        long stallEnds = pair.now + 90 * SECONDS;
        while (pair.now - stallEnds < 0) {
            pair.client.connection.send(rest, pair.now);
            pair.flush();
            assertThat(pair.step()).isTrue();
        }
        assertThat(pair.server.connection.receivable()).isBetween(80_000, 87380 + 1460);
        assertThat(pair.client.count(Counter.TCP_EXT_WIN_PROBE)).isPositive();

        pair.server.reading = true;
        pair.runUntil(() -> {
            pair.client.connection.send(rest, pair.now);
            pair.flush();
            return pair.server.received.length() == data.length;
        }, 600 * SECONDS);
        assertThat(pair.server.received.toBytes()).isEqualTo(data);
    }

    @Test
    void shouldGrowItsBufferForAFastReader() {
        TcpPair pair = new TcpPair().establish();
        pair.link = new TcpPair.Link(0, 50 * MILLIS, 0);

        TcpTransferTest.transfer(pair, 32 << 20, 0);

        assertThat(pair.server.connection.info(pair.now).receiveBuffer()).isGreaterThan(1 << 20);
        assertThat(pair.client.connection.info(pair.now).sendBuffer()).isGreaterThan(1 << 20);
    }

    private static String text(int seq, int length) {
        return new String(Conversation.slice(seq, length), StandardCharsets.US_ASCII);
    }

    @Test
    @Rfc(number = 5681, rules = "4.2")
    void shouldAcknowledgeAFinAheadOfAGapAtOnce() { // RFC 5681 §4.2
        Conversation c = Conversation.established();

        c.inject("F. 11:11(0) ack 1").expect(". 1:1(0) ack 1").expectNoEvent();
        c.inject("P. 1:11(10) ack 1").expect(". 1:1(0) ack 12");
    }

    @Test
    @Rfc(number = 5961, rules = "3.2")
    void shouldTakeARstAtTheRightEdgeAsOutside() { // RFC 5961 §3.2
        Conversation c = Conversation.established();

        c.inject("R 10001:10001(0)").expectNothing().expectNoEvent();
        c.inject("R 10000:10000(0)").expect(". 1:1(0) ack 1").expectNoEvent();
    }
}
