package io.fourtuple.core.tcp;

import static io.fourtuple.core.tcp.Conversation.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.conformance.Attack;
import io.fourtuple.core.conformance.Rfc;
import org.junit.jupiter.api.Test;

/** Windows of the peer: large, shrinking, closed (RFC 9293 §3.8.6). */
class WindowTest {
    @Test
    void shouldNotSendAnOldNumberBecauseTheWindowHasShrunk() { // two such ends would challenge each other for ever
        Conversation c = Conversation.established();
        c.send(3000).forgetSent();

        c.inject("P. 1:11(10) ack 1 win 0").advance(SECONDS / 10).skipToLast();

        c.expect(". 3001:3001(0) ack 11");
    }

    @Test
    @Rfc(number = 9293, rules = {"MUST-1", "REC-1"})
    @Attack(18)
    void shouldTakeAWindowWithItsHighestBitSetAsLarge() {
        Conversation plain = Conversation.established();
        plain.inject(". 1:1(0) ack 1 win 65535");
        assertThat(plain.connection.info(plain.now).sendWindow()).isEqualTo(65_535);

        Conversation scaled = Conversation.synSent(
                Conversation.plain().withOptions(new TcpConfig.OptionOffer(true, false, false, 48)));
        scaled.inject("S. 0:0(0) ack 1 win 65535 <mss 1000,wscale 14>").expect(". 1:1(0) ack 1");
        scaled.inject(". 1:1(0) ack 1 win 65535");
        assertThat(scaled.connection.info(scaled.now).sendWindow()).isEqualTo(65_535L << 14);
    }

    @Test
    @Rfc(number = 7323, rules = {"2.2", "2.3"})
    void shouldNeverScaleTheWindowOfASynNorByMoreThanFourteen() {
        Conversation c = Conversation.synSent(
                Conversation.plain().withOptions(new TcpConfig.OptionOffer(true, false, false, 48)));

        c.inject("S. 0:0(0) ack 1 win 500 <mss 1000,wscale 15>").expect(". 1:1(0) ack 1");
        assertThat(c.connection.info(c.now).sendWindow()).isEqualTo(500);

        c.inject(". 1:1(0) ack 1 win 2");
        assertThat(c.connection.info(c.now).sendWindow()).isEqualTo(2 << 14);
    }

    @Test
    @Rfc(number = 9293, rules = {"MUST-34", "SHLD-15", "SHLD-16"})
    @Attack(18)
    void shouldSendNothingNewIntoAWindowThatShrankAndRepeatWhatIsInside() {
        Conversation c = Conversation.established(Conversation.plain().withRecovery(Conversation.byCounting()));
        c.sendSegments(5);

        c.inject(". 1:1(0) ack 1001 win 1000"); // 2001 to 5001 is beyond the edge now
        assertThat(c.connection.info(c.now).unacknowledged()).isEqualTo(4000);
        c.send(1000).expectNothing();

        c.timeout();
        c.expect(". 1001:2001(1000) ack 1").expectNothing();
        c.inject(". 1:1(0) ack 2001 win 60000").expect(". 2001:3001(1000) ack 1").expect(". 3001:4001(1000) ack 1");
    }

    @Test
    @Rfc(number = 9293, rules = "MAY-7")
    void shouldRepeatASegmentThatCrossesTheEdgeAsAWhole() {
        Conversation c = Conversation.established();
        c.sendSegments(2);
        c.inject(". 1:1(0) ack 1001 win 500");

        c.timeout();

        c.expect("P. 1001:2001(1000) ack 1").expectNothing();
    }

    @Test
    @Rfc(number = 9293, rules = {"MUST-35", "SHLD-17"})
    void shouldProbeWhenTheWindowShrinksToNothingBelowWhatIsInFlight() {
        Conversation c = Conversation.established();
        c.sendSegments(5);
        c.inject(". 1:1(0) ack 2001 win 0").expectNothing();

        long waited = 0;
        for (int i = 0; i < 25; i++) {
            waited += c.timeout();
            c.expect(". 2001:2002(1) ack 1").inject(". 1:1(0) ack 2001 win 0").expectNothing();
        }

        assertThat(waited).isGreaterThan(c.config.retransmission().giveUp());
        assertThat(c.connection.state()).isEqualTo(TcpState.ESTABLISHED);
    }

    @Test
    @Rfc(number = 9293, rules = {"SHLD-29", "SHLD-30"})
    void shouldProbeAfterOneTimeoutAndThenAfterTwiceAsLongEachTime() {
        Conversation c = Conversation.established();
        c.inject(". 1:1(0) ack 1 win 0").send(3000).expectNothing();
        long timeout = c.connection.info(c.now).rto();

        for (int i = 0; i < 5; i++) {
            assertThat(c.timeout()).isEqualTo(timeout << i);
            c.expect(". 1:2(1) ack 1").inject(". 1:1(0) ack 1 win 0").expectNothing();
        }
    }

    @Test
    @Rfc(number = 9293, rules = "MUST-66")
    @Attack(18)
    void shouldHeedResetAndUrgentPointerWhileItsWindowIsClosed() {
        Conversation c = Conversation.established(
                Conversation.plain().withReceiveBuffer(TcpConfig.BufferLimits.fixed(1000)));
        c.inject(". 1:1001(1000) ack 1 win 60000").expectEvent(TcpEvent.READABLE);
        c.advance(SECONDS).expect(". 1:1(0) ack 1001 win 0");

        c.inject("U. 1001:1002(1) ack 1 win 60000 urg 5").expectEvent(TcpEvent.URGENT);
        assertThat(c.connection.urgentAhead()).isEqualTo(1005);
        assertThat(c.connection.receivable()).isEqualTo(1000);

        c.inject("R 1001:1001(0)");
        assertThat(c.connection.state()).isEqualTo(TcpState.CLOSED);
        assertThat(c.receive()).hasSize(1000);
        c.expectEvent(TcpEvent.RESET);
    }

    @Test
    @Rfc(number = 9293, rules = {"MUST-58", "MUST-59"})
    void shouldAcknowledgeAllThatWasQueuedAtOnce() {
        Conversation c = Conversation.established();
        for (int i = 0; i < 6; i++) {
            int seq = 1 + 1000 * i;
            c.connection.handleSegment(
                    Conversation.parse(". " + seq + ":" + (seq + 1000) + "(1000) ack 1 win 60000"), c.now);
        }

        c.flush().expect(". 1:1(0) ack 6001").expectNothing();
    }

    @Test
    @Rfc(number = 9293, rules = {"MUST-60", "MUST-61", "SHLD-27", "SHLD-28"})
    void shouldPutSeveralSendsIntoFullSegmentsAndPushTheLastOne() {
        Conversation c = Conversation.established();
        c.inject(". 1:1(0) ack 1 win 0");
        for (int i = 0; i < 5; i++) {
            c.send(500).expectNothing();
        }

        c.inject(". 1:1(0) ack 1 win 60000");

        c.expect(". 1:1001(1000) ack 1").expect(". 1001:2001(1000) ack 1").expect("P. 2001:2501(500) ack 1");
    }
}
