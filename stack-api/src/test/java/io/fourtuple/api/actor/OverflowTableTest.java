package io.fourtuple.api.actor;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.api.StackConfig;
import io.fourtuple.api.StackConfig.Limits.PerSource;
import io.fourtuple.api.StackConfig.Listen.Profile;
import io.fourtuple.api.StackConfig.Listen.SynCookies;
import io.fourtuple.api.observe.SocketRow;
import io.fourtuple.api.protocol.Accepted;
import io.fourtuple.core.Counter;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.core.wire.TcpSegment;
import io.fourtuple.nic.Nic;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What becomes of SYNs and final ACKs when a queue is full: one test for each cell of the table in
 * {@code docs/bounds.md}, with segments by hand, so that every counter can be told exactly.
 */
class OverflowTableTest {
    /** One counter for each cause. */
    private static final Set<Counter> CAUSES = EnumSet.of(
            Counter.TCP_EXT_REQ_Q_FULL_DROP,
            Counter.TCP_EXT_REQ_Q_FULL_DO_COOKIES,
            Counter.TCP_EXT_SYNCOOKIES_SENT,
            Counter.TCP_EXT_SYNCOOKIES_RECV,
            Counter.TCP_EXT_SYNCOOKIES_FAILED,
            Counter.TCP_EXT_LISTEN_OVERFLOWS,
            Counter.TCP_EXT_LISTEN_DROPS,
            Counter.TCP_EXT_CONNECTION_LIMIT,
            Counter.TCP_EXT_SOURCE_SYN_LIMIT,
            Counter.TCP_EXT_SOURCE_ESTAB_LIMIT,
            Counter.TCP_EXT_SYN_RECV_TIMEOUTS);

    private RawLab lab;

    /** How many event loops each stack has. */
    int shards() {
        return 1;
    }

    /** What is put around the NICs. */
    Nic around(Nic nic) {
        return nic;
    }

    private RawLab lab(int backlog, UnaryOperator<StackConfig> change) {
        return new RawLab(backlog, config -> change.apply(config).withShards(shards()), this::around);
    }

    @AfterEach
    void stop() {
        lab.close();
    }

    private static UnaryOperator<StackConfig> rules(Profile profile, SynCookies cookies) {
        return config -> config.withListen(new StackConfig.Listen(profile, cookies, 4096, 1.5, 7));
    }

    private static UnaryOperator<StackConfig> perSource(PerSource limits) {
        return config -> config.withLimits(config.limits().withPerSource(limits));
    }

    private void open(int backlog, Profile profile, SynCookies cookies) {
        lab = lab(backlog, rules(profile, cookies));
    }

    /**
     * Everything that was sent before this has been seen to: each frame has come in, at whichever shard, and whatever
     * that one has told another was there before the other is asked once more.
     */
    private void settle() {
        lab.eventually(() -> assertThat(lab.count(Counter.LINK_IN_FRAMES)).isEqualTo(lab.peer.sent()));
        TwoStacks.snapshot(lab.server);
    }

    private void expectCauses(Map<Counter, Integer> expected) {
        Map<Counter, Integer> found = new EnumMap<>(Counter.class);
        for (Counter cause : CAUSES) {
            int value = (int) lab.count(cause);
            if (value != 0) {
                found.put(cause, value);
            }
        }
        assertThat(found).isEqualTo(expected);
    }

    private void expectQueues(int accepting, int halfOpen) {
        lab.eventually(() -> {
            assertThat(lab.listener().receiveQueue()).isEqualTo(accepting);
            assertThat(lab.listener().synQueue()).isEqualTo(halfOpen);
        });
        assertThat(lab.sockets("ESTAB")).isEqualTo(accepting);
        assertThat(lab.sockets(SocketRow.SYN_RECV)).isEqualTo(halfOpen);
    }

    /** Fills the SYN queue of seven with half-open connections from ports 1 to 7. */
    private void fillSynQueue() {
        for (int port = 1; port <= 7; port++) {
            lab.peer.syn(port);
            lab.peer.expectSynAck(port);
        }
        expectQueues(0, 7);
    }

    /** Fills the accept queue of five, or six with the profile of Linux, from ports 101 on. */
    private void fillAcceptQueue(int connections) {
        for (int port = 101; port < 101 + connections; port++) {
            lab.establish(port);
        }
        expectQueues(connections, 0);
    }

