package io.fourtuple.core.tcp;

import static io.fourtuple.core.tcp.Conversation.MILLIS;
import static io.fourtuple.core.tcp.Conversation.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * BBR by itself, on a path that is computed: ten megabytes per second and 40 ms, a sender that always has data, one
 * acknowledgment for each tenth of a round trip. Sections are those of draft-ietf-ccwg-bbr.
 */
class BbrTest {
    private static final int MSS = 1000;
    private static final long RTT = 40 * MILLIS;
    private static final long BANDWIDTH = 10_000_000;
    private static final long PIPE = BANDWIDTH * 40 / 1000;

    private final Bbr bbr = new Bbr(MSS, 10 * MSS);
    private final AckSample sample = new AckSample();
    private final List<Long> windows = new ArrayList<>();
    private final List<Double> gains = new ArrayList<>();
    private long bandwidth = BANDWIDTH;
    private long now = 1_234_567_890L;
    private long total;
    /** Octets that wait in the queue of the path. */
    private long backlog;
    private double lossShare;
    private boolean appLimited;
    private long lostInAll;

    /** What was sent in one round trip arrives in the next one, as fast as the path takes it. */
    private void round() {
        long rate = bbr.pacingRate();
        backlog = Math.max(0, backlog + (long) ((rate - bandwidth) * (RTT / 1e9)));
        long inFlight = Math.min(bbr.cwnd(), (long) (Math.min(rate, bandwidth) * (RTT / 1e9)) + backlog);
        inFlight = Math.max(inFlight, 4 * MSS);
        backlog = Math.clamp(inFlight - (long) (bandwidth * (RTT / 1e9)), 0, backlog);
        long takes = Math.max(RTT, inFlight * SECONDS / bandwidth);
        long before = total;
        long lost = (long) (inFlight * lossShare);
        for (int i = 1; i <= 10; i++) {
            now += takes / 10;
            sample.delivered = (int) ((inFlight - lost) / 10);
            total += sample.delivered;
            sample.lost = (int) (lost / 10);
            lostInAll += sample.lost;
            sample.totalDelivered = total;
            sample.priorDelivered = before;
            sample.sampleBytes = (inFlight - lost) * i / 10;
            sample.sampleNanos = takes * i / 10;
            sample.rtt = takes;
            sample.inFlight = (int) inFlight;
            sample.sentInFlight = (int) inFlight;
            sample.lostSince = lost;
            sample.appLimited = appLimited;
            bbr.onSample(sample, now);
            windows.add(bbr.cwnd());
            gains.add(bbr.pacingRate() / 0.99 / bandwidth);
        }
    }

    private void run(long nanos) {
        long end = now + nanos;
        while (now < end) {
            round();
        }
    }

    private void forget() {
        windows.clear();
        gains.clear();
    }

    private double largestGain() {
        return gains.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    }

    private double smallestGain() {
        return gains.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    }

    private long smallestWindow() {
        return windows.stream().mapToLong(Long::longValue).min().orElseThrow();
    }

    private long largestWindow() {
        return windows.stream().mapToLong(Long::longValue).max().orElseThrow();
    }

