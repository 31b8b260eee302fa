package io.fourtuple.core.wire;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * TCP segments as octets (RFC 9293 §3.1).
 *
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +-------------------------------+-------------------------------+
 *  |          source port          |       destination port        |   0
 *  +-------------------------------+-------------------------------+
 *  |                        sequence number                        |   4
 *  +---------------------------------------------------------------+
 *  |                     acknowledgment number                     |   8
 *  +-------+-----+-+-+-+-+-+-+-+-+-+-------------------------------+
 *  | offset|  0  |A|C|E|U|A|P|R|S|F|            window             |  12
 *  | words |     |E|W|C|R|C|S|S|Y|I|                               |
 *  |       |     | |R|E|G|K|H|T|N|N|                               |
 *  +-------+-----+-+-+-+-+-+-+-+-+-+-------------------------------+
 *  |           checksum            |        urgent pointer         |  16
 *  +-------------------------------+-------------------------------+
 *  |              options, 0 to 40 octets, then payload            |  20
 *  +---------------------------------------------------------------+
 * </pre>
 */
public final class TcpCodec {
    /** IP protocol number. */
    public static final int PROTOCOL = 6;
    /** Octets of a header without options. */
    public static final int HEADER_LENGTH = 20;
    /** Octets that options can take at most: the data offset has four bits. */
    public static final int MAX_OPTIONS_LENGTH = 40;
    /** Where the checksum stands, in octets from the start of the header. */
    public static final int CHECKSUM_OFFSET = 16;

    // Option kinds and their lengths, which include kind and length (RFC 9293 §3.2, RFC 7323 §2.2 and §3.2, RFC 2018).
    private static final int END_OF_OPTIONS = 0;
    private static final int NOP = 1;
    private static final int MSS = 2;
    private static final int MSS_LENGTH = 4;
    private static final int WINDOW_SCALE = 3;
    private static final int WINDOW_SCALE_LENGTH = 3;
    private static final int SACK_PERMITTED = 4;
    private static final int SACK_PERMITTED_LENGTH = 2;
    private static final int SACK = 5;
    private static final int SACK_BLOCK_LENGTH = 8;
    private static final int TIMESTAMPS = 8;
    private static final int TIMESTAMPS_LENGTH = 10;

    private static final int USER_TIMEOUT = 28; // RFC 5482 §2
    private static final int USER_TIMEOUT_LENGTH = 4;
    private static final int FAST_OPEN = 34;
    private static final int ACC_ECN_0 = 172; // RFC 9768 §3.2.3
    private static final int ACC_ECN_1 = 174;
    private static final int EXPERIMENT = 254;
    /** Which experiment (RFC 7413 §4.1.1). */
    private static final int FAST_OPEN_EXPERIMENT = 0xf989;
    private static final int FAST_OPEN_LENGTH = 2;
    private static final int EXPERIMENT_LENGTH = 4;

    private static final int NOP_NOP = NOP << 24 | NOP << 16;
    private static final int NOP_NOP_TIMESTAMPS = NOP_NOP | TIMESTAMPS << 8 | TIMESTAMPS_LENGTH;
    private static final int[] NO_EDGES = {};

    private TcpCodec() {}

    /** Source port of a segment of at least four octets. */
    public static int sourcePort(byte[] bytes, int offset) {
        return Bytes.uint16(bytes, offset);
    }

    /** Destination port of a segment of at least four octets. */
    public static int destinationPort(byte[] bytes, int offset) {
        return Bytes.uint16(bytes, offset + 2);
    }

