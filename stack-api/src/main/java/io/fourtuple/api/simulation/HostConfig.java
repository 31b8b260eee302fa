package io.fourtuple.api.simulation;

import io.fourtuple.api.StackConfig;
import io.fourtuple.nic.loop.ClockSkew;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * How a {@link SimulatedHost} is set up. Immutable.
 *
 * @param name unique in the simulation: letters, digits, {@code -} and {@code _}
 * @param addresses its own, with the lengths of their prefixes, such as {@code 10.77.1.2/24}; none for the next free
 *     ones
 * @param skew how its clock goes
 * @param stack what differs from {@link SimulationConfig#stack}
 */
public record HostConfig(String name, List<String> addresses, ClockSkew skew, UnaryOperator<StackConfig> stack) {
    public HostConfig {
        Objects.requireNonNull(name, "name");
        addresses = List.copyOf(addresses);
        Objects.requireNonNull(skew, "skew");
        Objects.requireNonNull(stack, "stack");
    }

    /** A host like any other. */
    public static HostConfig of(String name) {
        return new HostConfig(name, List.of(), ClockSkew.NONE, UnaryOperator.identity());
    }

    /** The same with addresses of its own, with the lengths of their prefixes. */
    public HostConfig withAddresses(String... values) {
        return new HostConfig(name, List.of(values), skew, stack);
    }

    /** The same with a clock that is wrong. */
    public HostConfig withSkew(ClockSkew value) {
        return new HostConfig(name, addresses, value, stack);
    }

    /** The same with another stack: {@code change} is made to what the simulation says. */
    public HostConfig withStack(UnaryOperator<StackConfig> change) {
        return new HostConfig(name, addresses, skew, change);
    }
}
