package io.fourtuple.core.tcp;

import static io.fourtuple.core.tcp.Conversation.MILLIS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a congestion control is told, and when (draft-ietf-ccwg-bbr §4.1; RFC 5681): over a path of 100 ms. */
class PathModelTest {
    /** Writes down what it is told; its window is that of NewReno. */
    private static final class Recorder implements CongestionControl {
        private final List<String> told;
        private final NewReno window;

        Recorder(List<String> told, int mss, long initial) {
            this.told = told;
            window = new NewReno(mss, initial);
        }

        @Override
        public long cwnd() {
            return window.cwnd();
        }

        @Override
        public long ssthresh() {
            return window.ssthresh();
        }

        @Override
        public String name() {
            return "recorder";
        }

        @Override
        public void onRoundTrip(long rttNanos, boolean roundStarts, long nowNanos) {
            told.add("round trip %d ms%s".formatted(rttNanos / MILLIS, roundStarts ? ", a new one" : ""));
        }

        @Override
        public void onSample(AckSample s, long nowNanos) {
            told.add(("sample: %d delivered, %d lost, %d of %d in all, %d/s from %d, rtt %d ms, %d in flight,"
                    + " %d then, %d lost since%s%s").formatted(s.delivered(), s.lost(),
                    s.totalDelivered() - s.priorDelivered(), s.totalDelivered(), s.bytesPerSecond(), s.sampleBytes(),
                    s.rtt() / MILLIS, s.inFlight(), s.sentInFlight(), s.lostSince(),
                    s.isAppLimited() ? ", little to send" : "", s.isRecovering() ? ", recovering" : ""));
        }

        @Override
        public void onAck(int ackedBytes, long inFlightBefore, boolean cwndLimited, long smoothedRttNanos,
                long nowNanos) {
            told.add("ack of %d, %d in flight before, srtt %d ms%s".formatted(
                    ackedBytes, inFlightBefore, smoothedRttNanos / MILLIS, cwndLimited ? ", limited" : ""));
            window.onAck(ackedBytes, inFlightBefore, cwndLimited, smoothedRttNanos, nowNanos);
        }

        @Override
        public void onLoss(long inFlight, long nowNanos) {
            told.add("loss, %d in flight".formatted(inFlight));
            window.onLoss(inFlight, nowNanos);
        }

        @Override
        public void onRecovered(long inFlight, long nowNanos) {
            told.add("recovered, %d in flight".formatted(inFlight));
            window.onRecovered(inFlight, nowNanos);
        }

        @Override
        public void onTimeout(long inFlight, long nowNanos) {
            told.add("timeout, %d in flight".formatted(inFlight));
            window.onTimeout(inFlight, nowNanos);
        }

        @Override
        public void remember() {
            told.add("remember");
            window.remember();
        }

        @Override
        public void undo(long nowNanos) {
            told.add("undo");
            window.undo(nowNanos);
        }

        @Override
        public void onIdleRestart(int timeouts, long nowNanos) {
            told.add("idle for %d timeouts".formatted(timeouts));
            window.onIdleRestart(timeouts, nowNanos);
        }

        @Override
        public void onUnused(long used, long nowNanos) {
            told.add("%d used".formatted(used));
            window.onUnused(used, nowNanos);
        }

        @Override
        public void onSegmentSize(int segmentSize) {
            told.add("segments of %d".formatted(segmentSize));
            window.onSegmentSize(segmentSize);
        }
    }

    private final List<String> told = new ArrayList<>();
    private final Conversation c = Conversation.faraway(Conversation.withSack()
            .withCongestionControl((mss, initial) -> new Recorder(told, mss, initial)));

    private void expectTold(String... expected) {
        assertThat(told).containsExactly(expected);
        told.clear();
    }

    @Test
    void shouldTellOfARoundTripThatUsesLittleOfTheWindow() {
        c.sendSegments(2);
        c.now += 100 * MILLIS;

        c.inject(". 1:1(0) ack 2001");

        expectTold("round trip 100 ms, a new one",
                "ack of 2000, 2000 in flight before, srtt 100 ms",
                "sample: 2000 delivered, 0 lost, 2000 of 2000 in all, 20000/s from 2000, rtt 100 ms, 0 in flight,"
                        + " 1000 then, 0 lost since");
    }

    @Test
    void shouldTellOfALossAndItsRepair() {
        c.sendSegments(10);
        c.now += 100 * MILLIS;
        c.inject(". 1:1(0) ack 1001");
        expectTold("round trip 100 ms, a new one",
                "ack of 1000, 10000 in flight before, srtt 100 ms, limited",
                "sample: 1000 delivered, 0 lost, 1000 of 1000 in all, 10000/s from 1000, rtt 100 ms, 9000 in flight,"
                        + " 1000 then, 0 lost since");

        c.now += 10 * MILLIS;
        c.inject(". 1:1(0) ack 1001 <sack 2001:6001>");
        expectTold("round trip 110 ms", "remember", "loss, 9000 in flight",
                "sample: 4000 delivered, 1000 lost, 5000 of 5000 in all, 45454/s from 5000, rtt 110 ms,"
                        + " 4000 in flight, 1000 then, 1000 lost since, recovering");

        c.now += 100 * MILLIS;
        c.inject(". 1:1(0) ack 10001");
        expectTold("round trip 210 ms", "recovered, 0 in flight",
                "sample: 5000 delivered, 0 lost, 5000 of 10000 in all, 45454/s from 5000, rtt 210 ms, 0 in flight,"
                        + " 5000 then, 0 lost since, little to send");
    }

    @Test
    void shouldTellOfATimeout() {
        c.sendSegments(3);
        c.timeout();
        c.timeout();
        c.timeout();
        expectTold("remember", "timeout, 3000 in flight"); // the second one is for the same segment
        c.now += 100 * MILLIS;
        c.inject(". 1:1(0) ack 3001");
        expectTold("round trip 1200 ms, a new one", "undo",
                "ack of 3000, 1000 in flight before, srtt 237 ms",
                "sample: 3000 delivered, 0 lost, 3000 of 3000 in all, 2500/s from 3000, rtt 1200 ms, 0 in flight,"
                        + " 1000 then, 0 lost since, little to send");
    }

    @Test
    void shouldTellOfIdleness() {
        c.sendSegments(5);
        c.now += 100 * MILLIS;
        c.inject(". 1:1(0) ack 5001");
        told.clear();
        c.now += 5000 * MILLIS;

        c.sendSegments(1);

        expectTold("idle for 20 timeouts");
    }

    @Test
    void shouldTellOfAWindowThatIsLeftUnused() {
        for (int i = 0; i < 12; i++) {
            c.sendSegments(1);
            c.now += 100 * MILLIS;
            c.inject(". 1:1(0) ack " + (1 + 1000 * (i + 1)));
        }
        told.removeIf(line -> !line.endsWith("used"));

        expectTold("1000 used", "1000 used", "1000 used", "1000 used", "1000 used");
    }
}
