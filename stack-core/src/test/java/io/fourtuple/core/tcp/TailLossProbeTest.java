package io.fourtuple.core.tcp;

import static io.fourtuple.core.tcp.Conversation.MILLIS;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.Counter;
import io.fourtuple.core.conformance.Rfc;
import org.junit.jupiter.api.Test;

/** Probes for the last data of a flight (RFC 8985 §7), over a path of 100 ms. */
class TailLossProbeTest {
    private static Conversation sending(int segments) {
        return Conversation.faraway(Conversation.withSack()).sendSegments(segments);
    }

    @Test
    @Rfc(number = 8985, rules = {"7.2", "7.3"})
    void shouldSendTheLastSegmentAgainAfterTwoRoundTrips() {
        Conversation c = sending(4);

        assertThat(c.timeout()).isEqualTo(200 * MILLIS);

        c.expect("P. 3001:4001(1000) ack 1").expectNothing().expectReasons("tail loss probe");
        assertThat(c.count(Counter.TCP_EXT_LOSS_PROBES)).isEqualTo(1);
        assertThat(c.connection.info(c.now).cwnd()).isEqualTo(10_000);
    }

    @Test
    @Rfc(number = 8985, rules = "7.3")
    void shouldPreferNewDataWhateverCwndSays() {
        Conversation c = Conversation.faraway(Conversation.withSack());
        c.send(12_000).forgetSent();

        c.timeout();

        c.expect(". 10001:11001(1000) ack 1").expectNothing();
        assertThat(c.count(Counter.TCP_RETRANS_SEGS)).isZero();
    }

    @Test
    @Rfc(number = 8985, rules = "7.2")
    void shouldAllowForTheDelayOfAnAcknowledgmentOfASingleSegment() {
        Conversation c = sending(1);

        assertThat(c.timeout()).isEqualTo(300 * MILLIS); // the retransmission timer is due before 2 SRTT + 200 ms

        c.expectReasons("tail loss probe");
        assertThat(c.count(Counter.TCP_EXT_TIMEOUTS)).isZero();
    }

    @Test
    @Rfc(number = 8985, rules = "7.3")
    void shouldProbeOnceAndLeaveTheRestToTheRetransmissionTimer() {
        Conversation c = sending(2);
        c.timeout();
        c.expectReasons("tail loss probe");

        assertThat(c.timeout()).isEqualTo(300 * MILLIS);

        c.expect(". 1:1001(1000) ack 1").expectReasons("RTO #1");
    }

    @Test
    void shouldRepairALostTailThroughTheProbe() { // the SACK of the probe shows the hole
        Conversation c = sending(5);
        c.now += 100 * MILLIS;
        c.inject(". 1:1(0) ack 2001 win 60000").expectNothing();
        c.timeout();
        c.expect("P. 4001:5001(1000) ack 1");
        c.now += 100 * MILLIS;

        c.inject(". 1:1(0) ack 2001 win 60000 <sack 4001:5001>");

        c.expect(". 2001:3001(1000) ack 1");
        assertThat(c.count(Counter.TCP_EXT_TIMEOUTS)).isZero();
    }

    @Test
    @Rfc(number = 8985, rules = "7.4")
    void shouldReduceTheWindowWhenTheProbeHasRepairedTheOnlyLoss() { // §7.4.2
        Conversation c = sending(4);
        c.timeout();
        c.forgetSent();
        c.now += 100 * MILLIS;
        c.inject(". 1:1(0) ack 4001 win 60000"); // of the original or of the probe?
        c.sendSegments(1);
        c.now += 100 * MILLIS;

        c.inject(". 1:1(0) ack 5001 win 60000"); // no duplicate was reported: the original was lost

        assertThat(c.count(Counter.TCP_EXT_LOSS_PROBE_RECOVERY)).isEqualTo(1);
        assertThat(c.connection.info(c.now).ssthresh()).isLessThan(10_000);
    }

    @Test
    @Rfc(number = 8985, rules = "7.4")
    void shouldNotReduceTheWindowWhenTheProbeWasADuplicate() {
        Conversation c = sending(4);
        c.timeout();
        c.forgetSent();
        c.now += 100 * MILLIS;
        c.inject(". 1:1(0) ack 4001 win 60000");
        c.inject(". 1:1(0) ack 4001 win 60000 <sack 3001:4001>");
        c.sendSegments(1);
        c.now += 100 * MILLIS;
        c.inject(". 1:1(0) ack 5001 win 60000");

        assertThat(c.count(Counter.TCP_EXT_LOSS_PROBE_RECOVERY)).isZero();
        assertThat(c.connection.info(c.now).ssthresh()).isGreaterThan(1_000_000);
    }

    @Test
    void shouldSendAFinAgain() {
        Conversation c = Conversation.faraway(Conversation.withSack());
        c.connection.shutdownOutput(c.now);
        c.flush().expect("F. 1:1(0) ack 1");

        c.timeout();

        c.expect("F. 1:1(0) ack 1");
        assertThat(c.count(Counter.TCP_EXT_LOSS_PROBES)).isEqualTo(1);
    }

    @Test
    void shouldNotProbeWhenItIsOff() {
        TcpConfig.Recovery off = new TcpConfig.Recovery(true, false, true, true, true);
        Conversation c = Conversation.faraway(Conversation.withSack().withRecovery(off)).sendSegments(4);

        assertThat(c.timeout()).isEqualTo(300 * MILLIS);

        c.expectReasons("RTO #1");
    }
}
