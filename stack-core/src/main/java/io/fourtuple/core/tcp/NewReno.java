package io.fourtuple.core.tcp;

/** Slow start and congestion avoidance of RFC 5681, counting octets (RFC 3465). Halves on loss. */
public final class NewReno implements CongestionControl {
    private static final int UNLIMITED = Integer.MAX_VALUE;

    private int mss;
    private final long initialWindow;
    private long cwnd;
    private long ssthresh = UNLIMITED;
    /** Octets acknowledged since the window last grew in congestion avoidance. */
    private long acked;

    private long priorCwnd;
    private long priorSsthresh;

    private final HyStart hyStart = new HyStart();

    /** See {@link CongestionControlSupplier#create}. */
    public NewReno(int segmentSize, long initialWindow) {
        this.mss = segmentSize;
        this.initialWindow = initialWindow;
        this.cwnd = initialWindow;
    }

    @Override
    public long cwnd() {
        return cwnd;
    }

    @Override
    public long ssthresh() {
        return ssthresh;
    }

    @Override
    public String name() {
        return "reno";
    }

    @Override
    public void onAck(int ackedBytes, long inFlightBefore, boolean cwndLimited, long smoothedRttNanos, long nowNanos) {
        if (!cwndLimited) {
            return;
        }
        if (cwnd < ssthresh) { // §3.1 (2)
            int grown = hyStart.isConservative() ? Math.max(1, ackedBytes / HyStart.GROWTH_DIVISOR) : ackedBytes;
            cwnd = Math.min(cwnd + grown, Math.max(ssthresh, cwnd + mss));
            return;
        }
        acked += ackedBytes; // §3.1 (3), RFC 3465 §2.1: one segment per window's worth
        if (acked >= cwnd) {
            acked -= cwnd;
            cwnd += mss;
        }
    }

    @Override
    public void inherit(long window, long threshold) {
        cwnd = window;
        ssthresh = threshold;
    }

    @Override
    public void onRoundTrip(long rttNanos, boolean roundStarts, long nowNanos) {
        if (cwnd < ssthresh && hyStart.endsSlowStart(rttNanos, roundStarts)) {
            ssthresh = cwnd;
            hyStart.stop();
        }
    }

    @Override
    public void onLoss(long inFlight, long nowNanos) {
        hyStart.stop();
        ssthresh = halved(Math.min(inFlight, cwnd)); // §3.2 step 2: what limited transmit has sent does not count
        cwnd = ssthresh;
        acked = 0;
    }

    @Override
    public void onEcn(long inFlight, long nowNanos) {
        long before = cwnd;
        onLoss(inFlight, nowNanos);
        cwnd = Math.min(cwnd, before); // which may be one segment, after a timeout
    }

    @Override
    public void onRecovered(long inFlight, long nowNanos) {
        cwnd = ssthresh;
    }

    @Override
    public void onTimeout(long inFlight, long nowNanos) {
        hyStart.stop();
        ssthresh = halved(inFlight);
        cwnd = mss;
        acked = 0;
    }

    @Override
    public void remember() {
        priorCwnd = cwnd;
        priorSsthresh = ssthresh;
    }

    @Override
    public void undo(long nowNanos) {
        cwnd = Math.max(cwnd, priorCwnd);
        ssthresh = Math.max(ssthresh, priorSsthresh);
    }

    @Override
    public void onIdleRestart(int timeouts, long nowNanos) {
        keepThreshold();
        cwnd = Math.max(cwnd >> timeouts, Math.min(cwnd, initialWindow));
    }

    @Override
    public void onUnused(long used, long nowNanos) {
        long needed = Math.max(used, initialWindow);
        if (needed < cwnd) {
            keepThreshold();
            cwnd = (cwnd + needed) / 2;
        }
    }

    /** RFC 2861 §3: slow start leads back to three quarters of what once was right. */
    private void keepThreshold() {
        ssthresh = Math.max(ssthresh, cwnd * 3 / 4);
    }

    @Override
    public void onSegmentSize(int segmentSize) {
        mss = segmentSize;
        cwnd = Math.max(cwnd, mss);
    }

    private long halved(long inFlight) { // equation (4)
        return Math.max(inFlight / 2, 2L * mss);
    }
}
