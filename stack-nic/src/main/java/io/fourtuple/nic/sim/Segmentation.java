package io.fourtuple.nic.sim;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.LinkProperties.Medium;
import io.fourtuple.core.wire.Bytes;
import io.fourtuple.core.wire.Checksum;
import io.fourtuple.core.wire.EthernetHeader;
import io.fourtuple.core.wire.Ipv6Header;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.nic.pcapng.CaptureChecksum;
import java.util.Arrays;
import java.util.function.Consumer;

/** Cuts super-frames into the segments that they stand for, for a NIC that cannot take them whole. */
final class Segmentation {
    private static final int IP = EthernetHeader.LENGTH;
    private static final int TCP_SEQ = 4;
    private static final int TCP_DATA_OFFSET = 12;

    private Segmentation() {}

    /** Octets of the IP and the TCP header of a super-frame, which is always TCP without IPv6 extension headers. */
    static int headers(byte[] bytes) {
        int ip = ipHeader(bytes);
        return ip + (Bytes.uint8(bytes, IP + ip + TCP_DATA_OFFSET) >>> 4 << 2);
    }

    /** Gives each segment, complete with checksums. */
    static void cut(Frame frame, Consumer<Frame> into) {
        byte[] bytes = frame.bytes();
        int start = IP + headers(bytes);
        for (int from = start; from < bytes.length; from += frame.gsoSize()) {
            int to = Math.min(from + frame.gsoSize(), bytes.length);
            into.accept(new Frame(segment(bytes, start, from, to)));
        }
    }

    private static byte[] segment(byte[] bytes, int start, int from, int to) {
        byte[] segment = Arrays.copyOf(bytes, start + to - from);
        System.arraycopy(bytes, from, segment, start, to - from);
        int ip = ipHeader(bytes);
        int tcp = IP + ip;
        if (EthernetHeader.type(bytes) == EthernetHeader.TYPE_IPV4) {
            Bytes.putUint16(segment, IP + 2, segment.length - IP);
            Bytes.putUint16(segment, IP + 10, 0);
            Bytes.putUint16(segment, IP + 10, Checksum.finish(Checksum.sum(segment, IP, ip)));
        } else {
            Bytes.putUint16(segment, IP + 4, segment.length - tcp);
        }
        Bytes.putInt32(segment, tcp + TCP_SEQ, Bytes.int32(bytes, tcp + TCP_SEQ) + from - start);
        int flags = Bytes.uint16(bytes, tcp + TCP_DATA_OFFSET);
        if (to < bytes.length) {
            flags &= ~(TcpFlags.FIN | TcpFlags.PSH);
        }
        if (from > start) {
            flags &= ~TcpFlags.CWR; // RFC 3168 §6.1.2: once
        }
        Bytes.putUint16(segment, tcp + TCP_DATA_OFFSET, flags);
        CaptureChecksum.recompute(segment, Medium.ETHERNET);
        return segment;
    }

    private static int ipHeader(byte[] bytes) {
        return EthernetHeader.type(bytes) == EthernetHeader.TYPE_IPV4
                ? (Bytes.uint8(bytes, IP) & 0xf) << 2
                : Ipv6Header.LENGTH;
    }
}
