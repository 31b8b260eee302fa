package io.fourtuple.core.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fourtuple.core.conformance.Rfc;
import org.junit.jupiter.api.Test;

/** The policies by themselves: windows of segments of 1000 octets, a round trip of 100 ms. */
class CongestionControlTest {
    private static final int MSS = 1000;
    private static final long RTT = 100_000_000;

    /** One round trip: everything in the window is acknowledged, two segments at a time. Returns the time after it. */
    private static long round(CongestionControl control, long now) {
        long window = control.cwnd();
        long segments = window / MSS;
        for (long i = 0; i < segments; i += 2) {
            int octets = (int) Math.min(2, segments - i) * MSS;
            control.onAck(octets, window, true, RTT, now + i * RTT / segments);
        }
        return now + RTT;
    }

    private static long segments(CongestionControl control) {
        return control.cwnd() / MSS;
    }

    @Test
    @Rfc(number = 9293, rules = "MUST-19")
    @Rfc(number = 5681, rules = "3.1")
    void shouldDoubleInSlowStartAndGrowByASegmentInCongestionAvoidance() {
        NewReno reno = new NewReno(MSS, 10 * MSS);
        long now = round(reno, 0);
        assertThat(segments(reno)).isEqualTo(20);

        reno.onTimeout(20 * MSS, now);
        assertThat(segments(reno)).isEqualTo(1);
        assertThat(reno.ssthresh()).isEqualTo(10 * MSS);
        for (long expected : new long[] {2, 4, 8, 10, 11, 12, 13}) { // at 10 slow start ends
            now = round(reno, now);
            assertThat(segments(reno)).isBetween(expected, expected + 1);
        }
    }

    @Test
    @Rfc(number = 5681, rules = "4.1")
    void shouldStartAgainAfterAnIdleTime() {
        NewReno reno = new NewReno(MSS, 10 * MSS);
        for (int i = 0; i < 4; i++) {
            round(reno, i * RTT);
        }
        assertThat(segments(reno)).isEqualTo(160);

        reno.onIdleRestart(20, 100 * RTT);

        assertThat(segments(reno)).isEqualTo(10);
    }

    @Test
    @Rfc(number = 9438, rules = {"4.6", "4.7"})
    void shouldReduceToSevenTenthsAndReleaseMoreWhenTheSecondLossComesEarlier() {
        Cubic cubic = new Cubic(MSS, 1000 * MSS);

        cubic.onLoss(1000 * MSS, 0);
        assertThat(segments(cubic)).isEqualTo(700);
        cubic.onLoss(700 * MSS, RTT);
        assertThat(segments(cubic)).isBetween(489L, 490L); // in floating point

        long now = 2 * RTT; // the plateau is below the window of the second loss: (1 + 0.7) / 2 of 700
        for (int i = 0; i < 64; i++) { // K = cbrt((595 - 490) / 0.4) = 6.4 s
            now = round(cubic, now);
        }
        assertThat(segments(cubic)).isBetween(588L, 602L);
    }

    @Test
    @Rfc(number = 9438, rules = {"4.2", "4.4", "4.5"})
    void shouldComeBackToThePlateauInTheTimeOfItsFunctionAndThenLeaveItSlowlyAndFast() {
        Cubic cubic = new Cubic(MSS, 1000 * MSS);
        cubic.onLoss(1000 * MSS, 0);
        assertThat(segments(cubic)).isEqualTo(700);

        long now = 0;
        double k = Math.cbrt(300 / 0.4); // 9.08 s
        for (int i = 0; i < 180; i++) {
            now = round(cubic, now);
            double t = now / 1e9 - k;
            double expected = 1000 + 0.4 * t * t * t;
            assertThat((double) segments(cubic)).as("after %d round trips", i + 1)
                    .isCloseTo(expected, within(0.02 * expected + 5));
        }
    }

    @Test
    @Rfc(number = 9438, rules = "4.3")
    void shouldNotGrowMoreSlowlyThanRenoWhereThePathIsShort() {
        Cubic cubic = new Cubic(MSS, 10 * MSS);
        cubic.onLoss(10 * MSS, 0);
        long now = 0;
        long rtt = 1_000_000; // the cubic function of a few milliseconds is flat
        for (int i = 0; i < 100; i++) {
            long window = cubic.cwnd();
            for (long s = 0; s < window / MSS; s++) {
                cubic.onAck(MSS, window, true, rtt, now);
            }
            now += rtt;
        }

        double alpha = 3 * 0.3 / 1.7; // additive increase that is fair to Reno with a factor of 0.7
        assertThat((double) segments(cubic)).isBetween(7 + 90 * alpha, 7 + 100.0);
    }

    @Test
    @Rfc(number = 9438, rules = "4.8")
    void shouldStartFromOneSegmentAfterATimeout() {
        Cubic cubic = new Cubic(MSS, 100 * MSS);

        cubic.onTimeout(100 * MSS, 0);

        assertThat(segments(cubic)).isEqualTo(1);
        assertThat(cubic.ssthresh()).isEqualTo(70 * MSS);
        round(cubic, RTT);
        assertThat(segments(cubic)).isEqualTo(2);
    }

    @Test
    @Rfc(number = 9438, rules = "4.9")
    void shouldTakeBackAReductionThatWasForNothing() {
        Cubic cubic = new Cubic(MSS, 100 * MSS);
        cubic.remember();
        cubic.onLoss(100 * MSS, 0);

        cubic.undo(RTT);

        assertThat(segments(cubic)).isEqualTo(100);
    }

    @Test
    @Rfc(number = 9937, rules = "6")
    void shouldSpreadAReductionOverTheRoundTripOfRecovery() {
        ProportionalRateReduction prr = new ProportionalRateReduction();
        long pipe = 19 * MSS; // twenty in flight, of which one is lost
        prr.begin(20 * MSS, 0);
        int sent = 0;
        for (int arrived = 1; arrived <= 19; arrived++) {
            pipe -= arrived == 1 ? 0 : MSS;
            prr.acknowledged(MSS, pipe, 10 * MSS, MSS, false);
            while (prr.window() - pipe >= MSS) {
                prr.sent(MSS);
                pipe += MSS;
                sent++;
                prr.acknowledged(0, pipe, 10 * MSS, MSS, false);
            }
            assertThat(sent).as("after %d deliveries", arrived).isBetween(arrived / 2 - 1, arrived / 2 + 1);
        }
        assertThat(pipe).isBetween(10L * MSS, 11L * MSS);
    }

    @Test
    @Rfc(number = 9937, rules = "6")
    void shouldSendNoMoreThanWasDeliveredWhenMuchWasLostUnlessThereIsProgress() {
        ProportionalRateReduction prr = new ProportionalRateReduction();
        prr.begin(20 * MSS, 0);

        prr.acknowledged(MSS, 2 * MSS, 10 * MSS, MSS, false); // far below ssthresh: a burst of eight would be allowed
        assertThat(prr.window()).isEqualTo(3 * MSS);
        prr.sent(MSS);

        prr.acknowledged(MSS, 2 * MSS, 10 * MSS, MSS, true); // SafeACK
        assertThat(prr.window()).isEqualTo(4 * MSS);
    }
}
