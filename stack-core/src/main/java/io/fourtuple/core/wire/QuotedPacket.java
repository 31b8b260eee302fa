package io.fourtuple.core.wire;

import java.util.Optional;

/**
 * Reads the start of a packet of ours as an ICMP error quotes it (RFC 792, RFC 4443 §2.4 c): IP header and at least
 * eight octets, which of TCP are ports and sequence number. It may end anywhere, and routers may have altered total
 * length, TTL and checksum, so none of these is looked at.
 */
final class QuotedPacket {
    /** Ports and sequence number. */
    private static final int NEEDED = 8;

    private static final int V4_FRAGMENT_OFFSET = 0x1fff;

    private QuotedPacket() {}

    static Optional<IcmpMessage.Quote> parseV4(byte[] frame, int start, int end) {
        if (end - start < Ipv4Header.LENGTH + NEEDED) {
            return Optional.empty();
        }
        int versionAndLength = Bytes.uint8(frame, start);
        int headerLength = (versionAndLength & 0xf) << 2;
        if (versionAndLength >>> 4 != 4
                || headerLength < Ipv4Header.LENGTH
                || end - start < headerLength + NEEDED
                || Bytes.uint8(frame, start + 9) != TcpCodec.PROTOCOL
                || (Bytes.uint16(frame, start + 6) & V4_FRAGMENT_OFFSET) != 0) {
            return Optional.empty();
        }
        return Optional.of(quote(
                frame,
                IpAddress.ofV4(Bytes.int32(frame, start + 12)),
                IpAddress.ofV4(Bytes.int32(frame, start + 16)),
                start + headerLength));
    }

    static Optional<IcmpMessage.Quote> parseV6(byte[] frame, int start, int end) {
        if (end - start < Ipv6Header.LENGTH + NEEDED || Bytes.uint8(frame, start) >>> 4 != 6) {
            return Optional.empty();
        }
        IpAddress source = Ipv6Header.address(frame, start + 8);
        IpAddress destination = Ipv6Header.address(frame, start + 24);
        if (source.isV4() || destination.isV4()) {
            return Optional.empty();
        }
        int kind = Bytes.uint8(frame, start + 6);
        int index = start + Ipv6Header.LENGTH;
        for (int count = 0; Ipv6Extensions.isExtension(kind) && count < Ipv6Extensions.MAX_HEADERS; count++) {
            int length = Ipv6Extensions.headerLength(frame, index, end, kind);
            if (length < 0 || (kind == Ipv6Extensions.FRAGMENT && Ipv6Extensions.isLaterFragment(frame, index))) {
                return Optional.empty();
            }
            kind = Bytes.uint8(frame, index);
            index += length;
        }
        return kind == TcpCodec.PROTOCOL && end - index >= NEEDED
                ? Optional.of(quote(frame, source, destination, index))
                : Optional.empty();
    }

    private static IcmpMessage.Quote quote(byte[] frame, IpAddress source, IpAddress destination, int index) {
        FourTuple tuple = new FourTuple(
                source, TcpCodec.sourcePort(frame, index), destination, TcpCodec.destinationPort(frame, index));
        return new IcmpMessage.Quote(tuple, Bytes.int32(frame, index + 4));
    }
}
