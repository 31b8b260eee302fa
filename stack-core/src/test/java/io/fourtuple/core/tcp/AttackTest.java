package io.fourtuple.core.tcp;

import static io.fourtuple.core.tcp.Conversation.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.Counter;
import io.fourtuple.core.conformance.Attack;
import io.fourtuple.core.conformance.Rfc;
import io.fourtuple.core.wire.OutboundSegment;
import io.fourtuple.core.wire.Seq;
import io.fourtuple.core.wire.TcpSegment;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a hostile peer, or a stranger off the path, may try with an established connection. */
class AttackTest {
    private static final long DAYS = 24 * 3600 * SECONDS;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    @Attack({1, 2})
    void shouldDeliverWhateverIsSackedWithTheSmallestSegments(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Conversation c = Conversation.synSent(Conversation.withSack());
        c.inject("S. 0:0(0) ack 1 win 60000 <mss 1,sackOK>").expect(". 1:1(0) ack 1");
        assertThat(c.connection.info(c.now).sendMss()).isEqualTo(48);
        c.send(50_000);

        for (int step = 0; step < 3000; step++) {
            int una = Seq.distance(Conversation.ISS, c.connection.tcb().sndUna);
            int flight = c.connection.tcb().octetsInFlight();
            if (flight == 0) {
                break;
            }
            int ack = una + (random.nextInt(4) == 0 ? random.nextInt(Math.min(flight, 500) + 1) : 0);
            StringBuilder sack = new StringBuilder();
            for (int i = 0; i < 4; i++) { // single octets, parts of segments, and several of them
                int start = ack + 1 + random.nextInt(Math.max(1, flight));
                int end = start + 1 + random.nextInt(random.nextBoolean() ? 2 : 200);
                sack.append(i == 0 ? "" : " ").append(start).append(':').append(end);
            }
            c.inject(". 1:1(0) ack " + ack + " win 60000 <sack " + sack + ">").forgetSent();
            if (random.nextInt(20) == 0) {
                c.timeout();
                c.forgetSent();
            }
        }
        for (int i = 0; i < 5000 && c.connection.sendQueue() > 0; i++) { // an honest peer again
            int all = Seq.distance(Conversation.ISS, c.connection.sndNxt());
            c.inject(". 1:1(0) ack " + all + " win 60000").forgetSent();
        }

        assertThat(c.connection.sendQueue()).isZero();
        assertThat(c.connection.tcb().scoreboard.sacked()).isZero();
        assertThat(c.connection.info(c.now).bytesAcked()).isEqualTo(50_000);
    }

    @Test
    @Rfc(number = 5681, rules = "3.1")
    @Attack(16)
    void shouldGrowTheWindowByOctetsHoweverManyAcknowledgmentsTellOfThem() {
        Conversation c = Conversation.established();
        c.sendSegments(20);
        long before = c.connection.info(c.now).cwnd();

        for (int ack = 2; ack <= 1001; ack++) {
            c.inject(". 1:1(0) ack " + ack + " win 60000");
        }

        assertThat(c.connection.info(c.now).cwnd()).isEqualTo(before + 1000);
    }

    @Test
    @Attack(16)
    void shouldCreditNothingThatWasNotSent() {
        Conversation c = Conversation.established();
        c.sendSegments(20);
        long before = c.connection.info(c.now).cwnd();

        c.inject(". 1:1(0) ack 15001 win 60000").expect(". 10001:10001(0) ack 1").expectNothing();

        assertThat(c.connection.info(c.now).cwnd()).isEqualTo(before);
        assertThat(c.connection.info(c.now).unacknowledged()).isEqualTo(10_000);
    }

