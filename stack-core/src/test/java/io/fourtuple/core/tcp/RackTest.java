package io.fourtuple.core.tcp;

import static io.fourtuple.core.tcp.Conversation.MILLIS;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.Counter;
import io.fourtuple.core.conformance.Rfc;
import org.junit.jupiter.api.Test;

/** Loss that time tells (RFC 8985 §6), over a path of 100 ms. */
class RackTest {
    @Test
    @Rfc(number = 8985, rules = "6.2")
    void shouldGiveOctetsThatWereOvertakenAQuarterOfARoundTrip() {
        Conversation c = Conversation.faraway(Conversation.withSack()).sendSegments(5);
        c.now += 100 * MILLIS;

        c.inject(". 1:1(0) ack 1 win 60000 <sack 4001:5001>").expectNothing();
        long waited = c.timeout();

        assertThat(waited).isEqualTo(25 * MILLIS);
        c.expect(". 1:1001(1000) ack 1").expectNothing();
        c.expectReasons("RACK retransmit");
        assertThat(c.count(Counter.TCP_EXT_SACK_RECOVERY)).isEqualTo(1);
    }

    @Test
    @Rfc(number = 8985, rules = "6.2")
    void shouldNotWaitWhenThreeSegmentsHaveOvertaken() { // as fast as RFC 6675 as long as nothing is reordered
        Conversation c = Conversation.faraway(Conversation.withSack()).sendSegments(5);
        c.now += 100 * MILLIS;
        c.inject(". 1:1(0) ack 1 win 60000 <sack 1001:2001>").inject(". 1:1(0) ack 1 win 60000 <sack 1001:3001>");
        c.expectNothing();

        c.inject(". 1:1(0) ack 1 win 60000 <sack 1001:4001>");

        c.expect(". 1:1001(1000) ack 1").expectNothing();
    }

    @Test
    @Rfc(number = 8985, rules = "6.2")
    void shouldNotTakeReorderingForLoss() {
        Conversation c = Conversation.faraway(Conversation.withSack()).sendSegments(3);
        c.now += 100 * MILLIS;

        c.inject(". 1:1(0) ack 1 win 60000 <sack 1001:2001>").inject(". 1:1(0) ack 2001 win 60000");

        c.expectNothing();
        assertThat(c.count(Counter.TCP_EXT_SACK_REORDER)).isEqualTo(1);
        assertThat(c.count(Counter.TCP_RETRANS_SEGS)).isZero();
    }

    @Test
    @Rfc(number = 8985, rules = "6.2")
    void shouldWaitOnAPathThatReordersHoweverManyHaveOvertaken() {
        Conversation c = Conversation.faraway(Conversation.withSack()).sendSegments(3);
        c.now += 100 * MILLIS;
        c.inject(". 1:1(0) ack 1 win 60000 <sack 1001:2001>").inject(". 1:1(0) ack 3001 win 60000");
        c.sendSegments(8);
        c.now += 100 * MILLIS;

        c.inject(". 1:1(0) ack 3001 win 60000 <sack 4001:10001>").expectNothing();

        assertThat(c.timeout()).isEqualTo(25 * MILLIS);
        c.expect(". 3001:4001(1000) ack 1");
    }

    @Test
    @Rfc(number = 8985, rules = "6.2")
    void shouldNotTakeARetransmissionForLostWhenNewDataOfTheSameMomentArrive() {
        Conversation c = Conversation.faraway(Conversation.withSack()).sendSegments(5);
        c.now += 100 * MILLIS;
        c.inject(". 1:1(0) ack 1 win 60000 <sack 1001:2001>").sendSegments(1);
        c.inject(". 1:1(0) ack 1 win 60000 <sack 1001:4001>").expect(". 1:1001(1000) ack 1").expectNothing();
        c.now += 100 * MILLIS;

        c.inject(". 1:1(0) ack 1 win 60000 <sack 5001:6001 1001:4001>")
                .expect(". 4001:5001(1000) ack 1").expectNothing();

        assertThat(c.count(Counter.TCP_EXT_LOST_RETRANSMIT)).isZero();
    }

    @Test
    @Rfc(number = 8985, rules = "6.2")
    void shouldRepairALostRetransmissionWithoutATimeout() {
        Conversation c = Conversation.faraway(Conversation.withSack()).sendSegments(10);
        c.now += 100 * MILLIS;
        c.inject(". 1:1(0) ack 1 win 60000 <sack 1001:4001>").expect(". 1:1001(1000) ack 1").expectNothing();
        c.now += 10 * MILLIS;
        c.inject(". 1:1(0) ack 1 win 60000 <sack 1001:10001>");
        c.send(3000);
        c.expect(". 10001:11001(1000) ack 1");
        c.forgetSent();
        c.now += 100 * MILLIS;

        c.inject(". 1:1(0) ack 1 win 60000 <sack 1001:11001>"); // sent after the retransmission, and here before it

        c.expect(". 1:1001(1000) ack 1");
        assertThat(c.count(Counter.TCP_EXT_LOST_RETRANSMIT)).isEqualTo(1);
        assertThat(c.count(Counter.TCP_EXT_TIMEOUTS)).isZero();
    }

    @Test
    @Rfc(number = 8985, rules = "6.2")
    void shouldWidenTheWindowWhenTheDuplicateOfARetransmissionArrives() { // RFC 8985 §6.2 step 4
        Conversation c = Conversation.faraway(Conversation.withSack()).sendSegments(5);
        c.now += 100 * MILLIS;
        c.inject(". 1:1(0) ack 1 win 60000 <sack 1001:4001>").expect(". 1:1001(1000) ack 1");
        c.now += 10 * MILLIS;
        c.inject(". 1:1(0) ack 5001 win 60000"); // it was only late
        c.inject(". 1:1(0) ack 5001 win 60000 <sack 1:1001>");
        c.sendSegments(5);
        c.now += 100 * MILLIS;

        c.inject(". 1:1(0) ack 5001 win 60000 <sack 6001:7001>").expectNothing();

        assertThat(c.timeout()).isGreaterThan(25 * MILLIS).isLessThanOrEqualTo(50 * MILLIS);
    }

    @Test
    void shouldFindLossesOfWhatWasSentDuringRecoveryWhenItIsOver() {
        Conversation c = Conversation.faraway(Conversation.withSack()).sendSegments(10);
        c.now += 100 * MILLIS;
        c.inject(". 1:1(0) ack 1 win 60000 <sack 1001:10001>").expect(". 1:1001(1000) ack 1");
        c.send(3000).forgetSent();
        c.now += 100 * MILLIS;
        c.inject(". 1:1(0) ack 10001 win 60000 <sack 12001:13001>");

        c.advance(60 * MILLIS);

        assertThat(c.count(Counter.TCP_EXT_SACK_RECOVERY)).isEqualTo(2);
        c.expect(". 10001:11001(1000) ack 1");
    }

    @Test
    void shouldCountDuplicatesWhenItIsOff() { // RFC 6675
        Conversation c = Conversation.faraway(Conversation.withSack().withRecovery(Conversation.byCounting()))
                .sendSegments(5);
        c.now += 100 * MILLIS;
        c.inject(". 1:1(0) ack 1 win 60000 <sack 1001:2001>").inject(". 1:1(0) ack 1 win 60000 <sack 1001:3001>");
        c.advance(100 * MILLIS).expectNothing();

        c.inject(". 1:1(0) ack 1 win 60000 <sack 1001:4001>").expect(". 1:1001(1000) ack 1");

        c.expectReasons("fast retransmit");
    }
}
