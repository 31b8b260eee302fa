package io.fourtuple.core.tcp;

import static io.fourtuple.core.tcp.Conversation.MILLIS;
import static io.fourtuple.core.tcp.Conversation.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.Counter;
import io.fourtuple.core.conformance.Attack;
import io.fourtuple.core.conformance.Rfc;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** Sending: windows, Nagle, probes, retransmission, loss recovery, keep-alive. */
class SendTest {
    @Test
    @Rfc(number = 9293, rules = {"SHLD-7", "MAY-16"})
    void shouldHoldASmallSegmentWhileAnotherIsOut() { // Nagle, RFC 9293 §3.7.4
        Conversation c = Conversation.established();

        c.send(5).expect("P. 1:6(5) ack 1");
        c.send(5).expectNothing();
        c.inject(". 1:1(0) ack 6 win 60000");

        c.expect("P. 6:11(5) ack 1").expectNothing();
    }

    @Test
    @Rfc(number = 9293, rules = "MUST-17")
    void shouldSendSmallSegmentsAtOnceWithNoDelay() {
        Conversation c = Conversation.established(Conversation.plain().withNoDelay(true));

        c.send(5).expect("P. 1:6(5) ack 1");
        c.send(5).expect("P. 6:11(5) ack 1");
    }

    @Test
    @Rfc(number = 9293, rules = {"SHLD-7", "SHLD-28", "MUST-61"})
    void shouldSendATailBehindFullSegmentsAtOnce() { // Minshall: only small segments wait for small ones
        Conversation c = Conversation.established();

        c.send(1500);

        c.expect(". 1:1001(1000) ack 1").expect("P. 1001:1501(500) ack 1").expectNothing();
    }

    @Test
    @Rfc(number = 6928, rules = "2")
    void shouldStartWithTenSegments() { // RFC 6928
        Conversation c = Conversation.established();

        c.send(20_000);

        for (int i = 0; i < 10; i++) {
            c.expect(". " + (1 + 1000 * i) + ":" + (1001 + 1000 * i) + "(1000) ack 1");
        }
        c.expectNothing();
        assertThat(c.connection.info(c.now).cwnd()).isEqualTo(10_000);
    }

    @Test
    @Rfc(number = 9293, rules = "MUST-38")
    void shouldKeepWithinThePeersWindow() {
        Conversation c = Conversation.established();
        c.inject(". 1:1(0) ack 1 win 2500");

        c.send(5000);
        c.expect(". 1:1001(1000) ack 1").expect(". 1001:2001(1000) ack 1").expectNothing();
        c.inject(". 1:1(0) ack 2001 win 500").expectNothing(); // silly: 500 of a window that was 60000
        c.inject(". 1:1(0) ack 2001 win 3000");

        c.expect(". 2001:3001(1000) ack 1").expect(". 3001:4001(1000) ack 1").expect("P. 4001:5001(1000) ack 1");
    }

    @Test
    @Rfc(number = 9293, rules = {"MUST-35", "MUST-36", "MUST-37"})
    void shouldProbeAClosedWindowForEverWhileProbesAreAnswered() { // RFC 9293 §3.8.6.1, MUST-36, MUST-37
        Conversation c = Conversation.established();
        c.inject(". 1:1(0) ack 1 win 0").send(3000).expectNothing();

        long waited = 0;
        for (int i = 0; i < 40; i++) {
            waited += c.timeout();
            c.expect(". 1:2(1) ack 1");
            c.inject(". 1:1(0) ack 1 win 0").expectNothing();
        }

        assertThat(waited).isGreaterThan(3600 * SECONDS);
        c.expectNoEvent();
        c.inject(". 1:1(0) ack 1 win 60000");
        c.expect(". 1:1001(1000) ack 1").expect(". 1001:2001(1000) ack 1").expect("P. 2001:3001(1000) ack 1");
    }

