package io.fourtuple.core.wire;

import java.util.Optional;

/**
 * What the headers of a received IPv4 or IPv6 packet say, verified: all positions are inside the frame.
 *
 * <pre>
 *  frame  | link header | IP header, options, extension headers | payload       | padding |
 *         0             offset                                  payloadOffset   end()
 * </pre>
 *
 * @param source who sent it
 * @param destination whom it is for
 * @param protocol protocol number of the payload, 0–255; of a fragment, that of what it is a part of
 * @param offset where the IP header starts in the frame
 * @param payloadOffset where the payload starts in the frame, behind all options and extension headers
 * @param payloadLength octets of the payload, 0–65535; padding of the link layer is not counted
 * @param hopLimit TTL of IPv4, hop limit of IPv6
 * @param trafficClass the octet with DSCP and ECN (RFC 2474, RFC 3168)
 * @param fragment whether this is a part of a larger packet, so that the payload cannot be read by itself
 */
public record IpHeader(
        IpAddress source,
        IpAddress destination,
        int protocol,
        int offset,
        int payloadOffset,
        int payloadLength,
        int hopLimit,
        int trafficClass,
        boolean fragment)
        implements IpResult {
    /**
     * The version in the first four bits of the packet at {@code offset}, which is all that tells 4 from 6 on a layer-3
     * link; 0 when there is no packet.
     */
    public static int version(byte[] frame, int offset) {
        return offset < frame.length ? Bytes.uint8(frame, offset) >>> 4 : 0;
    }

    /** True for IPv4. */
    public boolean isV4() {
        return source.isV4();
    }

    /** Position behind the last octet of the packet. */
    public int end() {
        return payloadOffset + payloadLength;
    }

    /**
     * The header of the protocol above IP, past the extension headers that the first fragment of an IPv6 packet may
     * have behind its fragment header (RFC 7112); empty when they are too many or do not end in this packet.
     *
     * @param frame the frame these headers were read from
     */
    public Optional<UpperLayer> upperLayer(byte[] frame) {
        int kind = protocol;
        int index = payloadOffset;
        for (int count = 0; !isV4() && Ipv6Extensions.isExtension(kind); count++) {
            int length = Ipv6Extensions.headerLength(frame, index, end(), kind);
            if (length < 0 || count == Ipv6Extensions.MAX_HEADERS) {
                return Optional.empty();
            }
            kind = Bytes.uint8(frame, index);
            index += length;
        }
        return Optional.of(new UpperLayer(kind, index));
    }

    /**
     * Where the header of the protocol above IP starts.
     *
     * @param protocol its number, 0–255
     * @param offset position in the frame
     */
    public record UpperLayer(int protocol, int offset) {}

    /** Its bits of {@link Ecn}. */
    public int ecn() {
        return Ecn.of(trafficClass);
    }

    /**
     * Whether the checksum of a TCP segment that is the payload is right (RFC 9293 §3.1, MUST-3).
     *
     * @param frame the frame these headers were read from
     */
    public boolean isTcpChecksumValid(byte[] frame) {
        return Checksum.verifies(Checksum.pseudoHeader(source, destination, TcpCodec.PROTOCOL, payloadLength)
                + Checksum.sum(frame, payloadOffset, payloadLength));
    }
}
