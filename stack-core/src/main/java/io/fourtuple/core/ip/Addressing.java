package io.fourtuple.core.ip;

import io.fourtuple.core.tcp.PathProperties;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.Ipv4Header;
import io.fourtuple.core.wire.Ipv6Header;
import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.core.wire.TcpCodec;
import java.util.ArrayList;
import java.util.List;

/**
 * Which addresses and routes a host has now, shared by the hosts of all shards of a stack: the first one finds out that
 * an address is somebody else's or that there is another router, and publishes a {@link View}; the others look.
 *
 * <p>Thread-safe: only the first host's thread publishes.
 */
public final class Addressing {
    private static final int LARGEST_PACKET = 65_535;
    private static final int LARGEST_TCP_HEADER = TcpCodec.HEADER_LENGTH + TcpCodec.MAX_OPTIONS_LENGTH;

    /** All of it at one time. Immutable, and never the same object after a change. */
    static final class View {
        private final LocalAddresses local;
        private final RoutingTable routes;
        private final List<LinkView> links;

        private View(LocalAddresses local, RoutingTable routes, List<LinkView> links) {
            this.local = local;
            this.routes = routes;
            this.links = links;
        }

        /** Our addresses. */
        LocalAddresses local() {
            return local;
        }

        /** To everybody else. */
        RoutingTable routes() {
            return routes;
        }

        /** What TCP has to know of the link of this number. */
        LinkView link(int number) {
            return links.get(number);
        }
    }

    /**
     * What a packet has to be like on a link.
     *
     * @param v4 segments in IPv4
     * @param v6 segments in IPv6, for which a router may have said a smaller MTU
     * @param v6HopLimit of IPv6 packets for which nobody has asked for another
     */
    record LinkView(PathProperties v4, PathProperties v6, int v6HopLimit) {
        static LinkView of(LinkProperties link, int v6Mtu, int v6HopLimit) {
            return new LinkView(
                    properties(link, link.mtu(), Ipv4Header.LENGTH),
                    properties(link, v6Mtu, Ipv6Header.LENGTH),
                    v6HopLimit);
        }
    }

    private final IpConfig config;
    private final List<LinkProperties> links;
    private final List<HostAddress> configured;
    private final List<RoutingTable.Entry> configuredRoutes;
    private volatile View view;

    /**
     * What is configured.
     *
     * @param links of the NICs, the first one first
     * @throws IllegalArgumentException with one sentence, when a route's gateway is not on a link, or addresses are
     *     configured for more NICs than there are
     */
    public Addressing(IpConfig config, List<LinkProperties> links) {
        this.config = config;
        this.links = List.copyOf(links);
        if (config.furtherAddresses().size() > links.size() - 1) {
            throw new IllegalArgumentException("there are addresses for " + (config.furtherAddresses().size() + 1)
                    + " network interfaces, but the stack has " + links.size());
        }
        configured = configured(config, links);
        configuredRoutes = config.routes().stream().map(this::resolve).toList();
        publish(configured, List.of(), links.stream()
                .map(link -> LinkView.of(link, link.mtu(), PacketOutput.HOP_LIMIT))
                .toList());
    }

    private static List<HostAddress> configured(IpConfig config, List<LinkProperties> links) {
        List<HostAddress> all = new ArrayList<>();
        for (int i = 0; i < links.size(); i++) {
            LinkProperties link = links.get(i);
            List<InterfaceAddress> ours = new ArrayList<>(addressesOf(config, i));
            if (link.medium() == LinkProperties.Medium.ETHERNET && !link.mac().equals(MacAddress.NONE)) {
                ours.add(new InterfaceAddress(LocalAddresses.linkLocal(link.mac()), LocalAddresses.PREFIX_BITS));
            }
            for (InterfaceAddress address : ours.stream().distinct().toList()) {
                all.add(new HostAddress(i, address, true, HostAddress.State.PREFERRED));
            }
        }
        return all;
    }

    private static List<InterfaceAddress> addressesOf(IpConfig config, int link) {
        if (link == 0) {
            return config.addresses();
        }
        return link <= config.furtherAddresses().size() ? config.furtherAddresses().get(link - 1) : List.of();
    }

    /** By the first NIC on whose link the gateway is; on a layer-3 link there is only the other end. */
    private RoutingTable.Entry resolve(Route route) {
        IpAddress gateway = route.gateway();
        for (HostAddress ours : configured) {
            if (ours.assigned().onLink().contains(gateway)) {
                return new RoutingTable.Entry(route.destination(), gateway, ours.link());
            }
        }
        for (HostAddress ours : configured) {
            if (ours.address().isV4() == gateway.isV4()
                    && links.get(ours.link()).medium() == LinkProperties.Medium.IP) {
                return new RoutingTable.Entry(route.destination(), gateway, ours.link());
            }
        }
        throw new IllegalArgumentException("the gateway " + gateway + " of " + route.destination()
                + " is not on the link: give the stack an address in its network first");
    }

    private static PathProperties properties(LinkProperties link, int mtu, int ipHeader) {
        int mss = mtu - ipHeader - TcpCodec.HEADER_LENGTH;
        int segmented = Math.min(link.maxSegmentedBytes(), LARGEST_PACKET) - ipHeader - LARGEST_TCP_HEADER;
        return new PathProperties(mss, Math.max(mss, segmented));
    }

    IpConfig config() {
        return config;
    }

    List<LinkProperties> links() {
        return links;
    }

    /** The addresses that are configured, and those that each NIC has by itself. */
    List<HostAddress> configured() {
        return configured;
    }

    View view() {
        return view;
    }

    /**
     * From now on it is like this. The first host's thread only.
     *
     * @param learnt what routers have said: further lines of the table, after those that are configured
     */
    void publish(List<HostAddress> addresses, List<RoutingTable.Entry> learnt, List<LinkView> linkViews) {
        List<RoutingTable.Entry> lines = new ArrayList<>();
        for (HostAddress address : addresses) {
            if (address.onLink()) {
                lines.add(new RoutingTable.Entry(address.assigned().onLink(), null, address.link()));
            }
        }
        lines.addAll(configuredRoutes);
        lines.addAll(learnt);
        view = new View(new LocalAddresses(addresses), new RoutingTable(lines), List.copyOf(linkViews));
    }

    /** What a packet of ours to {@code nextHop} on this link comes from; null when there is nothing. */
    IpAddress sourceFor(View now, IpAddress destination, IpAddress nextHop, int link) {
        return SourceSelection.choose(
                now.local().usable(), destination, nextHop, link, config.hostModel() == IpConfig.HostModel.WEAK);
    }
}
