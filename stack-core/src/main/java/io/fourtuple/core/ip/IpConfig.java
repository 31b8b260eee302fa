package io.fourtuple.core.ip;

import java.util.List;
import java.util.Objects;

/**
 * Addresses and routes of a host, and the bounds of IP, ARP, NDP and ICMP. Immutable; all durations in nanoseconds, all
 * sizes in octets.
 *
 * @param addresses ours on the first NIC, apart from loop-back (127.0.0.0/8 and {@code ::1}) and, on Ethernet, the
 *     link-local IPv6 address made from the MAC address, which are always there
 * @param furtherAddresses ours on further NICs: a list for each, in their order
 * @param routes to what is not on a link, by the NIC whose network has the gateway; the longest matching prefix wins,
 *     and the first one among equals
 * @param hostModel whether an address belongs to its NIC or to the host
 * @param addressChecks whether somebody else uses our addresses, and what to do then
 * @param autoconfiguration what routers on the link may tell us
 * @param neighbors how link-layer addresses are found out and kept
 * @param icmpRate how many ICMP messages may be answered or sent on account of a stranger
 * @param reassembly how much of datagrams that came in fragments is kept until they are whole
 * @param loopbackQueue packets to ourselves that may wait to be received ({@code net.core.netdev_max_backlog}), at
 *     least 1; more are dropped and counted
 * @param acceptSourceRoutes whether a connection that a peer opens by a source route answers by the same way (Linux
 *     {@code accept_source_route}); it lets strangers pretend to be others (RFC 7126 §4.3)
 */
