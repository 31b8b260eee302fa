package io.fourtuple.nic.replay;

import io.fourtuple.core.wire.Bytes;
import io.fourtuple.core.wire.Checksum;
import io.fourtuple.core.wire.Ipv4Header;
import io.fourtuple.core.wire.Ipv6Header;
import io.fourtuple.core.wire.Seq;
import io.fourtuple.core.wire.TcpCodec;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.nic.replay.RecordedSegment.Segment;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Writes the packets of one replaying client: recorded headers with what has to differ, and acknowledgments. */
final class PacketWriter {
    private static final int TTL = 64;
    private static final int SOURCE_PORT = 0;
    private static final int DESTINATION_PORT = 2;
    private static final int SEQ = 4;
    private static final int ACK = 8;
    private static final int DATA_OFFSET = 12;
    private static final int FLAGS = 13;
    private static final int WINDOW = 14;
    private static final int URGENT = 18;

    private static final int END_OF_OPTIONS = 0;
    private static final int NOP = 1;
    private static final int WINDOW_SCALE = 3;
    private static final int SACK_PERMITTED = 4;
    private static final int SACK = 5;
    private static final int TIMESTAMPS = 8;
    private static final int TIMESTAMPS_LENGTH = 10;
    private static final int FAST_OPEN = 34;
    private static final int NOP_NOP_TIMESTAMPS = 0x0101_080a;

    private final ReplayConfig config;
    private final int port;

    /** What may stay in a SYN: what both ends of the recording had agreed on. */
    record Agreed(boolean timestamps, boolean sack, boolean windowScale) {}

    /**
     * What replaces the numbers of the recorded server.
     *
     * @param ack the acknowledgment number
     * @param known what the stack has sent up to: no SACK block reaches further
     * @param tsVal the least that a timestamp may be
     * @param tsEcr the echo of the stack's
     * @param shift what is added to a sequence number of the recorded server to make one of the stack
     */
    record Numbers(int ack, int known, int tsVal, int tsEcr, int shift) {}

    PacketWriter(ReplayConfig config, int port) {
        this.config = config;
        this.port = port;
    }

    /** The most payload that fits into a packet behind a header. */
    static int mostPayload(ReplayConfig config, int mtu, int headerLength) {
        return mtu - ipHeader(config) - headerLength;
    }

    /** A recorded SYN, without payload, and without the options that its server has not agreed to. */
    byte[] syn(Segment recorded, Agreed agreed) {
        byte[] tcp = header(recorded);
        setFlags(tcp, TcpFlags.SYN);
        Bytes.putInt32(tcp, ACK, 0);
        forEachOption(tcp, (kind, at, length) -> {
            boolean stays = switch (kind) {
                case TIMESTAMPS -> agreed.timestamps;
                case SACK_PERMITTED -> agreed.sack;
                case WINDOW_SCALE -> agreed.windowScale;
                case FAST_OPEN -> false; // A cookie of another server.
                default -> true;
            };
            if (!stays) {
                Arrays.fill(tcp, at, at + length, (byte) NOP);
            }
        });
        return packet(tcp, tcp, 0, 0);
    }

    /** A piece of the recording. */
    byte[] piece(Piece piece, Numbers numbers) {
        byte[] tcp = header(piece.recorded);
        Bytes.putInt32(tcp, SEQ, piece.seq);
        setFlags(tcp, piece.flags);
        if ((piece.flags & TcpFlags.URG) == 0) {
            Bytes.putUint16(tcp, URGENT, 0);
        }
        translate(tcp, numbers);
        return packet(tcp, piece.recorded.tcp().array(), piece.payloadOffset, piece.payloadLength);
    }

    /** A recorded segment without its payload. */
    byte[] acknowledgment(Segment recorded, int seq, Numbers numbers) {
        byte[] tcp = header(recorded);
        Bytes.putInt32(tcp, SEQ, seq);
        setFlags(tcp, TcpFlags.ACK);
        Bytes.putUint16(tcp, URGENT, 0);
        translate(tcp, numbers);
        return packet(tcp, tcp, 0, 0);
    }

