package io.fourtuple.core.tcp;

import static io.fourtuple.core.tcp.Conversation.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.Counter;
import io.fourtuple.core.wire.Ecn;
import io.fourtuple.core.wire.Seq;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.core.wire.TcpOptions;
import io.fourtuple.core.wire.TcpSegment;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Peers and paths that do what they rarely do: duplicates that are none, arrays that are too large, small MTUs. */
class GoneWrongTest {
    @Test
    void shouldEndByTheUserTimeoutWhatKeepAliveFindsGone() { // RFC 5482 §3.1
        TcpConfig.Retransmission r = Conversation.plain().retransmission();
        Conversation c = Conversation.established(Conversation.plain()
                .withKeepAlive(new TcpConfig.KeepAlive(true, 100 * SECONDS, 10 * SECONDS, 2))
                .withRetransmission(new TcpConfig.Retransmission(r.initialTimeout(), r.minTimeout(), r.maxTimeout(),
                        r.synGiveUp(), r.synackRetries(), r.giveUp(), 145 * SECONDS)));

        c.advance(149 * SECONDS);
        assertThat(c.connection.state()).isEqualTo(TcpState.ESTABLISHED);
        assertThat(c.count(Counter.TCP_EXT_KEEP_ALIVE)).isEqualTo(5); // the number of probes does not count
        c.advance(SECONDS);

        c.expectEvent(TcpEvent.TIMED_OUT).skipToLast().expect("R. 1:1(0) ack 1");
    }

    @Test
    void shouldCountOnlyWhatIsADuplicateAcknowledgment() { // RFC 5681 §2
        for (String no : List.of(
                ". 1:1(0) ack 1 win 59999", "P. 1:2(1) ack 1 win 60000", "F. 1:1(0) ack 1 win 60000")) {
            Conversation c = Conversation.established(Conversation.plain().withRecovery(Conversation.byCounting()));
            c.send(4000).forgetSent();

            c.inject(no).inject(". 1:1(0) ack 1 win 60000").inject(". 1:1(0) ack 1 win 60000");

            assertThat(c.count(Counter.TCP_EXT_RENO_RECOVERY)).as(no).isZero();
        }
    }

    @Test
    void shouldNotCountDuplicatesWhileNothingIsInFlight() { // RFC 5681 §2
        Conversation c = Conversation.established(Conversation.plain().withRecovery(Conversation.byCounting()));
        for (int i = 0; i < 5; i++) {
            c.inject(". 1:1(0) ack 1 win 60000");
        }

        c.send(4000).inject(". 1:1(0) ack 1 win 60000");

        assertThat(c.count(Counter.TCP_EXT_RENO_RECOVERY)).isZero();
        assertThat(c.connection.tcb().dupAcks).isEqualTo(1);
    }

    /** A segment whose payload is a small part of a large array. */
    private static TcpSegment partOf(int arrayLength, int seq, int length, int gsoSize) {
        return new TcpSegment(Seq.add(Conversation.IRS, seq), Seq.add(Conversation.ISS, 1), TcpFlags.ACK, 60_000, 0,
                TcpOptions.NONE, new byte[arrayLength], 10, length, gsoSize, Ecn.NOT_ECT);
    }

    @Test
    void shouldNotPinALargeArrayForAFewOctets() {
        Conversation c = Conversation.established();

        c.connection.handleSegment(partOf(2 * 100 + 256, 1, 100, 0), c.now);
        ReceivedChunk whole = c.connection.receive(1000, c.now);
        c.connection.handleSegment(partOf(2 * 100 + 257, 101, 100, 0), c.now);
        ReceivedChunk copied = c.connection.receive(1000, c.now);

        assertThat(whole.array()).hasSize(456);
        assertThat(whole.offset()).isEqualTo(10);
        assertThat(copied.array()).hasSize(100);
        assertThat(copied.length()).isEqualTo(100);
    }

