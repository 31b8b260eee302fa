package io.fourtuple.core.tcp;

import static io.fourtuple.core.tcp.Conversation.MILLIS;
import static io.fourtuple.core.tcp.Conversation.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.Counter;
import io.fourtuple.core.wire.OutboundSegment;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** Rules of one sentence each that nothing larger depends on. */
class SmallRulesTest {
    private static int backoff(Conversation c) {
        return c.connection.info(c.now).timeouts();
    }

    private static int unacknowledged(Conversation c) {
        return c.connection.info(c.now).unacknowledged();
    }

    @Test
    void shouldDelayAcknowledgmentsOnceAnAnswerWasQuick() { // RFC 9293 §3.8.6.3
        TcpConfig quick = Conversation.plain().withAcknowledgment(new TcpConfig.Acknowledgment(40 * MILLIS, 16));
        Conversation talk = Conversation.established(quick);
        talk.inject("P. 1:2(1) ack 1").expect(". 1:1(0) ack 2");
        talk.now += 39 * MILLIS;
        talk.send(1).expect("P. 1:2(1) ack 2");
        talk.inject("P. 2:3(1) ack 2").expectNothing().advance(40 * MILLIS).expect(". 2:2(0) ack 3");

        Conversation slow = Conversation.established(quick);
        slow.inject("P. 1:2(1) ack 1").expect(". 1:1(0) ack 2");
        slow.now += 40 * MILLIS;
        slow.send(1).expect("P. 1:2(1) ack 2");
        slow.inject("P. 2:3(1) ack 2").expect(". 2:2(0) ack 3");
    }

    @Test
    void shouldSendAResetWithATimestamp() { // RFC 7323 §3.2
        Conversation c = Conversation.established(Conversation.withTimestamps());
        OutboundSegment out = new OutboundSegment();

        c.connection.abort(c.now);

        assertThat(c.connection.pollTransmit(out, c.now)).isTrue();
        assertThat(out.timestamps).isTrue();
        assertThat(out.tsEcr).isEqualTo(1000);
        assertThat(c.connection.info(c.now).segmentsOut()).isEqualTo(3);
        assertThat(c.count(Counter.TCP_OUT_RSTS)).isEqualTo(1);
    }

    @Test
    void shouldTellOfRoomWhenAThirdOfTheBufferIsFree() {
        Conversation c = Conversation.established(
                Conversation.plain().withSendBuffer(TcpConfig.BufferLimits.fixed(3000)));
        assertThat(c.connection.send(ByteBuffer.wrap(new byte[3001]), c.now)).isEqualTo(3000);
        c.flush().forgetSent();

        c.inject(". 1:1(0) ack 1000").expectNoEvent();
        c.inject(". 1:1(0) ack 1001").expectEvent(TcpEvent.WRITABLE);
        c.inject(". 1:1(0) ack 3001").expectNoEvent();
    }

    @Test
    void shouldGrowTheSendBufferToTwoWindowsWhenTheUserWaitsForRoom() {
        Conversation c = Conversation.established(
                Conversation.plain().withSendBuffer(new TcpConfig.BufferLimits(4096, 4096, 50_000)));
        c.send(3000).inject(". 1:1(0) ack 3001");
        assertThat(c.connection.sendBuffer()).as("the buffer was never full").isEqualTo(4096);

        c.connection.send(ByteBuffer.wrap(new byte[10_000]), c.now);
        c.flush().inject(". 1:1(0) ack 4001");

        assertThat(c.connection.sendBuffer()).isEqualTo((int) (2 * c.connection.info(c.now).cwnd()));
    }

    @Test
    void shouldEndTheDoublingOfTheTimeoutWithAMeasurement() { // RFC 6298 §3, §5.7
        Conversation stamped = Conversation.established(Conversation.withTimestamps()
                .withRecovery(Conversation.byCounting()));
        stamped.send(10).forgetSent();
        stamped.timeout();
        stamped.timeout();
        assertThat(backoff(stamped)).isEqualTo(2);
        int echo = stamped.connection.tcb().timestamp(stamped.now);
        stamped.now += 100 * MILLIS;
        stamped.inject(". 1:1(0) ack 11 win 60000 <TS 1001 " + echo + ">");
        assertThat(backoff(stamped)).isZero();

        Conversation plain = Conversation.established(Conversation.plain().withRecovery(Conversation.byCounting()));
        plain.send(10).forgetSent();
        plain.timeout();
        plain.timeout();
        plain.now += 100 * MILLIS;
        plain.inject(". 1:1(0) ack 11");
        assertThat(backoff(plain)).as("Karn: nobody knows which of three was acknowledged").isEqualTo(2);
        plain.send(10).forgetSent();
        plain.now += 100 * MILLIS;
        plain.inject(". 1:1(0) ack 21");
        assertThat(backoff(plain)).isZero();
    }

