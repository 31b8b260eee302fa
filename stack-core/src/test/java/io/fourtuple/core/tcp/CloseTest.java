package io.fourtuple.core.tcp;

import static io.fourtuple.core.tcp.Conversation.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.core.Counter;
import io.fourtuple.core.conformance.Attack;
import io.fourtuple.core.conformance.Rfc;
import io.fourtuple.core.time.Deadline;
import io.fourtuple.core.wire.OutboundSegment;
import io.fourtuple.core.wire.Seq;
import io.fourtuple.core.wire.TcpFlags;
import org.junit.jupiter.api.Test;

/** Closing and resetting: RFC 9293 §3.6, §3.10.4, §3.10.5, RFC 5961. */
class CloseTest {
    @Test
    void shouldCloseFirst() {
        Conversation c = Conversation.timeWait();

        c.expectNothing().expectNoEvent();
        assertThat(c.connection.deadline()).isEqualTo(Deadline.NONE);
        assertThat(c.count(Counter.TCP_CURR_ESTAB)).isZero();
    }

    @Test
    @Rfc(number = 9293, rules = "MUST-13")
    @Attack(15)
    void shouldStayInTimeWaitForTwoSegmentLifetimesAsARecord() {
        Conversation c = Conversation.timeWait();

        TimeWaitRecord record = TimeWaitRecord.of(c.connection, c.now);

        assertThat(record.deadline() - c.now).isEqualTo(2 * 120 * SECONDS); // RFC 9293 §3.4.2: an MSL is two minutes
    }

    @Test
    @Attack(15)
    void shouldNotWaitForEverForTheLastAck() {
        Conversation c = Conversation.lastAck();

        c.advance(1000 * SECONDS);

        assertThat(c.connection.state()).isEqualTo(TcpState.CLOSED);
        c.expectEvent(TcpEvent.TROUBLE).expectEvent(TcpEvent.TIMED_OUT);
    }

    @Test
    @Rfc(number = 9293, rules = {"SHLD-4", "MAY-2"})
    @Rfc(number = 6191, rules = "2")
    void shouldReopenFromTimeWaitForANewerTimestampWhateverTheSequenceNumber() {
        Conversation c = Conversation.established(Conversation.withTimestamps());
        c.connection.shutdownOutput(c.now);
        c.flush();
        c.inject("F. 1:1(0) ack 2 win 60000 <TS 2000 0>");
        assertThat(c.connection.state()).isEqualTo(TcpState.TIME_WAIT);
        TimeWaitRecord record = TimeWaitRecord.of(c.connection, c.now);
        OutboundSegment reply = new OutboundSegment();

        assertThat(record.handleSegment(Conversation.parse("S 0:0(0) <mss 1000,TS 1999 0>"), reply, c.now))
                .isEqualTo(TimeWaitRecord.Verdict.REPLY);
        assertThat(record.handleSegment(Conversation.parse("S 90000:90000(0) <mss 1000,TS 1999 0>"), reply, c.now))
                .isEqualTo(TimeWaitRecord.Verdict.REPLY);
        assertThat(record.handleSegment(Conversation.parse("S 0:0(0) <mss 1000,TS 2001 0>"), reply, c.now))
                .isEqualTo(TimeWaitRecord.Verdict.REOPEN);
    }

    @Test
    @Rfc(number = 9293, rules = "MUST-12")
    void shouldCloseSecond() {
        Conversation c = Conversation.lastAck();

        c.inject(". 2:2(0) ack 2 win 60000");

        c.expectEvent(TcpEvent.CLOSED).expectNothing();
        assertThat(c.connection.state()).isEqualTo(TcpState.CLOSED);
    }

    @Test
    void shouldCloseSimultaneously() {
        Conversation c = Conversation.closing();

        c.inject(". 2:2(0) ack 2 win 60000");

        c.expectEvent(TcpEvent.CLOSED).expectNothing();
        assertThat(c.connection.state()).isEqualTo(TcpState.TIME_WAIT);
    }

