package io.fourtuple.core.ip;

/**
 * One received frame: link-layer header first on an Ethernet link, IP header first on a layer-3 link.
 *
 * <p>Immutable: the NIC allocates the array to size, writes it once and never again, so payload may be passed on
 * without a copy and the collector frees it.
 *
 * @param bytes the frame, and nothing else
 * @param checksumVerified whether the NIC vouches for the TCP checksum
 * @param gsoSize payload octets of each TCP segment that the NIC merged into this frame, or 0 when it merged none
 */
public record Frame(byte[] bytes, boolean checksumVerified, int gsoSize) {
    /** A frame from a NIC without offloads. */
    public Frame(byte[] bytes) {
        this(bytes, false, 0);
    }
}
