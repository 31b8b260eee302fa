package io.fourtuple.core.tcp;

import static io.fourtuple.core.tcp.Conversation.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.Counter;
import io.fourtuple.core.conformance.Attack;
import io.fourtuple.core.conformance.Rfc;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Between the first loss and giving up: R1, R2 and soft errors (RFC 9293 §3.8.3, §3.9.1.8), keep-alive (§3.8.4). */
class TroubleTest {
    @Test
    @Rfc(number = 9293, rules = {"MUST-20", "SHLD-9", "SHLD-10"})
    void shouldTellOfTheThirdRetransmissionOfASegmentAndForgetItWithTheAnswer() {
        Conversation c = Conversation.established();
        c.send(10);
        c.timeout();
        c.timeout();
        c.expectNoEvent();

        c.timeout();
        c.expectEvent(TcpEvent.TROUBLE).expectNoEvent();
        assertThat(c.connection.trouble()).isEqualTo(Trouble.NOT_ANSWERED);
        assertThat(c.connection.state()).isEqualTo(TcpState.ESTABLISHED);

        c.inject(". 1:1(0) ack 11 win 60000");
        assertThat(c.connection.trouble()).isNull();
    }

    @Test
    @Rfc(number = 9293, rules = {"MUST-20", "SHLD-11"})
    void shouldGiveUpAfterR2WhichIsLongByDefault() {
        Conversation c = Conversation.established();
        c.send(10);
        long start = c.now;

        while (!c.events.contains(TcpEvent.TIMED_OUT)) {
            c.timeout();
        }

        assertThat(c.now - start).isEqualTo(924 * SECONDS).isGreaterThanOrEqualTo(100 * SECONDS);
        c.skipToLast().expect("R. 11:11(0) ack 1");
    }

    @Test
    @Rfc(number = 9293, rules = {"MUST-22", "SHLD-9"})
    void shouldTellOfASynThatIsNotAnswered() {
        Conversation c = Conversation.synSent(Conversation.plain());
        c.timeout();
        c.timeout();
        c.expectNoEvent();

        c.timeout();
        c.expectEvent(TcpEvent.TROUBLE);
        assertThat(c.connection.trouble()).isEqualTo(Trouble.NOT_ANSWERED);

        c.advance(180 * SECONDS).expectEvent(TcpEvent.TIMED_OUT);
    }

    @Test
    @Rfc(number = 9293, rules = {"MUST-47", "MUST-56", "SHLD-25"})
    @Rfc(number = 1122, rules = "4.2.3.9")
    @Attack(11)
    void shouldTellOfASoftErrorAndGoOn() {
        Conversation c = Conversation.established();
        c.send(10).expect("P. 1:11(10) ack 1");

        for (int i = 0; i < 3; i++) {
            c.connection.handleIcmp(new IcmpError(IcmpError.Kind.UNREACHABLE, 0), Conversation.ISS + 1, c.now);
        }

        c.flush().expectEvent(TcpEvent.TROUBLE).expectNoEvent();
        assertThat(c.connection.trouble()).isEqualTo(Trouble.UNREACHABLE);
        c.inject(". 1:1(0) ack 11 win 60000").send(5).expect("P. 11:16(5) ack 1");
        assertThat(c.connection.trouble()).isNull();
    }

    @ParameterizedTest
    @EnumSource(value = IcmpError.Kind.class, names = {"UNREACHABLE", "REFUSED", "NEIGHBOR_FAILED"})
    @Rfc(number = 9293, rules = {"MUST-56", "SHLD-26"})
    @Rfc(number = 5927, rules = "5.2")
    @Attack(11)
    void shouldNotEndASynchronizedConnectionForAnyError(IcmpError.Kind kind) {
        for (Conversation c : List.of(Conversation.established(), Conversation.closeWait(), Conversation.finWait1(),
                Conversation.lastAck())) {
            TcpState before = c.connection.state();
            c.connection.send(ByteBuffer.wrap(new byte[10]), c.now);
            c.flush().forgetSent();

            c.connection.handleIcmp(new IcmpError(kind, 0), Conversation.ISS + 1, c.now);

            c.flush().expectEvent(TcpEvent.TROUBLE).expectNoEvent();
            assertThat(c.connection.state()).isEqualTo(before);
        }
    }

    // ---- keep-alive

    private static Conversation keptAlive() {
        return Conversation.established(Conversation.plain()
                .withKeepAlive(new TcpConfig.KeepAlive(true, 10 * SECONDS, 2 * SECONDS, 9)));
    }

    @Test
    @Rfc(number = 9293, rules = "MUST-26")
    void shouldNotProbeWhileSomethingIsOutstandingNorBeforeItsTime() {
        Conversation c = keptAlive();
        c.advance(9 * SECONDS).inject("P. 1:6(5) ack 1 win 60000").advance(SECONDS / 10).expect(". 1:1(0) ack 6");
        c.advance(9 * SECONDS).expectNothing(); // heard of it 9 seconds ago

        c.send(10).advance(30 * SECONDS);
        assertThat(c.count(Counter.TCP_EXT_KEEP_ALIVE)).isZero();
        assertThat(c.count(Counter.TCP_RETRANS_SEGS)).isPositive();

        c.inject(". 6:6(0) ack 11 win 60000").forgetSent().advance(11 * SECONDS);
        c.expect(". 10:10(0) ack 6");
    }

    @Test
    @Rfc(number = 9293, rules = {"MUST-25", "MUST-28"})
    void shouldProbeAfterTwoHoursWhereNothingElseIsSaid() {
        TcpConfig.KeepAlive defaults = TcpConfig.defaults().keepAlive();

        assertThat(defaults.enabled()).isFalse();
        assertThat(defaults.idle()).isGreaterThanOrEqualTo(7200 * SECONDS);
    }

    @Test
    @Rfc(number = 9293, rules = {"MUST-24", "MUST-27", "MUST-29"})
    void shouldNotTakeOneMissingAnswerForTheEnd() {
        Conversation c = Conversation.established();
        c.connection.reconfigure(c.config.withKeepAlive(new TcpConfig.KeepAlive(true, 10 * SECONDS, 2 * SECONDS,
                TcpConfig.defaults().keepAlive().probes())), c.now);
        assertThat(c.timeout()).isEqualTo(10 * SECONDS);
        c.expect(". 0:0(0) ack 1");
        assertThat(c.timeout()).isEqualTo(2 * SECONDS);
        c.expect(". 0:0(0) ack 1").expectNoEvent();

        c.inject(". 1:1(0) ack 1 win 60000");
        assertThat(c.connection.state()).isEqualTo(TcpState.ESTABLISHED);
        c.connection.reconfigure(c.config, c.now); // and off again
        c.advance(1000 * SECONDS).expectNothing();
    }
}
