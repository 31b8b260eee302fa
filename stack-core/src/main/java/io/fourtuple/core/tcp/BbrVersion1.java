package io.fourtuple.core.tcp;

/**
 * BBR, version 1 (draft-cardwell-iccrg-bbr-congestion-control-00), which is what Linux has under the name of {@code
 * bbr}: the largest delivery rate of ten round trips and the smallest round-trip time of ten seconds say how fast to
 * send and how much may be in flight. A loss says nothing of the path, so that a link that loses at random is used
 * fully; the price is that shallow queues on the way lose more than with {@link Bbr version 3}.
 *
 * <pre>
 *   STARTUP --full--> DRAIN --> PROBE_BW, eight phases: 1.25, 0.75, 1, 1, 1, 1, 1, 1      and now and then PROBE_RTT
 * </pre>
 *
 * <p>Section numbers are those of the draft's chapter 4. As in Linux, what acknowledgments that come in lumps need is
 * in flight on top, and pacing stays 1 % below the rate; not taken over is its search for policers.
 */
public final class BbrVersion1 implements CongestionControl {
    private static final double STARTUP_GAIN = 2.885; // 2 / ln 2
    private static final double CWND_GAIN = 2;
    private static final double[] CYCLE = {1.25, 0.75, 1, 1, 1, 1, 1, 1};
    private static final int DRAINING = 1;
    private static final double PACING_MARGIN = 0.99;
    private static final int MIN_SEGMENTS = 4;
    private static final int FULL_ROUNDS = 3;
    private static final double FULL_GROWTH = 1.25;
    private static final int BANDWIDTH_ROUNDS = 10;
    private static final long MIN_RTT_WINDOW = 10_000_000_000L;
    private static final long PROBE_RTT_DURATION = 200_000_000;
    private static final int EXTRA_ACKED_ROUNDS = 10;
    private static final double NANOS = 1e9;

    private enum Phase {
        STARTUP,
        DRAIN,
        PROBE_BW,
        PROBE_RTT
    }

    private int mss;
    private final long initialWindow;
    private long cwnd;
    private long priorCwnd;
    private long pacingRate;
    private Phase phase = Phase.STARTUP;

    // --- the model, §4.1
    /** The largest rate of each of the last rounds, octets per second; a ring. */
    private final long[] rates = new long[BANDWIDTH_ROUNDS];
    private int rateAt;
    private long bandwidth;
    private long minRtt;
    private long minRttAt;
    private long extraAcked;
    private int extraAckedRounds;
    private long extraAckedSince;
    private long extraAckedDelivered;

    // --- round trips, §4.1.1.3
    private long delivered;
    private long nextRoundDelivered;
    private boolean roundStarts;

    // --- start-up, §4.3.2
    private boolean full;
    private long fullBandwidth;
    private int fullRounds;

    // --- probing for bandwidth, §4.3.4
    private int cycle;
    private long cycleAt;

    // --- probing for the round-trip time, §4.3.5
    private long probeRttDoneAt;
    private boolean probeRttHolds;
    private boolean probeRttRound;
    private boolean idleRestart;

    /** During the first round trip of a recovery no more is sent than has arrived (§4.2.3.4). */
    private boolean conserving;
    private boolean recovering;
    private boolean recoveryBegins;

    /** See {@link CongestionControlSupplier#create}. */
    public BbrVersion1(int segmentSize, long initialWindow) {
        mss = segmentSize;
        this.initialWindow = initialWindow;
        cwnd = initialWindow;
        pacingRate = (long) (STARTUP_GAIN * initialWindow * 1000); // as if the round trip took 1 ms (§4.2.1)
    }

    @Override
    public long cwnd() {
        return Math.max(mss, cwnd);
    }

    @Override
    public long ssthresh() {
        return Integer.MAX_VALUE;
    }

    @Override
    public String name() {
        return "bbr1";
    }

    @Override
    public long pacingRate() {
        return Math.max(1, pacingRate);
    }

    @Override
    public boolean shapesRecovery() {
        return true;
    }

    @Override
    public void onAck(int ackedBytes, long inFlightBefore, boolean cwndLimited, long smoothedRttNanos, long nowNanos) {
        // everything comes through onSample
    }

    @Override
    public void inherit(long window, long threshold) {
        cwnd = window;
    }

