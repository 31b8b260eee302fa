package io.fourtuple.core.tcp;

/**
 * Proportional rate reduction (RFC 9937): how much may be sent during fast recovery for each acknowledgment, so that
 * the window is at {@code ssthresh} when it ends, neither in a burst nor with a pause of half a round trip.
 */
final class ProportionalRateReduction {
    private long delivered;
    private long out;
    private long recoverFlight;
    private long window;

    /** What may be in flight now, in octets; takes the place of {@code cwnd} during fast recovery. */
    long window() {
        return window;
    }

    /**
     * Fast recovery begins (§6): {@code ssthresh} has been set.
     *
     * @param inFlight SND.NXT - SND.UNA before the acknowledgment that begins it
     * @param sackedBefore octets selectively acknowledged before it
     */
    void begin(int inFlight, int sackedBefore) {
        delivered = 0;
        out = 0;
        recoverFlight = Math.max(1, inFlight - (long) sackedBefore);
    }

    /**
     * An acknowledgment has come.
     *
     * @param octets newly delivered
     * @param progress SND.UNA has moved and nothing more was found lost: SafeACK
     */
    void acknowledged(long octets, long pipe, long ssthresh, int mss, boolean progress) {
        delivered += octets;
        long allowed;
        if (pipe > ssthresh) {
            allowed = Math.ceilDiv(delivered * ssthresh, recoverFlight) - out;
        } else {
            allowed = Math.max(delivered - out, octets) + (progress ? mss : 0);
            allowed = Math.min(ssthresh - pipe, allowed);
        }
        if (out == 0 && allowed < mss) {
            allowed = mss; // the fast retransmission
        }
        window = pipe + Math.max(0, allowed);
    }

    /** Time, not an acknowledgment, has told of a loss: one segment may be sent for it. */
    void allowOne(long pipe, int mss) {
        window = pipe + mss;
    }

    /** Octets were sent, new or again. */
    void sent(int octets) {
        out += octets;
    }
}
