package io.fourtuple.core.tcp;

import static io.fourtuple.core.tcp.Conversation.MILLIS;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When slow start ends because round-trip times rise (RFC 9406 §4.2, §4.3). */
class HyStartTest {
    private final HyStart hyStart = new HyStart();

    /** A round trip with so many acknowledgments; true when slow start is over. */
    private boolean round(int acknowledgments, long rttMillis) {
        boolean over = false;
        for (int i = 0; i < acknowledgments; i++) {
            over |= hyStart.endsSlowStart(rttMillis * MILLIS, i == 0);
        }
        return over;
    }

    @ParameterizedTest
    @CsvSource({
        "8, 4", // at least 4 ms
        "40, 5", // else an eighth
        "128, 16",
        "400, 16" // at most 16 ms
    })
    void shouldBecomeConservativeWhenTheRoundTripTakesSoMuchLonger(int rtt, int longer) {
        round(8, rtt);
        round(8, rtt + longer - 1);
        assertThat(hyStart.isConservative()).isFalse();

        HyStartTest other = new HyStartTest();
        other.round(8, rtt);
        other.round(7, rtt + longer);
        assertThat(other.hyStart.isConservative()).as("eight samples are needed").isFalse();
        assertThat(other.hyStart.endsSlowStart((rtt + longer) * MILLIS, false)).isFalse();
        assertThat(other.hyStart.isConservative()).isTrue();
    }

    @Test
    void shouldCompareTheSmallestOfEachRound() {
        round(8, 40);
        hyStart.endsSlowStart(40 * MILLIS, true);
        for (int i = 0; i < 10; i++) {
            hyStart.endsSlowStart(60 * MILLIS, false);
        }

        assertThat(hyStart.isConservative()).isFalse();
    }

    @Test
    void shouldNotCountAcknowledgmentsThatTellNoTime() {
        round(8, 40);
        round(7, 60);
        hyStart.endsSlowStart(0, false);

        assertThat(hyStart.isConservative()).isFalse();
    }

    @Test
    void shouldEndSlowStartAfterFiveConservativeRounds() {
        round(8, 40);
        round(8, 60);
        assertThat(hyStart.isConservative()).isTrue();

        for (int i = 0; i < 4; i++) {
            assertThat(round(8, 60)).as("round %d", i).isFalse();
        }
        assertThat(round(8, 60)).isTrue();
    }

    @Test
    void shouldGoOnWithSlowStartWhenTheRiseHasPassed() {
        round(8, 40);
        round(8, 60);
        round(8, 59);
        assertThat(hyStart.isConservative()).isFalse();

        round(8, 80);
        assertThat(hyStart.isConservative()).as("against the round before").isTrue();
        for (int i = 0; i < 4; i++) {
            assertThat(round(8, 80)).as("and counted anew, %d", i).isFalse();
        }
        assertThat(round(8, 80)).isTrue();
    }

    @Test
    void shouldNotLookAtTheNextSlowStart() {
        round(8, 40);
        hyStart.stop();
        for (int i = 1; i < 10; i++) {
            assertThat(round(8, 40 + 20 * i)).isFalse();
        }

        assertThat(hyStart.isConservative()).isFalse();
    }
}
