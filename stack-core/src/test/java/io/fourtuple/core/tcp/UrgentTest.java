package io.fourtuple.core.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.conformance.Attack;
import io.fourtuple.core.conformance.Rfc;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** The urgent mechanism (RFC 9293 §3.8.5, RFC 6093). */
class UrgentTest {
    @Test
    @Rfc(number = 9293, rules = "MUST-32")
    void shouldTellWhenUrgentDataComeAndWhenTheyGoOn() {
        Conversation c = Conversation.established();

        c.inject("U. 1:6(5) ack 1 win 60000 urg 9").expectEvent(TcpEvent.READABLE).expectEvent(TcpEvent.URGENT);
        c.inject("U. 6:7(1) ack 1 win 60000 urg 4").expectNoEvent(); // the same end
        c.inject("U. 7:8(1) ack 1 win 60000 urg 4").expectEvent(TcpEvent.URGENT).expectNoEvent();
        assertThat(c.connection.urgentAhead()).isEqualTo(10);
    }

    @Test
    @Rfc(number = 9293, rules = {"MUST-31", "MUST-32", "MUST-33"})
    void shouldTakeUrgentDataThatAreLongerThanAnyWindow() {
        Conversation c = Conversation.established(); // a buffer of 10,000
        int read = 0;
        for (int seq = 1; seq < 200_001; seq += 1000) {
            int pointer = Math.min(65_535, 200_001 - seq);
            c.inject("U. " + seq + ":" + (seq + 1000) + "(1000) ack 1 win 60000 urg " + pointer);
            assertThat(c.connection.urgentAhead()).isEqualTo(seq + pointer - 1 - read);
            read += c.receive().length();
        }

        assertThat(read).isEqualTo(200_000);
        assertThat(c.connection.urgentAhead()).isZero();
    }

    @Test
    @Rfc(number = 9293, rules = {"MUST-30", "MUST-31", "MUST-62"})
    void shouldSendUrgentDataOfAnyLength() {
        Conversation c = Conversation.established();
        c.connection.send(ByteBuffer.wrap(Conversation.pattern(100_000)), c.now);
        c.connection.markUrgent();
        c.flush().expect("U. 1:1001(1000) ack 1 win 10000 urg 65535").forgetSent();

        for (int ack = 2001; ack < 100_001; ack += 2000) {
            c.inject(". 1:1(0) ack " + ack + " win 60000");
        }

        c.skipToLast().expect("PU. 99001:100001(1000) ack 1 win 10000 urg 1000");
    }

    @Test
    @Rfc(number = 6093, rules = "6")
    @Attack(19)
    void shouldNotBeHarmedByAPointerThatPointsNowhere() {
        Conversation c = Conversation.synSent(Conversation.plain());
        c.inject("S.U 0:0(0) ack 1 win 60000 urg 65535 <mss 1000>").expect(". 1:1(0) ack 1"); // in a SYN
        assertThat(c.connection.urgentAhead()).isZero();
        c.expectEvent(TcpEvent.ESTABLISHED);

        c.inject("U. 1:6(5) ack 1 win 60000 urg 0").expectEvent(TcpEvent.READABLE).expectNoEvent();
        assertThat(c.connection.urgentAhead()).isZero();
        assertThat(c.receive()).isEqualTo("abcde");

        c.inject("U. 6:6(0) ack 1 win 60000 urg 65535"); // no data, and beyond all that will come
        c.inject("FU. 6:7(1) ack 1 win 60000 urg 1");
        assertThat(c.receive()).isEqualTo("f");
        assertThat(c.connection.urgentAhead()).isEqualTo(65_534 - 1); // what will never come, behind data and FIN
        assertThat(c.connection.state()).isEqualTo(TcpState.CLOSE_WAIT);
    }

    @Test
    @Attack({19, 30})
    void shouldComputeThePointerAcrossTheWrapOfSequenceNumbers() {
        Conversation c = Conversation.established(); // 0xfffffffe is octet 1

        c.inject("U. 1:2(1) ack 1 win 60000 urg 3").expectEvent(TcpEvent.READABLE).expectEvent(TcpEvent.URGENT);

        assertThat(c.connection.urgentAhead()).isEqualTo(3);
        c.inject(". 2:10(8) ack 1 win 60000");
        assertThat(c.receive()).hasSize(9);
        assertThat(c.connection.urgentAhead()).isZero();
    }
}
