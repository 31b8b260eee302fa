package io.fourtuple.core.tcp;

import static io.fourtuple.core.tcp.Conversation.MILLIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.core.Counter;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The states (RFC 9293 §3.3.2), and what a connection says of itself in each. */
class StateTest {
    private static final Map<TcpState, Supplier<Conversation>> REACHED = Map.of(
            TcpState.SYN_SENT, () -> Conversation.synSent(Conversation.plain()),
            TcpState.SYN_RECEIVED, () -> Conversation.synSent(Conversation.plain()).inject("S 0:0(0)"),
            TcpState.ESTABLISHED, Conversation::established,
            TcpState.FIN_WAIT_1, Conversation::finWait1,
            TcpState.FIN_WAIT_2, Conversation::finWait2,
            TcpState.CLOSE_WAIT, Conversation::closeWait,
            TcpState.CLOSING, Conversation::closing,
            TcpState.LAST_ACK, Conversation::lastAck,
            TcpState.TIME_WAIT, Conversation::timeWait,
            TcpState.CLOSED, () -> Conversation.established().inject("R. 1:1(0) ack 1"));

    /** Figure 5, with the ends that ABORT, a reset and the timers make. */
    private static final Map<TcpState, Set<TcpState>> SUCCESSORS = Map.of(
            TcpState.SYN_SENT, EnumSet.of(TcpState.SYN_RECEIVED, TcpState.ESTABLISHED, TcpState.CLOSE_WAIT,
                    TcpState.CLOSED),
            TcpState.SYN_RECEIVED, EnumSet.of(TcpState.ESTABLISHED, TcpState.FIN_WAIT_1, TcpState.CLOSE_WAIT,
                    TcpState.CLOSED),
            TcpState.ESTABLISHED, EnumSet.of(TcpState.FIN_WAIT_1, TcpState.CLOSE_WAIT, TcpState.CLOSED),
            TcpState.FIN_WAIT_1, EnumSet.of(TcpState.FIN_WAIT_2, TcpState.CLOSING, TcpState.TIME_WAIT,
                    TcpState.CLOSED),
            TcpState.FIN_WAIT_2, EnumSet.of(TcpState.TIME_WAIT, TcpState.CLOSED),
            TcpState.CLOSE_WAIT, EnumSet.of(TcpState.LAST_ACK, TcpState.CLOSED),
            TcpState.CLOSING, EnumSet.of(TcpState.TIME_WAIT, TcpState.CLOSED),
            TcpState.LAST_ACK, EnumSet.of(TcpState.CLOSED),
            TcpState.TIME_WAIT, EnumSet.of(TcpState.CLOSED),
            TcpState.CLOSED, EnumSet.noneOf(TcpState.class));

    @ParameterizedTest
    @EnumSource(TcpState.class)
    void shouldMoveAsTheDiagramSays(TcpState state) { // RFC 9293 §3.3.2
        for (TcpState next : TcpState.values()) {
            assertThat(state.canBecome(next)).as("to %s", next).isEqualTo(SUCCESSORS.get(state).contains(next));
        }
        assertThat(state.label()).isEqualTo(switch (state) {
            case SYN_SENT -> "SYN-SENT";
            case SYN_RECEIVED -> "SYN-RECV";
            case ESTABLISHED -> "ESTAB";
            case FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT, CLOSING, LAST_ACK, TIME_WAIT -> state.name().replace('_', '-');
            case CLOSED -> "UNCONN";
        });
    }