    @Test
    @Rfc(number = 9293, rules = "MUST-12")
    void shouldKeepWhatCameBeforeAResetUntilItWasTaken() {
        Conversation c = Conversation.established();
        c.inject("P. 1:6(5) ack 1 win 60000").expectEvent(TcpEvent.READABLE);
        c.inject("P. 11:16(5) ack 1 win 60000"); // after a gap that nothing will fill

        c.inject("R 6:6(0)").expectNoEvent();
        assertThat(c.connection.state()).isEqualTo(TcpState.CLOSED);
        assertThat(c.receive()).isEqualTo("abcde");

        c.expectEvent(TcpEvent.RESET).expectNoEvent();
        assertThat(c.connection.tcb().checkedCharge()).isZero();
    }

    @Test
    void shouldKeepWhatCameBeforeATimeoutUntilItWasTaken() {
        Conversation c = Conversation.established();
        c.inject("P. 1:6(5) ack 1 win 60000").expectEvent(TcpEvent.READABLE);
        c.send(100).advance(1000 * SECONDS).expectEvent(TcpEvent.TROUBLE).expectNoEvent();

        assertThat(c.receive()).isEqualTo("abcde");
        c.expectEvent(TcpEvent.TIMED_OUT);
    }

    @Test
    void shouldForgetWhatNobodyWillTakeAfterAReset() {
        for (boolean abort : new boolean[] {false, true}) {
            Conversation c = Conversation.established();
            c.inject("P. 1:6(5) ack 1 win 60000").expectEvent(TcpEvent.READABLE).inject("R 6:6(0)").expectNoEvent();

            if (abort) {
                c.connection.abort(c.now);
            } else {
                c.connection.close(c.now);
            }

            c.flush().expectEvent(TcpEvent.RESET).expectNoEvent();
            assertThat(c.receive()).isEmpty();
            assertThat(c.connection.tcb().checkedCharge()).isZero();
        }
    }

    @Test
    void shouldGoOnReceivingAfterClosingItsOutput() {
        Conversation c = Conversation.finWait2();

        c.inject("P. 1:6(5) ack 2 win 60000");

        c.expectEvent(TcpEvent.READABLE);
        assertThat(c.receive()).isEqualTo("abcde");
        c.advance(SECONDS).expect(". 2:2(0) ack 6");
    }

    @Test
    void shouldGoOnSendingAfterThePeerClosedItsOutput() {
        Conversation c = Conversation.closeWait();

        c.send(5);

        c.expect("P. 1:6(5) ack 2").expectNothing();
    }

    @Test
    void shouldSendEverythingQueuedBeforeTheFin() {
        Conversation c = Conversation.established();
        c.send(2500);
        c.connection.shutdownOutput(c.now);
        c.flush();

        c.expect(". 1:1001(1000) ack 1").expect(". 1001:2001(1000) ack 1").expect("P. 2001:2501(500) ack 1");
        c.expect("F. 2501:2501(0) ack 1").expectNothing();
        assertThat(c.connection.sendSpace()).isZero();
    }

    @Test
    void shouldRetransmitTheFin() {
        Conversation c = Conversation.finWait1();

        c.timeout();

        c.expect("F. 1:1(0) ack 1").expectNothing();
    }

    @Test
    void shouldTellTheEndOnlyAfterTheDataWereTaken() {
        Conversation c = Conversation.finWait2();
        c.inject("FP. 1:4(3) ack 2 win 60000").expect(". 2:2(0) ack 5");
        c.expectEvent(TcpEvent.READABLE).expectEvent(TcpEvent.PEER_CLOSED).expectNoEvent();
        assertThat(c.connection.state()).isEqualTo(TcpState.TIME_WAIT);

        assertThat(c.receive()).isEqualTo("abc");

        c.expectEvent(TcpEvent.CLOSED);
    }

    @Test
    @Rfc(number = 9293, rules = "SHLD-3")
    @Rfc(number = 2525, rules = "2.17")
    void shouldResetWhenClosedWithUnreadData() { // RFC 2525 §2.17
        Conversation c = Conversation.established();
        c.inject("P. 1:4(3) ack 1 win 60000").expectEvent(TcpEvent.READABLE);

        c.connection.close(c.now);
        c.flush();

        c.expect("R. 1:1(0) ack 4").expectEvent(TcpEvent.ABORTED).expectNothing();
        assertThat(c.count(Counter.TCP_EXT_ABORT_ON_DATA)).isEqualTo(1);
    }

