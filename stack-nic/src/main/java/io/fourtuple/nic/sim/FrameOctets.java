package io.fourtuple.nic.sim;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.LinkProperties.Medium;
import io.fourtuple.core.wire.Bytes;
import io.fourtuple.core.wire.Checksum;
import io.fourtuple.core.wire.Ecn;
import io.fourtuple.core.wire.EthernetHeader;
import io.fourtuple.core.wire.Ipv4Header;
import io.fourtuple.core.wire.Ipv6Header;
import io.fourtuple.core.wire.TcpCodec;
import io.fourtuple.nic.pcapng.CaptureChecksum;

/** Looks into frames, and alters copies of them: a frame itself never changes. */
final class FrameOctets {
    private static final int IP = EthernetHeader.LENGTH;
    private static final int UDP = 17;

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

    /** The two bits of an IP packet; {@link Ecn#NOT_ECT} of anything else. */
    static int ecn(byte[] bytes) {
        if (!isIp(bytes) || bytes.length < IP + Ipv4Header.LENGTH) {
            return Ecn.NOT_ECT;
        }
        return Ecn.of(EthernetHeader.type(bytes) == EthernetHeader.TYPE_IPV4 ? bytes[IP + 1] : bytes[IP + 1] >> 4);
    }

    /** The frame, an IP packet, with "congestion experienced". */
    static Frame markCongestion(Frame frame) {
        byte[] bytes = frame.bytes().clone();
        if (EthernetHeader.type(bytes) == EthernetHeader.TYPE_IPV4) {
            bytes[IP + 1] |= Ecn.CE;
            finishIpv4Header(bytes);
        } else {
            bytes[IP + 1] |= Ecn.CE << 4;
        }
        return new Frame(bytes, frame.checksumVerified(), frame.gsoSize());
    }

    /** Puts the checksum into the IPv4 header. */
    static void finishIpv4Header(byte[] bytes) {
        int length = Math.min((bytes[IP] & 0xf) << 2, bytes.length - IP);
        Bytes.putUint16(bytes, IP + 10, 0);
        Bytes.putUint16(bytes, IP + 10, Checksum.finish(Checksum.sum(bytes, IP, length)));
    }

    /** A hash of addresses, protocol and ports of an IP packet, or of the MAC addresses of anything else. */
    static long flowHash(byte[] bytes, long salt) {
        boolean v4 = EthernetHeader.isComplete(bytes) && EthernetHeader.type(bytes) == EthernetHeader.TYPE_IPV4;
        int ports = IP + (v4 ? Ipv4Header.LENGTH : Ipv6Header.LENGTH);
        if (!isIp(bytes) || bytes.length < ports + Integer.BYTES) {
            return mix(salt, bytes.length < IP ? 0 : Bytes.int64(bytes, 0) ^ Bytes.int64(bytes, 4));
        }
        long hash = v4
                ? mix(salt, Bytes.int64(bytes, IP + 12))
                : mix(mix(mix(mix(salt, Bytes.int64(bytes, IP + 8)), Bytes.int64(bytes, IP + 16)),
                        Bytes.int64(bytes, IP + 24)), Bytes.int64(bytes, IP + 32));
        int protocol = bytes[IP + (v4 ? 9 : 6)];
        boolean hasPorts = protocol == TcpCodec.PROTOCOL || protocol == UDP;
        return mix(hash, (long) protocol << 32 ^ (hasPorts ? Bytes.int32(bytes, ports) : 0));
    }

    /** The finalizer of SplitMix64. */
    private static long mix(long hash, long value) {
        long mixed = hash * 0x9e3779b97f4a7c15L + value;
        mixed = (mixed ^ mixed >>> 30) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
        return mixed ^ mixed >>> 31;
    }
}