    @Test
    void shouldNotMoveOtherwise() {
        Tcb t = Conversation.timeWait().connection.tcb();

        assertThatThrownBy(() -> t.become(TcpState.ESTABLISHED)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("TIME_WAIT cannot become ESTABLISHED");
    }

    @ParameterizedTest
    @EnumSource(TcpState.class)
    void shouldSayWhatItIs(TcpState state) {
        Conversation c = REACHED.get(state).get();
        TcpConnection connection = c.connection;

        assertThat(connection.state()).isEqualTo(state);
        assertThat(connection.info(c.now).state()).isEqualTo(state);
        assertThat(connection.tuple()).isEqualTo(Conversation.TUPLE);
        assertThat(connection.config()).isEqualTo(c.config);
        assertThat(connection.isOpen()).isEqualTo(state != TcpState.SYN_SENT && state != TcpState.SYN_RECEIVED);
        boolean weMaySend = EnumSet.of(TcpState.SYN_SENT, TcpState.SYN_RECEIVED, TcpState.ESTABLISHED,
                TcpState.CLOSE_WAIT).contains(state);
        assertThat(connection.isOutputClosed()).isEqualTo(!weMaySend);
        assertThat(connection.sendSpace() > 0).isEqualTo(weMaySend);
        assertThat(connection.isWritable()).isEqualTo(weMaySend);
        assertThat(state.canSend()).isEqualTo(weMaySend);
        assertThat(connection.isPeerClosed()).isEqualTo(EnumSet.of(TcpState.CLOSE_WAIT, TcpState.CLOSING,
                TcpState.LAST_ACK, TcpState.TIME_WAIT).contains(state));
        assertThat(connection.end() != null).isEqualTo(EnumSet.of(TcpState.TIME_WAIT, TcpState.CLOSED).contains(state));
    }

    @Test
    void shouldSayWhenSomethingWasLastSentAndHeard() {
        Conversation c = Conversation.established();
        c.now += 100 * MILLIS;
        c.send(10);
        c.now += 20 * MILLIS;
        c.inject(". 1:1(0) ack 11");
        c.now += 3 * MILLIS;
        c.inject("P. 1:4(3) ack 11");
        c.now += MILLIS;

        TcpInfo info = c.connection.info(c.now);

        assertThat(info.lastSend()).isEqualTo(24 * MILLIS);
        assertThat(info.lastReceive()).isEqualTo(MILLIS);
        assertThat(info.lastAck()).isEqualTo(MILLIS);
        assertThat(c.connection.bytesReceived()).isEqualTo(3).isEqualTo(info.bytesReceived());
        assertThat(info.bytesAcked()).isEqualTo(10);
        assertThat(info.segmentsIn()).isEqualTo(3);
    }

    @Test
    void shouldForgetAnOpenThatIsClosed() { // RFC 9293 §3.10.4
        Conversation c = Conversation.synSent(Conversation.plain());

        c.connection.close(c.now);
        c.flush().expectNothing().expectEvent(TcpEvent.ABORTED);

        assertThat(c.connection.state()).isEqualTo(TcpState.CLOSED);
        assertThat(c.count(Counter.TCP_ATTEMPT_FAILS)).isEqualTo(1);
        assertThat(c.memory.used()).isZero();
    }

    @Test
    void shouldCountOpensThatFailAndThoseThatWereMade() { // RFC 9293 §3.10.7.3
        Conversation refused = Conversation.synSent(Conversation.plain());
        assertThat(refused.count(Counter.TCP_ACTIVE_OPENS)).isEqualTo(1);

        refused.inject("R. 0:0(0) ack 1").expectEvent(TcpEvent.REFUSED);

        assertThat(refused.count(Counter.TCP_ATTEMPT_FAILS)).isEqualTo(1);
        Conversation crossed = Conversation.synSent(Conversation.plain()).inject("S 0:0(0)").forgetSent();
        crossed.inject("R 1:1(0)").expectEvent(TcpEvent.REFUSED);
        assertThat(crossed.count(Counter.TCP_ATTEMPT_FAILS)).isEqualTo(1);
    }

    @Test
    void shouldTakeTextAndFinThatCameWithTheSynAck() { // RFC 9293 MUST-5
        Conversation c = Conversation.synSent(Conversation.plain());

        c.inject("SF. 0:3(3) ack 1 win 60000 <mss 1000>");

        c.expect(". 1:1(0) ack 5");
        assertThat(c.receive()).hasSize(3).endsWith("ab");
        assertThat(c.connection.state()).isEqualTo(TcpState.CLOSE_WAIT);
    }
}
