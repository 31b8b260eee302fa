package io.fourtuple.core.ip;

import io.fourtuple.core.wire.IpAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Which neighbour a packet goes to, and by which NIC: the longest prefix wins. Immutable: what changes is made anew.
 */
final class RoutingTable {
    /**
     * One line of the table.
     *
     * @param prefix what it is for
     * @param gateway null when the destination is on the link
     * @param link number of the NIC
     */
    record Entry(Prefix prefix, IpAddress gateway, int link) {
        IpAddress nextHop(IpAddress destination) {
            return gateway == null ? destination : gateway;
        }
    }

    private final Entry[] entries;

    /** @param lines the first one wins among equals */
    RoutingTable(List<Entry> lines) {
        List<Entry> all = new ArrayList<>(lines);
        all.sort(Comparator.comparingInt((Entry entry) -> entry.prefix().length()).reversed()); // which is stable
        entries = all.toArray(Entry[]::new);
    }

    /** The line for {@code destination}, or null. */
    Entry find(IpAddress destination) {
        return find(destination, LocalAddresses.ANY_LINK);
    }

    /** The same by one NIC alone, unless {@code link} is {@link LocalAddresses#ANY_LINK}. */
    Entry find(IpAddress destination, int link) {
        for (Entry entry : entries) {
            if ((link == LocalAddresses.ANY_LINK || link == entry.link()) && entry.prefix().contains(destination)) {
                return entry;
            }
        }
        return null;
    }

    /** True when {@code address} is a neighbour's on this link. */
    boolean isOnLink(IpAddress address, int link) {
        Entry entry = find(address, link);
        return entry != null && entry.gateway() == null;
    }
}
