package io.fourtuple.core.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SendReasonTest {
    @ParameterizedTest
    @CsvSource({
        "HANDSHAKE, 0, S, SYN",
        "HANDSHAKE, 0, S., SYN-ACK",
        "RTO, 1, S, SYN retransmit #1",
        "RTO, 3, S., SYN-ACK retransmit #3",
        "RTO, 2, P., RTO #2",
        "FAST_RETRANSMIT, 0, ., fast retransmit",
        "RACK, 0, ., RACK retransmit",
        "TAIL_LOSS_PROBE, 0, P., tail loss probe",
        "WINDOW_UPDATE, 0, ., window update",
        "CHALLENGE_ACK, 0, ., challenge ACK",
        "DELAYED_ACK, 0, ., delayed ACK",
        "WINDOW_PROBE, 3, ., zero-window probe #3",
        "KEEP_ALIVE, 1, ., keep-alive #1",
        "DATA, 0, P., data",
        "DATA, 0, F., FIN",
        "DATA, 0, FP., 'data, FIN'",
        "RESET, 0, R, reset",
        "ACK, 0, ., ACK",
        "NEIGHBOR, 2, -, neighbour request #2",
        "NEIGHBOR, 0, -, neighbour answer"
    })
    void shouldSayWhyInAFewWords(SendReason reason, int attempt, String letters, String expected) {
        assertThat(reason.describe(attempt, flags(letters))).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource(SendReason.class)
    void shouldHaveWordsForEachButOne(SendReason reason) {
        assertThat(reason.describe(0, 0).isEmpty()).isEqualTo(reason == SendReason.NONE);
    }

    @Test
    void shouldBeShownInTraces() {
        OutboundSegment segment = new OutboundSegment().clear();
        segment.flags = TcpFlags.ACK;
        segment.reason = SendReason.RTO;
        segment.attempt = 4;

        assertThat(segment).hasToString(". 0:0(0) ack 0 win 0 RTO #4");
        assertThat(segment.clear().toString()).endsWith(" win 0 ACK");
    }

    private static int flags(String letters) {
        int flags = 0;
        for (int bit = 0; bit < 9; bit++) {
            String letter = TcpFlags.toString(1 << bit);
            flags |= letters.contains(letter) ? 1 << bit : 0;
        }
        return flags;
    }
}
