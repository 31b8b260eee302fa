package io.fourtuple.core.tcp;

/**
 * BBR, version 3 (draft-ietf-ccwg-bbr): a model of the path, its bandwidth and its round-trip time, says how fast to
 * send and how much may be in flight, rather than losses alone.
 *
 * <pre>
 *   STARTUP --full--> DRAIN --> DOWN --> CRUISE --> REFILL --> UP --+
 *                                ^                                  |
 *                                +----------------------------------+      and now and then PROBE_RTT
 * </pre>
 *
 * <p>Section numbers are those of the draft's chapter 5. Not taken over: explicit congestion notification counts as a
 * loss, and the loss rate is looked at once for each acknowledgment rather than for each lost packet.
 */
public final class Bbr implements CongestionControl {
    private static final double STARTUP_GAIN = 2.773; // 4 ln 2
    private static final double DRAIN_GAIN = 0.5;
    private static final double CWND_GAIN = 2;
    private static final double LOSS_THRESHOLD = 0.02;
    private static final double BETA = 0.7;
    private static final double HEADROOM = 0.15;
    private static final double PACING_MARGIN = 0.99;
    private static final double PROBE_RTT_CWND_GAIN = 0.5;
    private static final int MIN_SEGMENTS = 4;
    private static final int FULL_ROUNDS = 3;
    private static final double FULL_GROWTH = 1.25;
    private static final long PROBE_RTT_INTERVAL = 5_000_000_000L;
    private static final long PROBE_RTT_DURATION = 200_000_000;
    private static final long MIN_RTT_WINDOW = 10_000_000_000L;
    private static final long PROBE_WAIT = 2_000_000_000L;
    private static final int EXTRA_ACKED_ROUNDS = 10;
    private static final long UNLIMITED = Long.MAX_VALUE / 4;
    private static final double NANOS = 1e9;

    private enum Phase {
        STARTUP,
        DRAIN,
        DOWN,
        CRUISE,
        REFILL,
        UP,
        PROBE_RTT
    }

    private int mss;
    private final long initialWindow;
    private long cwnd;
    private long priorCwnd;
    private long pacingRate;
    private Phase phase = Phase.STARTUP;

    // --- the model, §5.5
    /** Largest delivery rate of this probing cycle and the one before, octets per second. */
    private long bandwidthNow;
    private long bandwidthBefore;
    /** Limits of what was found to be too much (long term) and of what is lost now (short term). */
    private long bandwidthLow = UNLIMITED;
    private long inFlightHigh = UNLIMITED;
    private long inFlightLow = UNLIMITED;
    private long bandwidthLatest;
    private long inFlightLatest;
    private long minRtt;
    private long minRttAt;
    private long extraAcked;
    private int extraAckedRounds;
    private long extraAckedSince;
    private long extraAckedDelivered;

    // --- round trips
    private long delivered;
    private long nextRoundDelivered;
    private boolean roundStarts;
    private boolean lossInRound;
    private int lossEvents;

    // --- start-up, §5.3.1
    private boolean full;
    private long fullBandwidth;
    private int fullRounds;

    // --- probing for bandwidth, §5.3.3
    private long cycleAt;
    private long probeWait = PROBE_WAIT;
    private int roundsSinceProbe;
    private long probeUpRounds;
    private long probeUpAcked;
    private long probeUpStep;
    private boolean probeSamples;

    // --- probing for the round-trip time, §5.3.4
    private long probeRttAt;
    private long probeRttMin;
    private long probeRttDoneAt;
    private boolean probeRttHolds;
    private boolean probeRttRound;
    private boolean idleRestart;

    /** During the first round trip of a recovery no more is sent than has arrived (§5.6.4.4). */
    private boolean conserving;
    private boolean recovering;