    /** A segment of our own. */
    byte[] bare(int flags, int seq, int window, boolean timestamps, Numbers numbers) {
        byte[] tcp = new byte[TcpCodec.HEADER_LENGTH + (timestamps ? 2 + TIMESTAMPS_LENGTH : 0)];
        ports(tcp);
        Bytes.putInt32(tcp, SEQ, seq);
        Bytes.putInt32(tcp, ACK, numbers.ack);
        tcp[DATA_OFFSET] = (byte) (tcp.length << 2);
        setFlags(tcp, flags);
        Bytes.putUint16(tcp, WINDOW, window);
        if (timestamps) {
            Bytes.putInt32(tcp, TcpCodec.HEADER_LENGTH, NOP_NOP_TIMESTAMPS);
            Bytes.putInt32(tcp, TcpCodec.HEADER_LENGTH + 4, numbers.tsVal);
            Bytes.putInt32(tcp, TcpCodec.HEADER_LENGTH + 8, numbers.tsEcr);
        }
        return packet(tcp, tcp, 0, 0);
    }

    private byte[] header(Segment recorded) {
        byte[] tcp = Arrays.copyOfRange(
                recorded.tcp().array(), recorded.header(), recorded.header() + recorded.headerLength());
        ports(tcp);
        return tcp;
    }

    private void ports(byte[] tcp) {
        Bytes.putUint16(tcp, SOURCE_PORT, port);
        Bytes.putUint16(tcp, DESTINATION_PORT, config.port());
    }

    /** Without ECE, CWR and AE: there are no marks on this wire that they could speak of. */
    private static void setFlags(byte[] tcp, int flags) {
        tcp[FLAGS] = (byte) flags;
        tcp[DATA_OFFSET] &= (byte) 0xf0;
    }

    private static void translate(byte[] tcp, Numbers numbers) {
        Bytes.putInt32(tcp, ACK, numbers.ack);
        forEachOption(tcp, (kind, at, length) -> {
            if (kind == TIMESTAMPS && length == TIMESTAMPS_LENGTH) {
                Bytes.putInt32(tcp, at + 2, Seq.max(numbers.tsVal, Bytes.int32(tcp, at + 2)));
                Bytes.putInt32(tcp, at + 6, numbers.tsEcr);
            } else if (kind == SACK) {
                translateSack(tcp, at, length, numbers);
            }
        });
    }

    /** What the stack has not sent is not acknowledged selectively, either. */
    private static void translateSack(byte[] tcp, int at, int length, Numbers numbers) {
        boolean isKnown = (length - 2) % Integer.BYTES == 0;
        for (int edge = at + 2; isKnown && edge < at + length; edge += Integer.BYTES) {
            int translated = Seq.add(Bytes.int32(tcp, edge), numbers.shift);
            Bytes.putInt32(tcp, edge, translated);
            isKnown = Seq.le(translated, numbers.known);
        }
        if (!isKnown) {
            Arrays.fill(tcp, at, at + length, (byte) NOP);
        }
    }

    private interface OptionVisitor {
        void visit(int kind, int at, int length);
    }

    private static void forEachOption(byte[] tcp, OptionVisitor visitor) {
        int at = TcpCodec.HEADER_LENGTH;
        while (at < tcp.length && tcp[at] != END_OF_OPTIONS) {
            if (tcp[at] == NOP) {
                at++;
                continue;
            }
            int length = at + 1 < tcp.length ? Bytes.uint8(tcp, at + 1) : 0;
            if (length < 2 || at + length > tcp.length) {
                return;
            }
            visitor.visit(Bytes.uint8(tcp, at), at, length);
            at += length;
        }
    }

    private static int ipHeader(ReplayConfig config) {
        return config.server().isV4() ? Ipv4Header.LENGTH : Ipv6Header.LENGTH;
    }

    private byte[] packet(byte[] tcp, byte[] payload, int offset, int length) {
        int ip = ipHeader(config);
        int tcpLength = tcp.length + length;
        ByteBuffer out = ByteBuffer.allocate(ip + tcpLength);
        if (config.server().isV4()) {
            Ipv4Header.write(out, config.client(), config.server(), tcpLength, TcpCodec.PROTOCOL, TTL, 0);
        } else {
            Ipv6Header.write(out, config.client(), config.server(), tcpLength, TcpCodec.PROTOCOL, TTL, 0, 0);
        }
        Bytes.putUint16(tcp, TcpCodec.CHECKSUM_OFFSET, 0);
        out.put(tcp).put(payload, offset, length);
        int sum = Checksum.pseudoHeader(config.client(), config.server(), TcpCodec.PROTOCOL, tcpLength)
                + Checksum.sum(out.array(), ip, tcpLength);
        out.putShort(ip + TcpCodec.CHECKSUM_OFFSET, (short) Checksum.finish(sum));
        return out.array();
    }
}
