package io.fourtuple.core.wire;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * ICMPv6 messages as octets (RFC 4443), except those of neighbour discovery, which {@link NeighborDiscovery} has.
 *
 * <pre>
 *  echo           | type 1 | code 1 | checksum 2 | identifier 2 | sequence 2 | data …          |
 *  error          | type 1 | code 1 | checksum 2 | MTU, pointer or 0, 4      | quoted packet … |
 * </pre>
 */
public final class IcmpV6 {
    /** Next header value. */
    public static final int PROTOCOL = 58;
    /** Octets in front of data or quoted packet. */
    public static final int HEADER_LENGTH = 8;

    /** Code of "destination unreachable": no way is known. */
    public static final int CODE_NO_ROUTE = 0;
    /** Code of "destination unreachable": the host does not answer. */
    public static final int CODE_ADDRESS_UNREACHABLE = 3;

    private static final int UNREACHABLE = 1;
    private static final int PACKET_TOO_BIG = 2;
    private static final int TIME_EXCEEDED = 3;
    private static final int PARAMETER_PROBLEM = 4;
    /** Code of "time exceeded": on the way. */
    private static final int CODE_HOP_LIMIT = 0;
    /** Code of "time exceeded": fragments of a packet were missing. */
    private static final int CODE_REASSEMBLY = 1;
    private static final int ECHO_REQUEST = 128;
    private static final int ECHO_REPLY = 129;

    private IcmpV6() {}

    /**
     * Reads the message that is the payload of {@code ip}, which is no fragment.
     *
     * @param frame the frame {@code ip} was read from
     */
    public static IcmpMessage parse(byte[] frame, IpHeader ip) {
        int start = ip.payloadOffset();
        if (ip.payloadLength() < HEADER_LENGTH) {
            return Malformed.ICMP;
        }
        int pseudoHeader = Checksum.pseudoHeader(ip.source(), ip.destination(), PROTOCOL, ip.payloadLength());
        if (!Checksum.verifies(pseudoHeader + Checksum.sum(frame, start, ip.payloadLength()))) {
            return Malformed.ICMP_CHECKSUM;
        }
        int type = Bytes.uint8(frame, start);
        int code = Bytes.uint8(frame, start + 1);
        int data = start + HEADER_LENGTH;
        int dataLength = ip.payloadLength() - HEADER_LENGTH;
        return switch (type) {
            case UNREACHABLE -> unreachable(frame, data, ip.end(), code);
            case PACKET_TOO_BIG -> failure(IcmpMessage.Cause.TOO_BIG, mtu(frame, start), frame, data, ip.end());
            case TIME_EXCEEDED -> failure(exceeded(code), 0, frame, data, ip.end());
            case PARAMETER_PROBLEM -> failure(IcmpMessage.Cause.PARAMETER_PROBLEM, 0, frame, data, ip.end());
            case ECHO_REQUEST -> new IcmpMessage.EchoRequest(
                    Bytes.uint16(frame, start + 4), Bytes.uint16(frame, start + 6), data, dataLength);
            case ECHO_REPLY -> new IcmpMessage.EchoReply(
                    Bytes.uint16(frame, start + 4), Bytes.uint16(frame, start + 6), data, dataLength);
            case NeighborDiscovery.SOLICITATION -> NeighborDiscovery.parseSolicitation(frame, ip);
            case NeighborDiscovery.ADVERTISEMENT -> NeighborDiscovery.parseAdvertisement(frame, ip);
            case NeighborDiscovery.ROUTER_ADVERTISEMENT -> RouterMessages.parseAdvertisement(frame, ip);
            default -> new IcmpMessage.Ignored(type, code);
        };
    }

    /** The codes of RFC 4443 §3.1. */
    private static IcmpMessage unreachable(byte[] frame, int data, int end, int code) {
        return switch (code) {
            case CODE_NO_ROUTE, 2, CODE_ADDRESS_UNREACHABLE ->
                    failure(IcmpMessage.Cause.UNREACHABLE, 0, frame, data, end);
            case 1, 5, 6 -> failure(IcmpMessage.Cause.PROHIBITED, 0, frame, data, end);
            case 4 -> failure(IcmpMessage.Cause.PORT_UNREACHABLE, 0, frame, data, end);
            default -> new IcmpMessage.Ignored(UNREACHABLE, code);
        };
    }

    private static IcmpMessage.Cause exceeded(int code) {
        return code == CODE_REASSEMBLY ? IcmpMessage.Cause.REASSEMBLY : IcmpMessage.Cause.TIME_EXCEEDED;
    }

    private static IcmpMessage failure(IcmpMessage.Cause cause, int mtu, byte[] frame, int data, int end) {
        Optional<IcmpMessage.Quote> quote = QuotedPacket.parseV6(frame, data, end);
        return new IcmpMessage.Failure(cause, mtu, quote);
    }

    /** 32 bits without sign; what does not fit an int is no limit for anybody. */
    private static int mtu(byte[] frame, int start) {
        int mtu = Bytes.int32(frame, start + 4);
        return mtu < 0 ? Integer.MAX_VALUE : mtu;
    }

