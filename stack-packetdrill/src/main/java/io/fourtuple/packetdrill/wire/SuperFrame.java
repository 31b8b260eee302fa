package io.fourtuple.packetdrill.wire;

import io.fourtuple.core.ip.TransmitOffload;
import io.fourtuple.core.wire.TcpFlags;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A packet with more than one segment, which is cut below TCP. */
final class SuperFrame {
    private static final int IPV4_LENGTH = 2;
    private static final int IPV4_CHECKSUM = 10;
    private static final int IPV6_LENGTH = 4;
    private static final int IPV6_HEADER = 40;
    private static final int SEQUENCE = 4;
    private static final int FLAGS = 13;
    private static final int CHECKSUM = 16;

    private SuperFrame() {}

    /**
     * Its segments, with complete checksums: PSH and FIN are those of the last one, CWR that of the first. Of a packet
     * that need not be cut, itself.
     */
    static List<byte[]> cut(byte[] packet, TransmitOffload offload) {
        int payload = packet.length - offload.headerLength;
        if (offload.segmentSize == 0 || payload <= offload.segmentSize) {
            return List.of(packet);
        }
        List<byte[]> segments = new ArrayList<>();
        for (int at = 0; at < payload; at += offload.segmentSize) {
            int length = Math.min(offload.segmentSize, payload - at);
            byte[] segment = Arrays.copyOf(packet, offload.headerLength + length);
            System.arraycopy(packet, offload.headerLength + at, segment, offload.headerLength, length);
            finish(segment, packet.length, at, at + length == payload, offload);
            segments.add(segment);
        }
        return segments;
    }

    private static void finish(byte[] segment, int whole, int at, boolean last, TransmitOffload offload) {
        ByteBuffer packet = ByteBuffer.wrap(segment);
        int tcp = offload.checksumStart;
        packet.putInt(tcp + SEQUENCE, packet.getInt(tcp + SEQUENCE) + at);
        int cleared = (at > 0 ? TcpFlags.CWR : 0) | (last ? 0 : TcpFlags.PSH | TcpFlags.FIN);
        packet.put(tcp + FLAGS, (byte) (packet.get(tcp + FLAGS) & ~cleared));
        if (offload.ipv6) {
            packet.putShort(IPV6_LENGTH, (short) (segment.length - IPV6_HEADER));
        } else {
            packet.putShort(IPV4_LENGTH, (short) segment.length);
            packet.putShort(IPV4_CHECKSUM, (short) 0);
            packet.putShort(IPV4_CHECKSUM, (short) ~PacketCodec.fold(PacketCodec.sum(segment, 0, tcp)));
        }
        int pseudoHeader = packet.getShort(tcp + CHECKSUM) & 0xffff; // of the whole: RFC 1624 makes it that of the part
        packet.putShort(tcp + CHECKSUM, (short) PacketCodec.fold(
                pseudoHeader + (~(whole - tcp) & 0xffff) + segment.length - tcp));
        PacketCodec.complete(segment, tcp, CHECKSUM);
    }
}
