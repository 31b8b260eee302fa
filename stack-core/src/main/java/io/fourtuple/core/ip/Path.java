package io.fourtuple.core.ip;

import io.fourtuple.core.tcp.PathProperties;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.SourceRoute;

/**
 * The way to one remote address, made by {@link IpHost#pathTo}. It stays valid as long as its host and follows a
 * neighbour that changes its link-layer address. Confined to the host's thread.
 */
public final class Path {
    private final IpAddress source;
    private final IpAddress nextHop;
    private final PathProperties properties;
    private final boolean loopback;
    private final SourceRoute route;
    /** Who {@link #nextHop} is on the link, as far as this path knows: saves a look-up for each packet. */
    private Neighbor neighbor;

    Path(IpAddress source, IpAddress nextHop, PathProperties properties, boolean loopback, SourceRoute route) {
        this.source = source;
        this.nextHop = nextHop;
        this.properties = properties;
        this.loopback = loopback;
        this.route = route;
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

    /** The remote address itself, or the gateway. */
    IpAddress nextHop() {
        return nextHop;
    }

    Neighbor neighbor() {
        return neighbor;
    }

    void remember(Neighbor found) {
        neighbor = found;
    }
}