    private void expectRefusedFinalAck(int port) {
        assertThat(lab.peer.expect(port).flags()).isEqualTo(TcpFlags.RST);
    }

    // ---- bounds ----

    @ParameterizedTest
    @EnumSource(value = Profile.class, names = {"SEED", "RST"})
    void shouldBoundTheSynQueueByTheRatioAndTheAcceptQueueByTheBacklog(Profile profile) {
        open(5, profile, SynCookies.OFF);

        assertThat(lab.listener().synQueueBound()).isEqualTo(7);
        assertThat(lab.listener().sendQueue()).isEqualTo(5);
        fillSynQueue();
        for (int port = 1; port <= 5; port++) {
            lab.peer.ack(port);
        }
        expectQueues(5, 2);
    }

    @Test
    void shouldBoundTheSynQueueByItsOwnKeyAndTheAcceptQueueByOneMoreThanTheBacklogLikeLinux() {
        open(5, Profile.LINUX, SynCookies.OFF);

        assertThat(lab.listener().synQueueBound()).isEqualTo(7);
        assertThat(lab.listener().sendQueue()).isEqualTo(5);
        fillAcceptQueue(6);
        expectCauses(Map.of());
    }

    // ---- a SYN finds the SYN queue full ----

    @ParameterizedTest
    @EnumSource(Profile.class)
    void shouldDropASynForWhichThereIsNoRoomWithoutCookies(Profile profile) {
        open(5, profile, SynCookies.OFF);
        fillSynQueue();

        lab.peer.syn(8);
        lab.peer.syn(9);
        settle();

        expectQueues(0, 7);
        assertThat(lab.peer.poll(8)).isNull();
        expectCauses(Map.of(Counter.TCP_EXT_REQ_Q_FULL_DROP, 2));
    }

    @ParameterizedTest
    @EnumSource(Profile.class)
    void shouldAnswerASynForWhichThereIsNoRoomWithACookie(Profile profile) {
        open(5, profile, SynCookies.ON_OVERFLOW);
        fillSynQueue();

        lab.peer.syn(8);
        lab.peer.expectSynAck(8);
        expectQueues(0, 7);
        lab.peer.data(8, "cookie");

        lab.demand(1);
        Accepted accepted = lab.accepted.receiveMessage(TwoStacks.PATIENCE);
        assertThat(accepted.remote().getPort()).isEqualTo(8);
        expectCauses(Map.of(
                Counter.TCP_EXT_REQ_Q_FULL_DO_COOKIES, 1,
                Counter.TCP_EXT_SYNCOOKIES_SENT, 1,
                Counter.TCP_EXT_SYNCOOKIES_RECV, 1));
    }

    @Test
    void shouldTakeTheCookieOfASynThatCameAgainAndFoundRoom() {
        open(5, Profile.SEED, SynCookies.ON_OVERFLOW);
        fillSynQueue();
        lab.peer.syn(8);
        TcpSegment cookie = lab.peer.expectSynAck(8);
        lab.peer.ack(1);
        expectQueues(1, 6);

        lab.peer.syn(8);
        assertThat(lab.peer.expectSynAck(8).seq()).isNotEqualTo(cookie.seq());
        expectQueues(1, 7);
        lab.peer.ack(8, cookie);

        expectQueues(2, 6);
        lab.peer.data(8, "cookie");
        lab.demand(2);
        lab.accepted.receiveMessage(TwoStacks.PATIENCE);
        assertThat(lab.accepted.receiveMessage(TwoStacks.PATIENCE).remote().getPort()).isEqualTo(8);
    }

    @ParameterizedTest
    @EnumSource(Profile.class)
    void shouldAnswerEverySynWithACookieWhenToldSo(Profile profile) {
        open(5, profile, SynCookies.ALWAYS);

        for (int port = 1; port <= 20; port++) {
            lab.peer.syn(port);
            lab.peer.expectSynAck(port);
        }
        expectQueues(0, 0);
        lab.peer.ack(3);
        expectQueues(1, 0);

        expectCauses(Map.of(Counter.TCP_EXT_SYNCOOKIES_SENT, 20, Counter.TCP_EXT_SYNCOOKIES_RECV, 1));
    }

    // ---- a SYN finds the accept queue full ----

