package io.fourtuple.core.ip;

import io.fourtuple.core.wire.IpAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Which neighbour a packet goes to, and which of our addresses it comes from: the longest prefix wins. */
final class RoutingTable {
    /**
     * One line of the table.
     *
     * @param prefix what it is for
     * @param gateway null when the destination is on the link
     * @param source our address to use
     */
    record Entry(Prefix prefix, IpAddress gateway, IpAddress source) {
        IpAddress nextHop(IpAddress destination) {
            return gateway == null ? destination : gateway;
        }
    }

    private final Entry[] entries;

    /**
     * @throws IllegalArgumentException when a gateway is not on the link, or we have no address of its family
     */
    RoutingTable(LocalAddresses local, List<Route> routes, LinkProperties.Medium medium) {
        List<Entry> all = new ArrayList<>();
        for (InterfaceAddress address : local.interfaces()) {
            all.add(new Entry(address.onLink(), null, address.address()));
        }
        for (Route route : routes) {
            all.add(new Entry(route.destination(), route.gateway(), source(route, local, medium)));
        }
        // The sort is stable: among equals the first one configured stays first, and what is on the link before routes.
        all.sort(Comparator.comparingInt((Entry entry) -> entry.prefix().length()).reversed());
        entries = all.toArray(Entry[]::new);
    }

    /** The line for {@code destination}, or null. */
    Entry find(IpAddress destination) {
        for (Entry entry : entries) {
            if (entry.prefix().contains(destination)) {
                return entry;
            }
        }
        return null;
    }

    /** True when {@code address} is a neighbour's. */
    boolean isOnLink(IpAddress address) {
        Entry entry = find(address);
        return entry != null && entry.gateway() == null;
    }

    /** RFC 6724 §5 in short: an address that shares the gateway's prefix, but no link-local one (rule 2). */
    private static IpAddress source(Route route, LocalAddresses local, LinkProperties.Medium medium) {
        IpAddress gateway = route.gateway();
        IpAddress best = null;
        int bestRank = -1;
        boolean onLink = medium == LinkProperties.Medium.IP; // there is only the other end
        for (InterfaceAddress candidate : local.interfaces()) {
            boolean shared = candidate.onLink().contains(gateway);
            onLink |= shared;
            int rank = (candidate.address().isLinkLocal() ? 0 : 2) + (shared ? 1 : 0);
            if (candidate.address().isV4() == gateway.isV4() && rank > bestRank) {
                best = candidate.address();
                bestRank = rank;
            }
        }
        if (best == null || !onLink) {
            throw new IllegalArgumentException("the gateway " + gateway + " of " + route.destination()
                    + " is not on the link: give the stack an address in its network first");
        }
        return best;
    }
}
