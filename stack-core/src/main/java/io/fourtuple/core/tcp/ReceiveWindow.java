package io.fourtuple.core.tcp;

import io.fourtuple.core.Counter;
import io.fourtuple.core.wire.Seq;
import io.fourtuple.core.wire.TcpSegment;

/** The window we offer (RFC 9293 §3.8.6.2.2, RFC 7323 §2) and the size of the receive buffer behind it. */
final class ReceiveWindow {
    private static final int MAX_UNSCALED = 0xffff;
    private static final int MAX_SHIFT = 14;
    /** The round trip to begin with, when none was measured. */
    private static final long UNKNOWN_RTT_NANOS = 50_000_000;
    /** What is longer than so many round trips was a pause. */
    private static final int PAUSE_ROUND_TRIPS = 8;

    private ReceiveWindow() {}

    /** The smallest shift with which the largest buffer can be announced. */
    static int shiftFor(TcpConfig config) {
        int shift = 0;
        while (shift < MAX_SHIFT && config.receiveBuffer().max() >> shift > MAX_UNSCALED) {
            shift++;
        }
        return shift;
    }

    /** The window of a SYN, which is never scaled. */
    static int ofSyn(TcpConfig config) {
        return Math.min(config.receiveBuffer().initial(), MAX_UNSCALED);
    }

    /**
     * Moves the right edge to where it should be now and returns the window field for it. The edge never moves left,
     * and moves right only by a useful step, a segment or half the buffer: no silly windows.
     */
    static int advertise(Tcb t) {
        int window = t.rcvWnd();
        int target = wanted(t);
        if (target > window) {
            window = target;
        }
        int unit = 1 << t.rcvShift;
        int scaled = (window + unit - 1) >> t.rcvShift; // up, so that rounding does not take back what was offered …
        int free = free(t);
        int bound = free + unit - 1;
        if (scaled << t.rcvShift > Math.max(bound, t.rcvWnd()) && window > 0) {
            scaled = window >> t.rcvShift; // … unless the buffer could then be overrun again and again
        }
        scaled = Math.min(scaled, MAX_UNSCALED);
        if (free == 0 && scaled > 0) {
            t.counters.increment(Counter.TCP_EXT_WANT_ZERO_WINDOW_ADV);
        }
        t.rcvEdge = Seq.max(t.rcvEdge, Seq.add(t.rcvNxt, scaled << t.rcvShift));
        return scaled;
    }

    /** Where what is acceptable ends: the right edge of the window, or of the buffer where that is the host's trait. */
    static int acceptableEdge(Tcb t) {
        return t.config.traits().windowIsBuffer()
                ? Seq.max(t.rcvEdge, Seq.add(t.lastAckSent, Math.max(0, t.receiveBuffer - t.receiveQueue.length())))
                : t.rcvEdge;
    }

    private static int free(Tcb t) {
        int clamp = t.config.tuning().windowClamp();
        int share = ReceiveMemory.share(t);
        int buffer = clamp == 0 ? share : Math.min(share, clamp);
        t.windowHeldBack = share < t.receiveBuffer;
        return Math.max(0, buffer - t.receiveQueue.length());
    }

    /** The window we would offer, or the present one when the difference is not worth it. */
    private static int wanted(Tcb t) {
        int window = t.rcvWnd();
        int free = Math.min(free(t), MAX_UNSCALED << t.rcvShift);
        int least = t.config.traits().windowIsBuffer() ? 1 : step(t);
        return free - window >= least ? free : window;
    }

    private static int step(Tcb t) {
        return Math.min(t.receiveBuffer / 2, Math.max(t.rcvMss, 1));
    }

    /**
     * Whether a window update is worth a segment of its own: the window grew by two segments, a third of the buffer or
     * half of it since it was last announced, or opens from (nearly) nothing. That the SYN could not say it all is no
     * reason before data come: their acknowledgment tells. Nor are data that came with a SYN.
     */
    static boolean updateIsDue(Tcb t) {
        int window = t.rcvWnd();
        int gain = wanted(t) - window;
        boolean none = t.bytesReceived == 0 || (t.fastOpened && t.windowOfSyn);
        boolean nothingCame = none && window >= t.rcvMss;
        if (gain <= 0 || nothingCame) {
            return false;
        }
        return window < t.rcvMss || gain >= Math.min(t.receiveBuffer / 2, Math.max(2 * t.rcvMss, t.receiveBuffer / 3));
    }

    /**
     * How long the peer takes to answer an acknowledgment with data, by its timestamps: the round trip as the receiver
     * of data sees it, who may never send any. It counts whole milliseconds that certainly went by. The first segment
     * that answers a timestamp tells; what comes after a pause does not.
     */
    static void measureRoundTrip(Tcb t, TcpSegment s, long now) {
        int echo = s.options().tsEcr();
        if (!t.timestamps || !s.options().hasTimestamps() || echo == t.rcvRttEcho || s.payloadLength() < t.rcvMss) {
            return;
        }
        t.rcvRttEcho = echo;
        long sample = (Seq.distance(echo, t.timestamp(now)) - 1) * 1_000_000L;
        if (sample >= 0 && sample <= PAUSE_ROUND_TRIPS * Math.max(roundTrip(t), UNKNOWN_RTT_NANOS)) {
            t.rcvRtt = t.rcvRtt == 0 ? sample : t.rcvRtt + (sample - t.rcvRtt) / 8;
        }
    }

    private static long roundTrip(Tcb t) {
        long longer = Math.max(t.rtt.smoothed(), t.rcvRtt);
        return longer > 0 ? longer : UNKNOWN_RTT_NANOS;
    }

    /**
     * The user took octets: dynamic right-sizing. When it took more than half a buffer within about one round trip, the
     * buffer limits the peer and grows, up to the maximum, unless memory is under pressure.
     */
    static void taken(Tcb t, int octets, long nowNanos) {
        t.tuneTaken += octets;
        long roundTrip = roundTrip(t);
        long elapsed = nowNanos - t.tuneStartedAt;
        if (elapsed < roundTrip) {
            return;
        }
        int max = t.config.receiveBuffer().max();
        boolean steady = elapsed <= Math.max(PAUSE_ROUND_TRIPS * roundTrip, UNKNOWN_RTT_NANOS);
        if (steady && t.tuneTaken > t.receiveBuffer / 2 && t.receiveBuffer < max
                && !t.memory.isUnderPressure()) {
            t.receiveBuffer = (int) Math.min(max, 2L * t.receiveBuffer);
        }
        t.tuneSpace = t.tuneTaken;
        t.tuneTaken = 0;
        t.tuneStartedAt = nowNanos;
    }
}