    /** §4.2: the model first, then what comes of it. */
    @Override
    public void onSample(AckSample s, long nowNanos) {
        if (recovering && !s.isRecovering()) { // however it ended
            onRecovered(s.inFlight(), nowNanos);
        }
        updateRound(s);
        updateBandwidth(s);
        updateExtraAcked(s, nowNanos);
        updateCycle(s, nowNanos);
        checkFull(s, nowNanos);
        updateMinRtt(s, nowNanos);
        setPacingRate();
        setCwnd(s);
    }

    // --- the model

    private void updateRound(AckSample s) {
        delivered = s.totalDelivered();
        roundStarts = s.bytesPerSecond() > 0 && s.priorDelivered() >= nextRoundDelivered;
        if (roundStarts) {
            nextRoundDelivered = delivered;
            conserving = false;
            rateAt = (rateAt + 1) % BANDWIDTH_ROUNDS;
            rates[rateAt] = 0;
        }
    }

    /** §4.1.1.4: what the application limited counts only when it is more than was known. */
    private void updateBandwidth(AckSample s) {
        long rate = s.bytesPerSecond();
        if (rate > 0 && (!s.isAppLimited() || rate >= bandwidth)) {
            rates[rateAt] = Math.max(rates[rateAt], rate);
        }
        long largest = 0;
        for (long known : rates) {
            largest = Math.max(largest, known);
        }
        bandwidth = largest == 0 ? bandwidth : largest;
    }

    private void updateExtraAcked(AckSample s, long now) {
        long expected = extraAckedSince == 0 ? 0 : (long) (bandwidth / NANOS * (now - extraAckedSince));
        if (extraAckedDelivered <= expected) {
            extraAckedDelivered = 0;
            extraAckedSince = now;
            expected = 0;
        }
        extraAckedDelivered += s.delivered();
        if (roundStarts && ++extraAckedRounds >= EXTRA_ACKED_ROUNDS) {
            extraAckedRounds = 0;
            extraAcked = 0;
        }
        if (full) {
            extraAcked = Math.max(extraAcked, Math.min(extraAckedDelivered - expected, cwnd));
        }
    }

    /** §4.2.3.2: a bandwidth-delay product, and what bursts of the hosts need. */
    private long inflight(double gain) {
        long product = minRtt == 0 ? initialWindow : (long) (gain * bandwidth * (minRtt / NANOS));
        return Math.max(product + 3 * quantum(), (long) MIN_SEGMENTS * mss);
    }

    /** Octets that are sent in one go: a millisecond's worth, at most 64 KiB (§4.2.2). */
    private long quantum() {
        return Math.clamp(pacingRate / 1000, 2L * mss, 65_536L);
    }

    // --- the phases

    /** §4.3.4.2: each phase lasts for a round-trip time; that of 1.25 until it is in flight, that of 0.75 until not. */
    private void updateCycle(AckSample s, long now) {
        if (phase != Phase.PROBE_BW) {
            return;
        }
        boolean lasted = now - cycleAt > minRtt;
        double gain = CYCLE[cycle];
        boolean next = gain > 1 ? lasted && (s.lost() > 0 || s.inFlight() >= inflight(gain))
                : gain < 1 ? lasted || s.inFlight() <= inflight(1)
                : lasted;
        if (next) {
            cycle = (cycle + 1) % CYCLE.length;
            cycleAt = now;
        }
    }

    private void startProbeBandwidth(long now) {
        phase = Phase.PROBE_BW;
        // Anywhere but in the phase that drains, so that flows do not probe together.
        cycle = Math.floorMod(now, CYCLE.length - 1);
        cycle = cycle >= DRAINING ? cycle + 1 : cycle;
        cycleAt = now;
    }

    /** §4.3.2.2 and §4.3.3: the pipe is full when the rate no longer grows; the queue of start-up is drained then. */
    private void checkFull(AckSample s, long now) {
        if (!full && roundStarts && !s.isAppLimited()) {
            if (bandwidth >= fullBandwidth * FULL_GROWTH) {
                fullBandwidth = bandwidth;
                fullRounds = 0;
            } else {
                full = ++fullRounds >= FULL_ROUNDS;
            }
        }
        if (full && phase == Phase.STARTUP) {
            phase = Phase.DRAIN;
        }
        if (phase == Phase.DRAIN && s.inFlight() <= inflight(1)) {
            startProbeBandwidth(now);
        }
    }