    /** See {@link CongestionControlSupplier#create}. */
    public Bbr(int segmentSize, long initialWindow) {
        mss = segmentSize;
        this.initialWindow = initialWindow;
        cwnd = initialWindow;
        pacingRate = (long) (STARTUP_GAIN * initialWindow * 1000); // as if the round trip took 1 ms (§5.6.2)
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
        return "bbr";
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

    /** BBRUpdateOnACK of §5.2.3. */
    @Override
    public void onSample(AckSample s, long nowNanos) {
        if (recovering && !s.isRecovering()) { // however it ended
            onRecovered(s.inFlight(), nowNanos);
        }
        updateRound(s);
        updateBandwidth(s);
        updateExtraAcked(s, nowNanos);
        checkFull(s);
        adaptCycle(s, nowNanos);
        updateMinRtt(s, nowNanos);
        if (roundStarts) {
            lossInRound = false;
            lossEvents = 0;
            bandwidthLatest = s.bytesPerSecond();
            inFlightLatest = s.sampleBytes();
        }
        setPacingRate();
        setCwnd(s);
    }

    // --- the model

    private void updateRound(AckSample s) {
        delivered = s.totalDelivered();
        roundStarts = s.bytesPerSecond() > 0 && s.priorDelivered() >= nextRoundDelivered;
        if (roundStarts) {
            nextRoundDelivered = s.totalDelivered();
            roundsSinceProbe++;
        }
        if (s.lost() > 0) {
            lossInRound = true;
            lossEvents++;
        }
        bandwidthLatest = Math.max(bandwidthLatest, s.bytesPerSecond());
        inFlightLatest = Math.max(inFlightLatest, s.sampleBytes());
    }

    private void updateBandwidth(AckSample s) {
        long rate = s.bytesPerSecond();
        if (rate > 0 && (!s.isAppLimited() || rate >= maxBandwidth())) {
            bandwidthNow = Math.max(bandwidthNow, rate);
        }
        if (roundStarts && lossInRound && !isProbing()) { // §5.5.10.3: lower bounds, while not asking for more
            bandwidthLow = Math.max(bandwidthLatest, (long) (BETA * Math.min(bandwidthLow, maxBandwidth())));
            inFlightLow = Math.max(inFlightLatest, (long) (BETA * Math.min(inFlightLow, cwnd)));
        }
    }

    private long maxBandwidth() {
        return Math.max(bandwidthNow, bandwidthBefore);
    }

    private long bandwidth() {
        return Math.min(maxBandwidth(), bandwidthLow);
    }

    private boolean isProbing() {
        return phase == Phase.STARTUP || phase == Phase.REFILL || phase == Phase.UP;
    }

    /** §5.5.9: acknowledgments come in lumps; so much must be in flight on top. */
    private void updateExtraAcked(AckSample s, long now) {
        long expected = extraAckedSince == 0 ? 0 : (long) (bandwidth() / NANOS * (now - extraAckedSince));
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

    private long bdp(double gain) {
        return minRtt == 0 ? initialWindow : (long) (gain * bandwidth() * (minRtt / NANOS));
    }

    /** §5.6.4.2. */
    private long inflight(double gain) {
        long wanted = Math.max(bdp(gain) + 3 * quantum(), (long) MIN_SEGMENTS * mss);
        return phase == Phase.UP ? wanted + 2L * mss : wanted;
    }

    /** Octets that are sent in one go: a millisecond's worth, at most 64 KiB (§5.6.3). */
    private long quantum() {
        return Math.clamp(pacingRate / 1000, 2L * mss, 65_536L);
    }

    private long inFlightWithHeadroom() {
        if (inFlightHigh == UNLIMITED) {
            return UNLIMITED;
        }
        long headroom = Math.max(mss, (long) (HEADROOM * inFlightHigh));
        return Math.max(inFlightHigh - headroom, (long) MIN_SEGMENTS * mss);
    }

    // --- the phases

    /** §5.3.1.2 and §5.3.1.3: the pipe is full when the rate no longer grows, or when too much is lost. */
    private void checkFull(AckSample s) {
        if (full || !roundStarts) {
            return;
        }
        boolean lossy = phase == Phase.STARTUP && lossEvents >= 6 && tooMuchLost(s);
        if (lossy) {
            full = true;
            inFlightHigh = Math.max(bdp(1), inFlightLatest);
        } else if (!s.isAppLimited()) {
            if (maxBandwidth() >= fullBandwidth * FULL_GROWTH) {
                fullBandwidth = maxBandwidth();
                fullRounds = 0;
            } else {
                full = ++fullRounds >= FULL_ROUNDS;
            }
        }
        if (full && phase == Phase.STARTUP) {
            phase = Phase.DRAIN;
        }
    }

    private static boolean tooMuchLost(AckSample s) {
        return s.sentInFlight() > 0 && s.lostSince() > LOSS_THRESHOLD * s.sentInFlight();
    }

    private void adaptCycle(AckSample s, long now) {
        switch (phase) {
            case STARTUP, PROBE_RTT -> { }
            case DRAIN -> {
                if (s.inFlight() <= inflight(1)) {
                    startDown(now);
                }
            }
            case DOWN -> {
                adaptHigh(s, now);
                if (timeToProbe(now)) {
                    startRefill();
                } else if (s.inFlight() <= inFlightWithHeadroom() && s.inFlight() <= inflight(1)) {
                    phase = Phase.CRUISE;
                }
            }
            case CRUISE -> {
                adaptHigh(s, now);
                if (timeToProbe(now)) {
                    startRefill();
                }
            }
            case REFILL -> {
                if (roundStarts) {
                    probeSamples = true;
                    phase = Phase.UP;
                    fullRounds = 0;
                    fullBandwidth = maxBandwidth();
                    cycleAt = now;
                    raiseStep();
                }
            }
            case UP -> {
                adaptHigh(s, now);
                if (phase == Phase.UP && upIsOver(s, now)) {
                    startDown(now);
                }
            }
        }
    }

    private boolean upIsOver(AckSample s, long now) {
        if (roundStarts && !s.isAppLimited()) {
            if (maxBandwidth() >= fullBandwidth * FULL_GROWTH) {
                fullBandwidth = maxBandwidth();
                fullRounds = 0;
            } else {
                fullRounds++;
            }
        }
        boolean queued = now - cycleAt > minRtt && s.inFlight() > inflight(1.25);
        return queued && (fullRounds >= 1 || s.inFlight() >= inFlightHigh);
    }

    /** §5.5.10.2: what was sent while asking for more was too much, or may be more. */
    private void adaptHigh(AckSample s, long now) {
        if (tooMuchLost(s)) {
            if (probeSamples) {
                probeSamples = false;
                if (!s.isAppLimited()) {
                    inFlightHigh = Math.max(s.sentInFlight(), (long) (BETA * Math.min(bdp(CWND_GAIN), cwnd)));
                }
                if (phase == Phase.UP) {
                    startDown(now);
                }
            }
            return;
        }
        if (inFlightHigh == UNLIMITED) {
            return;
        }
        inFlightHigh = Math.max(inFlightHigh, s.sentInFlight());
        if (phase == Phase.UP && s.inFlight() >= inFlightHigh - mss) { // faster and faster while nothing is lost
            probeUpAcked += s.delivered();
            if (probeUpAcked >= probeUpStep) {
                long steps = probeUpAcked / probeUpStep;
                probeUpAcked -= steps * probeUpStep;
                inFlightHigh += steps * mss;
            }
            if (roundStarts) {
                raiseStep();
            }
        }
    }

    private void raiseStep() {
        long growth = 1L << Math.min(30, probeUpRounds);
        probeUpRounds++;
        probeUpStep = Math.max(mss, cwnd / growth);
    }

    private void startDown(long now) {
        phase = Phase.DOWN;
        probeUpRounds = 0;
        probeUpAcked = 0;
        roundsSinceProbe = 0;
        cycleAt = now;
        probeWait = PROBE_WAIT + Math.floorMod(now, 1_000_000_000L); // 2 to 3 s, so that flows do not probe together
        bandwidthBefore = bandwidthNow;
        bandwidthNow = 0;
    }

    /** §5.3.3.5.3: after as many rounds as Reno would take to grow by a window, or after 2 to 3 s. */
    private boolean timeToProbe(long now) {
        long renoRounds = Math.clamp(cwnd / Math.max(1, mss), 1, 63);
        return now - cycleAt > probeWait || roundsSinceProbe >= renoRounds;
    }

    private void startRefill() {
        phase = Phase.REFILL;
        bandwidthLow = UNLIMITED;
        inFlightLow = UNLIMITED;
        probeUpRounds = 0;
        probeUpAcked = 0;
        roundStarts = false;
        nextRoundDelivered = delivered;
    }

    /** §5.3.4: the smallest round-trip time of ten seconds; every five, send little to see it again. */
    private void updateMinRtt(AckSample s, long now) {
        boolean due = probeRttMin != 0 && now - probeRttAt > PROBE_RTT_INTERVAL;
        if (s.rtt() > 0 && (probeRttMin == 0 || s.rtt() < probeRttMin || due)) {
            probeRttMin = s.rtt();
            probeRttAt = now;
        }
        if (probeRttMin > 0 && (minRtt == 0 || probeRttMin < minRtt || now - minRttAt > MIN_RTT_WINDOW)) {
            minRtt = probeRttMin;
            minRttAt = probeRttAt;
        }
        if (due && phase != Phase.PROBE_RTT && phase != Phase.STARTUP && !idleRestart) {
            phase = Phase.PROBE_RTT;
            priorCwnd = Math.max(priorCwnd, cwnd);
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
            if (s.inFlight() <= probeRttCwnd()) {
                probeRttHolds = true;
                probeRttDoneAt = now + PROBE_RTT_DURATION;
                probeRttRound = false;
                nextRoundDelivered = s.totalDelivered();
            }
            return;
        }
        probeRttRound |= roundStarts;
        if (probeRttRound && now - probeRttDoneAt > 0) {
            probeRttAt = now;
            cwnd = Math.max(cwnd, priorCwnd);
            priorCwnd = 0;
            if (full) {
                startDown(now);
                phase = Phase.CRUISE;
            } else {
                phase = Phase.STARTUP;
            }
        }
    }

    private long probeRttCwnd() {
        return Math.max(bdp(PROBE_RTT_CWND_GAIN), (long) MIN_SEGMENTS * mss);
    }

    // --- what comes of it

    private double pacingGain() {
        return switch (phase) {
            case STARTUP -> STARTUP_GAIN;
            case DRAIN -> DRAIN_GAIN;
            case DOWN -> 0.9;
            case UP -> 1.25;
            case CRUISE, REFILL, PROBE_RTT -> 1;
        };
    }

    private void setPacingRate() {
        if (minRtt > 0 && maxBandwidth() > 0) {
            long rate = (long) (pacingGain() * bandwidth() * PACING_MARGIN);
            if (full || rate > pacingRate) {
                pacingRate = rate;
            }
        }
    }

    /** §5.6.4.6. */
    private void setCwnd(AckSample s) {
        long wanted = inflight(phase == Phase.UP ? 2.25 : CWND_GAIN) + extraAcked;
        if (recovering && s.lost() > 0) {
            cwnd = Math.max(cwnd - s.lost(), mss);
        }
        if (conserving) {
            conserving = recovering && !roundStarts;
            cwnd = Math.max(cwnd, s.inFlight() + (long) s.delivered());
        } else if (full) {
            cwnd = Math.min(cwnd + s.delivered(), wanted);
        } else if (cwnd < wanted || s.totalDelivered() < initialWindow) {
            cwnd += s.delivered();
        }
        cwnd = Math.max(cwnd, (long) MIN_SEGMENTS * mss);
        if (phase == Phase.PROBE_RTT) {
            cwnd = Math.min(cwnd, probeRttCwnd());
        }
        cwnd = Math.max(Math.min(cwnd, cap()), (long) MIN_SEGMENTS * mss);
    }

    /** §5.6.4.7. */
    private long cap() {
        long high = switch (phase) {
            case DOWN, REFILL, UP -> inFlightHigh;
            case CRUISE, PROBE_RTT -> inFlightWithHeadroom();
            case STARTUP, DRAIN -> UNLIMITED;
        };
        return Math.min(high, inFlightLow);
    }

    // --- loss and idleness

    @Override
    public void onLoss(long inFlight, long nowNanos) {
        priorCwnd = recovering ? Math.max(priorCwnd, cwnd) : cwnd;
        recovering = true;
        conserving = true;
        nextRoundDelivered = delivered;
    }

    @Override
    public void onEcn(long inFlight, long nowNanos) {
        lossInRound = true;
    }

    @Override
    public void onRecovered(long inFlight, long nowNanos) {
        recovering = false;
        conserving = false;
        cwnd = Math.max(cwnd, priorCwnd);
        priorCwnd = 0;
    }

    @Override
    public void onTimeout(long inFlight, long nowNanos) {
        priorCwnd = recovering ? Math.max(priorCwnd, cwnd) : cwnd;
        cwnd = mss;
        lossInRound = true;
    }

    @Override
    public void undo(long nowNanos) {
        onRecovered(0, nowNanos);
        bandwidthLow = UNLIMITED;
        inFlightLow = UNLIMITED;
    }

    @Override
    public void onIdleRestart(int timeouts, long nowNanos) { // §5.4.1
        idleRestart = true;
        extraAckedSince = nowNanos;
        extraAckedDelivered = 0;
        if (phase == Phase.DOWN || phase == Phase.CRUISE || phase == Phase.UP || phase == Phase.REFILL) {
            pacingRate = (long) (bandwidth() * PACING_MARGIN);
        }
    }

    @Override
    public void onSegmentSize(int segmentSize) {
        mss = segmentSize;
    }
}
