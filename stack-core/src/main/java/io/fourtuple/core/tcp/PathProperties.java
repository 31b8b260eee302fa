package io.fourtuple.core.tcp;

/**
 * What TCP has to know of the path to a peer.
 *
 * @param mss payload octets of a segment without TCP options: the MTU less the IP header and 20 (RFC 6691)
 * @param maxPayload the largest payload that may be handed down as one segment: above {@code mss} only when the
 *     NIC cuts segments itself (TSO)
 */
public record PathProperties(int mss, int maxPayload) {
    public PathProperties {
        if (mss < 1 || maxPayload < mss) {
            throw new IllegalArgumentException("need 1 <= mss <= maxPayload, not " + mss + ", " + maxPayload);
        }
    }

    /** The same with no larger segments than this ({@code TCP_MAXSEG}); 0 for no such bound. */
    PathProperties atMost(int bound) {
        if (bound == 0 || bound >= mss) {
            return this;
        }
        return new PathProperties(bound, maxPayload > mss ? Math.max(bound, maxPayload / bound * bound) : bound);
    }
}
