package io.fourtuple.core.tcp;

import static io.fourtuple.core.tcp.Conversation.MILLIS;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.Counter;
import io.fourtuple.core.conformance.Rfc;
import org.junit.jupiter.api.Test;

/** Retransmissions that were for nothing, and what is taken back then; over a path of 100 ms. */
class SpuriousRetransmissionTest {
    private static Conversation sending(TcpConfig config, int segments) {
        return Conversation.faraway(config).sendSegments(segments);
    }

    private static long cwnd(Conversation c) {
        return c.connection.info(c.now).cwnd();
    }

    private static long stamp(Conversation c) {
        return c.connection.tcb().timestamp(c.now);
    }

    private static TcpConfig noProbe(TcpConfig config) {
        return config.withRecovery(new TcpConfig.Recovery(true, false, true, true, true));
    }

    @Test
    void shouldTakeBackAReductionWhenAllThatWasSentAgainArrivedTwice() {
        Conversation c = sending(Conversation.withSack(), 5);
        c.now += 100 * MILLIS;
        c.inject(". 1:1(0) ack 1 win 60000 <sack 1001:4001>").expect(". 1:1001(1000) ack 1");
        assertThat(c.connection.info(c.now).ssthresh()).isLessThan(10_000);
        c.now += 10 * MILLIS;
        c.inject(". 1:1(0) ack 4001 win 60000"); // late, not lost

        c.inject(". 1:1(0) ack 4001 win 60000 <sack 1:1001>");

        assertThat(c.count(Counter.TCP_EXT_DSACK_UNDO)).isEqualTo(1);
        assertThat(cwnd(c)).isEqualTo(10_000);
        assertThat(c.connection.info(c.now).ssthresh()).isGreaterThan(1_000_000);
    }

    @Test
    void shouldTakeBackAReductionThatWasOverBeforeTheReport() {
        Conversation c = sending(Conversation.withSack(), 5);
        c.now += 100 * MILLIS;
        c.inject(". 1:1(0) ack 1 win 60000 <sack 1001:5001>").expect(". 1:1001(1000) ack 1");
        c.now += 10 * MILLIS;
        c.inject(". 1:1(0) ack 5001 win 60000");
        assertThat(cwnd(c)).isLessThan(10_000);

        c.inject(". 1:1(0) ack 5001 win 60000 <sack 1:1001>");

        assertThat(c.count(Counter.TCP_EXT_DSACK_UNDO)).isEqualTo(1);
        assertThat(cwnd(c)).isEqualTo(10_000);
    }

    @Test
    void shouldKnowByTheTimestampThatTheOriginalHasArrived() { // Eifel, RFC 3522
        Conversation c = sending(Conversation.withSackAndTimestamps(), 5);
        long sent = stamp(c);
        c.now += 100 * MILLIS;
        c.inject(". 1:1(0) ack 1 win 60000 <TS 1000 " + sent + ",sack 1001:4001>");
        c.forgetSent();
        c.now += 10 * MILLIS;

        c.inject(". 1:1(0) ack 5001 win 60000 <TS 1000 " + sent + ">");

        assertThat(c.count(Counter.TCP_EXT_FULL_UNDO)).isEqualTo(1);
        assertThat(cwnd(c)).isEqualTo(9880); // ten segments
    }

    @Test
    void shouldNotTakeBackWhatTheRetransmissionHasRepaired() {
        Conversation c = sending(Conversation.withSackAndTimestamps(), 5);
        long sent = stamp(c);
        c.now += 100 * MILLIS;
        c.inject(". 1:1(0) ack 1 win 60000 <TS 1000 " + sent + ",sack 1001:5001>");
        c.forgetSent();
        long again = stamp(c);
        c.now += 100 * MILLIS;

        c.inject(". 1:1(0) ack 5001 win 60000 <TS 1000 " + again + ">");

        assertThat(c.count(Counter.TCP_EXT_FULL_UNDO)).isZero();
        assertThat(cwnd(c)).isLessThan(10_000);
    }

