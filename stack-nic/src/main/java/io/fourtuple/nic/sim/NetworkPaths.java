package io.fourtuple.nic.sim;

import io.fourtuple.nic.loop.VirtualTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;

/** The {@link Paths} of a {@link SimulatedNetwork}. */
public final class NetworkPaths implements Paths {
    private final SimulatedNetwork network;
    private final VirtualTime time;
    private final Map<LinkDirection, RandomGenerator> jitters = new HashMap<>();

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
        LinkDirection direction = from.out();
        if (direction == null || to.out() == null || direction.link() != to.out().link()) {
            return NONE;
        }
        return delayNanos(direction);
    }

    private long delayNanos(LinkDirection direction) {
        LinkConfig config = direction.config();
        if (!direction.link().isUp() || direction.isBlocked() || config.loss() == 1) {
            return NONE;
        }
        long delay = config.delay().toNanos();
        return config.jitter().isZero() ? delay : delay + jitter(direction).nextLong(config.jitter().toNanos());
    }

    /** Not that of the frames, whose course must not depend on whether there are streams as well. */
    private RandomGenerator jitter(LinkDirection direction) {
        return jitters.computeIfAbsent(
                direction, key -> time.random("link " + key.name() + " jitter of streams"));
    }

    @Override
    public boolean isOpen(SimulatedNic from, SimulatedNic to) {
        return to.isPowered() && !network.isPartitioned(from, to);
    }
}