public record IpConfig(
        List<InterfaceAddress> addresses,
        List<List<InterfaceAddress>> furtherAddresses,
        List<Route> routes,
        HostModel hostModel,
        AddressChecks addressChecks,
        Autoconfiguration autoconfiguration,
        Neighbors neighbors,
        IcmpRate icmpRate,
        Reassembly reassembly,
        int loopbackQueue,
        boolean acceptSourceRoutes) {
    private static final long SECOND = 1_000_000_000L;

    public IpConfig {
        addresses = List.copyOf(addresses);
        furtherAddresses = furtherAddresses.stream().map(List::copyOf).toList();
        routes = List.copyOf(routes);
        Objects.requireNonNull(hostModel, "hostModel");
        Objects.requireNonNull(addressChecks, "addressChecks");
        Objects.requireNonNull(autoconfiguration, "autoconfiguration");
        Objects.requireNonNull(neighbors, "neighbors");
        Objects.requireNonNull(icmpRate, "icmpRate");
        Objects.requireNonNull(reassembly, "reassembly");
        if (loopbackQueue < 1) {
            throw new IllegalArgumentException("loopbackQueue must be at least 1, not " + loopbackQueue);
        }
    }

    /** The two models of RFC 1122 §3.3.4.2. With one NIC they are the same. */
    public enum HostModel {
        /** Packets to an address are received by its NIC alone, and packets from it leave by that NIC. */
        STRONG,
        /** Packets to an address are received by any NIC, and the destination alone says by which one they leave. */
        WEAK
    }

    /**
     * The neighbour cache (RFC 826, RFC 1122 §2.3.2, RFC 4861 §7).
     *
     * @param cacheSize entries, at least 1; one that was not used lately makes room for a new one
     *     ({@code neigh.default.gc_thresh3})
     * @param queueLength packets that wait for one neighbour, at least 1 (RFC 1122 §2.3.2.2); the oldest is dropped
     * @param queueBytes octets of packets that wait for all neighbours together
     * @param attempts requests without an answer before a neighbour is given up, at least 1 (MAX_MULTICAST_SOLICIT,
     *     RFC 4861 §10)
     * @param retryInterval between requests, above 0 (RETRANS_TIMER, RFC 4861 §10; RFC 1122 §2.3.2.1)
     * @param reachableTime for how long an answer is believed before it is asked for again, above 0 (REACHABLE_TIME,
     *     RFC 4861 §10)
     */
    public record Neighbors(
            int cacheSize, int queueLength, int queueBytes, int attempts, long retryInterval, long reachableTime) {
        public Neighbors {
            if (cacheSize < 1 || queueLength < 1 || queueBytes < 0 || attempts < 1) {
                throw new IllegalArgumentException("need cacheSize, queueLength and attempts of at least 1, not "
                        + cacheSize + ", " + queueLength + ", " + attempts);
            }
            if (retryInterval <= 0 || reachableTime <= 0) {
                throw new IllegalArgumentException("retryInterval and reachableTime must be above 0");
            }
        }
    }

    /**
     * A token bucket (RFC 4443 §2.4 f) for echo replies and ICMP errors ({@code net.ipv4.icmp_msgs_per_sec},
     * {@code icmp_msgs_burst}).
     *
     * @param perSecond messages per second in the long run, 0–1,000,000; 0 sends none but the first burst
     * @param burst messages that may come at once after a pause, at least 1
     */
    public record IcmpRate(int perSecond, int burst) {
        public IcmpRate {
            if (perSecond < 0 || perSecond > 1_000_000 || burst < 1) {
                throw new IllegalArgumentException(
                        "need 0 <= perSecond <= 1000000 and burst of at least 1, not " + perSecond + ", " + burst);
            }
        }
    }

    /**
     * Datagrams of which some fragments are there (RFC 791 §3.2, RFC 8200 §4.5). What is over a bound is given up, the
     * oldest first.
     *
     * @param memory octets that all of them may hold together, at least 0, received arrays and overhead counted
     *     ({@code net.ipv4.ipfrag_high_thresh}); 0 puts nothing together
     * @param sourceMemory octets that those of one sender may hold, at least 0: an IPv4 address, or an IPv6 network of
     *     64 bits
     * @param datagrams how many there may be, at least 1
     * @param fragmentsPerDatagram parts that one may have come in, at least 2
     * @param ipv4Timeout from the first fragment until the datagram is given up, above 0
     *     ({@code net.ipv4.ipfrag_time})
     * @param ipv6Timeout the same in IPv6 (RFC 8200 §4.5: 60 s)
     */
    public record Reassembly(
            int memory,
            int sourceMemory,
            int datagrams,
            int fragmentsPerDatagram,
            long ipv4Timeout,
            long ipv6Timeout) {
        public Reassembly {
            if (memory < 0 || sourceMemory < 0 || datagrams < 1 || fragmentsPerDatagram < 2) {
                throw new IllegalArgumentException("need memory and sourceMemory of at least 0, datagrams of at least 1"
                        + " and fragmentsPerDatagram of at least 2, not " + memory + ", " + sourceMemory + ", "
                        + datagrams + ", " + fragmentsPerDatagram);
            }
            if (ipv4Timeout <= 0 || ipv6Timeout <= 0) {
                throw new IllegalArgumentException("ipv4Timeout and ipv6Timeout must be above 0");
            }
        }
    }

    /** No address but loop-back, no route, and the bounds of Linux or of the RFCs. */
    public static IpConfig defaults() {
        return new IpConfig(
                List.of(),
                List.of(),
                List.of(),
                HostModel.STRONG,
                AddressChecks.defaults(),
                Autoconfiguration.defaults(),
                new Neighbors(1024, 16, 1 << 20, 3, SECOND, 30 * SECOND),
                new IcmpRate(10_000, 10_000),
                new Reassembly(4 << 20, 1 << 20, 1024, 128, 30 * SECOND, 60 * SECOND),
                1000,
                false);
    }

    /** The same with other addresses. */
    public IpConfig withAddresses(List<InterfaceAddress> others) {
        return new IpConfig(others, furtherAddresses, routes, hostModel, addressChecks, autoconfiguration, neighbors,
                icmpRate, reassembly, loopbackQueue, acceptSourceRoutes);
    }

    /** The same with other addresses of further NICs. */
    public IpConfig withFurtherAddresses(List<List<InterfaceAddress>> others) {
        return new IpConfig(addresses, others, routes, hostModel, addressChecks, autoconfiguration, neighbors,
                icmpRate, reassembly, loopbackQueue, acceptSourceRoutes);
    }

    /** The same with other routes. */
    public IpConfig withRoutes(List<Route> others) {
        return new IpConfig(addresses, furtherAddresses, others, hostModel, addressChecks, autoconfiguration, neighbors,
                icmpRate, reassembly, loopbackQueue, acceptSourceRoutes);
    }

    /** The same with another model of a host with several NICs. */
    public IpConfig withHostModel(HostModel other) {
        return new IpConfig(addresses, furtherAddresses, routes, other, addressChecks, autoconfiguration, neighbors,
                icmpRate, reassembly, loopbackQueue, acceptSourceRoutes);
    }

    /** The same with other checks of addresses. */
    public IpConfig withAddressChecks(AddressChecks others) {
        return new IpConfig(addresses, furtherAddresses, routes, hostModel, others, autoconfiguration, neighbors,
                icmpRate, reassembly, loopbackQueue, acceptSourceRoutes);
    }

    /** The same with another autoconfiguration. */
    public IpConfig withAutoconfiguration(Autoconfiguration other) {
        return new IpConfig(addresses, furtherAddresses, routes, hostModel, addressChecks, other, neighbors,
                icmpRate, reassembly, loopbackQueue, acceptSourceRoutes);
    }

    /** The same with another neighbour cache. */
    public IpConfig withNeighbors(Neighbors others) {
        return new IpConfig(addresses, furtherAddresses, routes, hostModel, addressChecks, autoconfiguration, others,
                icmpRate, reassembly, loopbackQueue, acceptSourceRoutes);
    }

    /** The same with another limit of ICMP. */
    public IpConfig withIcmpRate(IcmpRate other) {
        return new IpConfig(addresses, furtherAddresses, routes, hostModel, addressChecks, autoconfiguration, neighbors,
                other, reassembly, loopbackQueue, acceptSourceRoutes);
    }

    /** The same with other bounds of reassembly. */
    public IpConfig withReassembly(Reassembly others) {
        return new IpConfig(addresses, furtherAddresses, routes, hostModel, addressChecks, autoconfiguration, neighbors,
                icmpRate, others, loopbackQueue, acceptSourceRoutes);
    }

    /** The same with another bound of looped-back packets. */
    public IpConfig withLoopbackQueue(int packets) {
        return new IpConfig(addresses, furtherAddresses, routes, hostModel, addressChecks, autoconfiguration, neighbors,
                icmpRate, reassembly, packets, acceptSourceRoutes);
    }

    /** The same with source routes of others heeded or not. */
    public IpConfig withAcceptSourceRoutes(boolean accept) {
        return new IpConfig(addresses, furtherAddresses, routes, hostModel, addressChecks, autoconfiguration, neighbors,
                icmpRate, reassembly, loopbackQueue, accept);
    }
}