    @Test
    @Attack(16)
    void shouldNotTakeMoreDuplicatesForArrivalsThanThereAreSegmentsOutstanding() {
        Conversation c = Conversation.established();
        long before = c.connection.info(c.now).cwnd();
        c.send(100_000).forgetSent();

        for (int i = 0; i < 1000; i++) {
            long sent = c.connection.info(c.now).bytesSent();
            c.inject(". 1:1(0) ack 1 win 60000");
            assertThat(c.connection.tcb().pipe()).isGreaterThanOrEqualTo(1000);
            assertThat(c.connection.info(c.now).bytesSent() - sent).isLessThanOrEqualTo(1000);
        }

        assertThat(c.connection.info(c.now).bytesSent()).isLessThanOrEqualTo(60_000 + 1000); // the window it has itself
        c.inject(". 1:1(0) ack 60001 win 60000");
        assertThat(c.connection.info(c.now).cwnd()).isLessThan(before);
    }

    @Test
    @Rfc(number = 5961, rules = {"3.2", "4.2", "5.2"})
    @Attack(10)
    void shouldNotBeEndedOrFedByASegmentWhoseNumberIsAGuess() {
        Conversation c = Conversation.established();
        c.send(10).expect("P. 1:11(10) ack 1");

        for (int guess = 2; guess < 10_000; guess += 97) {
            c.inject("R " + guess + ":" + guess + "(0)");
            c.inject("S " + guess + ":" + guess + "(0) win 100 <mss 500>");
            c.inject("P. " + guess + ":" + (guess + 5) + "(5) ack 700000 win 60000");
            c.inject("F " + guess + ":" + guess + "(0)");
        }

        c.expectNoEvent();
        assertThat(c.connection.state()).isEqualTo(TcpState.ESTABLISHED);
        assertThat(c.connection.info(c.now).outOfOrder()).isZero();
        assertThat(c.connection.info(c.now).unacknowledged()).isEqualTo(10);
    }

    @Test
    @Rfc(number = 5961, rules = "7")
    @Attack({9, 27})
    void shouldCountChallengesOfEachConnectionForItself() {
        Conversation attacked = Conversation.established();
        Conversation probed = Conversation.established();
        for (int i = 0; i < 500; i++) {
            attacked.inject("S 5000:5000(0)");
        }

        for (int i = 0; i < 20; i++) { // what a stranger would count: none is missing
            probed.inject("R 2:2(0)");
        }

        assertThat(attacked.count(Counter.TCP_EXT_CHALLENGE_ACK)).isEqualTo(10);
        assertThat(probed.count(Counter.TCP_EXT_CHALLENGE_ACK)).isEqualTo(10);
    }

    @Test
    @Rfc(number = 7323, rules = "5.3")
    @Attack(22)
    void shouldTakeNoTimestampFromASegmentThatIsNotAcceptable() {
        Conversation c = Conversation.established(Conversation.withTimestamps());
        c.inject("P. 70000:70005(5) ack 1 win 60000 <TS 90000000 0>"); // beyond the window
        c.inject("P. 5000:5005(5) ack 1 win 60000 <TS 90000000 0>"); // within it, but ahead of what is acknowledged
        c.inject("R 5000:5000(0) <TS 90000000 0>");
        c.forgetSent();

        c.inject("P. 1:6(5) ack 1 win 60000 <TS 1001 0>");

        assertThat(c.receive()).isEqualTo("abcde");
        assertThat(c.count(Counter.TCP_EXT_PAWS_ESTAB)).isZero();
    }

    @Test
    @Rfc(number = 7323, rules = "5.3")
    @Attack(30)
    void shouldTakeATimestampThatHasWrappedForANewerOne() {
        Conversation c = Conversation.synSent(Conversation.withTimestamps());
        c.inject("S. 0:0(0) ack 1 win 60000 <mss 1000,TS -2 0>").expect(". 1:1(0) ack 1");

        c.inject("P. 1:6(5) ack 1 win 60000 <TS 3 0>");
        c.inject("P. 6:11(5) ack 1 win 60000 <TS -1 0>"); // older, although a larger number

        assertThat(c.receive()).isEqualTo("abcde");
        assertThat(c.count(Counter.TCP_EXT_PAWS_ESTAB)).isEqualTo(1);
    }

