package io.fourtuple.packetdrill.wire;

import io.fourtuple.core.wire.IpAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/** Writes and reads the packets of a script (RFC 791, 8200, 9293, 792, 4443), with all checksums. */
public final class PacketCodec {
    private static final int V4_HEADER = 20;
    private static final int V6_HEADER = 40;
    private static final int TCP_HEADER = 20;
    private static final int TCP = 6;
    private static final int ICMP = 1;
    private static final int ICMP6 = 58;
    private static final int DONT_FRAGMENT = 0x4000;

    private PacketCodec() {}

    /** A packet that is not as it has to be. */
    public static final class MalformedPacketException extends Exception {
        private static final long serialVersionUID = 1L;

        MalformedPacketException(String message) {
            super(message);
        }
    }

    /** The octets of a segment, its payload being zeroes. */
    public static byte[] encode(Segment segment) {
        byte[] tcp = tcp(segment, TCP_HEADER + segment.options().length + segment.payloadLength());
        return ip(segment.endpoints(), segment.trafficClass(), segment.ttl(), TCP, tcp, 16);
    }

    private static byte[] tcp(Segment s, int length) {
        byte[] options = s.options();
        ByteBuffer tcp = ByteBuffer.allocate(length);
        int offset = (TCP_HEADER + options.length) / 4;
        tcp.putShort((short) s.endpoints().sourcePort()).putShort((short) s.endpoints().destinationPort());
        tcp.putInt(s.sequence()).putInt(s.acknowledgment());
        tcp.putShort((short) (offset << 12 | s.reserved() << 9 | s.flags())).putShort((short) s.window());
        tcp.putShort((short) 0).putShort((short) s.urgentPointer()).put(options);
        return tcp.array();
    }

    /**
     * The octets of an ICMP message from the remote end.
     *
     * @param from who sends it
     * @param extra the second four octets, such as an MTU
     * @param quoted the segment it is about, as the stack sent it
     */
    public static byte[] icmp(
            IpAddress from, IpAddress to, int trafficClass, int ttl, int type, int code, int extra, Segment quoted) {
        byte[] original = encode(quoted);
        int header = from.isV4() ? V4_HEADER : V6_HEADER;
        byte[] quote = Arrays.copyOf(original, Math.min(original.length, header + (from.isV4() ? 8 : TCP_HEADER)));
        ByteBuffer message = ByteBuffer.allocate(8 + quote.length);
        message.put((byte) type).put((byte) code).putShort((short) 0).putInt(extra).put(quote);
        Endpoints endpoints = new Endpoints(from, 0, to, 0);
        return ip(endpoints, trafficClass, ttl, from.isV4() ? ICMP : ICMP6, message.array(), 2);
    }

    /** The packet around {@code content}, which gets its checksum at {@code checksumAt}. */
    private static byte[] ip(Endpoints ends, int trafficClass, int ttl, int protocol, byte[] content, int checksumAt) {
        boolean pseudo = protocol != ICMP;
        int sum = sum(content, 0, content.length) + (pseudo ? pseudoHeader(ends, protocol, content.length) : 0);
        ByteBuffer.wrap(content).putShort(checksumAt, (short) ~fold(sum));
        if (!ends.source().isV4()) {
            ByteBuffer packet = ByteBuffer.allocate(V6_HEADER + content.length);
            packet.putInt(6 << 28 | trafficClass << 20).putShort((short) content.length);
            packet.put((byte) protocol).put((byte) ttl);
            return packet.put(ends.source().toBytes()).put(ends.destination().toBytes()).put(content).array();
        }
        ByteBuffer packet = ByteBuffer.allocate(V4_HEADER + content.length);
        packet.put((byte) 0x45).put((byte) trafficClass).putShort((short) packet.capacity());
        packet.putShort((short) 0).putShort((short) DONT_FRAGMENT).put((byte) ttl).put((byte) protocol);
        packet.putShort((short) 0).put(ends.source().toBytes()).put(ends.destination().toBytes());
        packet.putShort(10, (short) ~fold(sum(packet.array(), 0, V4_HEADER)));
        return packet.put(content).array();
    }