    @ParameterizedTest
    @EnumSource(value = Profile.class, names = {"SEED", "RST"})
    void shouldLetASynInWhileTheAcceptQueueIsFull(Profile profile) {
        open(5, profile, SynCookies.ON_OVERFLOW);
        fillAcceptQueue(5);

        lab.peer.syn(1);
        lab.peer.expectSynAck(1);

        expectQueues(5, 1);
        expectCauses(Map.of());
    }

    @ParameterizedTest
    @EnumSource(SynCookies.class)
    void shouldDropASynWhileTheAcceptQueueIsFullLikeLinuxWhateverTheCookiesSay(SynCookies cookies) {
        open(5, Profile.LINUX, cookies);
        for (int port = 101; port <= 106; port++) {
            lab.establish(port);
        }
        expectQueues(6, 0);

        lab.peer.syn(1);
        settle();

        assertThat(lab.peer.poll(1)).isNull();
        assertThat(lab.count(Counter.TCP_EXT_LISTEN_OVERFLOWS)).isEqualTo(1);
        assertThat(lab.count(Counter.TCP_EXT_LISTEN_DROPS)).isEqualTo(1);
        assertThat(lab.count(Counter.TCP_EXT_REQ_Q_FULL_DROP)).isZero();
        expectQueues(6, 0);
    }

    // ---- a final ACK finds the accept queue full ----

    @ParameterizedTest
    @EnumSource(value = Profile.class, names = {"SEED", "LINUX"})
    void shouldIgnoreAFinalAckForWhichThereIsNoRoomAndTakeItLater(Profile profile) {
        open(5, profile, SynCookies.OFF);
        lab.peer.syn(1);
        lab.peer.expectSynAck(1);
        int room = profile == Profile.LINUX ? 6 : 5;
        for (int port = 101; port < 101 + room; port++) {
            lab.establish(port);
        }
        expectQueues(room, 1);

        lab.peer.ack(1);
        settle();
        expectQueues(room, 1);
        assertThat(lab.peer.poll(1)).isNull();
        expectCauses(Map.of(Counter.TCP_EXT_LISTEN_OVERFLOWS, 1, Counter.TCP_EXT_LISTEN_DROPS, 1));

        lab.demand(1);
        lab.accepted.receiveMessage(TwoStacks.PATIENCE);
        lab.peer.ack(1);
        expectQueuesAfterOneWasAccepted(room);
    }

    private void expectQueuesAfterOneWasAccepted(int room) {
        lab.eventually(() -> {
            assertThat(lab.listener().receiveQueue()).isEqualTo(room);
            assertThat(lab.listener().synQueue()).isZero();
        });
    }

    @Test
    void shouldResetAFinalAckForWhichThereIsNoRoomWhenTheProfileSaysSo() {
        open(5, Profile.RST, SynCookies.OFF);
        lab.peer.syn(1);
        lab.peer.expectSynAck(1);
        for (int port = 101; port <= 105; port++) {
            lab.establish(port);
        }
        expectQueues(5, 1);

        lab.peer.ack(1);

        expectRefusedFinalAck(1);
        expectQueues(5, 0);
        expectCauses(Map.of(Counter.TCP_EXT_LISTEN_OVERFLOWS, 1, Counter.TCP_EXT_LISTEN_DROPS, 1));
    }

    @ParameterizedTest
    @EnumSource(Profile.class)
    void shouldTreatTheFinalAckOfACookieAsAnyOther(Profile profile) {
        open(5, profile, SynCookies.ALWAYS);
        lab.peer.syn(1);
        lab.peer.expectSynAck(1);
        int room = profile == Profile.LINUX ? 6 : 5;
        for (int port = 101; port < 101 + room; port++) {
            lab.establish(port);
        }
        expectQueues(room, 0);

        lab.peer.ack(1);

        if (profile == Profile.RST) {
            expectRefusedFinalAck(1);
        } else {
            settle();
            assertThat(lab.peer.poll(1)).isNull();
        }
        expectCauses(Map.of(
                Counter.TCP_EXT_SYNCOOKIES_SENT, room + 1,
                Counter.TCP_EXT_SYNCOOKIES_RECV, room + 1,
                Counter.TCP_EXT_LISTEN_OVERFLOWS, 1,
                Counter.TCP_EXT_LISTEN_DROPS, 1));
    }

