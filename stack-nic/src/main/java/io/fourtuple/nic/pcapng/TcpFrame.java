package io.fourtuple.nic.pcapng;

import io.fourtuple.core.ip.LinkProperties.Medium;
import io.fourtuple.core.wire.Bytes;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IpAddress;
import java.util.Arrays;

/** Finds the connection that a frame belongs to, without checking anything that the stack would check. */
final class TcpFrame {
    private static final int ETHERNET_HEADER = 14;
    private static final int V4_HEADER = 20;
    private static final int V6_HEADER = 40;
    private static final int PORTS = 4;
    private static final int TCP = 6;
    /** An offset: not the first fragment (RFC 791 §3.1). */
    private static final int FRAGMENT_OFFSET = 0x1fff;

    private TcpFrame() {}

    /** The tuple as the sender sees it; null when this is no TCP, or IPv6 with extension headers. */
    static FourTuple tuple(byte[] octets, int start, int length, Medium medium) {
        int ip = start + (medium == Medium.ETHERNET ? ETHERNET_HEADER : 0);
        int end = start + length;
        if (ip + V4_HEADER > end) {
            return null;
        }
        return switch ((octets[ip] & 0xff) >>> 4) {
            case 4 -> octets[ip + 9] == TCP && (Bytes.uint16(octets, ip + 6) & FRAGMENT_OFFSET) == 0
                    ? tuple(octets, ip + 12, 4, ip + (octets[ip] & 0xf) * 4, end)
                    : null;
            case 6 -> octets[ip + 6] == TCP ? tuple(octets, ip + 8, 16, ip + V6_HEADER, end) : null;
            default -> null;
        };
    }

    private static FourTuple tuple(byte[] octets, int addresses, int size, int tcp, int end) {
        if (tcp + PORTS > end) {
            return null;
        }
        int middle = addresses + size;
        return new FourTuple(
                IpAddress.ofBytes(Arrays.copyOfRange(octets, addresses, middle)),
                Bytes.uint16(octets, tcp),
                IpAddress.ofBytes(Arrays.copyOfRange(octets, middle, middle + size)),
                Bytes.uint16(octets, tcp + 2));
    }
}
