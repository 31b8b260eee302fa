package io.fourtuple.core.tcp;

import io.fourtuple.core.wire.Seq;
import io.fourtuple.core.wire.TcpSegment;

/**
 * How large the receive buffer has to be: the user takes what comes within a round trip, and the buffer grows when that
 * is much of it (dynamic right-sizing). Confined to the connection's thread.
 */
final class RightSizing {
    /** The round trip to begin with, when none was measured. */
    private static final long UNKNOWN_RTT_NANOS = 50_000_000;
    /** What is longer than so many round trips was a pause. */
    private static final int PAUSE_ROUND_TRIPS = 8;

    private long startedAt;
    private long taken;
    /** What the user took within the last round trip. */
    private long space;
    /** The round trip as the receiver sees it, 0 before the first measurement, and the last echo that told. */
    private long rtt;
    private int echo;

    RightSizing(long nowNanos) {
        startedAt = nowNanos;
    }

    /** The connection is there: counts from now on. */
    void start(long nowNanos) {
        startedAt = nowNanos;
    }

    /** Octets the user took within the last round trip. */
    long space() {
        return space;
    }

    /** The round trip as the receiver sees it; 0 before the first measurement. */
    long roundTrip() {
        return rtt;
    }

    /**
     * How long the peer takes to answer an acknowledgment with data, by its timestamps: the round trip as the receiver
     * of data sees it, who may never send any. It counts whole milliseconds that certainly went by. The first segment
     * that answers a timestamp tells; what comes after a pause does not.
     */
    void measure(Tcb t, TcpSegment s, long now) {
        int answered = s.options().tsEcr();
        if (!t.timestamps || !s.options().hasTimestamps() || answered == echo || s.payloadLength() < t.rcvMss) {
            return;
        }
        echo = answered;
        long sample = (Seq.distance(answered, t.timestamp(now)) - 1) * 1_000_000L;
        if (sample >= 0 && sample <= PAUSE_ROUND_TRIPS * Math.max(longest(t), UNKNOWN_RTT_NANOS)) {
            rtt = rtt == 0 ? sample : rtt + (sample - rtt) / 8;
        }
    }

    private long longest(Tcb t) {
        long longer = Math.max(t.rtt.smoothed(), rtt);
        return longer > 0 ? longer : UNKNOWN_RTT_NANOS;
    }

    /**
     * The user took octets. When it took more than half a buffer within about one round trip, the buffer limits the
     * peer and grows, up to the maximum, unless memory is under pressure.
     */
    void taken(Tcb t, int octets, long now) {
        taken += octets;
        long roundTrip = longest(t);
        long elapsed = now - startedAt;
        if (elapsed < roundTrip) {
            return;
        }
        int max = t.config.receiveBuffer().max();
        boolean steady = elapsed <= Math.max(PAUSE_ROUND_TRIPS * roundTrip, UNKNOWN_RTT_NANOS);
        if (steady && taken > t.receiveBuffer / 2 && t.receiveBuffer < max && !t.memory.isUnderPressure()) {
            t.receiveBuffer = (int) Math.min(max, 2L * t.receiveBuffer);
        }
        space = taken;
        taken = 0;
        startedAt = now;
    }
}
