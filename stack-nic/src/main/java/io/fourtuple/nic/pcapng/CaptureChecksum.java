package io.fourtuple.nic.pcapng;

import io.fourtuple.core.ip.LinkProperties.Medium;
import io.fourtuple.core.wire.Bytes;
import io.fourtuple.core.wire.Checksum;
import io.fourtuple.core.wire.IpAddress;
import java.util.Arrays;

/**
 * Completes, in the copy that goes into a capture, the checksums that a NIC with offloads never carries. Else a capture
 * would show every frame as damaged. And in a simulation, those that somebody would miss.
 */
public final class CaptureChecksum {
    private static final int ETHERNET_HEADER = 14;
    private static final int ETHERTYPE = 12;
    private static final int ETHERTYPE_V4 = 0x0800;
    private static final int ETHERTYPE_V6 = 0x86dd;
    private static final int V4_HEADER = 20;
    private static final int V6_HEADER = 40;
    private static final int TCP = 6;
    private static final int TCP_CHECKSUM = 16;
    private static final int TCP_HEADER = 20;
    private static final int UDP = 17;
    private static final int UDP_CHECKSUM = 6;
    private static final int UDP_HEADER = 8;
    /** More fragments, or an offset: RFC 791 §3.1. */
    private static final int FRAGMENT = 0x3fff;

    private CaptureChecksum() {}

    /** Adds up from {@code start}; the field at {@code field} holds the pseudo-header's sum. */
    static void complete(byte[] frame, int length, int start, int field) {
        if (start >= 0 && field >= start && field + 2 <= length) {
            put(frame, field, Checksum.finish(Checksum.sum(frame, start, length - start)));
        }
    }

    /** Computes the TCP or UDP checksum of a frame anew, whatever is there; leaves alone what it does not know. */
    public static void recompute(byte[] frame, Medium medium) {
        int ip = medium == Medium.ETHERNET ? ETHERNET_HEADER : 0;
        if (frame.length < ip + V4_HEADER) {
            return;
        }
        int version = (frame[ip] & 0xff) >>> 4;
        int type = medium == Medium.ETHERNET
                ? Bytes.uint16(frame, ETHERTYPE)
                : version == 4 ? ETHERTYPE_V4 : ETHERTYPE_V6;
        if (type == ETHERTYPE_V4 && version == 4) {
            int header = (frame[ip] & 0xf) * 4;
            int length = Bytes.uint16(frame, ip + 2) - header;
            if ((Bytes.uint16(frame, ip + 6) & FRAGMENT) == 0) {
                recompute(frame, frame[ip + 9], ip + header, length, ip + 12, 4);
            }
        } else if (type == ETHERTYPE_V6 && version == 6 && frame.length >= ip + V6_HEADER) {
            recompute(frame, frame[ip + 6], ip + V6_HEADER, Bytes.uint16(frame, ip + 4), ip + 8, 16);
        }
    }

    private static void recompute(byte[] frame, int protocol, int start, int length, int addresses, int addressSize) {
        int header = protocol == TCP ? TCP_HEADER : UDP_HEADER;
        if ((protocol != TCP && protocol != UDP) || length < header || start + length > frame.length) {
            return;
        }
        int field = start + (protocol == TCP ? TCP_CHECKSUM : UDP_CHECKSUM);
        put(frame, field, 0);
        int pseudo = Checksum.pseudoHeader(address(frame, addresses, addressSize),
                address(frame, addresses + addressSize, addressSize), protocol, length);
        int checksum = Checksum.finish(pseudo + Checksum.sum(frame, start, length));
        // A UDP checksum of 0 means that there is none (RFC 768).
        put(frame, field, protocol == UDP && checksum == 0 ? 0xffff : checksum);
    }

    private static IpAddress address(byte[] frame, int offset, int size) {
        return IpAddress.ofBytes(Arrays.copyOfRange(frame, offset, offset + size));
    }

    private static void put(byte[] frame, int field, int value) {
        frame[field] = (byte) (value >>> 8);
        frame[field + 1] = (byte) value;
    }
}