    /**
     * Reads a segment; its checksum has been verified before. The result keeps {@code bytes}, which must not change any
     * more.
     *
     * <p>Options are read until the first that makes no sense (a length of 0 or 1, one that goes beyond the header, or
     * a known kind with a wrong length); those before it count. Of an option that comes twice the last one counts.
     *
     * @param bytes holds the segment
     * @param offset where it starts
     * @param length its octets, as the IP header says
     * @param gsoSize passed on, see {@link TcpSegment#gsoSize()}
     * @param ecn passed on, see {@link TcpSegment#ecn()}
     * @return null when the header is malformed: shorter than 20 octets or longer than the segment
     */
    public static TcpSegment parse(byte[] bytes, int offset, int length, int gsoSize, int ecn) {
        if (length < HEADER_LENGTH) {
            return null;
        }
        int offsetAndFlags = Bytes.uint16(bytes, offset + 12);
        int headerLength = offsetAndFlags >>> 12 << 2;
        if (headerLength < HEADER_LENGTH || headerLength > length) {
            return null;
        }
        int payloadOffset = offset + headerLength;
        return new TcpSegment(
                Bytes.int32(bytes, offset + 4),
                Bytes.int32(bytes, offset + 8),
                offsetAndFlags & TcpFlags.ALL,
                Bytes.uint16(bytes, offset + 14),
                Bytes.uint16(bytes, offset + 18),
                parseOptions(bytes, offset + HEADER_LENGTH, payloadOffset),
                bytes,
                payloadOffset,
                length - headerLength,
                gsoSize,
                ecn);
    }

    private static TcpOptions parseOptions(byte[] bytes, int start, int end) {
        if (start == end) {
            return TcpOptions.NONE;
        }
        if (end - start == 2 + TIMESTAMPS_LENGTH && Bytes.int32(bytes, start) == NOP_NOP_TIMESTAMPS) {
            return TcpOptions.timestamps(Bytes.int32(bytes, start + 4), Bytes.int32(bytes, start + 8));
        }
        return parseAnyOptions(bytes, start, end);
    }

    private static TcpOptions parseAnyOptions(byte[] bytes, int start, int end) {
        int mss = -1;
        int windowScale = -1;
        boolean sackPermitted = false;
        boolean timestamps = false;
        int tsVal = 0;
        int tsEcr = 0;
        int[] sackEdges = NO_EDGES;
        FastOpenOption fastOpen = FastOpenOption.ABSENT;
        AccEcnOption accEcn = AccEcnOption.ABSENT;
        int userTimeout = -1;
        int index = start;
        while (index < end) {
            int kind = Bytes.uint8(bytes, index);
            if (kind == END_OF_OPTIONS) {
                break;
            }
            if (kind == NOP) {
                index++;
                continue;
            }
            int length = index + 1 < end ? Bytes.uint8(bytes, index + 1) : 0;
            if (length > end - index || !isValidLength(kind, length)) {
                break;
            }
            switch (kind) {
                case MSS -> mss = Bytes.uint16(bytes, index + 2);
                case WINDOW_SCALE -> windowScale = Bytes.uint8(bytes, index + 2);
                case SACK_PERMITTED -> sackPermitted = true;
                case SACK -> sackEdges = parseSackEdges(bytes, index + 2, length - 2);
                case TIMESTAMPS -> {
                    timestamps = true;
                    tsVal = Bytes.int32(bytes, index + 2);
                    tsEcr = Bytes.int32(bytes, index + 6);
                }
                case USER_TIMEOUT -> userTimeout = Bytes.uint16(bytes, index + 2);
                case ACC_ECN_0, ACC_ECN_1 -> accEcn = AccEcnOption.parse(
                        bytes, index + AccEcnOption.EMPTY_LENGTH, index + length, kind == ACC_ECN_1);
                case FAST_OPEN -> fastOpen = parseFastOpen(bytes, index + FAST_OPEN_LENGTH, index + length, false);
                case EXPERIMENT -> {
                    boolean isFastOpen = length >= EXPERIMENT_LENGTH
                            && Bytes.uint16(bytes, index + 2) == FAST_OPEN_EXPERIMENT;
                    if (isFastOpen) {
                        fastOpen = parseFastOpen(bytes, index + EXPERIMENT_LENGTH, index + length, true);
                    }
                }
                default -> {
                    // RFC 9293 §3.1, MUST-6: an option that is not implemented is skipped by its length.
                }
            }
            index += length;
        }
        return new TcpOptions(mss, windowScale, sackPermitted, timestamps, tsVal, tsEcr, sackEdges, fastOpen, accEcn,
                userTimeout);
    }

