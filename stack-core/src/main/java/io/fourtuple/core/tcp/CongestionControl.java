package io.fourtuple.core.tcp;

/**
 * How much may be in flight: one policy, one instance per connection, confined to the connection's thread.
 *
 * <p>All sizes are octets, all times nanoseconds. Loss detection and retransmission are not its business: it is told.
 * RFC 5681 gives the frame, and in it {@code cwnd} and {@code ssthresh}.
 */
public interface CongestionControl {
    /** The congestion window in octets, at least one segment. */
    long cwnd();

    /** The slow start threshold in octets. */
    long ssthresh();

    /** Its name as in {@code TCP_CONGESTION}: {@code reno}, {@code cubic}. */
    String name();

    /**
     * New data was acknowledged, not during loss recovery.
     *
     * @param ackedBytes octets newly acknowledged or selectively acknowledged, at least 1
     * @param inFlightBefore octets in flight before this acknowledgment arrived
     * @param cwndLimited whether the window, and not the application or the peer, limited what was sent
     * @param smoothedRttNanos the smoothed round-trip time, or 0 while unknown
     */
    void onAck(int ackedBytes, long inFlightBefore, boolean cwndLimited, long smoothedRttNanos, long nowNanos);

    /** Loss was detected and fast recovery starts. Sets {@code ssthresh} and {@code cwnd}. */
    void onLoss(long inFlight, long nowNanos);

    /**
     * A router on the way is congested and has said so instead of dropping a packet (RFC 3168 §6.1.2). Told once for
     * what is in flight, and not during loss recovery. Reduces {@code ssthresh} and {@code cwnd} as for a loss; nothing
     * is sent again.
     */
    default void onEcn(long inFlight, long nowNanos) {
        onLoss(inFlight, nowNanos);
    }

    /** Fast recovery is over: everything sent before it began is acknowledged. */
    void onRecovered(long inFlight, long nowNanos);

    /** The retransmission timer ran out for the first time in a row: {@code cwnd} becomes one segment. */
    void onTimeout(long inFlight, long nowNanos);

    /** Nothing was sent for longer than one retransmission timeout (RFC 5681 §4.1). */
    void onIdleRestart(long nowNanos);

    /** The maximum segment size changed, in octets of payload. */
    void onSegmentSize(int segmentSize);
}
