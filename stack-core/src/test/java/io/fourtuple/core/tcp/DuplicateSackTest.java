package io.fourtuple.core.tcp;

import static io.fourtuple.core.tcp.Conversation.MILLIS;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.Counter;
import io.fourtuple.core.conformance.Attack;
import io.fourtuple.core.conformance.Rfc;
import org.junit.jupiter.api.Test;

/** What arrives twice is reported (RFC 2883), and reports are believed as far as they can be true. */
class DuplicateSackTest {
    private final Conversation c = Conversation.faraway(Conversation.withSack());

    @Test
    @Rfc(number = 2883, rules = "4.1")
    void shouldReportASegmentThatHadBeenAcknowledged() {
        c.inject("P. 1:6(5) ack 1 win 60000").advance(50 * MILLIS).forgetSent();

        c.inject("P. 1:6(5) ack 1 win 60000");

        c.expect(". 1:1(0) ack 6 win 9995 <sack 1:6>").expectNothing();
        assertThat(c.count(Counter.TCP_EXT_DSACK_OLD_SENT)).isEqualTo(1);
    }

    @Test
    @Rfc(number = 2883, rules = "4.1")
    void shouldReportADuplicateOnceAndTheGapAfterIt() {
        c.inject(". 11:21(10) ack 1 win 60000").expect(". 1:1(0) ack 1 win 10000 <sack 11:21>");

        c.inject(". 11:21(10) ack 1 win 60000").expect(". 1:1(0) ack 1 win 10000 <sack 11:21 11:21>");
        c.inject(". 31:41(10) ack 1 win 60000").expect(". 1:1(0) ack 1 win 10000 <sack 31:41 11:21>");

        assertThat(c.count(Counter.TCP_EXT_DSACK_OFO_SENT)).isEqualTo(1);
    }

    @Test
    @Rfc(number = 2883, rules = "4.2")
    void shouldReportThePartThatArrivedTwice() { // RFC 2883 §4.2.1
        c.inject(". 11:21(10) ack 1 win 60000").forgetSent();

        c.inject(". 16:31(15) ack 1 win 60000").expect(". 1:1(0) ack 1 win 10000 <sack 16:21 11:31>");
        c.inject(". 1:16(15) ack 1 win 60000");

        c.expect(". 1:1(0) ack 31 win 9970 <sack 11:16>");
    }

    @Test
    void shouldReportWhatASegmentInOrderCovers() { // RFC 2883 §4.1
        c.inject(". 11:21(10) ack 1 win 60000").inject(". 21:26(5) ack 1 win 60000");
        c.inject(". 31:41(10) ack 1 win 60000").inject(". 61:71(10) ack 1 win 60000").forgetSent();

        c.inject(". 1:36(35) ack 1 win 60000");

        c.expect(". 1:1(0) ack 41 win 9960 <sack 11:26 61:71>").expectNothing();
    }

    @Test
    void shouldReportTheFirstOfTwoThingsThatArrivedTwice() {
        c.inject(". 1:11(10) ack 1 win 60000").inject(". 21:31(10) ack 1 win 60000").forgetSent();

        c.inject(". 6:31(25) ack 1 win 60000").expect(". 1:1(0) ack 31 win 9970 <sack 6:11>");

        assertThat(c.count(Counter.TCP_EXT_DSACK_OLD_SENT)).isEqualTo(1);
        assertThat(c.count(Counter.TCP_EXT_DSACK_OFO_SENT)).isZero();
    }

    @Test
    @Rfc(number = 2883, rules = "4.2")
    void shouldReportTheOverlapWithWhatWasAcknowledged() {
        c.inject(". 1:11(10) ack 1 win 60000").advance(50 * MILLIS).forgetSent();

        c.inject(". 6:16(10) ack 1 win 60000");

        c.expect(". 1:1(0) ack 16 win 9985 <sack 6:11>"); // at once: the next segment would take its place
    }

    @Test
    void shouldReportNothingWhenItIsOff() {
        TcpConfig.Recovery off = new TcpConfig.Recovery(true, true, true, false, true);
        Conversation quiet = Conversation.faraway(Conversation.withSack().withRecovery(off));
        quiet.inject("P. 1:6(5) ack 1 win 60000").advance(50 * MILLIS).forgetSent();

        quiet.inject("P. 1:6(5) ack 1 win 60000").expect(". 1:1(0) ack 6 win 9995");
    }

    @Test
    @Attack(16)
    void shouldBelieveNoMoreThanWasSentAgain() {
        c.sendSegments(3);
        c.now += 100 * MILLIS;
        c.inject(". 1:1(0) ack 3001 win 60000");

        c.inject(". 1:1(0) ack 3001 win 60000 <sack 1:1001>");

        assertThat(c.count(Counter.TCP_EXT_DSACK_RECV)).isEqualTo(1);
        assertThat(c.count(Counter.TCP_EXT_DSACK_IGNORED_DUBIOUS)).isEqualTo(1);
    }

    @Test
    void shouldMakeRoomForTheReportInASegmentWithData() {
        c.inject("P. 1:6(5) ack 1 win 60000").advance(50 * MILLIS).forgetSent();
        c.connection.handleSegment(Conversation.parse("P. 1:6(5) ack 1 win 60000"), c.now);

        c.send(1000);

        c.expect(". 1:989(988) ack 6 win 9995 <sack 1:6>").expect("P. 989:1001(12) ack 6 win 9995");
    }

    @Test
    @Rfc(number = 2018, rules = "8")
    @Attack(23)
    void shouldGiveTheReportItsTimeWhenThePeerReneges() { // RFC 2018 §8
        c.sendSegments(5);
        c.now += 100 * MILLIS;
        c.inject(". 1:1(0) ack 1 win 60000 <sack 1001:3001>").expectNothing();

        c.inject(". 1:1(0) ack 1001 win 60000"); // and not 3001
        assertThat(c.timeout()).isEqualTo(50 * MILLIS); // half a round trip

        assertThat(c.count(Counter.TCP_EXT_SACK_RENEGING)).isEqualTo(1);
        assertThat(c.connection.tcb().scoreboard.sacked()).isZero();
        c.expect(". 1001:2001(1000) ack 1");
    }

    @Test
    @Rfc(number = 6675, rules = "5.1")
    void shouldKeepSacksOverATimeout() { // RFC 6675 §5.1
        c.sendSegments(3);
        c.now += 100 * MILLIS;
        c.inject(". 1:1(0) ack 1 win 60000 <sack 1001:2001>").expectNothing();
        c.timeout();
        c.expect(". 1:1001(1000) ack 1").expectReasons("RACK retransmit");
        c.timeout();
        c.expect(". 1:1001(1000) ack 1").expectReasons("RTO #1");

        c.inject(". 1:1(0) ack 2001 win 60000");

        c.expect("P. 2001:3001(1000) ack 1").expectNothing();
    }
}
