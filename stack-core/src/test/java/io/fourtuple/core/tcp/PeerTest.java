package io.fourtuple.core.tcp;

import static io.fourtuple.core.tcp.Conversation.MILLIS;
import static io.fourtuple.core.tcp.Conversation.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.Counter;
import io.fourtuple.core.Counters;
import io.fourtuple.core.conformance.Attack;
import io.fourtuple.core.conformance.Rfc;
import io.fourtuple.core.wire.OutboundSegment;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.core.wire.TcpOptions;
import io.fourtuple.core.wire.TcpSegment;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** Odd and hostile peers, odd paths: each of these once went wrong. */
class PeerTest {
    @Test
    @Rfc(number = 9293, rules = "MUST-16")
    @Attack(11)
    void shouldNotRaiseTheSegmentSizeWhenThePathShrinks() {
        Conversation c = Conversation.synSent(Conversation.plain());
        c.inject("S. 0:0(0) ack 1 win 60000 <mss 600>").expect(". 1:1(0) ack 1");
        c.send(100).expect("P. 1:101(100) ack 1");

        c.connection.handleIcmp(new IcmpError(IcmpError.Kind.PACKET_TOO_BIG, 900), Conversation.ISS + 1, c.now);

        assertThat(c.connection.info(c.now).sendMss()).isEqualTo(600);
    }

    @Test
    void shouldNotAskANicToCutThatCannot() {
        Conversation c = Conversation.established();
        c.connection.tcb().path = new PathProperties(1460, 1460);
        c.send(5000);
        c.connection.handleIcmp(new IcmpError(IcmpError.Kind.PACKET_TOO_BIG, 552), Conversation.ISS + 1, c.now);
        OutboundSegment out = new OutboundSegment();

        assertThat(c.connection.pollTransmit(out, c.now)).isTrue();

        assertThat(out.payloadLength).isEqualTo(512);
    }

    @Test
    void shouldReportAResetThatCostData() {
        Conversation c = Conversation.closeWait();
        c.send(3000);
        c.connection.shutdownOutput(c.now);
        c.flush();

        c.inject("R 2:2(0)").expectEvent(TcpEvent.RESET).expectNoEvent();
    }

    @Test
    @Attack(16)
    void shouldCreditASackedOctetOnce() { // ATTACKS 16
        Conversation c = Conversation.faraway(Conversation.withSack());
        c.send(20_000);
        c.now += 100 * MILLIS;

        c.inject(". 1:1(0) ack 1 win 60000 <sack 1001:3001>");
        assertThat(c.connection.info(c.now).cwnd()).isEqualTo(10_000); // RFC 3042
        c.inject(". 1:1(0) ack 3001 win 60000");

        assertThat(c.connection.info(c.now).cwnd()).isEqualTo(11_000);
    }

    @Test
    @Rfc(number = 6298, rules = "5.7")
    void shouldStartWithThreeSecondsAfterALostSyn() { // RFC 6298 §5.7
        Conversation c = Conversation.synSent(Conversation.plain());
        c.timeout();
        c.expect("S 0:0(0)").inject("S. 0:0(0) ack 1 win 60000 <mss 1000>").expect(". 1:1(0) ack 1");

        c.send(5);

        assertThat(c.connection.deadline() - c.now).isEqualTo(3 * SECONDS);
    }

    @Test
    @Rfc(number = 6298, rules = "3")
    void shouldKeepTheBackoffUntilSomethingWasMeasured() { // Karn, RFC 6298 §5
        TcpConfig config = TcpConfig.defaults().withOptions(new TcpConfig.OptionOffer(true, false, true, 48));
        TcpPair pair = new TcpPair(config).establish();
        pair.link = new TcpPair.Link(0, 5 * MILLIS, 0);
        ByteBuffer rest = ByteBuffer.wrap(new byte[500_000]);
        pair.runUntil(() -> {
            pair.client.connection.send(rest, pair.now);
            pair.flush();
            return pair.server.received.length() == 500_000;
        }, 100 * SECONDS);

        pair.link = new TcpPair.Link(0, 500 * MILLIS, 0);
        for (int i = 0; i < 60; i++) {
            pair.client.connection.send(ByteBuffer.wrap(new byte[100]), pair.now);
            pair.flush();
            pair.run(2 * SECONDS);
        }

        assertThat(pair.client.count(Counter.TCP_EXT_TIMEOUTS)).isLessThan(20);
    }