    @BeforeEach
    void shouldBeginAsIfTheRoundTripTookAMillisecond() { // §5.6.2
        assertThat(bbr.cwnd()).isEqualTo(10 * MSS);
        assertThat(bbr.pacingRate()).isEqualTo((long) (2.773 * 10 * MSS * 1000));
        assertThat(bbr.name()).isEqualTo("bbr");
        assertThat(bbr.shapesRecovery()).isTrue();
        assertThat(bbr.ssthresh()).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void shouldDoubleUntilThePipeIsFullAndThenDrainTheQueue() { // §5.3.1
        long before = bbr.cwnd();
        while (bbr.cwnd() < PIPE) {
            round();
            assertThat(bbr.cwnd()).isGreaterThan(before * 3 / 2);
            before = bbr.cwnd();
        }
        forget();

        run(SECONDS / 2);

        assertThat(largestWindow()).as("twice the pipe and what is sent in one go").isBetween(2 * PIPE, 3 * PIPE);
        assertThat(largestGain()).isBetween(2.7, 2.85);
        assertThat(smallestGain()).as("drained").isBetween(0.49, 0.91);
        forget();
        run(SECONDS);
        assertThat(smallestGain()).isGreaterThan(0.89);
        assertThat(largestGain()).isLessThan(1.01);
    }

    @Test
    void shouldNotTakeThePipeForFullWhileThereIsLittleToSend() { // §5.3.1.2
        appLimited = true;
        run(SECONDS / 2);
        assertThat(bbr.pacingRate()).as("still in STARTUP").isGreaterThan((long) (2.5 * BANDWIDTH));

        appLimited = false;
        run(SECONDS);
        assertThat(bbr.pacingRate()).isLessThan((long) (1.3 * BANDWIDTH));
    }

    @Test
    void shouldLeaveStartupWhenMuchIsLost() { // §5.3.1.3
        lossShare = 0.05;
        run(20 * RTT);

        assertThat(bbr.pacingRate()).isLessThan((long) (1.3 * BANDWIDTH));
        assertThat(bbr.cwnd()).isLessThan(2 * PIPE);
    }

    @Test
    void shouldProbeForMoreEveryTwoOrThreeSeconds() { // §5.3.3
        run(SECONDS);
        forget();
        run(5 * SECONDS);

        assertThat(largestGain()).isBetween(1.2, 1.26);
        assertThat(smallestGain()).isBetween(0.8, 0.91);
        assertThat(gains.stream().filter(gain -> gain > 0.98 && gain < 1.01).count())
                .as("mostly as fast as the path").isGreaterThan(gains.size() / 2);
    }

    @Test
    void shouldSendLittleNowAndThenToSeeTheRoundTripTime() { // §5.3.4
        run(SECONDS);
        forget();
        bandwidth = BANDWIDTH; // the queue stays short, so only the timer asks for it
        run(6 * SECONDS);

        assertThat(smallestWindow()).as("half a pipe").isBetween(PIPE * 4 / 10, PIPE * 6 / 10);
        long low = windows.stream().filter(window -> window < PIPE * 6 / 10).count() * RTT / 10;
        assertThat(low).as("for 200 ms and a round trip").isBetween(160 * MILLIS, 400 * MILLIS);
        assertThat(bbr.cwnd()).as("and then goes on").isGreaterThan(PIPE);
    }

    @Test
    void shouldFollowThePathWhenItBecomesFasterOrSlower() { // §5.5.5
        run(2 * SECONDS);

        bandwidth = 2 * BANDWIDTH;
        run(15 * SECONDS);
        assertThat(bbr.pacingRate()).isBetween((long) (1.7 * BANDWIDTH), (long) (2.6 * BANDWIDTH));

        bandwidth = BANDWIDTH / 2;
        run(15 * SECONDS);
        assertThat(bbr.pacingRate()).isBetween((long) (0.4 * BANDWIDTH), (long) (0.7 * BANDWIDTH));
    }

    @Test
    void shouldSendNoMoreThanWasTooMuchAndComeBackWhenNothingIsLost() { // §5.5.10
        run(SECONDS);
        lossShare = 0.05;
        run(5 * SECONDS);
        long bounded = largestWindowOf(SECONDS / 2);
        assertThat(bounded).isLessThan(2 * PIPE);
        assertThat(lostInAll).isPositive();

        lossShare = 0;
        run(20 * SECONDS);
        assertThat(largestWindowOf(3 * SECONDS)).isGreaterThan(bounded);
        assertThat(bbr.pacingRate()).isGreaterThan((long) (0.85 * BANDWIDTH));
    }

    private long largestWindowOf(long nanos) {
        forget();
        run(nanos);
        return largestWindow();
    }

    @Test
    void shouldLiveWithALossOfTwoPercent() { // LossThresh
        run(SECONDS);
        lossShare = 0.019;
        run(10 * SECONDS);

        assertThat(largestWindowOf(5 * SECONDS)).isGreaterThan(19 * PIPE / 10);
    }

    @Test
    void shouldSendNoMoreThanArrivesAtTheBeginningOfARecovery() { // §5.6.4.4
        run(2 * SECONDS);
        long before = bbr.cwnd();
        bbr.onLoss(PIPE, now);
        sample.recovering = true;
        sample.lost = 5 * MSS;
        sample.delivered = 2 * MSS;
        sample.inFlight = (int) (PIPE / 4);
        sample.priorDelivered = -1;
        bbr.onSample(sample, now);

        assertThat(bbr.cwnd()).isEqualTo(before - 5 * MSS);
        sample.recovering = false;
        sample.lost = 0;
        bbr.onSample(sample, now);
        assertThat(bbr.cwnd()).as("it is over").isGreaterThanOrEqualTo(before - 1);
    }

    @Test
    void shouldForgetATimeoutThatWasForNothing() {
        run(2 * SECONDS);
        long before = bbr.cwnd();

        bbr.onTimeout(PIPE, now);
        assertThat(bbr.cwnd()).isEqualTo(MSS);
        bbr.undo(now);

        assertThat(bbr.cwnd()).isEqualTo(before);
    }

    @Test
    void shouldGoOnAtTheRateOfThePathAfterIdleness() { // §5.4.1
        run(2 * SECONDS);
        bbr.onIdleRestart(3, now);

        assertThat(bbr.pacingRate()).isBetween((long) (0.98 * BANDWIDTH), BANDWIDTH);
    }

    @Test
    void shouldTakeOverTheWindowOfAnother() {
        bbr.inherit(77 * MSS, 0);
        assertThat(bbr.cwnd()).isEqualTo(77 * MSS);
        bbr.onSegmentSize(80 * MSS);
        assertThat(bbr.cwnd()).as("at least a segment").isEqualTo(80 * MSS);
    }
}
