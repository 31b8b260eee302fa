package io.fourtuple.nic.vxlan;

import java.nio.ByteBuffer;

/**
 * The header between UDP and the Ethernet frame (RFC 7348 §5). Reserved bits are sent as 0 and not looked at.
 *
 * <pre>
 *   0       1               4           7
 *   +-------+---------------+-----------+----------+
 *   | flags |   reserved    |    VNI    | reserved |
 *   +-------+---------------+-----------+----------+
 * </pre>
 */
final class VxlanHeader {
    /** Octets. */
    static final int LENGTH = 8;

    /** The I flag: there is a valid VNI. */
    private static final int VALID = 0x08;

    private VxlanHeader() {}

    static void write(ByteBuffer target, int vni) {
        target.putInt(VALID << 24).putInt(vni << 8);
    }

    /** Whether a datagram of at least {@link #LENGTH} octets is of the network {@code vni}. */
    static boolean isOf(ByteBuffer datagram, int vni) {
        return (datagram.get(0) & VALID) != 0 && datagram.getInt(4) >>> 8 == vni;
    }
}
