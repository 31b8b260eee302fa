package io.fourtuple.core.wire;

import java.nio.ByteBuffer;

/**
 * The IPv4 header (RFC 791 §3.1).
 *
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +-------+-------+-----------+---+-------------------------------+
 *  |   4   |  IHL  |   DSCP    |ECN|         total length          |   0
 *  +-------+-------+-----------+---+-+-+-+-------------------------+
 *  |        identification         |0|D|M|     fragment offset     |   4
 *  |                               | |F|F|        in 8 octets      |
 *  +---------------+---------------+-+-+-+-------------------------+
 *  |  time to live |   protocol    |        header checksum        |   8
 *  +---------------+---------------+-------------------------------+
 *  |                            source                             |  12
 *  +---------------------------------------------------------------+
 *  |                          destination                          |  16
 *  +---------------------------------------------------------------+
 *  |               options, 0 to 40 octets, then payload           |  20
 *  +---------------------------------------------------------------+
 * </pre>
 */
public final class Ipv4Header {
    /** Octets of a header without options. */
    public static final int LENGTH = 20;
    /** Every host takes packets of this size (RFC 791 §3.1). */
    public static final int MINIMUM_REASSEMBLY = 576;

    private static final int VERSION_AND_LENGTH = 4 << 4 | LENGTH / 4;
    private static final int DONT_FRAGMENT = 0x4000;
    /** Instead of an identification: "don't fragment". */
    public static final int WHOLE = -1;
    /** Offset of the word with time to live, protocol and checksum. */
    private static final int CHECKSUM_WORD = 8;
    private static final int MORE_FRAGMENTS_OR_OFFSET = 0x3fff;

    private Ipv4Header() {}

    /**
     * Reads the header of the packet that starts at {@code offset} and may be followed by padding.
     *
     * <p>Options are skipped: RFC 7126 lets a host ignore all of them. Addresses are not judged.
     *
     * @param offset position in the frame, from 0 to its length
     */
    public static IpResult parse(byte[] frame, int offset) {
        int available = frame.length - offset;
        if (available < LENGTH) {
            return Malformed.IP_HEADER;
        }
        int versionAndLength = Bytes.uint8(frame, offset);
        int headerLength = (versionAndLength & 0xf) << 2;
        if (versionAndLength >>> 4 != 4 || headerLength < LENGTH || headerLength > available) {
            return Malformed.IP_HEADER; // RFC 1122 §3.2.1.1
        }
        if (!Checksum.verifies(Checksum.sum(frame, offset, headerLength))) {
            return Malformed.IP_HEADER; // RFC 1122 §3.2.1.2
        }
        int totalLength = Bytes.uint16(frame, offset + 2);
        if (totalLength > available) {
            return Malformed.IP_TRUNCATED;
        }
        if (totalLength < headerLength) {
            return Malformed.IP_HEADER;
        }
        return new IpHeader(
                IpAddress.ofV4(Bytes.int32(frame, offset + 12)),
                IpAddress.ofV4(Bytes.int32(frame, offset + 16)),
                Bytes.uint8(frame, offset + 9),
                offset,
                offset + headerLength,
                totalLength - headerLength,
                Bytes.uint8(frame, offset + 8),
                Bytes.uint8(frame, offset + 1),
                (Bytes.uint16(frame, offset + 6) & MORE_FRAGMENTS_OR_OFFSET) != 0);
    }

    /**
     * Whether the packet that starts at {@code offset} says that it is no fragment and carries this protocol, 0–255;
     * the rest of it may be broken.
     */
    public static boolean isWhole(byte[] frame, int offset, int protocol) {
        return frame.length - offset >= LENGTH
                && Bytes.uint8(frame, offset) >>> 4 == 4
                && Bytes.uint8(frame, offset + 9) == protocol
                && (Bytes.uint16(frame, offset + 6) & MORE_FRAGMENTS_OR_OFFSET) == 0;
    }

    /**
     * Writes a header without options at the position of {@code target}, a big-endian buffer, and advances it by
     * {@link #LENGTH}. "Don't fragment" is set, and so the identification is 0: it has no meaning (RFC 6864 §4.1).
     *
     * @param payloadLength octets that follow, 0–65515
     * @param protocol of the payload, 0–255
     * @param timeToLive 0–255
     * @param trafficClass DSCP and ECN, 0–255
     * @throws IllegalArgumentException when the packet would be longer than 65535 octets
     */
    public static void write(
            ByteBuffer target,
            IpAddress source,
            IpAddress destination,
            int payloadLength,
            int protocol,
            int timeToLive,
            int trafficClass) {
        write(target, source, destination, SourceRoute.NONE, payloadLength, protocol, timeToLive, trafficClass,
                WHOLE);
    }

    /**
     * The same for a packet that goes by a source route: it is sent to the first hop, and the destination stands at the
     * end of the option that follows the header.
     *
     * @param identification 0–65535 for a packet that routers may cut, whose fragments it tells from others;
     *     {@link #WHOLE} for one that they may not
     */
    public static void write(
            ByteBuffer target,
            IpAddress source,
            IpAddress destination,
            SourceRoute route,
            int payloadLength,
            int protocol,
            int timeToLive,
            int trafficClass,
            int identification) {
        int headerLength = LENGTH + route.length();
        int totalLength = headerLength + payloadLength;
        if (totalLength < headerLength || totalLength > 0xffff) {
            throw new IllegalArgumentException("an IPv4 packet cannot have " + totalLength + " octets");
        }
        int start = target.position();
        int first = (VERSION_AND_LENGTH + route.length() / 4) << 24 | (trafficClass & 0xff) << 16 | totalLength;
        int third = (timeToLive & 0xff) << 24 | (protocol & 0xff) << 16;
        IpAddress next = route.first(destination);
        int second = identification == WHOLE ? DONT_FRAGMENT : identification << 16;
        int sum = halves(first) + halves(second) + halves(third) + halves(source.v4Bits()) + halves(next.v4Bits());
        target.putInt(first);
        target.putInt(second);
        target.putInt(third | Checksum.finish(sum));
        target.putInt(source.v4Bits());
        target.putInt(next.v4Bits());
        if (!route.isNone()) {
            route.write(target, destination);
            sum += Checksum.sum(target, start + LENGTH, route.length());
            target.putInt(start + CHECKSUM_WORD, third | Checksum.finish(sum));
        }
    }

    /**
     * A packet with the header of {@code first}, options and all, and room for the payload of the datagram that it is
     * the first fragment of.
     *
     * @param frame the frame {@code first} was read from
     * @param payloadLength octets of the whole datagram, such that with the header they are at most 65535
     * @param ecn the two bits of RFC 3168 for the whole, 0–3
     */
    public static byte[] whole(byte[] frame, IpHeader first, int payloadLength, int ecn) {
        int headerLength = first.payloadOffset() - first.offset();
        byte[] packet = new byte[headerLength + payloadLength];
        System.arraycopy(frame, first.offset(), packet, 0, headerLength);
        Bytes.putUint8(packet, 1, (first.trafficClass() & ~3) | ecn);
        Bytes.putUint16(packet, 2, packet.length);
        Bytes.putUint16(packet, 6, 0);
        Bytes.putUint16(packet, 10, 0);
        Bytes.putUint16(packet, 10, Checksum.finish(Checksum.sum(packet, 0, headerLength)));
        return packet;
    }

    private static int halves(int word) {
        return (word & 0xffff) + (word >>> 16);
    }
}
