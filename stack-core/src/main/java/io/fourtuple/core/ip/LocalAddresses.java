package io.fourtuple.core.ip;

import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.MacAddress;
import java.util.List;

/**
 * Which addresses are ours, which ones we listen to besides, and which ones no honest packet comes from. Immutable:
 * what changes is made anew.
 */
final class LocalAddresses {
    /** Of no NIC, or of any. */
    static final int ANY_LINK = -1;
    /** Bits of a link-local prefix and of that of an autoconfigured address. */
    static final int PREFIX_BITS = 64;

    private static final long LINK_LOCAL_PREFIX = 0xfe80L << 48;
    private static final IpAddress ALL_NODES = IpAddress.of(0xff02L << 48, 1);

    private final List<HostAddress> usable;
    private final IpAddress[] unicast;
    /** The NIC of the address at the same place. */
    private final int[] links;
    private final IpAddress[] solicitedNodes;
    /** The NIC of the group at the same place. */
    private final int[] groupLinks;
    private final IpAddress[] broadcasts;

    /** @param addresses of all NICs, tentative ones too */
    LocalAddresses(List<HostAddress> addresses) {
        usable = addresses.stream().filter(address -> !address.isTentative()).toList();
        unicast = usable.stream().map(HostAddress::address).toArray(IpAddress[]::new);
        links = usable.stream().mapToInt(HostAddress::link).toArray();
        List<HostAddress> v6 =
                addresses.stream().filter(address -> !address.address().isV4()).toList();
        solicitedNodes =
                v6.stream().map(address -> address.address().solicitedNode()).toArray(IpAddress[]::new);
        groupLinks = v6.stream().mapToInt(HostAddress::link).toArray();
        broadcasts = usable.stream()
                .map(address -> address.assigned().onLink().broadcast())
                .filter(address -> address != null)
                .toArray(IpAddress[]::new);
    }

    /** RFC 4862 §5.3: the link-local address of a station. */
    static IpAddress linkLocal(MacAddress mac) {
        return IpAddress.of(LINK_LOCAL_PREFIX, interfaceId(mac));
    }

    /** RFC 2464 §4: the MAC address split by fffe, with one bit inverted. */
    static long interfaceId(MacAddress mac) {
        long upper = mac.bits() >>> 24 ^ 0x02_0000L;
        long lower = mac.bits() & 0xff_ffffL;
        return upper << 40 | 0xfffeL << 24 | lower;
    }

    /** Our addresses that may be used, of all NICs. */
    List<HostAddress> usable() {
        return usable;
    }

    /** Ours, loop-back included. */
    boolean contains(IpAddress address) {
        return isOnLink(address) || address.isLoopback();
    }

    /** Ours, and others on one of our links may use it. */
    boolean isOnLink(IpAddress address) {
        return linkOf(address) != ANY_LINK;
    }

    /** Ours, and others on this link may use it. */
    boolean isOnLink(IpAddress address, int link) {
        for (int i = 0; i < unicast.length; i++) {
            if (links[i] == link && unicast[i].equals(address)) {
                return true;
            }
        }
        return false;
    }

    /** The NIC that has this address, or {@link #ANY_LINK} when it is none of ours. */
    int linkOf(IpAddress address) {
        for (int i = 0; i < unicast.length; i++) {
            if (unicast[i].equals(address)) {
                return links[i];
            }
        }
        return ANY_LINK;
    }

    /** Ours, and maybe somebody else's. */
    boolean isOptimistic(IpAddress address) {
        for (int i = 0; i < unicast.length; i++) {
            if (unicast[i].equals(address)) {
                return usable.get(i).state() == HostAddress.State.OPTIMISTIC;
            }
        }
        return false;
    }

    /** A group of IPv6 that we belong to on this link (RFC 4291 §2.8). */
    boolean isJoined(IpAddress address, int link) {
        if (address.equals(ALL_NODES)) {
            return true;
        }
        for (int i = 0; i < solicitedNodes.length; i++) {
            if (groupLinks[i] == link && solicitedNodes[i].equals(address)) {
                return true;
            }
        }
        return false;
    }

    /** Reaches more than one host, or none. */
    boolean isNoHost(IpAddress address) {
        return address.isMulticast()
                || address.isUnspecified()
                || address.equals(IpAddress.BROADCAST)
                || isBroadcast(address);
    }

    private boolean isBroadcast(IpAddress address) {
        for (IpAddress broadcast : broadcasts) {
            if (broadcast.equals(address)) {
                return true;
            }
        }
        return false;
    }

    /**
     * What cannot be the source of a packet from the link (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3 and §2.7): a group, a
     * loop-back address, "this network" of IPv4, or an address of our own, which is how a LAND packet looks.
     */
    boolean isMartianSource(IpAddress source) {
        return isNobodysSource(source) || isOnLink(source);
    }

    /** The same, but for addresses of our own. */
    boolean isNobodysSource(IpAddress source) {
        return isNoHost(source)
                || source.isLoopback()
                || (source.isV4() && source.v4Bits() >>> 24 == 0);
    }
}
