package io.fourtuple.core.tcp;

/**
 * What an ICMP message says about a connection (RFC 5927, RFC 9293 §3.9.2.2).
 *
 * @param kind the class of error
 * @param mtu with {@link Kind#PACKET_TOO_BIG}: MTU of the next hop in octets, or 0 when the router did not say
 */
public record IcmpError(Kind kind, int mtu) {
    /** Classes that TCP treats alike. */
    public enum Kind {
        /** Network or host unreachable: soft, the connection goes on trying. */
        UNREACHABLE,
        /** The hop limit was exceeded on the way: soft, too, but some hosts give up an open. */
        EXPIRED,
        /** Port or protocol unreachable, prohibited: ends an open that is still in progress. */
        REFUSED,
        /** Fragmentation needed, packet too big. */
        PACKET_TOO_BIG,
        /** The next hop on our own link did not answer address resolution: ends an open still in progress. */
        NEIGHBOR_FAILED
    }
}