    @Test
    void shouldGoOnFromAProbeThatWasTaken() {
        Conversation c = Conversation.established();
        c.inject(". 1:1(0) ack 1 win 0").send(1500);
        c.timeout();
        c.expect(". 1:2(1) ack 1");

        c.inject(". 1:1(0) ack 2 win 10000");

        c.expect(". 2:1002(1000) ack 1").expect("P. 1002:1501(499) ack 1").expectNothing();
    }

    @Test
    @Attack(24)
    void shouldGiveUpProbingAPeerThatIsSilent() {
        Conversation c = Conversation.established();
        c.inject(". 1:1(0) ack 1 win 0").send(3000);

        c.advance(2000 * SECONDS);

        assertThat(c.events).contains(TcpEvent.TIMED_OUT);
    }

    @Test
    @Rfc(number = 9293, rules = {"MUST-19", "MUST-20"})
    @Rfc(number = 6298, rules = "5.5")
    @Attack(15)
    void shouldBackOffRetransmissionsAndGiveUpAtR2() { // RFC 6298 §5.5, RFC 9293 MUST-20
        Conversation c = Conversation.established();
        c.send(10).expect("P. 1:11(10) ack 1");

        long first = c.timeout();
        c.expect("P. 1:11(10) ack 1");
        long second = c.timeout();
        c.expect("P. 1:11(10) ack 1");
        assertThat(second).isEqualTo(2 * first);
        c.advance(1000 * SECONDS);

        assertThat(c.events).containsExactly(TcpEvent.TROUBLE, TcpEvent.TIMED_OUT);
        assertThat(c.count(Counter.TCP_EXT_ABORT_ON_TIMEOUT)).isEqualTo(1);
    }

    @Test
    @Rfc(number = 9293, rules = "MUST-21")
    @Rfc(number = 5482, rules = "3")
    @Attack(24)
    void shouldHonourTheUserTimeout() { // RFC 5482
        TcpConfig.Retransmission r = Conversation.plain().retransmission();
        Conversation c = Conversation.established(Conversation.plain().withRetransmission(
                new TcpConfig.Retransmission(r.initialTimeout(), r.minTimeout(), r.maxTimeout(), r.synGiveUp(),
                        r.synackRetries(), r.giveUp(), 5 * SECONDS)));
        c.send(10);
        long start = c.now;

        while (!c.events.contains(TcpEvent.TIMED_OUT)) {
            c.timeout();
        }

        assertThat(c.now - start).isEqualTo(5 * SECONDS);
    }

    @Test
    @Rfc(number = 9293, rules = "MUST-19")
    @Rfc(number = 5681, rules = "3.1")
    void shouldReduceToOneSegmentAfterATimeoutAndThenSlowStart() { // RFC 5681 §3.1
        Conversation c = Conversation.established();
        c.send(5000);
        for (int i = 0; i < 5; i++) {
            c.expect((i == 4 ? "P" : "") + ". " + (1 + 1000 * i) + ":" + (1001 + 1000 * i) + "(1000) ack 1");
        }

        c.timeout();
        c.expect(". 1:1001(1000) ack 1").expectNothing();
        assertThat(c.connection.info(c.now).cwnd()).isEqualTo(1000);
        assertThat(c.connection.info(c.now).ssthresh()).isEqualTo(2500);

        c.inject(". 1:1(0) ack 1001 win 60000");
        c.expect(". 1001:2001(1000) ack 1").expect(". 2001:3001(1000) ack 1").expectNothing();
    }

    @Test
    @Rfc(number = 9293, rules = "MUST-18")
    @Rfc(number = 6298, rules = "3")
    void shouldNotTimeARetransmittedSegment() { // Karn
        Conversation c = Conversation.established();
        c.send(10);
        long before = c.connection.info(c.now).rtt();
        c.timeout();
        c.now += 10 * SECONDS;

        c.inject(". 1:1(0) ack 11 win 60000");

        assertThat(c.connection.info(c.now).rtt()).isEqualTo(before);
    }

