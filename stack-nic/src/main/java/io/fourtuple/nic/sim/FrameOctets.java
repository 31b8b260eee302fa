package io.fourtuple.nic.sim;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.LinkProperties.Medium;
import io.fourtuple.core.wire.EthernetHeader;
import io.fourtuple.nic.pcapng.CaptureChecksum;

/** Looks into frames, and alters copies of them: a frame itself never changes. */
final class FrameOctets {
    private FrameOctets() {}

    static boolean isIp(byte[] bytes) {
        if (!EthernetHeader.isComplete(bytes)) {
            return false;
        }
        int type = EthernetHeader.type(bytes);
        return type == EthernetHeader.TYPE_IPV4 || type == EthernetHeader.TYPE_IPV6;
    }

    /** The octets with the TCP checksum that was left to the NIC. */
    static byte[] complete(Frame frame) {
        byte[] bytes = frame.bytes();
        if (!frame.checksumVerified()) {
            return bytes;
        }
        byte[] copy = bytes.clone();
        CaptureChecksum.recompute(copy, Medium.ETHERNET);
        return copy;
    }

    /** The frame with one bit of its IP packet inverted and a checksum that tells. */
    static Frame corrupt(Frame frame, int bit) {
        byte[] bytes = frame.bytes().clone();
        if (frame.checksumVerified()) {
            CaptureChecksum.recompute(bytes, Medium.ETHERNET);
        }
        bytes[EthernetHeader.LENGTH + bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
        return new Frame(bytes, false, frame.gsoSize());
    }

    /** The longest IP packet in it: of a super-frame, one of its segments. */
    static int packetLength(Frame frame) {
        int length = frame.bytes().length - EthernetHeader.LENGTH;
        return frame.gsoSize() == 0 ? length : Math.min(length, Segmentation.headers(frame.bytes()) + frame.gsoSize());
    }

    /** Octets that go over the wire: a super-frame has its headers before each segment. */
    static long wireLength(Frame frame) {
        byte[] bytes = frame.bytes();
        if (frame.gsoSize() == 0) {
            return bytes.length;
        }
        int headers = EthernetHeader.LENGTH + Segmentation.headers(bytes);
        int segments = Math.max(1, Math.ceilDiv(bytes.length - headers, frame.gsoSize()));
        return bytes.length + (long) (segments - 1) * headers;
    }
}
