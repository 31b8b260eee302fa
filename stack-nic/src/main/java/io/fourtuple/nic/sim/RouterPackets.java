package io.fourtuple.nic.sim;

import io.fourtuple.core.wire.Bytes;
import io.fourtuple.core.wire.Checksum;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IcmpMessage;
import io.fourtuple.core.wire.IcmpV4;
import io.fourtuple.core.wire.IcmpV6;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.IpHeader;
import io.fourtuple.core.wire.Ipv4Header;
import io.fourtuple.core.wire.Ipv6Header;
import io.fourtuple.core.wire.TcpCodec;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;

/** What a {@link Router} writes: IP packets without a link-layer header. */
final class RouterPackets {
    private static final int HOP_LIMIT = 64;
    private static final int V4_TTL = 8;
    private static final int V4_CHECKSUM = 10;
    private static final int V4_FRAGMENT = 6;
    private static final int V4_MORE = 0x2000;
    private static final int V4_OFFSET = 0x1fff;
    private static final int V6_HOP_LIMIT = 7;

    private RouterPackets() {}

    /** The packet in {@code frame}, with one hop less. */
    static byte[] decremented(byte[] frame, IpHeader ip) {
        byte[] packet = Arrays.copyOfRange(frame, ip.offset(), ip.end());
        if (ip.isV4()) {
            packet[V4_TTL]--;
            finishV4(packet, ip.payloadOffset() - ip.offset());
        } else {
            packet[V6_HOP_LIMIT]--;
        }
        return packet;
    }

    /** Cuts an IPv4 packet, which may be a fragment itself (RFC 791 §3.2). */
    static void fragment(byte[] packet, int mtu, Consumer<byte[]> into) {
        int header = (packet[0] & 0xf) << 2;
        int field = Bytes.uint16(packet, V4_FRAGMENT);
        int step = (mtu - header) & ~7;
        for (int from = header; from < packet.length; from += step) {
            int to = Math.min(from + step, packet.length);
            byte[] part = new byte[header + to - from];
            System.arraycopy(packet, 0, part, 0, header);
            System.arraycopy(packet, from, part, header, to - from);
            int more = to < packet.length ? V4_MORE : field & V4_MORE;
            Bytes.putUint16(part, 2, part.length);
            Bytes.putUint16(part, V4_FRAGMENT, more | ((field & V4_OFFSET) + (from - header) / 8));
            finishV4(part, header);
            into.accept(part);
        }
    }

    private static void finishV4(byte[] packet, int header) {
        Bytes.putUint16(packet, V4_CHECKSUM, 0);
        Bytes.putUint16(packet, V4_CHECKSUM, Checksum.finish(Checksum.sum(packet, 0, header)));
    }

    static byte[] echoReply(byte[] frame, IpHeader ip, IcmpMessage.EchoRequest request) {
        IpAddress us = ip.destination();
        IpAddress them = ip.source();
        int room = IcmpV4.HEADER_LENGTH + request.dataLength();
        return ip.isV4()
                ? v4(us, them, room, target -> IcmpV4.writeEchoReply(target, frame, request))
                : v6(us, them, room, target -> IcmpV6.writeEchoReply(target, us, them, frame, request));
    }

    static byte[] timeExceeded(IpAddress us, byte[] frame, IpHeader about) {
        return about.isV4()
                ? v4Error(us, about, target -> IcmpV4.writeTimeToLiveExceeded(target, frame, about))
                : v6Error(us, about, target -> IcmpV6.writeHopLimitExceeded(target, us, frame, about));
    }

    static byte[] tooBig(IpAddress us, int mtu, byte[] frame, IpHeader about) {
        return about.isV4()
                ? v4Error(us, about, target -> IcmpV4.writeUnreachable(
                        target, IcmpV4.CODE_FRAGMENTATION_NEEDED, mtu, frame, about))
                : v6Error(us, about, target -> IcmpV6.writePacketTooBig(target, mtu, us, frame, about));
    }

