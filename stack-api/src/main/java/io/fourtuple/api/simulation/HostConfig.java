package io.fourtuple.api.simulation;

import io.fourtuple.api.StackConfig;
import io.fourtuple.nic.loop.ClockSkew;
import io.fourtuple.nic.sim.NicConfig;
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
 * @param skew how its clock goes
 * @param stack what differs from {@link SimulationConfig#stack}
 */
public record HostConfig(
        String name, List<String> addresses, NicConfig nic, ClockSkew skew, UnaryOperator<StackConfig> stack) {
    public HostConfig {
        Objects.requireNonNull(name, "name");
        addresses = List.copyOf(addresses);
        Objects.requireNonNull(nic, "nic");
        Objects.requireNonNull(skew, "skew");
        Objects.requireNonNull(stack, "stack");
    }

    /** A host like any other. */
    public static HostConfig of(String name) {
        return new HostConfig(name, List.of(), NicConfig.DEFAULT, ClockSkew.NONE, UnaryOperator.identity());
    }

    /** The same with addresses of its own, with the lengths of their prefixes. */
    public HostConfig withAddresses(String... values) {
        return new HostConfig(name, List.of(values), nic, skew, stack);
    }

    /** The same with another NIC. */
    public HostConfig withNic(NicConfig value) {
        return new HostConfig(name, addresses, value, skew, stack);
    }

    /** The same with a clock that is wrong. */
    public HostConfig withSkew(ClockSkew value) {
        return new HostConfig(name, addresses, nic, value, stack);
    }

    /** The same with another stack: {@code change} is made to what the simulation says. */
    public HostConfig withStack(UnaryOperator<StackConfig> change) {
        return new HostConfig(name, addresses, nic, skew, change);
    }
}