    /** §4.3.5: the smallest round-trip time of ten seconds; when it is older, send little to see it again. */
    private void updateMinRtt(AckSample s, long now) {
        boolean expired = minRtt != 0 && now - minRttAt > MIN_RTT_WINDOW;
        if (s.rtt() > 0 && (minRtt == 0 || s.rtt() <= minRtt || expired)) {
            minRtt = s.rtt();
            minRttAt = now;
        }
        if (expired && phase != Phase.PROBE_RTT && !idleRestart) {
            phase = Phase.PROBE_RTT;
            priorCwnd = recovering ? Math.max(priorCwnd, cwnd) : cwnd;
            probeRttHolds = false;
        }
        if (phase == Phase.PROBE_RTT) {
            holdProbeRtt(s, now);
        }
        if (s.delivered() > 0) {
            idleRestart = false;
        }
    }

    private void holdProbeRtt(AckSample s, long now) {
        if (!probeRttHolds) {
            if (s.inFlight() <= (long) MIN_SEGMENTS * mss) {
                probeRttHolds = true;
                probeRttDoneAt = now + PROBE_RTT_DURATION;
                probeRttRound = false;
                nextRoundDelivered = delivered;
            }
            return;
        }
        probeRttRound |= roundStarts;
        if (probeRttRound && now - probeRttDoneAt > 0) {
            minRttAt = now;
            cwnd = Math.max(cwnd, priorCwnd);
            if (full) {
                startProbeBandwidth(now);
            } else {
                phase = Phase.STARTUP;
            }
        }
    }

    // --- what comes of it

    private double pacingGain() {
        return switch (phase) {
            case STARTUP -> STARTUP_GAIN;
            case DRAIN -> 1 / STARTUP_GAIN;
            case PROBE_BW -> CYCLE[cycle];
            case PROBE_RTT -> 1;
        };
    }

    private void setPacingRate() {
        if (minRtt > 0 && bandwidth > 0) {
            long rate = (long) (pacingGain() * bandwidth * PACING_MARGIN);
            if (full || rate > pacingRate) {
                pacingRate = rate;
            }
        }
    }

    /** §4.2.3.6. */
    private void setCwnd(AckSample s) {
        if (s.lost() > 0) {
            cwnd = Math.max(cwnd - s.lost(), mss);
        }
        if (recoveryBegins) {
            recoveryBegins = false;
            cwnd = s.inFlight() + (long) s.delivered();
        }
        if (conserving) {
            cwnd = Math.max(cwnd, s.inFlight() + (long) s.delivered());
        } else {
            double gain = phase == Phase.STARTUP || phase == Phase.DRAIN ? STARTUP_GAIN : CWND_GAIN;
            long wanted = inflight(gain) + extraAcked;
            if (full) {
                cwnd = Math.min(cwnd + s.delivered(), wanted);
            } else if (cwnd < wanted || s.totalDelivered() < initialWindow) {
                cwnd += s.delivered();
            }
            cwnd = Math.max(cwnd, (long) MIN_SEGMENTS * mss);
        }
        if (phase == Phase.PROBE_RTT) {
            cwnd = Math.min(cwnd, (long) MIN_SEGMENTS * mss);
        }
    }

    // --- loss and idleness

    /** §4.2.3.4. */
    @Override
    public void onLoss(long inFlight, long nowNanos) {
        remember(cwnd);
        recovering = true;
        conserving = true;
        recoveryBegins = true;
        nextRoundDelivered = delivered;
    }

    private void remember(long window) {
        priorCwnd = recovering || phase == Phase.PROBE_RTT ? Math.max(priorCwnd, window) : window;
    }

    @Override
    public void onEcn(long inFlight, long nowNanos) {
        // says nothing of the path, as a loss does not
    }

    @Override
    public void onRecovered(long inFlight, long nowNanos) {
        recovering = false;
        conserving = false;
        recoveryBegins = false;
        cwnd = Math.max(cwnd, priorCwnd);
        priorCwnd = 0;
    }

    @Override
    public void onTimeout(long inFlight, long nowNanos) {
        remember(cwnd);
        recovering = true;
        conserving = false;
        recoveryBegins = false;
        fullBandwidth = 0;
        cwnd = mss;
    }

    @Override
    public void undo(long nowNanos) {
        fullBandwidth = 0;
        fullRounds = 0;
        onRecovered(0, nowNanos);
    }

    @Override
    public void onIdleRestart(int timeouts, long nowNanos) { // §4.3.4.4
        idleRestart = true;
        extraAckedSince = nowNanos;
        extraAckedDelivered = 0;
        if (phase == Phase.PROBE_BW) {
            pacingRate = (long) (bandwidth * PACING_MARGIN);
        }
    }

    @Override
    public void onSegmentSize(int segmentSize) {
        mss = segmentSize;
    }
}
