package io.fourtuple.core.tcp;

import static io.fourtuple.core.tcp.Conversation.MILLIS;
import static io.fourtuple.core.tcp.Conversation.SECONDS;
import static io.fourtuple.core.tcp.Conversation.plain;
import static io.fourtuple.core.tcp.Conversation.withSack;
import static io.fourtuple.core.tcp.Conversation.withTimestamps;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.wire.OutboundSegment;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What tells Linux from what the RFCs say, one by one. */
class LinuxTraitsTest {
    private static final PathProperties CUTS = new PathProperties(Conversation.MSS, 60_000);

    private static TcpConfig with(TcpConfig config, UnaryOperator<HostTraits> change) {
        return config.withTraits(change.apply(HostTraits.DEFAULT));
    }

    @Test
    void shouldTakeSegmentsWithoutTheTimestampsThatWereAgreed() {
        Conversation strict = Conversation.established(withTimestamps());
        strict.inject("P. 1:11(10) ack 1 win 60000").advance(50 * MILLIS).expectNothing();

        Conversation c = Conversation.established(with(withTimestamps(), t -> t.withMissingTimestamps(true)));
        c.inject("P. 1:11(10) ack 1 win 60000").advance(50 * MILLIS).expect(". 1:1(0) ack 11");
    }

    @Test
    void shouldNotAnswerAnAcknowledgmentOfWhatWasNeverSent() {
        Conversation polite = Conversation.established();
        polite.inject(". 1:1(0) ack 5000 win 60000").expect(". 1:1(0) ack 1");

        Conversation c = Conversation.established(with(plain(), t -> t.withSilentToFutureAck(true)));
        c.inject(". 1:1(0) ack 5000 win 60000").expectNothing();
    }

    @Test
    void shouldGiveUpInSilence() {
        TcpConfig.Retransmission timer = new TcpConfig.Retransmission(
                SECONDS, 200 * MILLIS, 120 * SECONDS, 180 * SECONDS, 7, 924 * SECONDS, SECONDS);
        TcpConfig impatient = plain().withRetransmission(timer);
        Conversation telling = Conversation.established(impatient);
        telling.send(10).advance(3 * SECONDS).skipToLast().expect("R. 11:11(0) ack 1").expectEvent(TcpEvent.TIMED_OUT);

        Conversation c = Conversation.established(with(impatient, t -> t.withSilentGiveUp(true)));
        c.send(10).advance(3 * SECONDS).skipToLast().expect("P. 1:11(10) ack 1").expectEvent(TcpEvent.TIMED_OUT);
    }

    @Test
    void shouldProbeAClosedWindowWithoutData() {
        Conversation octets = Conversation.established();
        octets.inject(". 1:1(0) ack 1 win 0").send(5).expectNothing().timeout();
        octets.expect(". 1:2(1) ack 1");

        Conversation c = Conversation.established(with(plain(), t -> t.withEmptyProbe(true)));
        c.inject(". 1:1(0) ack 1 win 0").send(5).expectNothing().timeout();
        c.expect(". 0:0(0) ack 1").expectReasons("SYN", "ACK", "zero-window probe #1");
        c.timeout();
        c.expect(". 0:0(0) ack 1");
        c.inject(". 1:1(0) ack 1 win 60000").expect("P. 1:6(5) ack 1").expectNothing();
    }

    @Test
    void shouldAnswerDataForNobodyAsIfThereWereNoConnection() {
        Conversation c = Conversation.established(with(plain(), t -> t.withBareReset(true)));
        c.connection.close(c.now);
        c.flush().expect("F. 1:1(0) ack 1");

        c.inject("P. 1:11(10) ack 1 win 60000").expect("R 1:1(0)").expectNothing();
    }

    @Test
    void shouldCountTheLeastTimeoutOnTopOfTheRoundTrip() {
        Conversation sum = Conversation.faraway(withSack());
        assertThat(sum.connection.info(sum.now).rto()).isEqualTo(300 * MILLIS); // 100 + 4 * 50

        Conversation c = Conversation.faraway(with(withSack(), t -> t.withTimeoutMargin(true)));
        for (int i = 0; i < 10; i++) {
            int from = 1 + 10 * i;
            c.send(10);
            c.now += 100 * MILLIS;
            c.inject(". 1:1(0) ack " + (from + 10) + " win 60000");
        }
        assertThat(c.connection.info(c.now).rto()).isEqualTo(300 * MILLIS);
    }

