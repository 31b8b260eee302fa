package io.fourtuple.core.tcp;

import static io.fourtuple.core.tcp.Conversation.MILLIS;
import static io.fourtuple.core.tcp.Conversation.MSS;
import static io.fourtuple.core.tcp.Conversation.SECONDS;
import static io.fourtuple.core.tcp.Conversation.established;
import static io.fourtuple.core.tcp.Conversation.plain;
import static io.fourtuple.core.tcp.Conversation.synSent;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.core.Counters;
import io.fourtuple.core.conformance.Rfc;
import io.fourtuple.core.tcp.TcpConfig.Tuning;
import io.fourtuple.core.wire.Ecn;
import io.fourtuple.core.wire.OutboundSegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is mostly said for one socket ({@link Tuning}), and what a socket asks of its connection. */
class SocketTuningTest {
    private static TcpConfig tuned(Tuning tuning) {
        return plain().withTuning(tuning);
    }

    private static String text(List<ReceivedChunk> chunks) {
        StringBuilder text = new StringBuilder();
        chunks.forEach(c -> text.append(new String(c.array(), c.offset(), c.length(),
                StandardCharsets.US_ASCII)));
        return text.toString();
    }

    // ---- TCP_CORK ----

    @Test
    @Rfc(number = 9293, rules = "MAY-16")
    void shouldHoldBackWhatDoesNotFillASegmentWhileCorked() {
        Conversation c = established();
        c.connection.cork(true);

        c.send(2 * MSS + 10).expect(". 1:1001(1000) ack 1").expect(". 1001:2001(1000) ack 1").expectNothing();
        c.connection.cork(false);
        c.flush().expect("P. 2001:2011(10) ack 1");
    }

    @Test
    @Rfc(number = 9293, rules = "MUST-60")
    void shouldHoldBackForTwoHundredMillisecondsAtMost() {
        Conversation c = established();
        c.connection.cork(true);

        c.send(10).expectNothing();
        c.advance(199 * MILLIS).expectNothing();
        c.advance(1 * MILLIS).expect("P. 1:11(10) ack 1");
        c.inject(". 1:1(0) ack 11 win 60000");
        c.send(5).expectNothing();
        c.advance(200 * MILLIS).expect("P. 11:16(5) ack 1");
    }

    @Test
    void shouldSendWhatIsCorkedWithTheFin() {
        Conversation c = established();
        c.connection.cork(true);
        c.send(10).expectNothing();

        c.connection.shutdownOutput(c.now);
        c.flush().expect("FP. 1:11(10) ack 1");
    }

    @Test
    void shouldNotWakeUpAgainAndAgainForACorkThatTheWindowHolds() {
        Conversation c = established();
        c.inject(". 1:1(0) ack 1 win 0");
        c.connection.cork(true);
        c.send(10).expectNothing();

        c.advance(150 * MILLIS);
        assertThat(c.connection.deadline() - c.now).isPositive();
    }

    // ---- TCP_MAXSEG, TCP_NOOPT ----

    @Test
    @Rfc(number = 9293, rules = "MUST-14")
    void shouldAnnounceAndUseNoLargerSegmentThanAsked() {
        Conversation c = new Conversation(tuned(Tuning.NONE.withMaxSegment(500)));
        c.connect();

        assertThat(c.connection.info(c.now).advertisedMss()).isEqualTo(500);
        c.expect("S 0:0(0)");
        c.inject("S. 0:0(0) ack 1 win 60000 <mss 1000>").expect(". 1:1(0) ack 1");
        c.send(600).expect(". 1:501(500) ack 1").expect("P. 501:601(100) ack 1");
    }

    @Test
    void shouldOpenWithoutOptions() {
        TcpConfig config = TcpConfig.defaults().withTuning(Tuning.NONE.withNoOptions(true));
        TcpConnection connection = TcpConnection.connect(Conversation.TUPLE, 1, 0, new PathProperties(MSS, MSS),
                config, ShardMemory.unlimited(new Counters()), 0);
        OutboundSegment syn = new OutboundSegment();

        assertThat(connection.pollTransmit(syn, 0)).isTrue();
        assertThat(syn.optionsLength()).isZero();
        connection.handleSegment(Conversation.parse("S. 0:0(0) ack 3 win 60000 <mss 1000,sackOK,TS 1 0>"), 0);
        assertThat(connection.info(0).timestamps()).isFalse();
        assertThat(connection.info(0).sack()).isFalse();
    }

    // ---- TCP_SYNCNT ----

    @Test
    void shouldSendASynAgainOnlySoOften() {
        Conversation c = synSent(tuned(Tuning.NONE.withSynRetries(2)));

        assertThat(c.timeout()).isEqualTo(1 * SECONDS);
        assertThat(c.timeout()).isEqualTo(2 * SECONDS);
        c.expect("S 0:0(0)").expect("S 0:0(0)").expectNoEvent();
        assertThat(c.timeout()).isEqualTo(4 * SECONDS);
        c.expectNothing().expectEvent(TcpEvent.TIMED_OUT);
        assertThat(c.connection.end()).isEqualTo(TcpEvent.TIMED_OUT);
    }

    // ---- TCP_WINDOW_CLAMP, TCP_NOTSENT_LOWAT ----

