package io.fourtuple.core.wire;

import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * An ARP packet for IPv4 over Ethernet (RFC 826).
 *
 * <pre>
 *  | hardware 2 = 1 | protocol 2 = 0800 | 6 | 4 | operation 2 |   8 octets
 *  | sender MAC 6 | sender IP 4 | target MAC 6 | target IP 4  |  20 octets
 * </pre>
 *
 * @param operation {@link #REQUEST} or {@link #REPLY}
 * @param senderMac never a group address in one that was received
 * @param senderIp {@code 0.0.0.0} in a probe (RFC 5227)
 * @param targetMac meaningless in a request
 * @param targetIp whose MAC address is asked for
 */
public record ArpPacket(
        int operation, MacAddress senderMac, IpAddress senderIp, MacAddress targetMac, IpAddress targetIp)
        implements ArpResult {
    /** Octets of the packet. */
    public static final int LENGTH = 28;
    /** Who has it? */
    public static final int REQUEST = 1;
    /** I have it. */
    public static final int REPLY = 2;

    private static final int HARDWARE_AND_PROTOCOL = 1 << 16 | EthernetHeader.TYPE_IPV4;
    private static final int ADDRESS_LENGTHS = 6 << 8 | 4;

    public ArpPacket {
        Objects.requireNonNull(senderMac, "senderMac");
        Objects.requireNonNull(targetMac, "targetMac");
        if (!senderIp.isV4() || !targetIp.isV4()) {
            throw new IllegalArgumentException("ARP is for IPv4, not for " + senderIp + " and " + targetIp);
        }
    }

    /**
     * Reads the packet that starts at {@code offset} and may be followed by padding.
     *
     * @param offset position in the frame, from 0 to its length
     */
    public static ArpResult parse(byte[] frame, int offset) {
        if (frame.length - offset < LENGTH
                || Bytes.int32(frame, offset) != HARDWARE_AND_PROTOCOL
                || Bytes.uint16(frame, offset + 4) != ADDRESS_LENGTHS) {
            return Malformed.ARP;
        }
        int operation = Bytes.uint16(frame, offset + 6);
        MacAddress senderMac = MacAddress.read(frame, offset + 8);
        if ((operation != REQUEST && operation != REPLY) || senderMac.isMulticast()) {
            return Malformed.ARP; // RFC 1812 §3.3.2: no station has a group address
        }
        return new ArpPacket(
                operation,
                senderMac,
                IpAddress.ofV4(Bytes.int32(frame, offset + 14)),
                MacAddress.read(frame, offset + 18),
                IpAddress.ofV4(Bytes.int32(frame, offset + 24)));
    }

    /** Writes it at the position of {@code target}, a big-endian buffer, and advances it by {@link #LENGTH}. */
    public void write(ByteBuffer target) {
        target.putInt(HARDWARE_AND_PROTOCOL);
        target.putShort((short) ADDRESS_LENGTHS);
        target.putShort((short) operation);
        senderMac.write(target);
        target.putInt(senderIp.v4Bits());
        targetMac.write(target);
        target.putInt(targetIp.v4Bits());
    }
}
