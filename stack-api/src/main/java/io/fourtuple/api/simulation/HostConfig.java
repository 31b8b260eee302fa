package io.fourtuple.api.simulation;

import io.fourtuple.api.StackConfig;
import io.fourtuple.nic.loop.ClockSkew;
import io.fourtuple.nic.sim.NicConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * How a {@link SimulatedHost} is set up. Immutable.
 *
 * @param name unique in the simulation: letters, digits, {@code -} and {@code _}
 * @param addresses its own, with the lengths of their prefixes, such as {@code 10.77.1.2/24}; none for the next free
 *     ones
 * @param nic how its NIC is set up
 * @param furtherNics those beside it, each with addresses of its own; only where packets are exchanged
 * @param skew how its clock goes
 * @param stack what differs from {@link SimulationConfig#stack}
 */
public record HostConfig(
        String name,
        List<String> addresses,
        NicConfig nic,
        List<FurtherNic> furtherNics,
        ClockSkew skew,
        UnaryOperator<StackConfig> stack) {
    /**
     * A NIC beside the first one.
     *
     * @param nic how it is set up
     * @param addresses its own, with the lengths of their prefixes
     */
    public record FurtherNic(NicConfig nic, List<String> addresses) {
        public FurtherNic {
            Objects.requireNonNull(nic, "nic");
            addresses = List.copyOf(addresses);
        }
    }

    public HostConfig {
        Objects.requireNonNull(name, "name");
        addresses = List.copyOf(addresses);
        Objects.requireNonNull(nic, "nic");
        furtherNics = List.copyOf(furtherNics);
        Objects.requireNonNull(skew, "skew");
        Objects.requireNonNull(stack, "stack");
    }

    /** A host like any other. */
    public static HostConfig of(String name) {
        return new HostConfig(name, List.of(), NicConfig.DEFAULT, List.of(), ClockSkew.NONE, UnaryOperator.identity());
    }

    /** The same with addresses of its own, with the lengths of their prefixes. */
    public HostConfig withAddresses(String... values) {
        return new HostConfig(name, List.of(values), nic, furtherNics, skew, stack);
    }

    /** The same with another NIC. */
    public HostConfig withNic(NicConfig value) {
        return new HostConfig(name, addresses, value, furtherNics, skew, stack);
    }

    /** The same with one more NIC, whose addresses these are, with the lengths of their prefixes. */
    public HostConfig withFurtherNic(NicConfig value, String... values) {
        List<FurtherNic> more = new ArrayList<>(furtherNics);
        more.add(new FurtherNic(value, List.of(values)));
        return new HostConfig(name, addresses, nic, more, skew, stack);
    }

    /** The same with a clock that is wrong. */
    public HostConfig withSkew(ClockSkew value) {
        return new HostConfig(name, addresses, nic, furtherNics, value, stack);
    }

    /** The same with another stack: {@code change} is made to what the simulation says. */
    public HostConfig withStack(UnaryOperator<StackConfig> change) {
        return new HostConfig(name, addresses, nic, furtherNics, skew, change);
    }
}