    @Test
    @Rfc(number = 7323, rules = "5.5")
    @Attack(30)
    void shouldNotCompareTimestampsOverSoLongASilenceThatTheyMayHaveWrapped() {
        Conversation c = Conversation.established(Conversation.withTimestamps());
        c.now += 23 * DAYS;
        c.inject("P. 1:6(5) ack 1 win 60000 <TS 900 0>");
        assertThat(c.receive()).isEmpty();

        c.now += 2 * DAYS;
        c.inject("P. 1:6(5) ack 1 win 60000 <TS 900 0>");
        assertThat(c.receive()).isEqualTo("abcde");
    }

    @Test
    @Attack(30)
    void shouldGoOnAcrossTheWrapOfItsClockAndOfBothSequenceNumbers() {
        Conversation c = Conversation.established(Conversation.withSackAndTimestamps()); // all end within seconds
        int sent = 1;
        for (int i = 0; i < 20; i++) {
            c.send(10).forgetSent();
            sent += 10;
            c.inject("P. " + (1 + 10 * i) + ":" + (11 + 10 * i) + "(10) ack " + sent + " win 60000 <TS "
                    + (1001 + i) + " 0>");
            c.advance(SECONDS).forgetSent();
        }

        assertThat(c.now).isNegative();
        assertThat(c.receive()).hasSize(200);
        assertThat(c.connection.info(c.now).bytesAcked()).isEqualTo(200);
        assertThat(c.count(Counter.TCP_RETRANS_SEGS)).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"3001:2001", "0:1", "2001:2001", "900000:900010", "1:1001", "2001:90001"})
    @Rfc(number = 2018, rules = "4")
    @Attack(23)
    void shouldIgnoreABlockThatCannotBeTrueAndHeedTheOneBesideIt(String block) {
        Conversation c = Conversation.established(Conversation.withSack());
        c.sendSegments(5);

        c.inject(". 1:1(0) ack 1001 win 60000 <sack " + block + " 3001:4001>");

        assertThat(c.connection.tcb().scoreboard.sacked()).isEqualTo(1000);
    }

    @Test
    @Rfc(number = 9293, rules = "SHLD-2")
    void shouldTakeAResetThatCarriesData() {
        Conversation c = Conversation.established();

        c.inject("R 1:30(29)").expectEvent(TcpEvent.RESET).expectNothing();

        assertThat(c.connection.receivable()).isZero();
    }

    /** A stranger has told each of two ends of the same two addresses something else. */
    @Test
    @Attack(29)
    void shouldFallSilentAlthoughBothEndsContradictEachOther() {
        TcpPair one = new TcpPair().establish();
        TcpPair other = new TcpPair().establish();
        TcpConnection left = one.client.connection;
        TcpConnection right = other.server.connection;
        right.tcb().rcvNxt = Seq.add(right.tcb().rcvNxt, 500_000_000);
        right.tcb().rcvEdge = Seq.add(right.tcb().rcvEdge, 500_000_000);
        right.tcb().rcvUp = right.tcb().rcvNxt;
        Queue<TcpSegment> toRight = new ArrayDeque<>();
        Queue<TcpSegment> toLeft = new ArrayDeque<>();
        left.send(ByteBuffer.wrap(new byte[10]), one.now);
        transmit(left, toRight, one.now);

        int exchanged = 0;
        while (!toRight.isEmpty() || !toLeft.isEmpty()) {
            exchanged++;
            assertThat(exchanged).as("segments at one moment").isLessThan(100);
            answer(right, toRight.poll(), toLeft, other.now);
            answer(left, toLeft.poll(), toRight, one.now);
        }
        assertThat(exchanged).isGreaterThan(1);
    }

    private static void answer(TcpConnection end, TcpSegment segment, Queue<TcpSegment> answers, long now) {
        if (segment == null) {
            return;
        }
        end.handleSegment(segment, now);
        transmit(end, answers, now);
    }

    private static void transmit(TcpConnection end, Queue<TcpSegment> answers, long now) {
        OutboundSegment out = new OutboundSegment();
        while (end.pollTransmit(out, now)) {
            answers.add(TcpPair.toSegment(out));
            assertThat(answers).as("answers that wait").hasSizeLessThan(10_000);
        }
    }
}