    // ---- cookies and strangers ----

    @Test
    void shouldNotLookForACookieWhereNoneWasSent() {
        open(5, Profile.SEED, SynCookies.ON_OVERFLOW);

        lab.peer.ack(1);

        lab.peer.expect(1, TcpFlags.RST);
        expectCauses(Map.of());
    }

    @Test
    void shouldResetAnAckWithoutACookieWhileCookiesAreInUse() {
        open(5, Profile.SEED, SynCookies.ON_OVERFLOW);
        fillSynQueue();
        lab.peer.syn(8);
        lab.peer.expectSynAck(8);

        lab.peer.ack(9);

        lab.peer.expect(9, TcpFlags.RST);
        assertThat(lab.count(Counter.TCP_EXT_SYNCOOKIES_FAILED)).isEqualTo(1);
        assertThat(lab.sockets("ESTAB")).isZero();
    }

    @Test
    void shouldNotResetWhatFollowsAFinalAckThatWasIgnored() {
        open(5, Profile.SEED, SynCookies.ALWAYS);
        lab.peer.syn(1);
        lab.peer.expectSynAck(1);
        for (int port = 101; port <= 105; port++) {
            lab.establish(port);
        }
        expectQueues(5, 0);
        lab.peer.data(1, "hello");
        lab.peer.send(1, TcpFlags.ACK | TcpFlags.FIN, 6, "");
        settle();
        assertThat(lab.peer.poll(1)).isNull();

        lab.demand(1);
        lab.accepted.receiveMessage(TwoStacks.PATIENCE);
        lab.peer.data(1, "hello");
        lab.peer.expect(1, TcpFlags.ACK);

        lab.demand(5);
        for (int i = 0; i < 5; i++) {
            lab.accepted.receiveMessage(TwoStacks.PATIENCE);
        }
        lab.peer.ack(9);
        lab.peer.expect(9, TcpFlags.RST);
    }

    // ---- time ----

    @Test
    void shouldSendTheSynAckAgainSoOftenAndThenForgetTheRecord() {
        lab = lab(5, config -> config.withTcp(config.tcp().withRetransmission(
                new io.fourtuple.core.tcp.TcpConfig.Retransmission(
                        20_000_000, 20_000_000, 40_000_000, 60_000_000_000L, 3, 60_000_000_000L, 0))));
        lab.peer.syn(1);

        TcpSegment first = lab.peer.expectSynAck(1);
        for (int i = 0; i < 3; i++) {
            assertThat(lab.peer.expectSynAck(1).seq()).isEqualTo(first.seq());
        }

        lab.eventually(() -> assertThat(lab.count(Counter.TCP_EXT_SYN_RECV_TIMEOUTS)).isEqualTo(1));
        expectQueues(0, 0);
        assertThat(lab.peer.poll(1)).isNull();
        assertThat(lab.count(Counter.TCP_EXT_SYN_RETRANS)).isEqualTo(3);
    }

    // ---- one source ----

    @Test
    void shouldDropSynsOfASourceThatHasEnoughHalfOpen() {
        lab = lab(5, perSource(new PerSource(2, 0, 64)));
        for (int port = 1; port <= 2; port++) {
            lab.peer.syn(port);
            lab.peer.expectSynAck(port);
        }

        lab.peer.syn(3);
        settle();
        expectQueues(0, 2);
        expectCauses(Map.of(Counter.TCP_EXT_SOURCE_SYN_LIMIT, 1));

        lab.peer.reset(1);
        expectQueues(0, 1);
        lab.peer.syn(3);
        lab.peer.expectSynAck(3);
    }

    @Test
    void shouldResetFinalAcksOfASourceThatHasEnoughConnections() {
        lab = lab(5, perSource(new PerSource(0, 2, 64)));
        lab.establish(1);
        lab.establish(2);
        expectQueues(2, 0);

        lab.establish(3);
        expectRefusedFinalAck(3);
        expectQueues(2, 0);
        expectCauses(Map.of(Counter.TCP_EXT_SOURCE_ESTAB_LIMIT, 1));

        lab.peer.reset(1);
        lab.eventually(() -> assertThat(lab.sockets("ESTAB")).isEqualTo(1));
        lab.establish(4);
        lab.eventually(() -> assertThat(lab.sockets("ESTAB")).isEqualTo(2));
    }
}