    @Test
    void shouldOfferNoLargerWindowThanAsked() {
        Conversation c = established(tuned(Tuning.NONE.withWindowClamp(3000)));
        c.inject("P. 1:8001(8000) ack 1 win 60000");
        c.receive();
        c.forgetSent();

        c.inject("P. 8001:9001(1000) ack 1 win 60000").advance(40 * MILLIS).skipToLast();
        c.expect(". 1:1(0) ack 9001 win 2000");
    }

    @Test
    void shouldTakeNoMoreWithSoMuchUnsent() {
        Conversation c = established(tuned(Tuning.NONE.withNotSentLowat(2000)));
        c.inject(". 1:1(0) ack 1 win 0");

        c.send(1999);
        assertThat(c.connection.isWritable()).isTrue();
        c.send(1);
        assertThat(c.connection.isWritable()).isFalse();
        assertThat(c.connection.send(ByteBuffer.allocate(10), c.now)).isZero();
        c.inject(". 1:1(0) ack 1 win 1000");
        assertThat(c.connection.unsent()).isEqualTo(1000);
        assertThat(c.connection.isWritable()).isTrue();
        c.send(10);
    }

    @Test
    void shouldBeWritableWhenAThirdOfTheBufferIsFree() {
        Conversation c = established(plain().withSendBuffer(TcpConfig.BufferLimits.fixed(3000)));

        c.send(2000);
        assertThat(c.connection.isWritable()).isTrue();
        c.send(1);
        assertThat(c.connection.isWritable()).isFalse();
        assertThat(c.connection.sendQueue()).isEqualTo(2001);
    }

    // ---- IP_TOS, IP_TTL ----

    @Test
    @Rfc(number = 9293, rules = {"MUST-48", "MUST-49", "SHLD-21"})
    void shouldSayOfEachSegmentWhatItsPacketIsToHave() {
        TcpConfig config = tuned(Tuning.NONE.withTrafficClass(0xb8 | Ecn.CE).withHopLimit(7));
        Conversation c = established(config);
        OutboundSegment out = new OutboundSegment();
        c.connection.send(ByteBuffer.wrap(new byte[10]), c.now);

        assertThat(c.connection.pollTransmit(out, c.now)).isTrue();
        assertThat(out.trafficClass).as("without the bits of ECN").isEqualTo(0xb8);
        assertThat(out.hopLimit).isEqualTo(7);
        c.connection.abort(c.now);
        assertThat(c.connection.pollTransmit(out, c.now)).isTrue();
        assertThat(out.hopLimit).as("of the reset").isEqualTo(7);
    }

    // ---- MSG_PEEK and the like ----

    @Test
    void shouldShowWhatIsReceivedAndKeepIt() {
        Conversation c = established();
        c.inject("P. 1:4(3) ack 1").inject("P. 4:9(5) ack 1");

        assertThat(text(c.connection.peek(5))).isEqualTo("abcde");
        assertThat(text(c.connection.peek(100))).isEqualTo("abcdefgh");
        assertThat(c.connection.receivable()).isEqualTo(8);
        assertThat(c.receive()).isEqualTo("abcdefgh");
        assertThat(c.connection.peek(1)).isEmpty();
    }

    @Test
    void shouldSayWhyItIsOverWhileThereIsSomethingToReceive() {
        Conversation c = established();
        c.inject("P. 1:4(3) ack 1").inject("R. 4:4(0) ack 1");

        assertThat(c.connection.end()).isEqualTo(TcpEvent.RESET);
        c.expectEvent(TcpEvent.READABLE).expectNoEvent();
        assertThat(c.receive()).isEqualTo("abc");
        c.expectEvent(TcpEvent.RESET);
    }

    @Test
    void shouldAcknowledgeAtOnceWhenToldTo() {
        Conversation c = established();
        c.inject("P. 1:11(10) ack 1").expectNothing();

        c.connection.acknowledgeQuickly(true);
        c.flush().expect(". 1:1(0) ack 11");
    }

    @Test
    void shouldChangeThePolicyOfALiveConnectionAndKeepItsWindow() {
        Conversation c = established();
        long window = c.connection.info(c.now).cwnd();
        assertThat(c.connection.info(c.now).congestionControl()).isEqualTo("reno");

        c.connection.reconfigure(c.config.withCongestionControl(Cubic::new), c.now);
        assertThat(c.connection.info(c.now).congestionControl()).isEqualTo("cubic");
        assertThat(c.connection.info(c.now).cwnd()).isEqualTo(window);
    }

    @Test
    void shouldTakeOverAFixedBufferAtOnce() {
        Conversation c = established();
        c.connection.reconfigure(c.config.withSendBuffer(TcpConfig.BufferLimits.fixed(5000))
                .withReceiveBuffer(TcpConfig.BufferLimits.fixed(20_000)), c.now);

        assertThat(c.connection.sendBuffer()).isEqualTo(5000);
        assertThat(c.connection.receiveBuffer()).isEqualTo(20_000);
    }

    @Test
    void shouldRefuseTuningThatMakesNoSense() {
        assertThatThrownBy(() -> Tuning.NONE.withHopLimit(256)).hasMessageContaining("0 to 255");
        assertThatThrownBy(() -> Tuning.NONE.withMaxSegment(-1)).hasMessageContaining("must not be negative");
    }
}
