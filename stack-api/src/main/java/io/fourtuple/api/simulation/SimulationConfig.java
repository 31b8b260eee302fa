package io.fourtuple.api.simulation;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.fourtuple.api.StackConfig;
import io.fourtuple.core.ip.AddressChecks;
import io.fourtuple.core.ip.IpConfig;
import io.fourtuple.nic.loop.VirtualTime;
import java.time.Duration;
import java.util.Objects;

/**
 * How a {@link Simulation} is set up. Immutable: start from {@link #ofSeed} and change what differs.
 *
 * @param seed where everything random comes from
 * @param mode what hosts exchange
 * @param order of what is ready at the same time
 * @param patience the most virtual time that {@link Simulation#await} lets pass
 * @param stack what the stacks of hosts have in common; name, addresses and event loop are each host's own
 * @param settings of the actor system, over which those of virtual time are laid
 */
public record SimulationConfig(
        long seed, Mode mode, VirtualTime.Order order, Duration patience, StackConfig stack, Config settings) {
    private static final StackConfig.FlightRecorder NO_RECORDER = new StackConfig.FlightRecorder(0, 256, "", 1);

    /** What hosts exchange. */
    public enum Mode {
        /** Packets, by stacks that have all of TCP. */
        PACKETS,
        /**
         * Octets, which take the time of the path and wait while there is none: nothing is lost, reordered or queued,
         * and there is no limit of bandwidth. For programs to which only latency, partitions and crashes matter; it
         * costs a fraction of {@link #PACKETS}.
         */
        STREAMS
    }

    public SimulationConfig {
        Objects.requireNonNull(mode, "mode");
        Objects.requireNonNull(order, "order");
        Objects.requireNonNull(stack, "stack");
        Objects.requireNonNull(settings, "settings");
        if (patience.isNegative()) {
            throw new IllegalArgumentException("patience must not be negative, is " + patience);
        }
    }

    /**
     * Packets; first come, first served; a day of patience; stacks with the defaults, but without a recorder of last
     * packets, as the whole network can be captured, and without checks of addresses, as the simulation gives each host
     * its own: among a thousand hosts, a question of each to all of them would be millions of frames.
     */
    public static SimulationConfig ofSeed(long seed) {
        return new SimulationConfig(
                seed,
                Mode.PACKETS,
                VirtualTime.Order.FIFO,
                Duration.ofDays(1),
                StackConfig.defaults()
                        .withFlightRecorder(NO_RECORDER)
                        .withIp(IpConfig.defaults().withAddressChecks(
                                AddressChecks.defaults().withDetection(AddressChecks.Detection.OFF))),
                ConfigFactory.load());
    }

    /** The same with another seed. */
    public SimulationConfig withSeed(long value) {
        return new SimulationConfig(value, mode, order, patience, stack, settings);
    }

    /** The same for hosts that exchange something else. */
    public SimulationConfig withMode(Mode value) {
        return new SimulationConfig(seed, value, order, patience, stack, settings);
    }

    /** The same with another order of what is ready at the same time. */
    public SimulationConfig withOrder(VirtualTime.Order value) {
        return new SimulationConfig(seed, mode, value, patience, stack, settings);
    }

    /** The same with another limit for what is awaited. */
    public SimulationConfig withPatience(Duration value) {
        return new SimulationConfig(seed, mode, order, value, stack, settings);
    }

    /** The same with other stacks. */
    public SimulationConfig withStack(StackConfig value) {
        return new SimulationConfig(seed, mode, order, patience, value, settings);
    }

    /** The same with other settings of the actor system. */
    public SimulationConfig withSettings(Config value) {
        return new SimulationConfig(seed, mode, order, patience, stack, value);
    }
}
