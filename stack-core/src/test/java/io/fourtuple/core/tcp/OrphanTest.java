package io.fourtuple.core.tcp;

import static io.fourtuple.core.tcp.Conversation.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.Counter;
import io.fourtuple.core.Counters;
import io.fourtuple.core.conformance.Attack;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Connections that go on without a user: how many, for how long, and with how much memory. */
class OrphanTest {
    private static final int MAX = 300_000;
    private static final long GIVE_UP = 924 * SECONDS;

    private final Counters counters = new Counters();
    private final MemoryBudget budget = new MemoryBudget(new MemoryBudget.Limits(100_000, 200_000, MAX), 2);
    private final ShardMemory others = new ShardMemory(budget, counters, () -> { });

    /** Closed by its user with 5000 octets to deliver and a peer whose window is shut. */
    private Conversation stalled() {
        Conversation c = withData();
        c.connection.close(c.now);
        c.connection.disown(c.now);
        return c.flush();
    }

    private Conversation withData() {
        Conversation c = new Conversation(Conversation.plain(), budget).establish();
        c.connection.send(ByteBuffer.wrap(Conversation.pattern(5_000)), c.now);
        c.flush();
        c.inject(". 1:1(0) ack 5001 win 0");
        c.connection.send(ByteBuffer.wrap(Conversation.pattern(5_000)), c.now);
        return c.flush();
    }

    /** Each probe is answered, and so that the window is shut still; returns how long that went on. */
    private static long answerProbes(Conversation c, int taken, long atMost) {
        long start = c.now;
        int next = c.connection.sndNxt() - Conversation.ISS;
        while (c.connection.state() != TcpState.CLOSED && c.now - start < atMost) {
            c.timeout();
            c.forgetSent();
            next += taken;
            if (c.connection.state() != TcpState.CLOSED) {
                c.inject(". 1:1(0) ack " + next + " win 0");
            }
        }
        return c.now - start;
    }

    @Test
    @Attack(14)
    void shouldEndWhenThePeerKeepsItsWindowShutAlthoughItAnswers() {
        Conversation c = stalled();

        assertThat(answerProbes(c, 0, 2 * GIVE_UP)).isEqualTo(GIVE_UP);

        assertThat(c.count(Counter.TCP_EXT_ABORT_ON_TIMEOUT)).isEqualTo(1);
        assertThat(c.count(Counter.TCP_OUT_RSTS)).isEqualTo(1);
        assertThat(c.count(Counter.SOCKSTAT_TCP_ORPHAN)).isZero();
    }

    @Test
    void shouldEndWhenThePeerTakesNothingButProbes() {
        assertThat(answerProbes(stalled(), 1, 2 * GIVE_UP)).isEqualTo(GIVE_UP);
    }

    @Test
    void shouldLiveOnWhileItHasAUser() { // RFC 9293 MUST-37
        Conversation c = withData();

        answerProbes(c, 0, 3 * GIVE_UP);

        assertThat(c.connection.state()).isEqualTo(TcpState.ESTABLISHED);
    }

    @Test
    void shouldCountTheTimeFromWhenTheUserLeft() {
        Conversation c = withData();
        answerProbes(c, 0, 3 * GIVE_UP);

        c.connection.close(c.now);
        c.connection.disown(c.now);

        assertThat(answerProbes(c, 0, 2 * GIVE_UP)).isEqualTo(GIVE_UP);
    }

    @Test
    void shouldDeliverWhatIsLeftWhenTheWindowOpens() {
        Conversation c = stalled();
        answerProbes(c, 0, 60 * SECONDS);

        c.inject(". 1:1(0) ack 5001 win 60000").inject(". 1:1(0) ack 10002 win 60000");

        assertThat(c.connection.state()).isEqualTo(TcpState.FIN_WAIT_2);
        assertThat(c.count(Counter.SOCKSTAT_TCP_ORPHAN)).isZero();
    }

    @Test
    void shouldEndSoonerUnderPressure() {
        Conversation c = stalled();
        others.charge(250_000);

        assertThat(answerProbes(c, 0, 2 * GIVE_UP)).isEqualTo(100 * SECONDS);
    }

    @Test
    void shouldEndAtTheNextTimeoutWithoutMemory() {
        TcpConfig small = Conversation.plain().withSendBuffer(new TcpConfig.BufferLimits(2_000, 100_000, 100_000));
        Conversation c = new Conversation(small, budget).establish();
        c.connection.send(ByteBuffer.wrap(Conversation.pattern(50_000)), c.now);
        c.connection.close(c.now);
        c.connection.disown(c.now);
        c.flush();
        assertThat(c.connection.state()).isEqualTo(TcpState.FIN_WAIT_1);

        others.charge(MAX);
        c.timeout();

        assertThat(c.connection.state()).isEqualTo(TcpState.CLOSED);
        assertThat(c.count(Counter.TCP_EXT_ABORT_ON_MEMORY)).isEqualTo(1);
        assertThat(c.count(Counter.TCP_OUT_RSTS)).isEqualTo(1);
        assertThat(c.memory.used()).isZero();
    }

    @Test
    void shouldResetTheNewestWhenThereAreTooMany() {
        List<Conversation> all = new ArrayList<>(List.of(stalled(), stalled(), stalled()));

        assertThat(all).extracting(c -> c.connection.state())
                .containsExactly(TcpState.FIN_WAIT_1, TcpState.FIN_WAIT_1, TcpState.CLOSED);
        assertThat(all.getLast().count(Counter.TCP_EXT_ABORT_ON_MEMORY)).isEqualTo(1);
        assertThat(budget.orphans()).isEqualTo(2);

        all.getFirst().connection.release();
        all.getFirst().connection.release();
        assertThat(budget.orphans()).isEqualTo(1);
        assertThat(stalled().connection.state()).isEqualTo(TcpState.FIN_WAIT_1);
    }

    @Test
    void shouldCountNoneThatHasNothingToDeliver() {
        Conversation c = Conversation.finWait2();

        c.connection.close(c.now);
        c.connection.disown(c.now);

        assertThat(c.count(Counter.SOCKSTAT_TCP_ORPHAN)).isZero();
        assertThat(c.timeout()).isEqualTo(60 * SECONDS);
    }
}