    @Test
    @Rfc(number = 9293, rules = {"SHLD-3", "MAY-1"})
    void shouldResetDataThatArriveAfterClose() { // RFC 9293 MUST-17
        Conversation c = Conversation.established();
        c.connection.close(c.now);
        c.flush().expect("F. 1:1(0) ack 1");

        c.inject("P. 1:4(3) ack 2 win 60000");

        c.expectEvent(TcpEvent.OUTPUT_ACKNOWLEDGED).expectEvent(TcpEvent.ABORTED).expect("R. 2:2(0) ack 1");
    }

    @Test
    @Attack(15)
    void shouldNotStayInFinWait2ForEverAfterClose() {
        Conversation c = Conversation.established();
        c.connection.close(c.now);
        c.flush().expect("F. 1:1(0) ack 1");
        c.inject(". 1:1(0) ack 2 win 60000").expectEvent(TcpEvent.OUTPUT_ACKNOWLEDGED);

        c.advance(60 * SECONDS);

        c.expectEvent(TcpEvent.CLOSED);
        assertThat(c.count(Counter.TCP_EXT_ABORT_ON_LINGER)).isEqualTo(1);
    }

    @Test
    void shouldStayInFinWait2WithoutLimitWhileTheUserStillReads() {
        assertThat(Conversation.finWait2().connection.deadline()).isEqualTo(Deadline.NONE);
    }

    @Test
    void shouldAbortWithReset() {
        Conversation c = Conversation.established();
        c.send(5).expect("P. 1:6(5) ack 1");

        c.connection.abort(c.now);
        c.flush();

        c.expect("R. 6:6(0) ack 1").expectEvent(TcpEvent.ABORTED).expectNothing();
        assertThat(c.connection.deadline()).isEqualTo(Deadline.NONE);
    }

    @Test
    @Rfc(number = 9293, rules = "MUST-12")
    @Rfc(number = 5961, rules = "3.2")
    @Attack(10)
    void shouldBeResetOnlyAtTheExactNumber() { // RFC 5961 §3
        Conversation c = Conversation.established();

        c.inject("R 70000:70000(0)").expectNothing();
        c.inject("R 2:2(0)").expect(". 1:1(0) ack 1").expectNoEvent();
        c.inject("R 1:1(0)").expectEvent(TcpEvent.RESET).expectNothing();

        assertThat(c.count(Counter.TCP_EXT_CHALLENGE_ACK)).isEqualTo(1);
        assertThat(c.count(Counter.TCP_ESTAB_RESETS)).isEqualTo(1);
    }

    @Test
    @Rfc(number = 5961, rules = "4.2")
    @Attack(10)
    void shouldChallengeASynOnAnEstablishedConnection() { // RFC 5961 §4
        Conversation c = Conversation.established();

        c.inject("S 0:0(0)").expect(". 1:1(0) ack 1");
        c.inject("S 5000:5000(0)").expect(". 1:1(0) ack 1").expectNoEvent();
    }

    @Test
    @Rfc(number = 5961, rules = "7")
    @Attack({9, 27})
    void shouldLimitChallenges() { // RFC 5961 §10
        Conversation c = Conversation.established();

        for (int i = 0; i < 50; i++) {
            c.inject("S 5000:5000(0)");
        }

        assertThat(c.count(Counter.TCP_EXT_CHALLENGE_ACK)).isEqualTo(10);
        assertThat(c.count(Counter.TCP_EXT_ACK_SKIPPED_CHALLENGE)).isEqualTo(40);
    }

    @Test
    @Rfc(number = 9293, rules = "MAY-12")
    @Rfc(number = 5961, rules = "5.2")
    @Attack(10)
    void shouldChallengeAnImpossibleAck() { // RFC 5961 §5
        Conversation c = Conversation.established();

        c.inject(". 1:1(0) ack 2 win 60000").expect(". 1:1(0) ack 1");
        c.inject("P. 1:4(3) ack 900 win 60000").expect(". 1:1(0) ack 1");

        assertThat(c.connection.receivable()).isZero();
    }