    @Test
    void shouldLearnHowLongTheSegmentsOfThePeerAre() {
        Conversation c = Conversation.established();
        assertThat(c.connection.info(c.now).receiveMss()).isEqualTo(536);

        c.connection.handleSegment(partOf(600, 1, 500, 0), c.now);
        assertThat(c.connection.info(c.now).receiveMss()).isEqualTo(536);
        c.connection.handleSegment(partOf(700, 501, 600, 0), c.now);
        assertThat(c.connection.info(c.now).receiveMss()).isEqualTo(600);
        c.connection.handleSegment(partOf(2000, 1101, 1400, 700), c.now);
        assertThat(c.connection.info(c.now).receiveMss()).as("of those that a NIC has joined").isEqualTo(700);
        c.connection.handleSegment(partOf(3000, 2501, 2500, 0), c.now);
        assertThat(c.connection.info(c.now).receiveMss()).as("no more than the path takes").isEqualTo(1000);
    }

    @Test
    void shouldBeginWithTheWindowOfItsSegments() { // RFC 6928 §2
        assertThat(Tcb.initialWindow(1000, Conversation.plain())).isEqualTo(10_000);
        assertThat(Tcb.initialWindow(1460, Conversation.plain())).isEqualTo(14_600);
        assertThat(Tcb.initialWindow(1461, Conversation.plain())).isEqualTo(14_600);
        assertThat(Tcb.initialWindow(8960, Conversation.plain())).isEqualTo(17_920);
    }

    @Test
    void shouldKeepToTheSmallerSegmentsOfThePathWithANicThatCutsThem() { // RFC 1191 §3
        Conversation c = new Conversation(Conversation.withTimestamps(), new PathProperties(1460, 14_600))
                .connect().forgetSent();
        c.inject("S. 0:0(0) ack 1 win 60000 <mss 1460,TS 1 0>").forgetSent();
        c.send(5000).forgetSent();

        c.connection.handleIcmp(new IcmpError(IcmpError.Kind.PACKET_TOO_BIG, 1240), Conversation.ISS + 1, c.now);
        c.flush();

        assertThat(c.connection.info(c.now).sendMss()).isEqualTo(1188);
        assertThat(c.connection.tcb().path.mss()).isEqualTo(1200);
        assertThat(c.connection.tcb().path.maxPayload()).isEqualTo(14_400);
        assertThat(c.connection.info(c.now).path().lost()).isEqualTo(5000);
    }

    @Test
    void shouldKeepTheWindowUnderAnotherCongestionControl() {
        Conversation c = Conversation.established();
        for (int i = 0; i < 5; i++) {
            c.send(10_000).inject(". 1:1(0) ack " + (10_000 * (i + 1) + 1));
        }
        long cwnd = c.connection.info(c.now).cwnd();
        long threshold = c.connection.info(c.now).ssthresh();
        assertThat(cwnd).isGreaterThan(10_000);

        c.connection.changeCongestionControl(Cubic::new, c.now);

        assertThat(c.connection.info(c.now).congestionControl()).isEqualTo("cubic");
        assertThat(c.connection.info(c.now).cwnd()).isEqualTo(cwnd);
        assertThat(c.connection.info(c.now).ssthresh()).isEqualTo(threshold);
    }

    @Test
    void shouldLetGoWhatIsCorkedWhenItIsPushed() {
        Conversation c = Conversation.established();
        c.connection.cork(true);
        c.connection.push(); // there is nothing
        c.send(10).expectNothing();

        c.connection.push();

        c.flush().expect("P. 1:11(10) ack 1");
        c.connection.send(ByteBuffer.wrap(new byte[5]), c.now);
        c.flush().expectNothing();
        c.connection.cork(false);
        c.connection.send(ByteBuffer.wrap(new byte[5]), true, c.now);
        c.inject(". 1:1(0) ack 11").forgetSent();
        c.connection.push();
        c.flush();
        assertThat(c.connection.unsent()).isZero();
    }
}