    @Test
    @Rfc(number = 5682, rules = "2.1")
    void shouldSendNewDataAfterATimeoutToSeeWhetherItWasForNothing() { // RFC 5682 §2.1
        Conversation c = sending(noProbe(Conversation.withSack()), 10);
        c.send(5000).expectNothing();
        c.timeout();
        c.expect(". 1:1001(1000) ack 1").expectNothing();
        c.now += 10 * MILLIS;

        c.inject(". 1:1(0) ack 1001 win 60000"); // of the original or of the retransmission?
        c.expect(". 10001:11001(1000) ack 1").expect(". 11001:12001(1000) ack 1").expectNothing();
        c.now += 10 * MILLIS;
        c.inject(". 1:1(0) ack 2001 win 60000"); // nobody has sent that again

        assertThat(c.count(Counter.TCP_EXT_SPURIOUS_RTOS)).isEqualTo(1);
        assertThat(c.count(Counter.TCP_EXT_LOSS_UNDO)).isEqualTo(1);
        assertThat(cwnd(c)).isGreaterThanOrEqualTo(10_000);
        assertThat(c.count(Counter.TCP_RETRANS_SEGS)).isEqualTo(1);
        assertThat(c.connection.tcb().recovery).isEqualTo(Tcb.Recovery.NONE);
    }

    @Test
    @Rfc(number = 5682, rules = "2.1")
    void shouldGoOnRepairingWhenTheTimeoutWasNotForNothing() {
        Conversation c = sending(noProbe(Conversation.withSack()), 10);
        c.send(5000).expectNothing();
        c.timeout();
        c.expect(". 1:1001(1000) ack 1").expectNothing();
        c.now += 100 * MILLIS;
        c.inject(". 1:1(0) ack 1001 win 60000");
        c.expect(". 10001:11001(1000) ack 1").expect(". 11001:12001(1000) ack 1").expectNothing();
        c.now += 100 * MILLIS;

        c.inject(". 1:1(0) ack 1001 win 60000 <sack 10001:11001>");

        c.expect(". 1001:2001(1000) ack 1");
        assertThat(c.count(Counter.TCP_EXT_SPURIOUS_RTOS)).isZero();
    }

    @Test
    @Rfc(number = 5682, rules = "2.1")
    void shouldDoFrtoWithoutSack() {
        Conversation c = Conversation.established(noProbe(Conversation.plain())).sendSegments(10);
        c.send(5000).expectNothing();
        c.timeout();
        c.expect(". 1:1001(1000) ack 1").expectNothing();

        c.inject(". 1:1(0) ack 1001 win 60000");
        c.expect(". 10001:11001(1000) ack 1").expect(". 11001:12001(1000) ack 1").expectNothing();
        c.inject(". 1:1(0) ack 2001 win 60000");

        assertThat(c.count(Counter.TCP_EXT_SPURIOUS_RTOS)).isEqualTo(1);
        assertThat(cwnd(c)).isGreaterThanOrEqualTo(10_000);
    }

    @Test
    void shouldRepairByItselfWhenThereIsNoNewDataToAskWith() {
        Conversation c = sending(noProbe(Conversation.withSack()), 5);
        c.timeout();
        c.expect(". 1:1001(1000) ack 1").expectNothing();
        c.now += 100 * MILLIS;

        c.inject(". 1:1(0) ack 1001 win 60000");

        c.expect(". 1001:2001(1000) ack 1").expect(". 2001:3001(1000) ack 1").expectNothing();
    }

    @Test
    void shouldTakeBackATimeoutWhenEverythingHadArrived() {
        Conversation c = sending(noProbe(Conversation.withSackAndTimestamps()), 5);
        long sent = stamp(c);
        c.timeout();
        c.forgetSent();
        c.now += 10 * MILLIS;

        c.inject(". 1:1(0) ack 5001 win 60000 <TS 1000 " + sent + ">");

        assertThat(c.count(Counter.TCP_EXT_LOSS_UNDO)).isEqualTo(1);
        assertThat(cwnd(c)).isGreaterThanOrEqualTo(10_000);
        assertThat(c.connection.info(c.now).timeouts()).isZero();
    }

    @Test
    void shouldNotAskWhenFrtoIsOff() {
        TcpConfig.Recovery off = new TcpConfig.Recovery(true, false, false, true, true);
        Conversation c = sending(Conversation.withSack().withRecovery(off), 10);
        c.send(5000).expectNothing();
        c.timeout();
        c.expect(". 1:1001(1000) ack 1").expectNothing();
        c.now += 10 * MILLIS;

        c.inject(". 1:1(0) ack 1001 win 60000");

        c.expect(". 1001:2001(1000) ack 1").expect(". 2001:3001(1000) ack 1").expectNothing();
    }
}