    @Test
    @Rfc(number = 5681, rules = "3.2")
    @Rfc(number = 6582, rules = "3.2")
    void shouldRetransmitAtTheThirdDuplicateAck() { // RFC 5681 §3.2, RFC 6582
        Conversation c = Conversation.established();
        c.send(8000);
        for (int i = 0; i < 8; i++) {
            c.expect((i == 7 ? "P" : "") + ". " + (1 + 1000 * i) + ":" + (1001 + 1000 * i) + "(1000) ack 1");
        }
        c.inject(". 1:1(0) ack 1 win 60000").inject(". 1:1(0) ack 1 win 60000").expectNothing();

        c.inject(". 1:1(0) ack 1 win 60000");
        c.expect(". 1:1001(1000) ack 1").expectNothing();
        assertThat(c.connection.info(c.now).ssthresh()).isEqualTo(4000); // half of FlightSize

        c.inject(". 1:1(0) ack 3001 win 60000"); // partial: the next hole at once
        c.expect(". 3001:4001(1000) ack 1");
        c.inject(". 1:1(0) ack 8001 win 60000").expectNothing();
        assertThat(c.count(Counter.TCP_EXT_FAST_RETRANS)).isEqualTo(2);
        assertThat(c.count(Counter.TCP_EXT_TIMEOUTS)).isZero();
    }

    @Test
    @Rfc(number = 2018, rules = "5")
    @Rfc(number = 6675, rules = {"4", "5"})
    void shouldRetransmitTheHolesThatSackShows() { // RFC 6675
        Conversation c = Conversation.established(Conversation.withSack().withRecovery(Conversation.byCounting()));
        c.send(10_000);
        for (int i = 0; i < 10; i++) {
            c.expect((i == 9 ? "P" : "") + ". " + (1 + 1000 * i) + ":" + (1001 + 1000 * i) + "(1000) ack 1");
        }
        c.inject(". 1:1(0) ack 1001 win 60000 <sack 2001:3001>").expectNothing();
        c.inject(". 1:1(0) ack 1001 win 60000 <sack 4001:5001 2001:3001>").expectNothing();

        c.inject(". 1:1(0) ack 1001 win 60000 <sack 4001:7001 2001:3001>");

        c.expect(". 1001:2001(1000) ack 1");
        c.inject(". 1:1(0) ack 1001 win 60000 <sack 4001:8001 2001:3001>");
        c.inject(". 1:1(0) ack 1001 win 60000 <sack 4001:9001 2001:3001>");
        c.expect(". 3001:4001(1000) ack 1");
        c.expect("P. 9001:10001(1000) ack 1").expectNothing(); // rule (4), for want of new data
        c.inject(". 1:1(0) ack 10001 win 60000").expectNothing();
        assertThat(c.count(Counter.TCP_RETRANS_SEGS)).isEqualTo(3);
    }

    @Test
    @Attack(23)
    void shouldIgnoreSackBlocksThatCannotBeTrue() {
        Conversation c = Conversation.established(Conversation.withSack());
        c.send(3000);

        c.inject(". 1:1(0) ack 1 win 60000 <sack 2001:90001>");
        c.inject(". 1:1(0) ack 1 win 60000 <sack 2001:1001>");
        c.inject(". 1:1(0) ack 1 win 60000 <sack 0:1>");

        assertThat(c.connection.tcb().scoreboard.sacked()).isZero();
    }

    @Test
    void shouldTellWhenThereIsRoomAgain() {
        Conversation c = Conversation.established(
                Conversation.plain().withSendBuffer(TcpConfig.BufferLimits.fixed(3000)));
        ByteBuffer data = ByteBuffer.wrap(Conversation.pattern(5000));

        assertThat(c.connection.send(data, c.now)).isEqualTo(3000);
        assertThat(c.connection.send(data, c.now)).isZero();
        c.flush().expectNoEvent();
        c.inject(". 1:1(0) ack 2001 win 60000");

        c.expectEvent(TcpEvent.WRITABLE);
        assertThat(c.connection.send(data, c.now)).isEqualTo(2000);
    }

