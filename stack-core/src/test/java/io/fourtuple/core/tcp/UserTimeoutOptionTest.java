package io.fourtuple.core.tcp;

import static io.fourtuple.core.tcp.Conversation.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.conformance.Rfc;
import io.fourtuple.core.wire.OutboundSegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The User Timeout option: RFC 5482. */
class UserTimeoutOptionTest {
    private static final TcpConfig.UserTimeoutOption RULES =
            new TcpConfig.UserTimeoutOption(true, 300 * SECONDS, 100 * SECONDS, 3600 * SECONDS);
    private static final TcpConfig ON = Conversation.plain().withUserTimeoutOption(RULES);

    private static OutboundSegment sent(Conversation c) {
        OutboundSegment out = new OutboundSegment();
        assertThat(c.connection.pollTransmit(out, c.now)).isTrue();
        return out;
    }

    private static Conversation established(TcpConfig config, String option) {
        Conversation c = new Conversation(config).connect().expect("S 0:0(0)");
        c.inject("S. 0:0(0) ack 1 win 60000 <mss 1000" + option + ">").expect(". 1:1(0) ack 1");
        return c.expectEvent(TcpEvent.ESTABLISHED);
    }

    /** How long data that are not acknowledged keep the connection alive. */
    private static long patience(Conversation c) {
        c.send(10);
        long start = c.now;
        while (c.connection.state() != TcpState.CLOSED) {
            c.advance(10 * SECONDS);
        }
        return (c.now - start) / SECONDS;
    }

    @Rfc(number = 5482, rules = "2")
    @ParameterizedTest
    @CsvSource({"1, 1", "300, 300", "32767, 32767", "32768, 33314", "86400, 34208", "99999999, 65535"})
    void shouldBeInSecondsOrMinutes(long seconds, int octets) {
        assertThat(UserTimeouts.encode(seconds * SECONDS)).isEqualTo(octets);
        assertThat(UserTimeouts.decode(octets)).isBetween(Math.min(seconds, 32_767 * 60) * SECONDS - 60 * SECONDS,
                seconds * SECONDS);
    }

    @Rfc(number = 5482, rules = {"3.2", "3.3"})
    @Test
    void shouldGoWithTheSynAndTheFirstAcknowledgment() {
        Conversation c = new Conversation(ON);
        c.connection = TcpConnection.connect(Conversation.TUPLE, Conversation.ISS, 0, c.path, ON, c.memory, c.now);
        assertThat(sent(c).userTimeout).isEqualTo(300);
        c.connection.handleSegment(Conversation.parse("S. 0:0(0) ack 1 win 60000 <mss 1000>"), c.now);
        assertThat(sent(c).userTimeout).isEqualTo(300);
        c.connection.handleSegment(Conversation.parse("F. 1:1(0) ack 1 win 60000"), c.now);
        assertThat(sent(c).userTimeout).isEqualTo(-1);

        OutboundSegment synAck = new OutboundSegment();
        HalfOpen.of(Conversation.TUPLE, Conversation.parse("S 0:0(0)"), 1, 0, c.path, ON, c.now)
                .fillSynAck(synAck, c.now);
        assertThat(synAck.userTimeout).isEqualTo(300);
    }

    @Rfc(number = 5482, rules = "3.1")
    @Test
    void shouldNotBeSentUnlessEnabled() {
        Conversation c = new Conversation(Conversation.plain());
        c.connection = TcpConnection.connect(
                Conversation.TUPLE, Conversation.ISS, 0, c.path, c.config, c.memory, c.now);

        assertThat(sent(c).userTimeout).isEqualTo(-1);
        assertThat(patience(established(Conversation.plain(), ",UTO 100"))).isGreaterThanOrEqualTo(924);
    }

    /** min(U_LIMIT, max(ADV_UTO, REMOTE_UTO, L_LIMIT)). */
    @Rfc(number = 5482, rules = "3.1")
    @ParameterizedTest
    @CsvSource({"400, 400", "10, 300", "32868, 3600", "32788, 1200"})
    void shouldTakeTheLongerOneWithinItsLimits(int octets, long seconds) {
        long patience = patience(established(ON, ",UTO " + octets));

        assertThat(patience).isBetween(seconds, seconds + 130); // it ends with a retransmission
    }

    @Rfc(number = 5482, rules = "3.1")
    @Test
    void shouldTakeItFromAnyLaterSegment() {
        Conversation c = established(ON, "");
        c.inject(". 1:1(0) ack 1 win 60000 <UTO 400>");
        c.inject(". 1:1(0) ack 1 win 60000 <UTO 0>"); // no time at all: ignored

        assertThat(patience(c)).isBetween(400L, 530L);
    }

    @Rfc(number = 5482, rules = "3.1")
    @Test
    void shouldTakeItFromTheSynOfAPeerThatConnects() {
        Conversation c = new Conversation(ON);
        c.connection = HalfOpen.of(Conversation.TUPLE, Conversation.parse("S 0:0(0) <mss 1000,UTO 500>"),
                Conversation.ISS, 0, c.path, ON, c.now)
                .complete(Conversation.parse(". 1:1(0) ack 1 win 60000"), c.memory, c.now);

        assertThat(patience(c.flush())).isBetween(500L, 630L);
    }

    /** CHANGEABLE is false once the user has said. */
    @Rfc(number = 5482, rules = "3.1")
    @Test
    void shouldNotChangeWhatTheUserHasSet() {
        TcpConfig.Retransmission timer = ON.retransmission();
        TcpConfig set = ON.withRetransmission(new TcpConfig.Retransmission(timer.initialTimeout(), timer.minTimeout(),
                timer.maxTimeout(), timer.synGiveUp(), timer.synackRetries(), timer.giveUp(), 20 * SECONDS));

        assertThat(patience(established(set, ",UTO 400"))).isBetween(20L, 60L);
    }
}
