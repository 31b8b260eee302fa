package io.fourtuple.core.wire;

import java.nio.ByteBuffer;

/**
 * The IPv6 header (RFC 8200 §3) and the extension headers behind it (§4).
 *
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +-------+-----------+---+---------------------------------------+
 *  |   6   |   DSCP    |ECN|              flow label               |   0
 *  +-------+-----------+---+-------+---------------+---------------+
 *  |        payload length         |  next header  |   hop limit   |   4
 *  +-------------------------------+---------------+---------------+
 *  |                       source, 16 octets                       |   8
 *  +---------------------------------------------------------------+
 *  |                    destination, 16 octets                     |  24
 *  +---------------------------------------------------------------+
 *  |           extension headers, then payload                     |  40
 *  +---------------------------------------------------------------+
 * </pre>
 *
 * <p>Jumbograms (RFC 2675) are not supported: their payload length of 0 leaves no room for the option that says so.
 */
public final class Ipv6Header {
    /** Octets of a header without extensions. */
    public static final int LENGTH = 40;
    /** Every link carries packets of this size (RFC 8200 §5). */
    public static final int MINIMUM_MTU = 1280;
    /** "Next header" when nothing follows: such a packet is for nobody, and no error (RFC 8200 §4.7). */
    public static final int NO_NEXT_HEADER = 59;

    private Ipv6Header() {}

    /**
     * Reads the header of the packet that starts at {@code offset} and may be followed by padding, and walks over its
     * extension headers up to the first that is not one.
     *
     * <p>An IPv4-mapped address makes the packet malformed: it has no business on a wire and would be taken for IPv4.
     * Other addresses are not judged.
     *
     * @param offset position in the frame, from 0 to its length
     */
    public static IpResult parse(byte[] frame, int offset) {
        int available = frame.length - offset;
        if (available < LENGTH) {
            return Malformed.IP_HEADER;
        }
        int first = Bytes.int32(frame, offset);
        IpAddress source = address(frame, offset + 8);
        IpAddress destination = address(frame, offset + 24);
        if (first >>> 28 != 6 || source.isV4() || destination.isV4()) {
            return Malformed.IP_HEADER;
        }
        int length = LENGTH + Bytes.uint16(frame, offset + 4);
        if (length > available) {
            return Malformed.IP_TRUNCATED;
        }
        int nextHeader = Bytes.uint8(frame, offset + 6);
        if (!Ipv6Extensions.isExtension(nextHeader)) { // nearly every packet
            return new IpHeader(source, destination, nextHeader, offset, offset + LENGTH, length - LENGTH,
                    Bytes.uint8(frame, offset + 7), first >>> 20 & 0xff, false);
        }
        return Ipv6Extensions.walk(frame, offset, offset + length, source, destination);
    }

    /**
     * Whether the packet that starts at {@code offset} says that it carries this protocol, 0–255, right behind its
     * header, and so is no fragment; the rest of it may be broken.
     */
    public static boolean isWhole(byte[] frame, int offset, int protocol) {
        return frame.length - offset >= LENGTH
                && Bytes.uint8(frame, offset) >>> 4 == 6
                && Bytes.uint8(frame, offset + 6) == protocol;
    }

    /** The address whose 16 octets start at {@code index}. */
    static IpAddress address(byte[] bytes, int index) {
        return IpAddress.of(Bytes.int64(bytes, index), Bytes.int64(bytes, index + 8));
    }

    /**
     * A packet with the headers in front of the fragment header of {@code first}, and room for what the fragments
     * carry (RFC 8200 §4.5).
     *
     * @param frame the frame {@code first}, the first fragment, was read from
     * @param fragmentedLength octets that all fragments carry together, such that with the extension headers in front
     *     they are at most 65535
     * @param ecn the two bits of RFC 3168 for the whole, 0–3
     */
    public static byte[] whole(byte[] frame, IpHeader first, int fragmentedLength, int ecn) {
        int headersLength = first.payloadOffset() - IpFragment.V6_HEADER_LENGTH - first.offset();
        byte[] packet = new byte[headersLength + fragmentedLength];
        System.arraycopy(frame, first.offset(), packet, 0, headersLength);
        Bytes.putUint8(packet, 1, (Bytes.uint8(packet, 1) & ~0x30) | (ecn << 4));
        Bytes.putUint16(packet, 4, packet.length - LENGTH);
        Bytes.putUint8(packet, Ipv6Extensions.fragmentKindIndex(frame, first) - first.offset(), first.protocol());
        return packet;
    }

    /**
     * Writes a header at the position of {@code target}, a big-endian buffer, and advances it by {@link #LENGTH}.
     *
     * @param payloadLength octets that follow, 0–65535
     * @param protocol of the payload, 0–255
     * @param hopLimit 0–255
     * @param trafficClass DSCP and ECN, 0–255
     * @param flowLabel 20 bits; 0 for none (RFC 6437)
     * @throws IllegalArgumentException when the payload is too long, or an address is not IPv6
     */
    public static void write(
            ByteBuffer target,
            IpAddress source,
            IpAddress destination,
            int payloadLength,
            int protocol,
            int hopLimit,
            int trafficClass,
            int flowLabel) {
        if (payloadLength >>> 16 != 0) {
            throw new IllegalArgumentException("an IPv6 packet cannot carry " + payloadLength + " octets");
        }
        if (source.isV4() || destination.isV4()) {
            throw new IllegalArgumentException("not two IPv6 addresses: " + source + ", " + destination);
        }
        target.putInt(6 << 28 | (trafficClass & 0xff) << 20 | (flowLabel & 0xfffff));
        target.putInt(payloadLength << 16 | (protocol & 0xff) << 8 | (hopLimit & 0xff));
        target.putLong(source.high());
        target.putLong(source.low());
        target.putLong(destination.high());
        target.putLong(destination.low());
    }
}
