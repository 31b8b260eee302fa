package io.fourtuple.core.wire;

/**
 * An IPv6 packet that must be dropped and, as far as the rate limit allows, answered with an ICMPv6 Parameter Problem
 * (RFC 8200 §4, RFC 4443 §3.4). It counts as {@link Malformed#IP_HEADER}.
 *
 * @param source who sent it
 * @param destination whom it was for
 * @param offset where the IP header starts in the frame
 * @param end position behind the last octet of the packet
 * @param code {@link #ERRONEOUS_FIELD}, {@link #UNKNOWN_NEXT_HEADER}, {@link #UNKNOWN_OPTION} or
 *     {@link #INCOMPLETE_CHAIN}
 * @param pointer octets from the start of the IP header to what is wrong
 * @param evenIfMulticast whether a packet to a multicast address is answered too (RFC 8200 §4.2, action bits 10)
 */
public record Ipv6Problem(
        IpAddress source,
        IpAddress destination,
        int offset,
        int end,
        int code,
        int pointer,
        boolean evenIfMulticast)
        implements IpResult {
    /** A field has a value that makes no sense. */
    public static final int ERRONEOUS_FIELD = 0;
    /** There is a header here that is not known, or not in this place. */
    public static final int UNKNOWN_NEXT_HEADER = 1;
    /** The first fragment has not all headers of the packet (RFC 7112 §6). */
    public static final int INCOMPLETE_CHAIN = 3;
    /** An option is not known and says that it has to be. */
    public static final int UNKNOWN_OPTION = 2;
}
