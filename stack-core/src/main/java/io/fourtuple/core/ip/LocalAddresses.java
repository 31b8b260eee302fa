package io.fourtuple.core.ip;

import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.MacAddress;
import java.util.ArrayList;
import java.util.List;

/** Which addresses are ours, which ones we listen to besides, and which ones no honest packet comes from. */
final class LocalAddresses {
    private static final int LINK_LOCAL_BITS = 64;
    private static final long LINK_LOCAL_PREFIX = 0xfe80L << 48;
    private static final IpAddress ALL_NODES = IpAddress.of(0xff02L << 48, 1);

    private final List<InterfaceAddress> interfaces;
    private final IpAddress[] unicast;
    private final IpAddress[] solicitedNodes;
    private final IpAddress[] broadcasts;

    LocalAddresses(List<InterfaceAddress> configured, LinkProperties link) {
        List<InterfaceAddress> all = new ArrayList<>(configured);
        if (link.medium() == LinkProperties.Medium.ETHERNET && !link.mac().equals(MacAddress.NONE)) {
            all.add(new InterfaceAddress(linkLocal(link.mac()), LINK_LOCAL_BITS));
        }
        interfaces = all.stream().distinct().toList();
        unicast = interfaces.stream().map(InterfaceAddress::address).toArray(IpAddress[]::new);
        solicitedNodes = interfaces.stream()
                .map(InterfaceAddress::address)
                .filter(address -> !address.isV4())
                .map(IpAddress::solicitedNode)
                .toArray(IpAddress[]::new);
        broadcasts = interfaces.stream()
                .map(address -> address.onLink().broadcast())
                .filter(address -> address != null)
                .toArray(IpAddress[]::new);
    }

    /** RFC 4862 §5.3 and RFC 2464 §4: the MAC address split by fffe, with one bit inverted. */
    static IpAddress linkLocal(MacAddress mac) {
        long upper = mac.bits() >>> 24 ^ 0x02_0000L;
        long lower = mac.bits() & 0xff_ffffL;
        return IpAddress.of(LINK_LOCAL_PREFIX, upper << 40 | 0xfffeL << 24 | lower);
    }

    /** Our addresses on the link, the link-local one included. */
    List<InterfaceAddress> interfaces() {
        return interfaces;
    }

    /** Ours, loop-back included. */
    boolean contains(IpAddress address) {
        return isOnLink(address) || address.isLoopback();
    }

    /** Ours, and others on the link may use it. */
    boolean isOnLink(IpAddress address) {
        return contains(unicast, address);
    }

    /** A group of IPv6 that we belong to (RFC 4291 §2.8). */
    boolean isJoined(IpAddress address) {
        return address.equals(ALL_NODES) || contains(solicitedNodes, address);
    }

    /** Reaches more than one host, or none. */
    boolean isNoHost(IpAddress address) {
        return address.isMulticast()
                || address.isUnspecified()
                || address.equals(IpAddress.BROADCAST)
                || contains(broadcasts, address);
    }

    /**
     * What cannot be the source of a packet from the link (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3 and §2.7): a group, a
     * loop-back address, "this network" of IPv4, or an address of our own, which is how a LAND packet looks.
     */
    boolean isMartianSource(IpAddress source) {
        return isNoHost(source)
                || source.isLoopback()
                || (source.isV4() && source.v4Bits() >>> 24 == 0)
                || isOnLink(source);
    }

    private static boolean contains(IpAddress[] addresses, IpAddress wanted) {
        for (IpAddress address : addresses) {
            if (address.equals(wanted)) {
                return true;
            }
        }
        return false;
    }
}
