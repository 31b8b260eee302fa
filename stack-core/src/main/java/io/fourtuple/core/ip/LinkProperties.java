package io.fourtuple.core.ip;

import io.fourtuple.core.wire.MacAddress;

/**
 * What IP has to know of the link below it.
 *
 * @param medium what a frame starts with
 * @param mac our hardware address; {@link MacAddress#NONE} on a layer-3 link
 * @param mtu the largest IP packet in octets, at least 1280 where IPv6 is used
 * @param checksumOffload whether the NIC completes TCP checksums of outgoing frames
 * @param maxSegmentedBytes the largest IP packet, in octets, that the NIC cuts into segments itself (TSO); 0 when it
 *     cuts none
 */
public record LinkProperties(Medium medium, MacAddress mac, int mtu, boolean checksumOffload, int maxSegmentedBytes) {
    /** What a frame starts with. */
    public enum Medium {
        /** An Ethernet header: neighbours are resolved by ARP and NDP. */
        ETHERNET,
        /** An IP header: there is nobody but the other end. */
        IP
    }
}
