package io.fourtuple.core.tcp;

import static io.fourtuple.core.tcp.Conversation.MILLIS;
import static io.fourtuple.core.tcp.Conversation.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.wire.OutboundSegment;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** Why a segment is sent, as captures show it. */
class ReasonTest {
    @Test
    void shouldCountTheTimesASynIsSentAgain() {
        Conversation c = Conversation.synSent(Conversation.plain());
        c.timeout();
        c.timeout();
        c.inject("S. 0:0(0) ack 1 win 60000 <mss 1000>");

        c.expectReasons("SYN", "SYN retransmit #1", "SYN retransmit #2", "ACK");
    }

    @Test
    void shouldCountTheTimesASynAckIsSentAgain() {
        OutboundSegment reply = new OutboundSegment();
        HalfOpen record = HalfOpen.of(Conversation.TUPLE, Conversation.parse("S 0:0(0) win 60000 <mss 1000>"),
                Conversation.ISS, 0, new PathProperties(1000, 1000), Conversation.plain(), 0);

        record.fillSynAck(reply, 0);
        assertThat(why(reply)).isEqualTo("SYN-ACK");
        record.handleTimeout(reply, record.deadline());
        assertThat(why(reply)).isEqualTo("SYN-ACK retransmit #1");
        record.handleTimeout(reply, record.deadline());
        assertThat(why(reply)).isEqualTo("SYN-ACK retransmit #2");
        record.handleSegment(Conversation.parse("R 5:5(0)"), reply, record.deadline());
        assertThat(why(reply)).isEqualTo("challenge ACK");
        record.fillReset(reply);
        assertThat(why(reply)).isEqualTo("reset");
    }

    private static String why(OutboundSegment segment) {
        return segment.reason.describe(segment.attempt, segment.flags);
    }

    @Test
    void shouldSayThatBothSynsCrossed() {
        Conversation c = Conversation.synSent(Conversation.plain());
        c.inject("S 0:0(0) win 60000 <mss 1000>");
        c.timeout();

        c.expectReasons("SYN", "SYN-ACK", "SYN-ACK retransmit #1");
    }

    @Test
    void shouldTellDataFromTheirEnd() {
        Conversation c = Conversation.established();
        c.expectReasons("SYN", "ACK");
        c.send(1500);
        c.connection.shutdownOutput(c.now);
        c.flush();
        c.expectReasons("data", "data", "FIN");

        Conversation both = Conversation.established(Conversation.plain().withNoDelay(true));
        both.connection.send(ByteBuffer.wrap(Conversation.pattern(10)), both.now);
        both.connection.shutdownOutput(both.now);
        both.flush().expectReasons("SYN", "ACK", "data, FIN");
    }

    @Test
    void shouldNumberTimeoutsInARowAndBeginAgainAfterAnAnswer() {
        Conversation c = Conversation.established();
        c.send(2000).expectReasons("SYN", "ACK", "data", "data");
        c.timeout();
        c.timeout();
        c.expectReasons("RTO #1", "RTO #2");

        c.inject(". 1:1(0) ack 1001 win 60000").expectReasons("RTO #2"); // of the same timeout
        c.timeout();
        c.expectReasons("RTO #1");
    }

    @Test
    void shouldTellAFastRetransmissionFromATimeout() {
        Conversation c = Conversation.established();
        c.send(5000).expectReasons("SYN", "ACK", "data", "data", "data", "data", "data");
        for (int i = 0; i < 3; i++) {
            c.inject(". 1:1(0) ack 1 win 60000");
        }

        c.expectReasons("fast retransmit");
        c.timeout();
        c.expectReasons("RTO #1");
    }

    @Test
    void shouldNumberTheProbesOfOneStall() {
        Conversation c = Conversation.established();
        c.inject(". 1:1(0) ack 1 win 0").send(3000).expectReasons("SYN", "ACK");
        c.timeout();
        c.timeout(); // the same octet again
        c.expectReasons("zero-window probe #1", "zero-window probe #2");
        c.inject(". 1:1(0) ack 2 win 0"); // taken, but still no room
        c.timeout();
        c.expectReasons("zero-window probe #3");

        c.inject(". 1:1(0) ack 3 win 60000").expectReasons("data", "data", "data");
        c.inject(". 1:1(0) ack 3001 win 0").send(10);
        c.timeout();
        c.expectReasons("zero-window probe #1");
    }

    @Test
    void shouldSayThatItIsSmallerForThePath() {
        Conversation c = Conversation.established();
        c.send(2000).expectReasons("SYN", "ACK", "data", "data");

        c.connection.handleIcmp(new IcmpError(IcmpError.Kind.PACKET_TOO_BIG, 840), Conversation.ISS + 1, c.now);

        c.flush().expectReasons("path MTU retransmit", "path MTU retransmit", "path MTU retransmit");
    }

    @Test
    void shouldNumberKeepAlives() {
        Conversation c = Conversation.established(Conversation.plain()
                .withKeepAlive(new TcpConfig.KeepAlive(true, 7200 * SECONDS, 75 * SECONDS, 2)));
        c.advance(7200 * SECONDS + 200 * SECONDS);

        c.expectReasons("SYN", "ACK", "keep-alive #1", "keep-alive #2", "reset");
    }

    @Test
    void shouldSayWhyItAcknowledges() {
        Conversation c = Conversation.established();
        c.inject("P. 1:6(5) ack 1 win 60000").advance(50 * MILLIS);
        c.inject(". 6:1006(1000) ack 1 win 60000").inject(". 1006:2006(1000) ack 1 win 60000");
        c.expectReasons("SYN", "ACK", "delayed ACK", "ACK");

        c.inject("R 100:100(0)").expectReasons(); // not in the window
        c.inject("S 2010:2010(0)").expectReasons("challenge ACK");
    }

    @Test
    void shouldSayThatTheWindowOpens() {
        Conversation c = Conversation.established();
        for (int i = 0; i < 10; i++) {
            c.inject(". " + (1 + 1000 * i) + ":" + (1001 + 1000 * i) + "(1000) ack 1 win 60000");
        }
        c.expectReasons("SYN", "ACK", "ACK", "ACK", "ACK", "ACK", "ACK");

        c.receive();

        c.expectReasons("window update");
    }
}
