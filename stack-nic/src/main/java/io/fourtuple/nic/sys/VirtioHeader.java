package io.fourtuple.nic.sys;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.fourtuple.core.ip.TransmitOffload;
import java.lang.foreign.MemorySegment;

/**
 * {@code struct virtio_net_hdr_mrg_rxbuf}, which stands before each frame (virtio 1.2 §5.1.6), in native byte order,
 * aligned to 8 octets.
 *
 * <pre>
 *   0      1         2          4           6             8              10            12
 *   +------+---------+----------+-----------+-------------+--------------+-------------+
 *   | flags| gso type| hdr len  | gso size  | csum start  | csum offset  | num buffers |
 *   +------+---------+----------+-----------+-------------+--------------+-------------+
 * </pre>
 */
public final class VirtioHeader {
    /** Octets, with the number of buffers, which is always 0 here. */
    public static final int SIZE = 12;
    /** Octets of {@code struct virtio_net_hdr}, which lacks the number of buffers. */
    public static final int BASIC_SIZE = 10;

    private static final int FLAGS = 0;
    private static final int GSO_TYPE = 1;
    private static final int HEADER_LENGTH = 2;
    private static final int GSO_SIZE = 4;
    private static final int CHECKSUM_START = 6;
    private static final int CHECKSUM_OFFSET = 8;

    /** The checksum field holds the pseudo-header's sum only. */
    private static final byte NEEDS_CSUM = 1;
    /** The checksum was verified. */
    private static final byte DATA_VALID = 2;

    private static final byte GSO_NONE = 0;
    private static final byte GSO_TCPV4 = 1;
    private static final byte GSO_TCPV6 = 4;

    private VirtioHeader() {}

    /** Whether the sender vouches for the checksum: verified, or never computed as nothing can go wrong. */
    public static boolean isChecksumVerified(MemorySegment header) {
        return (header.get(JAVA_BYTE, FLAGS) & (NEEDS_CSUM | DATA_VALID)) != 0;
    }

    /** Payload octets of each merged segment, 0 when none were merged. */
    public static int gsoSize(MemorySegment header) {
        return header.get(JAVA_BYTE, GSO_TYPE) == GSO_NONE ? 0 : header.get(JAVA_SHORT, GSO_SIZE) & 0xffff;
    }

    /** Writes the first {@link #BASIC_SIZE} octets. */
    public static void write(MemorySegment header, TransmitOffload offload) {
        // Most fields are 0 most of the time: two stores clear all of them.
        header.set(JAVA_LONG, 0, 0);
        header.set(JAVA_SHORT, CHECKSUM_OFFSET, (short) 0);
        if (offload.checksum) {
            header.set(JAVA_BYTE, FLAGS, NEEDS_CSUM);
            header.set(JAVA_SHORT, CHECKSUM_START, (short) offload.checksumStart);
            header.set(JAVA_SHORT, CHECKSUM_OFFSET, (short) offload.checksumOffset);
        }
        if (offload.segmentSize > 0) {
            header.set(JAVA_BYTE, GSO_TYPE, offload.ipv6 ? GSO_TCPV6 : GSO_TCPV4);
            header.set(JAVA_SHORT, HEADER_LENGTH, (short) offload.headerLength);
            header.set(JAVA_SHORT, GSO_SIZE, (short) offload.segmentSize);
        }
    }
}
