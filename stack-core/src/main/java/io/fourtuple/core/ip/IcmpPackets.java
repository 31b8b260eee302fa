package io.fourtuple.core.ip;

import io.fourtuple.core.wire.IcmpMessage;
import io.fourtuple.core.wire.IcmpV4;
import io.fourtuple.core.wire.IcmpV6;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.IpHeader;
import io.fourtuple.core.wire.Ipv4Header;
import io.fourtuple.core.wire.Ipv6Header;
import io.fourtuple.core.wire.Ipv6Problem;
import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.core.wire.NeighborDiscovery;
import io.fourtuple.core.wire.RouterMessages;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.ToIntFunction;

/** ICMP and ICMPv6 messages as whole IP packets. They are rare, so each gets an array of its own. */
final class IcmpPackets {
    /** 24 octets and one option of 8. */
    private static final int NEIGHBOR_MESSAGE_ROOM = 32;

    private IcmpPackets() {}

    /** The answer to a ping that came in {@code frame} under {@code request}'s IP header. */
    static byte[] echoReply(byte[] frame, IpHeader ip, IcmpMessage.EchoRequest request) {
        IpAddress source = ip.destination();
        IpAddress destination = ip.source();
        int hops = PacketOutput.HOP_LIMIT;
        int room = IcmpV4.HEADER_LENGTH + request.dataLength();
        return ip.isV4()
                ? v4(source, destination, room, target -> IcmpV4.writeEchoReply(target, frame, request))
                : v6(source, destination, hops, room,
                        target -> IcmpV6.writeEchoReply(target, source, destination, frame, request));
    }

    /** To the sender of a packet for a protocol that we do not have (RFC 1122 §3.2.2.1). */
    static byte[] protocolUnreachable(byte[] frame, IpHeader about) {
        IpAddress us = about.destination();
        IpAddress them = about.source();
        return v4(us, them, Ipv4Header.MINIMUM_REASSEMBLY - Ipv4Header.LENGTH,
                target -> IcmpV4.writeUnreachable(target, IcmpV4.CODE_PROTOCOL_UNREACHABLE, 0, frame, about));
    }

    /** To the sender of a first fragment whose others did not come (RFC 1122 §3.3.2, RFC 4443 §3.3). */
    static byte[] reassemblyTimeExceeded(byte[] frame, IpHeader about) {
        IpAddress us = about.destination();
        IpAddress them = about.source();
        return about.isV4()
                ? v4(us, them, Ipv4Header.MINIMUM_REASSEMBLY - Ipv4Header.LENGTH,
                        target -> IcmpV4.writeReassemblyTimeExceeded(target, frame, about))
                : v6(us, them, PacketOutput.HOP_LIMIT, Ipv6Header.MINIMUM_MTU - Ipv6Header.LENGTH,
                        target -> IcmpV6.writeReassemblyTimeExceeded(target, us, frame, about));
    }

    /** To the sender of an IPv6 packet that we do not understand (RFC 4443 §3.4). */
    static byte[] parameterProblem(IpAddress source, byte[] frame, Ipv6Problem problem) {
        return v6(source, problem.source(), PacketOutput.HOP_LIMIT, Ipv6Header.MINIMUM_MTU - Ipv6Header.LENGTH,
                target -> IcmpV6.writeParameterProblem(target, source, frame, problem));
    }

    /** Who has {@code asked} (RFC 4861 §7.2.2)? */
    static byte[] solicitation(IpAddress source, IpAddress destination, IpAddress asked, MacAddress ours) {
        return v6(source, destination, NeighborDiscovery.HOP_LIMIT, NEIGHBOR_MESSAGE_ROOM,
                target -> NeighborDiscovery.writeSolicitation(target, source, destination, asked, ours));
    }

    /** Has anybody {@code wanted} (RFC 4862 §5.4.2)? */
    static byte[] probe(IpAddress wanted, long nonce) {
        IpAddress group = wanted.solicitedNode();
        return v6(IpAddress.ANY_V6, group, NeighborDiscovery.HOP_LIMIT, NEIGHBOR_MESSAGE_ROOM,
                target -> NeighborDiscovery.writeProbe(target, wanted, nonce));
    }

    /** Which routers are there (RFC 4861 §6.3.7)? */
    static byte[] routerSolicitation(IpAddress source, MacAddress ours) {
        return v6(source, RouterMessages.ALL_ROUTERS, NeighborDiscovery.HOP_LIMIT, NEIGHBOR_MESSAGE_ROOM,
                target -> RouterMessages.writeSolicitation(target, source, ours));
    }

    /** We have {@code announced} (RFC 4861 §7.2.4). */
    static byte[] advertisement(
            IpAddress announced, IpAddress destination, boolean solicited, boolean override, MacAddress ours) {
        return v6(announced, destination, NeighborDiscovery.HOP_LIMIT, NEIGHBOR_MESSAGE_ROOM,
                target -> NeighborDiscovery.writeAdvertisement(
                        target, announced, destination, announced, solicited, override, ours));
    }

    private static byte[] v4(IpAddress source, IpAddress destination, int room, ToIntFunction<ByteBuffer> message) {
        byte[] octets = new byte[Ipv4Header.LENGTH + room];
        ByteBuffer packet = ByteBuffer.wrap(octets);
        packet.position(Ipv4Header.LENGTH);
        int length = message.applyAsInt(packet);
        packet.position(0);
        Ipv4Header.write(packet, source, destination, length, IcmpV4.PROTOCOL, PacketOutput.HOP_LIMIT, 0);
        return cut(octets, Ipv4Header.LENGTH + length);
    }

    private static byte[] v6(
            IpAddress source, IpAddress destination, int hops, int room, ToIntFunction<ByteBuffer> message) {
        byte[] octets = new byte[Ipv6Header.LENGTH + room];
        ByteBuffer packet = ByteBuffer.wrap(octets);
        packet.position(Ipv6Header.LENGTH);
        int length = message.applyAsInt(packet);
        packet.position(0);
        Ipv6Header.write(packet, source, destination, length, IcmpV6.PROTOCOL, hops, 0, 0);
        return cut(octets, Ipv6Header.LENGTH + length);
    }

    private static byte[] cut(byte[] octets, int length) {
        return length == octets.length ? octets : Arrays.copyOf(octets, length);
    }
}