    private static FastOpenOption parseFastOpen(byte[] bytes, int start, int end, boolean experimental) {
        if (start == end) {
            return experimental ? FastOpenOption.EXPERIMENTAL_REQUEST : FastOpenOption.REQUEST;
        }
        return FastOpenOption.isValid(end - start)
                ? FastOpenOption.of(Arrays.copyOfRange(bytes, start, end), experimental)
                : FastOpenOption.ABSENT;
    }

    private static boolean isValidLength(int kind, int length) {
        return switch (kind) {
            case MSS -> length == MSS_LENGTH;
            case WINDOW_SCALE -> length == WINDOW_SCALE_LENGTH;
            case SACK_PERMITTED -> length == SACK_PERMITTED_LENGTH;
            case SACK -> length >= 2 + SACK_BLOCK_LENGTH && (length - 2) % SACK_BLOCK_LENGTH == 0;
            case TIMESTAMPS -> length == TIMESTAMPS_LENGTH;
            case USER_TIMEOUT -> length == USER_TIMEOUT_LENGTH;
            default -> length >= 2; // RFC 9293 §3.1, MUST-7: a length of 0 or 1 is no option and must not loop
        };
    }

    private static int[] parseSackEdges(byte[] bytes, int start, int length) {
        int[] edges = new int[length / 4];
        Arrays.setAll(edges, i -> Bytes.int32(bytes, start + 4 * i));
        return edges;
    }

    /**
     * Writes header, options and payload at the position of {@code target}, which ends up behind them. The checksum
     * field is left 0: what belongs there depends on the NIC.
     *
     * <p>Options come in the order of Linux, which middleboxes and fingerprints know: MSS, then SACK-permitted and
     * timestamps (or two NOPs and one of them), Accurate ECN, window scale; SACK last, with as many blocks as there is
     * room for; or, in a SYN, Fast Open; User Timeout behind all. A SYN may have them in the order of BSD
     * instead: MSS, window scale, SACK-permitted, timestamps, Fast Open, Accurate ECN.
     *
     * @param s what to write; only read
     * @param sourcePort 0–65535
     * @param destinationPort 0–65535
     * @param target big-endian
     * @return octets written
     * @throws java.nio.BufferOverflowException when the segment does not fit
     * @throws IllegalStateException when the payload source did not deliver what the segment promises
     */
    public static int write(OutboundSegment s, int sourcePort, int destinationPort, ByteBuffer target) {
        int start = target.position();
        int optionsLength = s.optionsLength();
        int headerLength = HEADER_LENGTH + optionsLength;
        target.putShort((short) sourcePort);
        target.putShort((short) destinationPort);
        target.putInt(s.seq);
        target.putInt((s.flags & TcpFlags.ACK) != 0 ? s.ack : 0);
        target.putShort((short) (headerLength << 10 | (s.flags & TcpFlags.ALL))); // words in the upper four bits
        target.putShort((short) s.window);
        target.putInt((s.flags & TcpFlags.URG) != 0 ? s.urgentPointer & 0xffff : 0); // below a checksum of 0
        if (optionsLength > 0) {
            if (s.bsdOrder) {
                writeBsdSynOptions(s, target);
            } else {
                writeOptions(s, target);
            }
        }
        if (s.payloadLength > 0) {
            s.payload.copyTo(Seq.add(s.seq, (s.flags & TcpFlags.SYN) >> 1), s.payloadLength, target);
        }
        int written = target.position() - start;
        if (written != headerLength + s.payloadLength) {
            throw new IllegalStateException("the payload source wrote " + (written - headerLength) + " octets of "
                    + s.payloadLength);
        }
        return written;
    }