    /**
     * Writes the answer to a ping, data included (RFC 4443 §4.2), at the position of {@code target}, a big-endian
     * buffer, and advances it.
     *
     * @param source address the answer is sent from
     * @param destination address the request came from
     * @param frame the frame {@code request} was read from
     * @return octets written
     * @throws java.nio.BufferOverflowException when the request was larger than what may be sent
     */
    public static int writeEchoReply(
            ByteBuffer target,
            IpAddress source,
            IpAddress destination,
            byte[] frame,
            IcmpMessage.EchoRequest request) {
        int start = target.position();
        target.putInt(ECHO_REPLY << 24);
        target.putInt(request.identifier() << 16 | request.sequence());
        target.put(frame, request.dataOffset(), request.dataLength());
        return finish(target, start, source, destination);
    }

    /**
     * Writes a ping.
     *
     * @param source address the message is sent from
     * @param destination address it is sent to
     * @param identifier 0–65535
     * @param sequence 0–65535
     * @return octets written
     */
    public static int writeEchoRequest(
            ByteBuffer target, IpAddress source, IpAddress destination, int identifier, int sequence, byte[] data) {
        int start = target.position();
        target.putInt(ECHO_REQUEST << 24);
        target.putInt(identifier << 16 | (sequence & 0xffff));
        target.put(data);
        return finish(target, start, source, destination);
    }

    /**
     * Writes a Parameter Problem to whoever sent a packet, of which as much is quoted as fits (RFC 4443 §3.4). The
     * caller sees to it that the packet may be answered (§2.4 e).
     *
     * @param source address the message is sent from
     * @param frame the frame {@code problem} was found in
     * @return octets written
     */
    public static int writeParameterProblem(ByteBuffer target, IpAddress source, byte[] frame, Ipv6Problem problem) {
        int start = target.position();
        target.putInt(PARAMETER_PROBLEM << 24 | problem.code() << 16);
        target.putInt(problem.pointer());
        return quote(target, start, source, problem.source(), frame, problem.offset(), problem.end());
    }

    /**
     * Writes "fragment reassembly time exceeded" (RFC 4443 §3.3) about the first fragment, of which as much is quoted
     * as fits.
     *
     * @param source address the message is sent from
     * @param frame the frame {@code about} was read from
     * @return octets written
     */
    public static int writeReassemblyTimeExceeded(ByteBuffer target, IpAddress source, byte[] frame, IpHeader about) {
        return writeError(target, TIME_EXCEEDED, CODE_REASSEMBLY, 0, source, frame, about);
    }

    /**
     * Writes "hop limit exceeded in transit", as a router does (RFC 4443 §3.3), about a packet that is quoted as far as
     * it fits.
     *
     * @param source address the message is sent from
     * @param frame the frame {@code about} was read from
     * @return octets written
     */
    public static int writeHopLimitExceeded(ByteBuffer target, IpAddress source, byte[] frame, IpHeader about) {
        return writeError(target, TIME_EXCEEDED, CODE_HOP_LIMIT, 0, source, frame, about);
    }

    /** Writes "destination unreachable" (RFC 4443 §3.1) with code 0–6, like {@link #writeHopLimitExceeded}. */
    public static int writeUnreachable(
            ByteBuffer target, int code, IpAddress source, byte[] frame, IpHeader about) {
        return writeError(target, UNREACHABLE, code, 0, source, frame, about);
    }

    /** Writes "packet too big" (RFC 4443 §3.2) with the MTU of the next link, like {@link #writeHopLimitExceeded}. */
    public static int writePacketTooBig(ByteBuffer target, int mtu, IpAddress source, byte[] frame, IpHeader about) {
        return writeError(target, PACKET_TOO_BIG, 0, mtu, source, frame, about);
    }

    private static int writeError(
            ByteBuffer target, int type, int code, int rest, IpAddress source, byte[] frame, IpHeader about) {
        int start = target.position();
        target.putInt(type << 24 | code << 16);
        target.putInt(rest);
        return quote(target, start, source, about.source(), frame, about.offset(), about.end());
    }

    /** Whether a message of this type reports an error, so that none must be reported about it (RFC 4443 §2.4 e). */
    public static boolean isError(int type) {
        return type < ECHO_REQUEST;
    }

    private static int quote(
            ByteBuffer target, int start, IpAddress source, IpAddress destination, byte[] frame, int from, int end) {
        int room = Ipv6Header.MINIMUM_MTU - Ipv6Header.LENGTH - HEADER_LENGTH;
        target.put(frame, from, Math.min(end - from, room));
        return finish(target, start, source, destination);
    }

    /** Puts the checksum into the message that starts at {@code start} and ends at the position; returns its length. */
    static int finish(ByteBuffer target, int start, IpAddress source, IpAddress destination) {
        int length = target.position() - start;
        int sum = Checksum.pseudoHeader(source, destination, PROTOCOL, length) + Checksum.sum(target, start, length);
        target.putShort(start + 2, (short) Checksum.finish(sum));
        return length;
    }
}
