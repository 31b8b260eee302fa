package io.fourtuple.core.ip;

/**
 * What length fields and checksums say of an Ethernet frame that carries TCP or ICMP: a second opinion, written
 * straight from the RFCs with nothing of the code under test. A fragment is never good by itself.
 */
enum Verdict {
    GOOD,
    BAD;

    private static final int START = 14;

    static Verdict of(byte[] frame) {
        if (frame.length < START + 20) {
            return BAD;
        }
        int type = word(frame, 12);
        boolean intact = type == 0x0800 ? isGoodV4(frame) : type == 0x86dd && isGoodV6(frame);
        return intact ? GOOD : BAD;
    }

    /** RFC 791 §3.1. */
    private static boolean isGoodV4(byte[] frame) {
        int headerLength = (frame[START] & 0xf) * 4;
        int totalLength = word(frame, START + 2);
        if ((frame[START] & 0xf0) != 0x40 || headerLength < 20 || totalLength < headerLength) {
            return false;
        }
        if (START + totalLength > frame.length || onesComplementSum(0, frame, START, headerLength) != 0xffff) {
            return false;
        }
        if ((word(frame, START + 6) & 0x3fff) != 0) {
            return false;
        }
        int protocol = frame[START + 9] & 0xff;
        int length = totalLength - headerLength;
        int pseudo = onesComplementSum(protocol + length, frame, START + 12, 8);
        return isGoodPayload(protocol, protocol == 1 ? 0 : pseudo, frame, START + headerLength, length);
    }

    /** RFC 8200 §3, §4 and §8.1. */
    private static boolean isGoodV6(byte[] frame) {
        if (frame.length < START + 40 || (frame[START] & 0xf0) != 0x60) {
            return false;
        }
        int end = START + 40 + word(frame, START + 4);
        int next = frame[START + 6] & 0xff;
        int offset = START + 40;
        while (end <= frame.length && offset + 8 <= end && (next == 0 || next == 43 || next == 44 || next == 60)) {
            if (next == 44 && (word(frame, offset + 2) & 0xfff9) != 0) {
                return false;
            }
            int length = next == 44 ? 8 : ((frame[offset + 1] & 0xff) + 1) * 8;
            next = frame[offset] & 0xff;
            offset += length;
        }
        int length = end - offset;
        return end <= frame.length
                && length >= 0
                && isGoodPayload(next, onesComplementSum(next + length, frame, START + 8, 32), frame, offset, length);
    }

    private static boolean isGoodPayload(int protocol, int pseudo, byte[] frame, int offset, int length) {
        if (onesComplementSum(pseudo, frame, offset, length) != 0xffff) {
            return false;
        }
        if (protocol != 6) {
            return length >= 8;
        }
        int headerLength = length < 20 ? 0 : (frame[offset + 12] >> 4 & 0xf) * 4;
        return headerLength >= 20 && headerLength <= length;
    }

    /** RFC 1071, the slow way. */
    static int onesComplementSum(int start, byte[] bytes, int offset, int length) {
        long sum = start;
        for (int i = 0; i < length; i++) {
            sum += (long) (bytes[offset + i] & 0xff) << (i % 2 == 0 ? 8 : 0);
        }
        while (sum > 0xffff) {
            sum = (sum & 0xffff) + (sum >> 16);
        }
        return (int) sum;
    }

    private static int word(byte[] frame, int index) {
        return (frame[index] & 0xff) << 8 | (frame[index + 1] & 0xff);
    }
}
