package io.fourtuple.nic.sim;

import io.fourtuple.nic.loop.VirtualTime;
import io.fourtuple.nic.sim.SimulatedNetwork.Hop;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * The {@link Paths} of a {@link SimulatedNetwork}: over the fewest links, whether these are up or not. Rules for
 * packets are not looked at.
 */
public final class NetworkPaths implements Paths {
    private static final LinkDirection[] NO_WAY = {};

    private final SimulatedNetwork network;
    private final VirtualTime time;
    private final Map<LinkDirection, RandomGenerator> jitters = new HashMap<>();
    /** By the numbers of both NICs. */
    private final Map<Long, LinkDirection[]> ways = new HashMap<>();
    /** How many links there were when the first of these was found: each new one may be a shorter way. */
    private int knownLinks;

    /** Those of {@code network}, whatever becomes of it. */
    public NetworkPaths(SimulatedNetwork network) {
        this.network = Objects.requireNonNull(network, "network");
        time = network.time();
    }

    @Override
    public long delayNanos(SimulatedNic from, SimulatedNic to) {
        if (!from.isPowered() || network.isPartitioned(from, to)) {
            return NONE;
        }
        if (from == to) {
            return 0;
        }
        LinkDirection[] way = way(from, to);
        if (way.length == 0) {
            return NONE;
        }
        long sum = 0;
        for (LinkDirection direction : way) {
            if (!isUsable(direction)) {
                return NONE;
            }
            sum += delayNanos(direction);
        }
        return sum;
    }

    private static boolean isUsable(LinkDirection direction) {
        return direction.link().isUp() && !direction.isBlocked() && direction.config().loss() < 1;
    }

    private long delayNanos(LinkDirection direction) {
        LinkConfig config = direction.config();
        long delay = config.delay().toNanos();
        return config.jitter().isZero() ? delay : delay + jitter(direction).nextLong(config.jitter().toNanos());
    }

    /** Not that of the frames, whose course must not depend on whether there are streams as well. */
    private RandomGenerator jitter(LinkDirection direction) {
        return jitters.computeIfAbsent(
                direction, key -> time.random("link " + key.name() + " jitter of streams"));
    }

    private LinkDirection[] way(SimulatedNic from, SimulatedNic to) {
        if (knownLinks != network.links().size()) {
            knownLinks = network.links().size();
            ways.clear();
        }
        return ways.computeIfAbsent(
                (long) from.number() << Integer.SIZE | to.number(), _ -> search(from.name(), to.name()));
    }

    /** In breadth first; links are looked at in the order in which they were laid. */
    private LinkDirection[] search(String from, String to) {
        Map<String, LinkDirection[]> found = new HashMap<>();
        ArrayDeque<String> next = new ArrayDeque<>();
        found.put(from, NO_WAY);
        next.add(from);
        while (!next.isEmpty()) {
            String here = next.remove();
            LinkDirection[] way = found.get(here);
            if (here.equals(to)) {
                return way;
            }
            for (Hop hop : network.hopsFrom(here)) {
                if (!found.containsKey(hop.to())) {
                    LinkDirection[] longer = Arrays.copyOf(way, way.length + 1);
                    longer[way.length] = hop.direction();
                    found.put(hop.to(), longer);
                    next.add(hop.to());
                }
            }
        }
        return NO_WAY;
    }

    @Override
    public boolean isOpen(SimulatedNic from, SimulatedNic to) {
        return to.isPowered() && !network.isPartitioned(from, to);
    }
}
