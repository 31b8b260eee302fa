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
            cwnd = Math.min(cwnd + acked, Math.max(ssthresh, cwnd + 1));
            return;
        }
        if (!inEpoch) {
            startEpoch(nowNanos);
        }
        wEst += (wEst >= wMax ? 1 : ALPHA) * acked / cwnd; // §4.3
        double rtt = smoothedRttNanos / NANOS_PER_SECOND;
        double now = (nowNanos - epochStart) / NANOS_PER_SECOND;
        double target = Math.clamp(cubic(now + rtt), cwnd, 1.5 * cwnd); // §4.2
        double next = cubic(now) < wEst ? wEst : cwnd + (target - cwnd) / cwnd * acked; // §4.3, §4.4, §4.5
        cwnd = Math.max(cwnd, next);
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
        inEpoch = false;
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
    public void onIdleRestart(long nowNanos) {
        cwnd = Math.min(cwnd, (double) initialWindow / mss);
        inEpoch = false;
    }

    @Override
    public void onSegmentSize(int segmentSize) {
        double scale = (double) mss / segmentSize;
        mss = segmentSize;
        cwnd = Math.max(1, cwnd * scale);
        wMax *= scale;
        if (ssthresh < UNLIMITED) {
            ssthresh *= scale;
        }
        inEpoch = false;
    }
}
