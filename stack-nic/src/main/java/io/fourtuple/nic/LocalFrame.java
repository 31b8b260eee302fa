package io.fourtuple.nic;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.wire.Bytes;
import io.fourtuple.core.wire.Checksum;
import io.fourtuple.core.wire.EthernetHeader;
import io.fourtuple.core.wire.IpHeader;
import io.fourtuple.core.wire.IpResult;
import io.fourtuple.core.wire.Ipv4Header;
import io.fourtuple.core.wire.Ipv6Header;
import io.fourtuple.core.wire.TcpCodec;

/**
 * Frames of this machine's kernel that reach us without the notes the kernel keeps beside them: that the TCP checksum
 * is left for a NIC to add up, and that segments are merged. libpcap, captures and tunnels show such frames.
 *
 * <p>Of a checksum that is left out, the field holds the sum of the pseudo-header and nothing else. That happens to
 * what this machine itself sends, and to frames that its kernel has merged after it had verified them. A frame that a
 * wire has damaged looks like that once in 2¹⁶ times, as often as a damaged frame passes a check.
 */
public final class LocalFrame {
    private static final int DATA_OFFSET = 12;

    private LocalFrame() {}

    /**
     * An Ethernet frame with the notes that can be made of it: vouched for when its TCP checksum is left out, merged
     * when its packet is longer than the MTU, of segments as long as the MTU lets through, as nobody says how many.
     *
     * @param mtu of the link, in octets
     */
    public static Frame of(byte[] bytes, int mtu) {
        if (bytes.length < EthernetHeader.LENGTH) {
            return new Frame(bytes);
        }
        int type = EthernetHeader.type(bytes);
        boolean isV4 = type == EthernetHeader.TYPE_IPV4;
        if (!isV4 && type != EthernetHeader.TYPE_IPV6) {
            return new Frame(bytes);
        }
        IpResult parsed = isV4
                ? Ipv4Header.parse(bytes, EthernetHeader.LENGTH)
                : Ipv6Header.parse(bytes, EthernetHeader.LENGTH);
        return parsed instanceof IpHeader packet && isWholeTcpHeader(packet)
                ? new Frame(bytes, isChecksumLeftOut(bytes, packet), mergedSegment(bytes, packet, mtu))
                : new Frame(bytes);
    }

    private static boolean isWholeTcpHeader(IpHeader packet) {
        return packet.protocol() == TcpCodec.PROTOCOL
                && !packet.fragment()
                && packet.payloadLength() >= TcpCodec.HEADER_LENGTH;
    }

    /**
     * Whether the checksum field of a TCP segment holds the sum of its pseudo-header.
     *
     * @param frame the frame {@code packet} was read from
     * @param packet a packet that carries a whole TCP header
     */
    public static boolean isChecksumLeftOut(byte[] frame, IpHeader packet) {
        int pseudo = Checksum.pseudoHeader(
                packet.source(), packet.destination(), TcpCodec.PROTOCOL, packet.payloadLength());
        return Bytes.uint16(frame, packet.payloadOffset() + TcpCodec.CHECKSUM_OFFSET) == Checksum.fold(pseudo);
    }

    private static int mergedSegment(byte[] bytes, IpHeader packet, int mtu) {
        if (packet.end() - packet.offset() <= mtu) {
            return 0;
        }
        int tcpHeader = (bytes[packet.payloadOffset() + DATA_OFFSET] & 0xf0) >>> 2;
        return Math.max(0, mtu - (packet.payloadOffset() - packet.offset()) - tcpHeader);
    }
}
