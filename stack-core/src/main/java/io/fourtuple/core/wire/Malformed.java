package io.fourtuple.core.wire;

import io.fourtuple.core.Counter;

/** What is wrong with something received: each is dropped and raises one counter. */
public enum Malformed implements IpResult, ArpResult, IcmpMessage {
    /** An IP header whose version, lengths or checksum are wrong, or that is not there whole. */
    IP_HEADER(Counter.IP_IN_HDR_ERRORS),
    /** The frame ends before the packet. */
    IP_TRUNCATED(Counter.IP_IN_TRUNCATED_PKTS),
    /** An ARP packet too short, not for IPv4 over Ethernet, or neither a request nor a reply. */
    ARP(Counter.ARP_IN_ERRORS),
    /** An ICMP message too short, or one that its RFC says must be discarded. */
    ICMP(Counter.ICMP_IN_ERRORS),
    /** A wrong ICMP checksum. */
    ICMP_CHECKSUM(Counter.ICMP_IN_CSUM_ERRORS);

    private final Counter counter;

    Malformed(Counter counter) {
        this.counter = counter;
    }

    /** The counter that says so. */
    public Counter counter() {
        return counter;
    }
}