    @Test
    void shouldOfferInASynWhatThePathTakes() {
        assertThat(mssOfSecondSyn(HostTraits.DEFAULT)).isEqualTo(Conversation.MSS);
        assertThat(mssOfSecondSyn(HostTraits.DEFAULT.withPathMss(true))).isEqualTo(800);
    }

    private static int mssOfSecondSyn(HostTraits traits) {
        Conversation c = Conversation.synSent(plain().withTraits(traits));
        c.connection.handleIcmp(new IcmpError(IcmpError.Kind.PACKET_TOO_BIG, 840), Conversation.ISS, c.now);
        long later = c.connection.deadline();
        c.connection.handleTimeout(later);
        OutboundSegment out = new OutboundSegment();
        assertThat(c.connection.pollTransmit(out, later)).isTrue();
        return out.mss;
    }

    @Test
    void shouldHalveTheWindowThatTheApplicationDidNotUse() {
        assertThat(thresholdAfterTimeout(HostTraits.DEFAULT)).isEqualTo(2 * Conversation.MSS);
        assertThat(thresholdAfterTimeout(HostTraits.DEFAULT.withReduceFromWindow(true)))
                .isEqualTo(5 * Conversation.MSS);
    }

    private static long thresholdAfterTimeout(HostTraits traits) {
        Conversation c = Conversation.established(
                plain().withTraits(traits).withCongestionControl(NewReno::new));
        c.send(10).expect("P. 1:11(10) ack 1").timeout();
        return c.connection.info(c.now).ssthresh();
    }

    @Test
    void shouldKeepAWindowThatIsNotUsed() {
        Conversation c = Conversation.faraway(with(withSack(), t -> t.withKeepIdleWindow(true)));
        c.send(20_000);
        c.now += 100 * MILLIS;
        c.inject(". 1:1(0) ack 10001 win 60000");
        c.now += 100 * MILLIS;
        c.inject(". 1:1(0) ack 20001 win 60000").forgetSent();
        long window = c.connection.info(c.now).cwnd();
        assertThat(window).isGreaterThan(10_000);

        c.advance(60 * SECONDS).send(10);

        assertThat(c.connection.info(c.now).cwnd()).isEqualTo(window);
    }

    @Test
    void shouldSendFramesOfAMillisecondAndHalfAWindow() {
        Conversation all = new Conversation(plain(), CUTS).establish();
        all.send(10_000).expect("P. 1:10001(10000) ack 1");

        TcpConfig linux = with(plain(), t -> t.withFrameSegments(2));
        Conversation c = new Conversation(linux, CUTS).connect().expect("S 0:0(0)");
        c.now += 100 * MILLIS;
        c.inject("S. 0:0(0) ack 1 win 60000 <mss 1000>").expect(". 1:1(0) ack 1");
        c.send(6000).expect(". 1:2001(2000) ack 1").expect(". 2001:4001(2000) ack 1");
        c.expect("P. 4001:6001(2000) ack 1");

        Conversation near = new Conversation(linux, CUTS).establish();
        near.send(10_000).expect(". 1:5001(5000) ack 1").expect("P. 5001:10001(5000) ack 1");
    }

    @Test
    void shouldWaitForAPartOfTheWindowWhenAcknowledgmentsAreNear() {
        for (int divisor : new int[] {3, 100}) {
            Conversation c = new Conversation(with(plain(), t -> t.withDeferDivisor(divisor)), CUTS)
                    .connect().expect("S 0:0(0)");
            c.now += 100 * MILLIS;
            c.inject("S. 0:0(0) ack 1 win 60000 <mss 1000>").expect(". 1:1(0) ack 1");
            c.send(30_000).expect(". 1:10001(10000) ack 1").expectNothing();
            c.now += 100 * MILLIS;

            c.inject(". 1:1(0) ack 1001 win 60000").expect(". 10001:12001(2000) ack 1"); // nothing was sent for long

            c.inject(". 1:1(0) ack 2001 win 60000");
            if (divisor == 3) {
                c.expectNothing();
            } else {
                c.expect(". 12001:14001(2000) ack 1");
            }
        }
    }
}
