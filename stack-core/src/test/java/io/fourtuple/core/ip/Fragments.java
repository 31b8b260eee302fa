package io.fourtuple.core.ip;

import io.fourtuple.core.wire.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Cuts Ethernet frames into frames with fragments, octet by octet as RFC 791 and RFC 8200 say. */
final class Fragments {
    private static final int IP = 14;
    private static final int V4 = IP + 20;
    private static final int V6 = IP + 40;

    private Fragments() {}

    /** Cuts what follows the IP header, which has no options, every {@code step} octets, a multiple of 8. */
    static List<byte[]> cut(byte[] frame, int step, int identification) {
        int payload = payload(frame).length;
        List<byte[]> fragments = new ArrayList<>();
        for (int start = 0; start < payload; start += step) {
            int end = Math.min(start + step, payload);
            fragments.add(part(frame, start, end, end < payload, identification));
        }
        return fragments;
    }

    /** The octets from {@code start} to {@code end} of what follows the IP header. */
    static byte[] part(byte[] frame, int start, int end, boolean more, int identification) {
        return part(frame, Arrays.copyOfRange(payload(frame), start, end), start, more, identification);
    }

    /** A fragment with octets of its own under the IP header of {@code frame}. */
    static byte[] part(byte[] frame, byte[] octets, int start, boolean more, int identification) {
        boolean v4 = isV4(frame);
        int header = v4 ? V4 : V6 + 8;
        byte[] fragment = Arrays.copyOf(Arrays.copyOf(frame, v4 ? V4 : V6), header + octets.length);
        System.arraycopy(octets, 0, fragment, header, octets.length);
        if (v4) {
            Bytes.putUint16(fragment, IP + 2, fragment.length - IP);
            Bytes.putUint16(fragment, IP + 4, identification);
            Bytes.putUint16(fragment, IP + 6, start / 8 | (more ? 0x2000 : 0));
            putChecksum(fragment);
        } else {
            Bytes.putUint16(fragment, IP + 4, fragment.length - V6);
            fragment[IP + 6] = 44;
            fragment[V6] = frame[IP + 6];
            fragment[V6 + 1] = 0;
            Bytes.putUint16(fragment, V6 + 2, start | (more ? 1 : 0));
            Bytes.putInt32(fragment, V6 + 4, identification);
        }
        return fragment;
    }

    static void putChecksum(byte[] frame) {
        Bytes.putUint16(frame, IP + 10, 0);
        Bytes.putUint16(frame, IP + 10, 0xffff - Verdict.onesComplementSum(0, frame, IP, 20));
    }

    static byte[] payload(byte[] frame) {
        return Arrays.copyOfRange(frame, isV4(frame) ? V4 : V6, frame.length);
    }

    static boolean isV4(byte[] frame) {
        return Bytes.uint16(frame, 12) == 0x0800;
    }
}