    private static void writeOptions(OutboundSegment s, ByteBuffer target) {
        if (s.mss >= 0) {
            target.putInt(MSS << 24 | MSS_LENGTH << 16 | (s.mss & 0xffff));
        }
        if (s.timestamps) {
            int before = s.sackPermitted ? SACK_PERMITTED << 24 | SACK_PERMITTED_LENGTH << 16 : NOP_NOP;
            target.putInt(before | TIMESTAMPS << 8 | TIMESTAMPS_LENGTH);
            target.putInt(s.tsVal);
            target.putInt(s.tsEcr);
        }
        int nops = 2;
        if (s.accEcnFields >= 0) {
            nops -= writeAccEcn(s, target);
        }
        if (!s.timestamps && s.sackPermitted) {
            nops = writeNops(nops, target);
            target.putShort((short) (SACK_PERMITTED << 8 | SACK_PERMITTED_LENGTH));
        }
        if (s.windowScale >= 0) {
            target.putInt(NOP << 24 | WINDOW_SCALE << 16 | WINDOW_SCALE_LENGTH << 8 | (s.windowScale & 0xff));
        }
        int blocks = s.writableSackBlocks();
        if (blocks > 0) {
            writeNops(nops, target);
            target.putShort((short) (SACK << 8 | 2 + SACK_BLOCK_LENGTH * blocks));
            for (int i = 0; i < 2 * blocks; i++) {
                target.putInt(s.sackEdges[i]);
            }
        }
        if (s.fastOpen.present()) {
            writeFastOpen(s.fastOpen, target);
            if (s.fastOpen.length() % 4 != 0) { // its length is even
                target.putShort((short) (NOP << 8 | NOP));
            }
        }
        writeUserTimeout(s, target);
    }

    private static int writeNops(int nops, ByteBuffer target) {
        for (int i = 0; i < nops; i++) {
            target.put((byte) NOP);
        }
        return 2;
    }

    private static void writeUserTimeout(OutboundSegment s, ByteBuffer target) {
        if (s.userTimeout >= 0) {
            target.putInt(USER_TIMEOUT << 24 | USER_TIMEOUT_LENGTH << 16 | (s.userTimeout & 0xffff));
        }
    }

    /** Up to a word, but for octets that stand where the option behind would have NOPs; says how many these are. */
    private static int writeAccEcn(OutboundSegment s, ByteBuffer target) {
        int length = s.accEcnOctets();
        target.put((byte) (s.accEcnOrder1 ? ACC_ECN_1 : ACC_ECN_0));
        target.put((byte) length);
        for (int i = 0; i < s.accEcnFields; i++) {
            int value = i == 1 ? s.accEcnCe : (i == 0) == s.accEcnOrder1 ? s.accEcnEct1 : s.accEcnEct0;
            target.put((byte) (value >> 16)).putShort((short) value);
        }
        int over = length % 4;
        if (over <= s.accEcnSaving()) {
            return over;
        }
        for (int i = over; i < 4; i++) {
            target.put((byte) NOP);
        }
        return 0;
    }

    private static void writeFastOpen(FastOpenOption option, ByteBuffer target) {
        target.put((byte) (option.experimental() ? EXPERIMENT : FAST_OPEN));
        target.put((byte) option.length());
        if (option.experimental()) {
            target.putShort((short) FAST_OPEN_EXPERIMENT);
        }
        target.put(option.cookie());
    }

    /** What is left at the end is filled up with ends of the list. */
    private static void writeBsdSynOptions(OutboundSegment s, ByteBuffer target) {
        int end = target.position() + s.optionsLength();
        if (s.mss >= 0) {
            target.putInt(MSS << 24 | MSS_LENGTH << 16 | (s.mss & 0xffff));
        }
        if (s.windowScale >= 0) {
            target.putInt(NOP << 24 | WINDOW_SCALE << 16 | WINDOW_SCALE_LENGTH << 8 | (s.windowScale & 0xff));
        }
        if (s.timestamps) {
            int before = s.sackPermitted ? SACK_PERMITTED << 24 | SACK_PERMITTED_LENGTH << 16 : NOP_NOP;
            target.putInt(before | TIMESTAMPS << 8 | TIMESTAMPS_LENGTH);
            target.putInt(s.tsVal);
            target.putInt(s.tsEcr);
        } else if (s.sackPermitted) {
            target.putShort((short) (SACK_PERMITTED << 8 | SACK_PERMITTED_LENGTH));
        }
        if (s.fastOpen.present()) {
            writeFastOpen(s.fastOpen, target);
        }
        if (s.accEcnFields >= 0) {
            while (target.position() % 4 != end % 4) {
                target.put((byte) NOP);
            }
            writeAccEcn(s, target);
        }
        writeUserTimeout(s, target);
        while (target.position() < end) {
            target.put((byte) END_OF_OPTIONS);
        }
    }
}
