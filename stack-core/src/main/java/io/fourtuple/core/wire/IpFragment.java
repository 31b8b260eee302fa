package io.fourtuple.core.wire;

import java.nio.ByteBuffer;

/**
 * Which part of a datagram a received fragment is (RFC 791 §3.1, RFC 8200 §4.5). Not yet judged: {@code end} may lie
 * beyond what a datagram can have, and a fragment may be empty.
 *
 * <pre>
 *  IPv4, in the header     | identification 2 | 0, DF, MF, offset 13 bits |
 *  IPv6, a header by itself | next header 1 | 0 | offset 13 bits, 00, M | identification 4 |
 * </pre>
 *
 * @param identification what the fragments of a datagram have in common, 16 or 32 bits
 * @param start octets of the datagram's payload in front of this part, 0–65528, a multiple of 8
 * @param end octets up to its last one, included
 * @param more whether something follows
 */
public record IpFragment(int identification, int start, int end, boolean more) {
    /** Octets of the header that a fragment has in IPv6, right in front of its payload. */
    public static final int V6_HEADER_LENGTH = 8;

    private static final int V4_MORE = 0x2000;
    private static final int V4_OFFSET = 0x1fff;
    private static final int V6_OFFSET = 0xfff8;

    /**
     * Reads it from the packet that {@code header}, which says that it is a fragment, was read from.
     *
     * @param frame the frame {@code header} was read from
     */
    public static IpFragment of(byte[] frame, IpHeader header) {
        if (header.isV4()) {
            int field = Bytes.uint16(frame, header.offset() + 6);
            int start = (field & V4_OFFSET) << 3;
            return new IpFragment(Bytes.uint16(frame, header.offset() + 4), start, start + header.payloadLength(),
                    (field & V4_MORE) != 0);
        }
        int at = header.payloadOffset() - V6_HEADER_LENGTH;
        int field = Bytes.uint16(frame, at + 2);
        int start = field & V6_OFFSET;
        return new IpFragment(Bytes.int32(frame, at + 4), start, start + header.payloadLength(), (field & 1) != 0);
    }

    /**
     * Writes this part of a datagram as a packet of its own at the position of {@code target}, a big-endian buffer, and
     * advances it.
     *
     * @param packet the whole datagram, whose IP header has neither options nor extension headers
     */
    public void write(ByteBuffer target, byte[] packet) {
        int at = target.position();
        if (IpHeader.version(packet, 0) == 4) {
            target.put(packet, 0, Ipv4Header.LENGTH);
            target.putShort(at + 2, (short) (Ipv4Header.LENGTH + length()));
            target.putShort(at + 4, (short) identification);
            target.putShort(at + 6, (short) ((start >>> 3) | (more ? V4_MORE : 0)));
            target.putShort(at + 10, (short) 0);
            target.putShort(at + 10, (short) Checksum.finish(Checksum.sum(target, at, Ipv4Header.LENGTH)));
            target.put(packet, Ipv4Header.LENGTH + start, length());
        } else {
            target.put(packet, 0, Ipv6Header.LENGTH);
            target.putShort(at + 4, (short) (V6_HEADER_LENGTH + length()));
            target.put(at + 6, (byte) Ipv6Extensions.FRAGMENT);
            target.putInt((Bytes.uint8(packet, 6) << 24) | start | (more ? 1 : 0));
            target.putInt(identification);
            target.put(packet, Ipv6Header.LENGTH + start, length());
        }
    }

    /** Octets of the datagram that it carries. */
    public int length() {
        return end - start;
    }

    /** True for the part with the start of the datagram, and so with the header of the protocol above. */
    public boolean isFirst() {
        return start == 0;
    }
}