    @Test
    @Rfc(number = 9293, rules = "MUST-13")
    void shouldAnswerTheFinAgainFromTimeWait() {
        Conversation c = Conversation.timeWait();
        TimeWaitRecord record = TimeWaitRecord.of(c.connection, c.now);
        OutboundSegment reply = new OutboundSegment();
        long later = c.now + 100 * SECONDS;

        assertThat(record.handleSegment(Conversation.parse("F. 1:1(0) ack 2"), reply, later))
                .isEqualTo(TimeWaitRecord.Verdict.REPLY);

        assertThat(reply.flags).isEqualTo(TcpFlags.ACK);
        assertThat(reply.ack).isEqualTo(Seq.add(Conversation.IRS, 2));
        assertThat(record.deadline()).isEqualTo(later + 240 * SECONDS);
    }

    @Test
    @Rfc(number = 9293, rules = "MAY-2")
    void shouldReopenFromTimeWaitOnlyForANewerSyn() { // RFC 6191
        Conversation c = Conversation.timeWait();
        TimeWaitRecord record = TimeWaitRecord.of(c.connection, c.now);
        OutboundSegment reply = new OutboundSegment();

        assertThat(record.handleSegment(Conversation.parse("S 0:0(0)"), reply, c.now))
                .isEqualTo(TimeWaitRecord.Verdict.REPLY);
        assertThat(record.handleSegment(Conversation.parse("S 90000:90000(0)"), reply, c.now))
                .isEqualTo(TimeWaitRecord.Verdict.REOPEN);
        assertThat(record.handleSegment(Conversation.parse(". 2:2(0) ack 2"), reply, c.now))
                .isEqualTo(TimeWaitRecord.Verdict.IGNORE);
        assertThat(record.handleSegment(Conversation.parse("R 2:2(0)"), reply, c.now))
                .isEqualTo(TimeWaitRecord.Verdict.REMOVE);
    }

    @Test
    void shouldDropWhatHasNoAckInTimeWait() { // RFC 9293 §3.10.7.4, fifth
        Conversation c = Conversation.timeWait();
        TimeWaitRecord record = TimeWaitRecord.of(c.connection, c.now);
        OutboundSegment reply = new OutboundSegment();

        assertThat(record.handleSegment(Conversation.parse("F 3:3(0)"), reply, c.now))
                .isEqualTo(TimeWaitRecord.Verdict.IGNORE);
        assertThat(record.handleSegment(Conversation.parse("F 90000:90000(0)"), reply, c.now))
                .isEqualTo(TimeWaitRecord.Verdict.REPLY); // outside the window: first
    }

    @Test
    void shouldNotMakeATimeWaitRecordOfALivingConnection() {
        Conversation c = Conversation.established();

        assertThatThrownBy(() -> TimeWaitRecord.of(c.connection, c.now)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    @Attack(27)
    void shouldAnswerSegmentsWithoutConnection() { // RFC 9293 §3.10.7.1
        OutboundSegment reply = new OutboundSegment();

        assertThat(Reset.answer(Conversation.parse("S 0:0(0)"), reply)).isTrue();
        assertThat(reply.flags).isEqualTo(TcpFlags.RST | TcpFlags.ACK);
        assertThat(reply.ack).isEqualTo(Seq.add(Conversation.IRS, 1));
        assertThat(Reset.answer(Conversation.parse("P. 1:4(3) ack 9"), reply)).isTrue();
        assertThat(reply.flags).isEqualTo(TcpFlags.RST);
        assertThat(reply.seq).isEqualTo(Seq.add(Conversation.ISS, 9));
        assertThat(Reset.answer(Conversation.parse("R 1:1(0)"), reply)).isFalse();
    }

    @Test
    void shouldRefuseAMoveThatTheStateDiagramDoesNotHave() {
        Tcb t = Conversation.established().connection.tcb();

        assertThatThrownBy(() -> t.become(TcpState.TIME_WAIT)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("ESTABLISHED cannot become TIME_WAIT");
    }
}
