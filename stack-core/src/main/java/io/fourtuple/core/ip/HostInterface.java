package io.fourtuple.core.ip;

/**
 * What a host has for one of its links.
 *
 * @param number of the NIC, from 0
 * @param link what it is like
 * @param segments the way out for TCP
 * @param output the way out for everything else; that of a further shard knows no neighbours
 */
record HostInterface(int number, LinkProperties link, SegmentOutput segments, PacketOutput output) {
    boolean isEthernet() {
        return link.medium() == LinkProperties.Medium.ETHERNET;
    }
}