    @Test
    void shouldForgetHowLongTheWindowWasClosed() { // RFC 9293 §3.8.6.1
        Conversation c = Conversation.established();
        c.inject(". 1:1(0) ack 1 win 0").send(3000);
        for (int i = 0; i < 4; i++) {
            c.timeout();
        }
        assertThat(backoff(c)).isEqualTo(4);

        c.forgetSent().inject(". 1:1(0) ack 1 win 60000");

        c.expect(". 1:1001(1000) ack 1");
        assertThat(backoff(c)).isZero();
        assertThat(c.connection.info(c.now).path().caState()).isEqualTo(TcpInfo.State.OPEN);
        assertThat(c.timeout()).isLessThan(2 * SECONDS);
    }

    @Test
    void shouldProbeTwoRoundTripsAfterProgressAndNotWhenSomethingIsKnownToBeMissing() { // RFC 8985 §7.2
        Conversation c = Conversation.faraway(Conversation.withSack()).sendSegments(5);
        c.now += 100 * MILLIS;

        c.inject(". 1:1(0) ack 2001");

        assertThat(c.timeout()).isEqualTo(200 * MILLIS);
        c.expectReasons("tail loss probe");
        Conversation missing = Conversation.faraway(Conversation.withSack()).sendSegments(5);
        missing.now += 100 * MILLIS;
        missing.inject(". 1:1(0) ack 1 <sack 1001:2001>");
        missing.timeout();
        missing.expectReasons("RACK retransmit");
    }

    @Test
    void shouldTakeTheAcknowledgmentOfAProbeWhoseOctetItHas() { // RFC 9293 §3.8.4, §3.10.7.4
        assertThat(leftAfter(". 0:0(0) ack 11")).as("a keep-alive probe").isZero();
        assertThat(leftAfter(". 0:1(1) ack 11")).as("with an octet").isZero();
        assertThat(leftAfter("S. 0:0(0) ack 11")).as("a SYN").isEqualTo(10);
        Conversation older = Conversation.established();
        older.inject("P. 1:6(5) ack 1").send(10).inject(". 4:4(0) ack 11");
        assertThat(unacknowledged(older)).as("two octets back").isEqualTo(10);
        Conversation longer = Conversation.established();
        longer.inject("P. 1:6(5) ack 1").send(10).inject(". 3:5(2) ack 11");
        assertThat(unacknowledged(longer)).as("longer than an octet").isEqualTo(10);
    }

    private static int leftAfter(String segment) {
        Conversation c = Conversation.established();
        c.send(10).inject(segment);
        return unacknowledged(c);
    }

    @Test
    void shouldTakeNothingButTheNextOctetsWhileItsWindowIsClosed() { // RFC 9293 MUST-66, §3.10.7.4
        Conversation c = Conversation.established();
        c.inject(". 1:5001(5000) ack 1").inject("P. 5001:10001(5000) ack 1").send(10).forgetSent();
        assertThat(c.connection.info(c.now).receiveWindow()).isZero();

        c.inject(". 10003:10004(1) ack 11");
        assertThat(unacknowledged(c)).isEqualTo(10);
        c.inject(". 10001:10002(1) ack 11");
        assertThat(unacknowledged(c)).isZero();
        assertThat(c.connection.receivable()).isEqualTo(10_000);
    }

    @Test
    void shouldTakeAnyTimestampAfter24DaysOfSilence() { // RFC 7323 §5.5
        long day = 24 * 3600 * SECONDS;
        Conversation c = Conversation.established(Conversation.withTimestamps());
        c.now += 24 * day - 1;
        c.inject("P. 1:2(1) ack 1 <TS 900 0>");
        assertThat(c.connection.receivable()).isZero();

        c.now += 1;
        c.inject("P. 1:2(1) ack 1 <TS 900 0>");
        assertThat(c.connection.receivable()).isEqualTo(1);
    }

    @Test
    void shouldAnswerOnlyResetsAndSynsThatItsSynExplains() { // RFC 9293 §3.10.7.3
        for (String no : new String[] {". 0:0(0) ack 0", ". 0:0(0) ack 2", "S. 0:0(0) ack 0", "S. 0:0(0) ack 2"}) {
            Conversation c = Conversation.synSent(Conversation.plain()).inject(no);
            int ack = Integer.parseInt(no.substring(no.length() - 1));
            c.expect("R %d:%d(0)".formatted(ack, ack)).expectNothing();
            assertThat(c.connection.state()).as(no).isEqualTo(TcpState.SYN_SENT);
        }
        for (String no : new String[] {"R. 0:0(0) ack 2", "R 0:0(0)", ". 0:0(0) ack 1"}) {
            Conversation c = Conversation.synSent(Conversation.plain()).inject(no).expectNothing();
            assertThat(c.connection.state()).as(no).isEqualTo(TcpState.SYN_SENT);
        }
    }
}
