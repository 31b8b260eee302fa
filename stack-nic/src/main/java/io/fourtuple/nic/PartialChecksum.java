package io.fourtuple.nic;

import io.fourtuple.core.wire.Bytes;
import io.fourtuple.core.wire.Checksum;
import io.fourtuple.core.wire.IpHeader;
import io.fourtuple.core.wire.TcpCodec;

/**
 * TCP checksums that a kernel has left for a NIC to add up, as libpcap and captures show them: the field holds the sum
 * of the pseudo-header and nothing else.
 *
 * <p>That happens to what this machine itself sends, and to frames that its kernel has merged (GRO) after it had
 * verified them. A frame that a wire has damaged looks like that once in 2¹⁶ times, as often as it passes a check.
 */
public final class PartialChecksum {
    private PartialChecksum() {}

    /**
     * Whether the field of a TCP segment holds the sum of its pseudo-header.
     *
     * @param frame the frame {@code packet} was read from
     * @param packet a packet that carries a whole TCP header
     */
    public static boolean isLeftOut(byte[] frame, IpHeader packet) {
        int pseudo = Checksum.pseudoHeader(
                packet.source(), packet.destination(), TcpCodec.PROTOCOL, packet.payloadLength());
        return Bytes.uint16(frame, packet.payloadOffset() + TcpCodec.CHECKSUM_OFFSET) == Checksum.fold(pseudo);
    }
}
