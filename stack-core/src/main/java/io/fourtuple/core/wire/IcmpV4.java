package io.fourtuple.core.wire;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * ICMP messages as octets (RFC 792, RFC 1191 §4).
 *
 * <pre>
 *  echo         | type 1 | code 1 | checksum 2 | identifier 2 | sequence 2 | data …                        |
 *  unreachable  | type 1 | code 1 | checksum 2 | 0 2          | MTU 2      | IP header, 8 octets or more … |
 * </pre>
 */
public final class IcmpV4 {
    /** IP protocol number. */
    public static final int PROTOCOL = 1;
    /** Octets in front of data or quoted packet. */
    public static final int HEADER_LENGTH = 8;

    /** Code of "destination unreachable": no way to the network is known. */
    public static final int CODE_NET_UNREACHABLE = 0;
    /** Code of "destination unreachable": the host does not answer. */
    public static final int CODE_HOST_UNREACHABLE = 1;
    /** Code of "destination unreachable": the protocol is not known here. */
    public static final int CODE_PROTOCOL_UNREACHABLE = 2;
    /** Code of "destination unreachable": nobody listens on the port. */
    public static final int CODE_PORT_UNREACHABLE = 3;
    /** Code of "destination unreachable": too large for the next link, and must not be cut (RFC 1191). */
    public static final int CODE_FRAGMENTATION_NEEDED = 4;

    private static final int ECHO_REPLY = 0;
    private static final int UNREACHABLE = 3;
    private static final int SOURCE_QUENCH = 4;
    private static final int REDIRECT = 5;
    private static final int ECHO_REQUEST = 8;
    private static final int TIME_EXCEEDED = 11;
    private static final int PARAMETER_PROBLEM = 12;
    /** Code of "time exceeded": on the way. */
    private static final int CODE_TTL = 0;
    /** Code of "time exceeded": fragments of a datagram were missing. */
    private static final int CODE_REASSEMBLY = 1;