    /**
     * Reads what the stack has sent.
     *
     * @return empty when it is no TCP
     * @throws MalformedPacketException when lengths or checksums are wrong
     */
    public static Optional<Segment> decode(byte[] packet) throws MalformedPacketException {
        require(packet.length >= V4_HEADER, "an IP packet of " + packet.length + " octets");
        ByteBuffer in = ByteBuffer.wrap(packet);
        int version = packet[0] >> 4 & 0xf;
        return switch (version) {
            case 4 -> {
                int header = (packet[0] & 0xf) * 4;
                require(header >= V4_HEADER && header <= packet.length, "an IPv4 header of " + header + " octets");
                require((in.getShort(2) & 0xffff) == packet.length,
                        "the length in the IPv4 header is not the packet's");
                require(fold(sum(packet, 0, header)) == 0xffff, "the checksum of the IPv4 header is wrong");
                yield packet[9] == TCP
                        ? Optional.of(tcp(packet, header, address(packet, 12, 4), address(packet, 16, 4),
                                packet[1] & 0xff, packet[8] & 0xff))
                        : Optional.empty();
            }
            case 6 -> {
                require(packet.length >= V6_HEADER, "an IPv6 packet of " + packet.length + " octets");
                require((in.getShort(4) & 0xffff) + V6_HEADER == packet.length,
                        "the length in the IPv6 header is not the packet's");
                yield packet[6] == TCP
                        ? Optional.of(tcp(packet, V6_HEADER, address(packet, 8, 16), address(packet, 24, 16),
                                in.getInt(0) >> 20 & 0xff, packet[7] & 0xff))
                        : Optional.empty();
            }
            default -> throw new MalformedPacketException("an IP packet of version " + version);
        };
    }

    private static Segment tcp(
            byte[] packet, int at, IpAddress source, IpAddress destination, int trafficClass, int ttl)
            throws MalformedPacketException {
        ByteBuffer in = ByteBuffer.wrap(packet);
        int length = packet.length - at;
        require(length >= TCP_HEADER, "a TCP segment of " + length + " octets");
        int bits = in.getShort(at + 12);
        int header = (bits >> 12 & 0xf) * 4;
        require(header >= TCP_HEADER && header <= length, "a TCP header of " + header + " octets");
        Endpoints ends = new Endpoints(source, in.getShort(at) & 0xffff, destination, in.getShort(at + 2) & 0xffff);
        require(fold(sum(packet, at, length) + pseudoHeader(ends, TCP, length)) == 0xffff,
                "the TCP checksum is wrong");
        byte[] options = Arrays.copyOfRange(packet, at + TCP_HEADER, at + header);
        return new Segment(ends, trafficClass, ttl, bits & 0x1ff, bits >> 9 & 7, in.getInt(at + 4), in.getInt(at + 8),
                in.getShort(at + 14) & 0xffff, in.getShort(at + 18) & 0xffff, options, length - header);
    }

    private static IpAddress address(byte[] packet, int offset, int length) {
        return IpAddress.ofBytes(Arrays.copyOfRange(packet, offset, offset + length));
    }

    private static void require(boolean condition, String otherwise) throws MalformedPacketException {
        if (!condition) {
            throw new MalformedPacketException(otherwise);
        }
    }

    /** Puts a checksum where so far only the sum of the pseudo-header is. */
    static void complete(byte[] packet, int start, int offset) {
        int sum = sum(packet, start, packet.length - start);
        ByteBuffer.wrap(packet).putShort(start + offset, (short) ~fold(sum));
    }

    // RFC 1071

    static int sum(byte[] octets, int from, int length) {
        int sum = 0;
        for (int i = 0; i < length; i++) {
            sum += (octets[from + i] & 0xff) << (i % 2 == 0 ? 8 : 0);
        }
        return sum;
    }

    private static int pseudoHeader(Endpoints ends, int protocol, int length) {
        byte[] source = ends.source().toBytes();
        byte[] destination = ends.destination().toBytes();
        return sum(source, 0, source.length) + sum(destination, 0, destination.length) + protocol + length;
    }

    static int fold(int sum) {
        int folded = (sum >>> 16) + (sum & 0xffff);
        return (folded >>> 16) + (folded & 0xffff);
    }
}
