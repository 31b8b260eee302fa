package io.fourtuple.api.observe;

import io.fourtuple.core.Counter;
import io.fourtuple.nic.NicStatistics;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What one stack looked like at one moment: taken between two messages of its actor, so its parts fit together.
 *
 * @param stack the stack's name
 * @param sockets listening sockets first, then the others in no order
 * @param counters every counter, in the order of {@link Counter}
 * @param nicName the NIC's name
 * @param nic the NIC's own counters
 */
public record StackSnapshot(
        String stack, List<SocketRow> sockets, Map<Counter, Long> counters, String nicName, NicStatistics nic) {
    public StackSnapshot {
        Objects.requireNonNull(stack, "stack");
        Objects.requireNonNull(nicName, "nicName");
        Objects.requireNonNull(nic, "nic");
        sockets = List.copyOf(sockets);
        EnumMap<Counter, Long> all = new EnumMap<>(Counter.class);
        all.putAll(counters);
        counters = Collections.unmodifiableMap(all);
    }

    /** The value of one counter, 0 when it is not there. */
    public long counter(Counter counter) {
        return counters.getOrDefault(counter, 0L);
    }
}
