package io.fourtuple.core.tcp;

/**
 * How much may be in flight: one policy, one instance per connection, confined to the connection's thread.
 *
 * <p>All sizes are octets, all times nanoseconds. Loss detection and retransmission are not its business: it is told.
 * RFC 5681 gives the frame, and in it {@code cwnd} and {@code ssthresh}.
 */
public interface CongestionControl {
    /** What {@link #pacingRate} says when nothing is paced. */
    long UNPACED = 0;

    /** The congestion window in octets, at least one segment. */
    long cwnd();

    /** The slow start threshold in octets. */
    long ssthresh();

    /** Octets per second at which the window is to be used up, or {@link #UNPACED} to send as the window allows. */
    default long pacingRate() {
        return UNPACED;
    }

    /** Whether {@link #cwnd} holds during fast recovery, too; else proportional rate reduction does (RFC 9937). */
    default boolean shapesRecovery() {
        return false;
    }

    /** Its name as in {@code TCP_CONGESTION}: {@code reno}, {@code cubic}, {@code bbr}, {@code bbr1}. */
    String name();

    /**
     * Data were delivered, during loss recovery, too: for HyStart++ (RFC 9406), and not called when that is off. Comes
     * before {@link #onAck}.
     *
     * @param rttNanos round-trip time of the octets, the shortest, or 0 when all of them were sent more than once
     * @param roundStarts whether what was in flight when the last round trip began is acknowledged now
     */
    default void onRoundTrip(long rttNanos, boolean roundStarts, long nowNanos) {}

    /** It takes the place of another one, which had got so far. */
    default void inherit(long cwnd, long ssthresh) {}

    /** Data were delivered; recovery has begun or ended if this acknowledgment says so. Comes last. */
    default void onSample(AckSample sample, long nowNanos) {}

    /**
     * New data was acknowledged, not during loss recovery. What is acknowledged selectively only is no reason (RFC 5681
     * §3.2, RFC 3042), unless the path changes the order of segments.
     *
     * @param ackedBytes octets that are known to have arrived by this acknowledgment, at least 1
     * @param inFlightBefore octets in flight before this acknowledgment arrived
     * @param cwndLimited whether the window, and not the application or the peer, limited what was sent; during slow
     *     start whether more than half of it was used (RFC 7661 §4.2)
     * @param smoothedRttNanos the smoothed round-trip time, or 0 while unknown
     */
    void onAck(int ackedBytes, long inFlightBefore, boolean cwndLimited, long smoothedRttNanos, long nowNanos);

    /**
     * Loss was detected and fast recovery starts. Sets {@code ssthresh} and {@code cwnd}.
     *
     * @param inFlight FlightSize of RFC 5681: octets sent and not cumulatively acknowledged
     */
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

    /** Loss recovery begins: what is in force now is to be kept for {@link #undo}. */
    default void remember() {}

    /**
     * The loss was none, as came out later (RFC 4015, RFC 9438 §4.9): back to what was
     * {@linkplain #remember remembered}, unless the present window is larger.
     */
    default void undo(long nowNanos) {}

    /**
     * Nothing was sent for longer than one retransmission timeout (RFC 5681 §4.1, RFC 2861 §3.2).
     *
     * @param timeouts how many have passed, at least 1
     */
    void onIdleRestart(int timeouts, long nowNanos);

    /**
     * For a retransmission timeout or longer the application has not used the window (RFC 7661, RFC 2861 §3.3).
     *
     * @param used the most that was in flight, in octets
     */
    default void onUnused(long used, long nowNanos) {}

    /** The maximum segment size changed, in octets of payload. */
    void onSegmentSize(int segmentSize);
}