    /** {@code noRoute}: no way is known; else the last host on the way does not answer. */
    static byte[] unreachable(IpAddress us, boolean noRoute, byte[] frame, IpHeader about) {
        int v4Code = noRoute ? IcmpV4.CODE_NET_UNREACHABLE : IcmpV4.CODE_HOST_UNREACHABLE;
        int v6Code = noRoute ? IcmpV6.CODE_NO_ROUTE : IcmpV6.CODE_ADDRESS_UNREACHABLE;
        return about.isV4()
                ? v4Error(us, about, target -> IcmpV4.writeUnreachable(target, v4Code, 0, frame, about))
                : v6Error(us, about, target -> IcmpV6.writeUnreachable(target, v6Code, us, frame, about));
    }

    /** RFC 1812 §4.3.2.7, RFC 4443 §2.4 e: not about errors, nor about fragments behind the first. */
    static boolean mayComplain(byte[] frame, IpHeader about) {
        boolean laterFragment = about.isV4()
                && (Bytes.uint16(frame, about.offset() + V4_FRAGMENT) & V4_OFFSET) != 0;
        if (laterFragment || about.payloadLength() == 0) {
            return false;
        }
        int type = Bytes.uint8(frame, about.payloadOffset());
        return about.isV4()
                ? about.protocol() != IcmpV4.PROTOCOL || !IcmpV4.isError(type)
                : about.protocol() != IcmpV6.PROTOCOL || !IcmpV6.isError(type);
    }

    /** A packet that begins like the segment that is said: enough to be quoted to its sender. */
    static byte[] segmentLike(FourTuple tuple, int seq) {
        ByteBuffer packet = ByteBuffer.allocate(Ipv6Header.LENGTH + TcpCodec.HEADER_LENGTH);
        if (tuple.local().isV4()) {
            Ipv4Header.write(packet, tuple.local(), tuple.remote(), TcpCodec.HEADER_LENGTH, TcpCodec.PROTOCOL, 1, 0);
        } else {
            Ipv6Header.write(
                    packet, tuple.local(), tuple.remote(), TcpCodec.HEADER_LENGTH, TcpCodec.PROTOCOL, 1, 0, 0);
        }
        packet.putShort((short) tuple.localPort()).putShort((short) tuple.remotePort()).putInt(seq);
        return Arrays.copyOf(packet.array(), packet.position() + TcpCodec.HEADER_LENGTH - 8);
    }

    private static byte[] v4Error(IpAddress us, IpHeader about, ToIntFunction<ByteBuffer> message) {
        return v4(us, about.source(), Ipv4Header.MINIMUM_REASSEMBLY - Ipv4Header.LENGTH, message);
    }

    private static byte[] v6Error(IpAddress us, IpHeader about, ToIntFunction<ByteBuffer> message) {
        return v6(us, about.source(), Ipv6Header.MINIMUM_MTU - Ipv6Header.LENGTH, message);
    }

    private static byte[] v4(IpAddress from, IpAddress to, int room, ToIntFunction<ByteBuffer> message) {
        ByteBuffer packet = ByteBuffer.allocate(Ipv4Header.LENGTH + room).position(Ipv4Header.LENGTH);
        int length = message.applyAsInt(packet);
        Ipv4Header.write(packet.position(0), from, to, length, IcmpV4.PROTOCOL, HOP_LIMIT, 0);
        return Arrays.copyOf(packet.array(), Ipv4Header.LENGTH + length);
    }

    private static byte[] v6(IpAddress from, IpAddress to, int room, ToIntFunction<ByteBuffer> message) {
        ByteBuffer packet = ByteBuffer.allocate(Ipv6Header.LENGTH + room).position(Ipv6Header.LENGTH);
        int length = message.applyAsInt(packet);
        Ipv6Header.write(packet.position(0), from, to, length, IcmpV6.PROTOCOL, HOP_LIMIT, 0, 0);
        return Arrays.copyOf(packet.array(), Ipv6Header.LENGTH + length);
    }
}
