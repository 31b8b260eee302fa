package io.fourtuple.nic.pcapng;

/** What a capture says beside a packet: notes, one after the other. */
final class Comments {
    private Comments() {}

    /** Both, or the one that is not empty. */
    static String join(String first, String second) {
        return first.isEmpty() ? second : second.isEmpty() ? first : first + "; " + second;
    }

    /** About a super-frame, which has several segments in one; empty for any other. */
    static String ofSegments(int segmentSize) {
        return segmentSize == 0 ? "" : "segments of " + segmentSize + " octets in one frame";
    }
}