    private IcmpV4() {}

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
        if (!Checksum.verifies(Checksum.sum(frame, start, ip.payloadLength()))) {
            return Malformed.ICMP_CHECKSUM;
        }
        int type = Bytes.uint8(frame, start);
        int code = Bytes.uint8(frame, start + 1);
        int first = Bytes.uint16(frame, start + 4);
        int second = Bytes.uint16(frame, start + 6);
        int data = start + HEADER_LENGTH;
        int dataLength = ip.payloadLength() - HEADER_LENGTH;
        return switch (type) {
            case ECHO_REQUEST -> new IcmpMessage.EchoRequest(first, second, data, dataLength);
            case ECHO_REPLY -> new IcmpMessage.EchoReply(first, second, data, dataLength);
            case UNREACHABLE -> unreachable(frame, data, ip.end(), code, second);
            case TIME_EXCEEDED -> failure(exceeded(code), 0, frame, data, ip.end());
            case PARAMETER_PROBLEM -> failure(IcmpMessage.Cause.PARAMETER_PROBLEM, 0, frame, data, ip.end());
            default -> new IcmpMessage.Ignored(type, code);
        };
    }

    /** The codes of RFC 792, RFC 1122 §3.2.2.1 and RFC 1812 §5.2.7.1. */
    private static IcmpMessage unreachable(byte[] frame, int data, int end, int code, int mtu) {
        return switch (code) {
            case CODE_NET_UNREACHABLE, CODE_HOST_UNREACHABLE, 5, 6, 7, 8, 11, 12, 14, 15 ->
                    failure(IcmpMessage.Cause.UNREACHABLE, 0, frame, data, end);
            case CODE_PROTOCOL_UNREACHABLE -> failure(IcmpMessage.Cause.PROTOCOL_UNREACHABLE, 0, frame, data, end);
            case CODE_PORT_UNREACHABLE -> failure(IcmpMessage.Cause.PORT_UNREACHABLE, 0, frame, data, end);
            case CODE_FRAGMENTATION_NEEDED ->
                    failure(IcmpMessage.Cause.TOO_BIG, mtu, frame, data, end);
            case 9, 10, 13 -> failure(IcmpMessage.Cause.PROHIBITED, 0, frame, data, end);
            default -> new IcmpMessage.Ignored(UNREACHABLE, code);
        };
    }

    private static IcmpMessage.Cause exceeded(int code) {
        return code == CODE_REASSEMBLY ? IcmpMessage.Cause.REASSEMBLY : IcmpMessage.Cause.TIME_EXCEEDED;
    }

    private static IcmpMessage failure(IcmpMessage.Cause cause, int mtu, byte[] frame, int data, int end) {
        Optional<IcmpMessage.Quote> quote = QuotedPacket.parseV4(frame, data, end);
        return new IcmpMessage.Failure(cause, mtu, quote);
    }

    /**
     * Writes the answer to a ping, data included (RFC 1122 §3.2.2.6), at the position of {@code target}, a big-endian
     * buffer, and advances it.
     *
     * @param frame the frame {@code request} was read from
     * @return octets written
     * @throws java.nio.BufferOverflowException when the request was larger than what may be sent
     */
    public static int writeEchoReply(ByteBuffer target, byte[] frame, IcmpMessage.EchoRequest request) {
        return write(target, ECHO_REPLY, 0, request.identifier() << 16 | request.sequence(), frame,
                request.dataOffset(), request.dataLength());
    }

    /**
     * Writes a ping.
     *
     * @param identifier 0–65535
     * @param sequence 0–65535
     * @return octets written
     */
    public static int writeEchoRequest(ByteBuffer target, int identifier, int sequence, byte[] data) {
        return write(target, ECHO_REQUEST, 0, identifier << 16 | (sequence & 0xffff), data, 0, data.length);
    }

    /**
     * Writes "destination unreachable" about a received packet, of which as much is quoted as fits (RFC 1812 §4.3.2.3).
     * The caller sees to it that the packet may be answered (RFC 1122 §3.2.2).
     *
     * @param code 0–15
     * @param mtu with code 4 the MTU of the next hop, else 0
     * @param frame the frame {@code about} was read from
     * @return octets written
     */
    public static int writeUnreachable(ByteBuffer target, int code, int mtu, byte[] frame, IpHeader about) {
        return writeError(target, UNREACHABLE, code, mtu & 0xffff, frame, about);
    }

    /**
     * Writes "fragment reassembly time exceeded" (RFC 792) about the first fragment, quoted as in
     * {@link #writeUnreachable}.
     *
     * @param frame the frame {@code about} was read from
     * @return octets written
     */
    public static int writeReassemblyTimeExceeded(ByteBuffer target, byte[] frame, IpHeader about) {
        return writeError(target, TIME_EXCEEDED, CODE_REASSEMBLY, 0, frame, about);
    }

    /** Writes "time to live exceeded in transit", as a router does (RFC 792), like {@link #writeUnreachable}. */
    public static int writeTimeToLiveExceeded(ByteBuffer target, byte[] frame, IpHeader about) {
        return writeError(target, TIME_EXCEEDED, CODE_TTL, 0, frame, about);
    }

    /** Whether a message of this type reports an error, so that none must be reported about it (RFC 1122 §3.2.2). */
    public static boolean isError(int type) {
        return switch (type) {
            case UNREACHABLE, SOURCE_QUENCH, REDIRECT, TIME_EXCEEDED, PARAMETER_PROBLEM -> true;
            default -> false;
        };
    }

    private static int writeError(ByteBuffer target, int type, int code, int rest, byte[] frame, IpHeader about) {
        int room = Ipv4Header.MINIMUM_REASSEMBLY - Ipv4Header.LENGTH - HEADER_LENGTH;
        int quoted = Math.min(about.end() - about.offset(), room);
        return write(target, type, code, rest, frame, about.offset(), quoted);
    }

    private static int write(ByteBuffer target, int type, int code, int rest, byte[] data, int offset, int length) {
        int start = target.position();
        target.putInt(type << 24 | code << 16);
        target.putInt(rest);
        target.put(data, offset, length);
        int written = HEADER_LENGTH + length;
        target.putShort(start + 2, (short) Checksum.finish(Checksum.sum(target, start, written)));
        return written;
    }
}
