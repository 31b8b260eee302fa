package io.fourtuple.core.ip;

import io.fourtuple.core.tcp.PathProperties;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.SourceRoute;

/**
 * The way to one remote address, made by {@link IpHost#pathTo}. It stays valid as long as its host and follows a
 * neighbour that changes its link-layer address, and a route that changes. Confined to the host's thread.
 */
public final class Path {
    private final IpAddress source;
    private final IpAddress destination;
    private final PathProperties properties;
    private final boolean loopback;
    private final SourceRoute route;
    /** When this path was last looked up. */
    private Addressing.View view;
    private IpAddress nextHop;
    private int link;
    private int hopLimit;
    /** Who {@link #nextHop} is on the link, as far as this path knows: saves a look-up for each packet. */
    private Neighbor neighbor;

    private Path(
            IpAddress source,
            IpAddress destination,
            PathProperties properties,
            boolean loopback,
            SourceRoute route) {
        this.source = source;
        this.destination = destination;
        this.properties = properties;
        this.loopback = loopback;
        this.route = route;
        nextHop = destination;
        hopLimit = PacketOutput.HOP_LIMIT;
    }

    /** To ourselves. */
    static Path loopback(IpAddress ours, PathProperties properties) {
        return new Path(ours, ours, properties, true, SourceRoute.NONE);
    }

    /** By a link: see {@link #follow}. */
    static Path of(IpAddress source, IpAddress firstHop, PathProperties properties, SourceRoute route) {
        return new Path(source, firstHop, properties, false, route);
    }

    /** Which of our addresses to use towards this remote one, unless the user wants another. */
    public IpAddress source() {
        return source;
    }

    /** What TCP has to know of the path. */
    public PathProperties properties() {
        return properties;
    }

    /** Whether the remote address is our own. */
    boolean isLoopback() {
        return loopback;
    }

    /** The source route that packets go by; {@link SourceRoute#NONE} for almost all. */
    public SourceRoute route() {
        return route;
    }

    /** What is looked up in the routing table: the remote address, or the first one of the source route. */
    IpAddress destination() {
        return destination;
    }

    /** Whether the addressing of the host is the one that this path was looked up in. */
    boolean isOf(Addressing.View now) {
        return view == now;
    }

    /** Goes by {@code entry}, which {@code now} has for it. */
    void follow(Addressing.View now, RoutingTable.Entry entry) {
        IpAddress hop = entry.nextHop(destination);
        if (link != entry.link() || !hop.equals(nextHop)) {
            neighbor = null;
        }
        view = now;
        link = entry.link();
        nextHop = hop;
        hopLimit = destination.isV4() ? PacketOutput.HOP_LIMIT : now.link(link).v6HopLimit();
    }

    /** The remote address itself, or the gateway. */
    IpAddress nextHop() {
        return nextHop;
    }

    /** Number of the NIC. */
    int link() {
        return link;
    }

    /** Of packets for which nobody has asked for another. */
    int hopLimit() {
        return hopLimit;
    }

    Neighbor neighbor() {
        return neighbor;
    }

    void remember(Neighbor found) {
        neighbor = found;
    }
}