    @Test
    @Attack(19)
    void shouldLetTheUrgentPointerFallBehind() {
        Conversation c = Conversation.established(
                Conversation.plain().withReceiveBuffer(TcpConfig.BufferLimits.fixed(60_000)));
        byte[] octets = new byte[50_000];
        for (int i = 0; i < 45_000; i++) {
            c.connection.handleSegment(new TcpSegment(c.connection.rcvNxt(), Conversation.ISS + 1, TcpFlags.ACK, 60000,
                    0, TcpOptions.NONE, octets, 0, octets.length, 0, 0), c.now);
            c.receive();
        }

        assertThat(c.connection.urgentAhead()).isZero();
    }

    @Test
    void shouldNotLetANicCutUrgentData() {
        Conversation c = Conversation.established();
        c.connection.tcb().path = new PathProperties(1000, 60_000);
        c.connection.send(ByteBuffer.wrap(new byte[3000]), c.now);
        c.connection.markUrgent();

        c.flush().expect("U. 1:1001(1000) ack 1 win 10000 urg 3000");
    }

    @Test
    void shouldTakeALargeMss() {
        PathProperties jumbo = new PathProperties(65_000, 65_000);
        HalfOpen record = HalfOpen.of(Conversation.TUPLE, Conversation.parse("S 0:0(0) win 60000 <mss 65000>"),
                Conversation.ISS, 0, jumbo, Conversation.plain(), 1);

        TcpConnection c = record.complete(Conversation.parse(". 1:1(0) ack 1 win 60000"),
                ShardMemory.unlimited(new Counters()), 2);

        assertThat(c.info(2).sendMss()).isEqualTo(65_000);
    }

    @Test
    void shouldTellOneLastEvent() {
        Conversation c = Conversation.finWait2();
        c.inject("FP. 1:6(5) ack 2 win 60000");

        c.connection.close(c.now);
        c.flush();

        assertThat(c.events.stream().filter(TcpEvent::isLast).count()).isEqualTo(1);
    }

    @Test
    void shouldStandByWhatTheSynOffered() {
        Conversation c = Conversation.synSent(TcpConfig.defaults());

        c.connection.reconfigure(
                TcpConfig.defaults().withReceiveBuffer(TcpConfig.BufferLimits.fixed(60_000)), c.now);
        c.inject("S. 0:0(0) ack 1 win 60000 <mss 1000,wscale 7>");

        assertThat(c.connection.info(c.now).receiveWindowScale()).isEqualTo(7);
    }

    @Test
    void shouldChallengeInASimultaneousOpenAndCountItsSynAckAsNew() {
        Conversation c = Conversation.synSent(Conversation.plain());
        c.inject("S 0:0(0) win 60000 <mss 1000>").expect("S. 0:0(0) ack 1");
        assertThat(c.count(Counter.TCP_RETRANS_SEGS)).isZero();

        c.inject("S.P 0:5(5) ack 1 win 60000 <mss 1000>");

        c.expect(". 1:1(0) ack 1");
    }

    @Test
    @Rfc(number = 6582, rules = "4")
    void shouldNotTakeEchoesOfATimeoutForNewLoss() { // RFC 6582 §4
        Conversation c = Conversation.established();
        c.send(20_000);
        c.timeout();
        c.inject(". 1:1(0) ack 1001 win 60000").inject(". 1:1(0) ack 3001 win 60000");
        c.inject(". 1:1(0) ack 10001 win 60000");

        for (int i = 0; i < 4; i++) {
            c.inject(". 1:1(0) ack 10001 win 60000");
        }

        assertThat(c.count(Counter.TCP_EXT_RENO_RECOVERY)).isZero();
    }

    @Test
    @Attack(27)
    void shouldLimitAnswersToOldTimestamps() { // ATTACKS 27
        Conversation c = Conversation.established(Conversation.withTimestamps());

        for (int i = 0; i < 100; i++) {
            c.inject(". 900000:900000(0) ack 1 <TS 1 0>");
        }

        assertThat(c.count(Counter.TCP_OUT_SEGS)).isLessThan(30);
    }

    @Test
    void shouldCountResetsAsRfc4022Does() {
        Conversation aborted = Conversation.established();
        aborted.connection.abort(aborted.now);
        Conversation finWait1 = Conversation.finWait1();
        finWait1.inject("R 1:1(0)");
        Conversation synSent = Conversation.synSent(Conversation.plain());
        synSent.connection.close(synSent.now);

        assertThat(aborted.count(Counter.TCP_ESTAB_RESETS)).isEqualTo(1);
        assertThat(finWait1.count(Counter.TCP_ESTAB_RESETS)).isZero();
        assertThat(synSent.count(Counter.TCP_ATTEMPT_FAILS)).isEqualTo(1);
    }
}
