package io.fourtuple.core.wire;

import java.nio.ByteBuffer;

/**
 * The Ethernet II header (RFC 894, RFC 2464 §3).
 *
 * <pre>
 *  | destination 6 | source 6 | type 2 | payload, padded to 46 octets |
 *  0               6          12       14
 * </pre>
 *
 * <p>Frames with an IEEE 802.3 length or an 802.1Q tag in place of the type have a type that is none of those below.
 */
public final class EthernetHeader {
    /** Octets of the header. */
    public static final int LENGTH = 14;
    /** The payload is an IPv4 packet. */
    public static final int TYPE_IPV4 = 0x0800;
    /** The payload is an ARP packet. */
    public static final int TYPE_ARP = 0x0806;
    /** The payload is an IPv6 packet. */
    public static final int TYPE_IPV6 = 0x86dd;

    private EthernetHeader() {}

    /** True when the frame is long enough to have a header. What follows may only be called then. */
    public static boolean isComplete(byte[] frame) {
        return frame.length >= LENGTH;
    }

    /** Whom the frame is for. */
    public static MacAddress destination(byte[] frame) {
        return MacAddress.read(frame, 0);
    }

    /** Who sent the frame. */
    public static MacAddress source(byte[] frame) {
        return MacAddress.read(frame, 6);
    }

    /** What the payload is, 0–65535. */
    public static int type(byte[] frame) {
        return Bytes.uint16(frame, 12);
    }

    /** Writes a header at the position of {@code target}, a big-endian buffer, and advances it by {@link #LENGTH}. */
    public static void write(ByteBuffer target, MacAddress destination, MacAddress source, int type) {
        destination.write(target);
        source.write(target);
        target.putShort((short) type);
    }
}