    @Test
    @Rfc(number = 9293, rules = {"MUST-30", "MUST-62"})
    void shouldSendUrgentData() { // RFC 9293 §3.8.5
        Conversation c = Conversation.established();
        c.connection.send(ByteBuffer.wrap(Conversation.pattern(1500)), c.now);
        c.connection.markUrgent();
        c.flush();

        c.expect("U. 1:1001(1000) ack 1 win 10000 urg 1500").expect("PU. 1001:1501(500) ack 1 win 10000 urg 500");
    }

    @Test
    @Rfc(number = 9293, rules = {"MUST-24", "MUST-27", "SHLD-12", "MAY-5"})
    void shouldSendKeepAlivesAndGiveUp() { // RFC 9293 §3.8.4
        Conversation c = Conversation.established(Conversation.plain()
                .withKeepAlive(new TcpConfig.KeepAlive(true, 7200 * SECONDS, 75 * SECONDS, 3)));

        assertThat(c.timeout()).isEqualTo(7200 * SECONDS);
        c.expect(". 0:0(0) ack 1");
        c.inject(". 1:1(0) ack 1 win 60000"); // alive: all over again
        c.advance(7200 * SECONDS).expect(". 0:0(0) ack 1");
        c.advance(75 * SECONDS).expect(". 0:0(0) ack 1");
        c.advance(75 * SECONDS).expect(". 0:0(0) ack 1");
        c.advance(75 * SECONDS).expect("R. 1:1(0) ack 1").expectEvent(TcpEvent.TIMED_OUT);
    }

    @Test
    @Rfc(number = 9293, rules = "MUST-25")
    void shouldNotSendKeepAlivesByDefault() { // MUST-25
        Conversation c = Conversation.established();

        c.advance(100_000 * SECONDS).expectNothing();
    }

    @Test
    @Rfc(number = 9293, rules = "MUST-54")
    @Rfc(number = 1191, rules = "6.4")
    void shouldLowerTheSegmentSizeWhenThePathSaysSo() { // RFC 1191
        Conversation c = Conversation.established();
        c.send(2000).expect(". 1:1001(1000) ack 1").expect("P. 1001:2001(1000) ack 1");

        c.connection.handleIcmp(new IcmpError(IcmpError.Kind.PACKET_TOO_BIG, 840), Conversation.ISS + 1, c.now);
        c.flush();

        c.expect(". 1:801(800) ack 1").expect(". 801:1601(800) ack 1").expect("P. 1601:2001(400) ack 1");
    }

    @Test
    @Rfc(number = 5927, rules = "4.1")
    @Attack(11)
    void shouldNotBelieveAnIcmpErrorAboutASegmentThatIsNotInFlight() { // RFC 5927
        Conversation c = Conversation.established();
        c.send(2000);

        c.connection.handleIcmp(new IcmpError(IcmpError.Kind.PACKET_TOO_BIG, 840), Conversation.ISS + 5000, c.now);
        c.connection.handleIcmp(new IcmpError(IcmpError.Kind.REFUSED, 0), Conversation.ISS + 5000, c.now);

        c.flush().expectNoEvent();
        assertThat(c.connection.info(c.now).sendMss()).isEqualTo(1000);
        assertThat(c.connection.state()).isEqualTo(TcpState.ESTABLISHED);
    }

    @Test
    void shouldAcknowledgeWithTheAnswer() {
        Conversation c = Conversation.established();
        c.inject("P. 1:6(5) ack 1 win 60000").expectNothing();
        c.receive();

        c.send(5);

        c.expect("P. 1:6(5) ack 6").expectNothing();
        c.advance(10 * MILLIS).expectNothing();
    }
}
