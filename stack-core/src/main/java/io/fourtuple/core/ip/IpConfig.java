package io.fourtuple.core.ip;

import java.util.List;
import java.util.Objects;

/**
 * Addresses and routes of a host, and the bounds of IP, ARP, NDP and ICMP. Immutable; all durations in nanoseconds, all
 * sizes in octets.
 *
 * @param addresses ours, apart from loop-back (127.0.0.0/8 and {@code ::1}) and, on Ethernet, the link-local IPv6
 *     address made from the MAC address, which are always there
 * @param routes to what is not on the link; the longest matching prefix wins, and the first one among equals
 * @param neighbors how link-layer addresses are found out and kept
 * @param icmpRate how many ICMP messages may be answered or sent on account of a stranger
 * @param loopbackQueue packets to ourselves that may wait to be received ({@code net.core.netdev_max_backlog}), at
 *     least 1; more are dropped and counted
 */
public record IpConfig(
        List<InterfaceAddress> addresses,
        List<Route> routes,
        Neighbors neighbors,
        IcmpRate icmpRate,
        int loopbackQueue) {
    private static final long SECOND = 1_000_000_000L;

    public IpConfig {
        addresses = List.copyOf(addresses);
        routes = List.copyOf(routes);
        Objects.requireNonNull(neighbors, "neighbors");
        Objects.requireNonNull(icmpRate, "icmpRate");
        if (loopbackQueue < 1) {
            throw new IllegalArgumentException("loopbackQueue must be at least 1, not " + loopbackQueue);
        }
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

    /** No address but loop-back, no route, and the bounds of Linux or of the RFCs. */
    public static IpConfig defaults() {
        return new IpConfig(
                List.of(),
                List.of(),
                new Neighbors(1024, 16, 1 << 20, 3, SECOND, 30 * SECOND),
                new IcmpRate(10_000, 10_000),
                1000);
    }

    /** The same with other addresses. */
    public IpConfig withAddresses(List<InterfaceAddress> others) {
        return new IpConfig(others, routes, neighbors, icmpRate, loopbackQueue);
    }

    /** The same with other routes. */
    public IpConfig withRoutes(List<Route> others) {
        return new IpConfig(addresses, others, neighbors, icmpRate, loopbackQueue);
    }

    /** The same with another neighbour cache. */
    public IpConfig withNeighbors(Neighbors others) {
        return new IpConfig(addresses, routes, others, icmpRate, loopbackQueue);
    }

    /** The same with another limit of ICMP. */
    public IpConfig withIcmpRate(IcmpRate other) {
        return new IpConfig(addresses, routes, neighbors, other, loopbackQueue);
    }

    /** The same with another bound of looped-back packets. */
    public IpConfig withLoopbackQueue(int packets) {
        return new IpConfig(addresses, routes, neighbors, icmpRate, packets);
    }
}
