package io.fourtuple.core.tcp;

/**
 * CUBIC (RFC 9438): the window grows as a cubic function of the time since the last loss, never slower than Reno would.
 * Computed in segments with {@link StrictMath}, so that every JVM gets the same window.
 */
public final class Cubic implements CongestionControl {
    private static final double C = 0.4; // §5.1
    private static final double BETA = 0.7; // §4.6
    private static final double ALPHA = 3 * (1 - BETA) / (1 + BETA); // §4.3
    private static final double NANOS_PER_SECOND = 1e9;
    private static final long UNLIMITED = Integer.MAX_VALUE;

    private int mss;
    private final long initialWindow;
    private double cwnd;
    private double ssthresh = UNLIMITED;
    private double wMax;
    private double wEst;
    private double k;
    private double cwndEpoch;
    private long epochStart;
    private boolean inEpoch;

    private double priorCwnd;
    private double priorSsthresh;
    private double priorMax;
    private double priorEst;
    private double priorK;
    private double priorCwndEpoch;
    private long priorEpochStart;
    private boolean priorInEpoch;

    /** The window when it was last reduced, {@code cwnd_prior} of §4.1. */
    private double beforeReduction;
    private final HyStart hyStart = new HyStart();

    /** See {@link CongestionControlSupplier#create}. */
    public Cubic(int segmentSize, long initialWindow) {
        this.mss = segmentSize;
        this.initialWindow = initialWindow;
        this.cwnd = (double) initialWindow / segmentSize;
    }

    @Override
    public long cwnd() {
        return Math.max(mss, (long) (cwnd * mss));
    }

    @Override
    public long ssthresh() {
        return (long) Math.min(UNLIMITED, ssthresh * mss);
    }

    @Override
    public String name() {
        return "cubic";
    }

    @Override
    public void onAck(int ackedBytes, long inFlightBefore, boolean cwndLimited, long smoothedRttNanos, long nowNanos) {
        double acked = (double) ackedBytes / mss;
        if (!cwndLimited) {
            inEpoch = false; // §5.8: time that the application wasted does not count
            return;
        }
        if (cwnd < ssthresh) { // §4.10, slow start of RFC 5681
            double grown = hyStart.isConservative() ? acked / HyStart.GROWTH_DIVISOR : acked;
            cwnd = Math.min(cwnd + grown, Math.max(ssthresh, cwnd + 1));
            return;
        }
        if (!inEpoch) {
            startEpoch(nowNanos);
        }
        wEst += (wEst >= beforeReduction ? 1 : ALPHA) * acked / cwnd; // §4.3
        double rtt = smoothedRttNanos / NANOS_PER_SECOND;
        double now = (nowNanos - epochStart) / NANOS_PER_SECOND;
        double target = Math.clamp(cubic(now + rtt), cwnd, 1.5 * cwnd); // §4.2
        double next = cubic(now) < wEst ? wEst : cwnd + (target - cwnd) / cwnd * acked; // §4.3, §4.4, §4.5
        cwnd = Math.max(cwnd, next);
    }

    @Override
    public void inherit(long window, long threshold) {
        cwnd = (double) window / mss;
        ssthresh = threshold >= UNLIMITED ? UNLIMITED : (double) threshold / mss;
    }

    @Override
    public void onRoundTrip(long rttNanos, boolean roundStarts, long nowNanos) {
        if (cwnd < ssthresh && hyStart.endsSlowStart(rttNanos, roundStarts)) {
            ssthresh = cwnd;
            hyStart.stop();
        }
    }

    private double cubic(double seconds) {
        double t = seconds - k;
        return C * t * t * t + wMax;
    }

    private void startEpoch(long nowNanos) {
        inEpoch = true;
        epochStart = nowNanos;
        cwndEpoch = cwnd;
        if (wMax < cwndEpoch) {
            wMax = cwndEpoch;
        }
        k = StrictMath.cbrt((wMax - cwndEpoch) / C);
        wEst = cwndEpoch;
    }

    @Override
    public void onLoss(long inFlight, long nowNanos) {
        reduce(inFlight);
        cwnd = ssthresh;
    }

    @Override
    public void onEcn(long inFlight, long nowNanos) {
        double before = cwnd;
        reduce(inFlight);
        cwnd = Math.min(ssthresh, before); // which may be one segment, after a timeout
    }

    private void reduce(long inFlight) {
        hyStart.stop();
        inEpoch = false;
        beforeReduction = cwnd;
        wMax = cwnd < wMax ? cwnd * (1 + BETA) / 2 : cwnd; // §4.7: fast convergence
        ssthresh = Math.max(Math.min(cwnd, (double) inFlight / mss) * BETA, 2); // §4.6
    }

    @Override
    public void onRecovered(long inFlight, long nowNanos) {
        cwnd = ssthresh;
    }

    @Override
    public void onTimeout(long inFlight, long nowNanos) { // §4.8
        reduce(inFlight);
        wMax = 0; // K is 0 and W_max is cwnd when congestion avoidance begins
        cwnd = 1;
    }

    @Override
    public void remember() {
        priorCwnd = cwnd;
        priorSsthresh = ssthresh;
        priorMax = wMax;
        priorEst = wEst;
        priorK = k;
        priorCwndEpoch = cwndEpoch;
        priorEpochStart = epochStart;
        priorInEpoch = inEpoch;
    }

    @Override
    public void undo(long nowNanos) { // §4.9
        if (cwnd >= priorCwnd) {
            return;
        }
        cwnd = priorCwnd;
        ssthresh = Math.max(ssthresh, priorSsthresh);
        wMax = priorMax;
        wEst = priorEst;
        k = priorK;
        cwndEpoch = priorCwndEpoch;
        epochStart = priorEpochStart;
        inEpoch = priorInEpoch;
    }

    @Override
    public void onIdleRestart(int timeouts, long nowNanos) {
        keepThreshold();
        double restart = Math.min(cwnd, (double) initialWindow / mss);
        cwnd = Math.max(cwnd / (1L << timeouts), restart);
        inEpoch = false;
    }

    @Override
    public void onUnused(long used, long nowNanos) {
        double needed = (double) Math.max(used, initialWindow) / mss;
        if (needed < cwnd) {
            keepThreshold();
            cwnd = (cwnd + needed) / 2;
            inEpoch = false;
        }
    }

    /** RFC 2861 §3: slow start leads back to three quarters of what once was right. */
    private void keepThreshold() {
        ssthresh = Math.max(ssthresh, cwnd * 3 / 4);
    }

    @Override
    public void onSegmentSize(int segmentSize) {
        double scale = (double) mss / segmentSize;
        mss = segmentSize;
        cwnd = Math.max(1, cwnd * scale);
        wMax *= scale;
        beforeReduction *= scale;
        priorCwnd *= scale;
        priorMax *= scale;
        priorEst *= scale;
        priorCwndEpoch *= scale;
        if (ssthresh < UNLIMITED) {
            ssthresh *= scale;
        }
        inEpoch = false;
    }
}
