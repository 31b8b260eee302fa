package io.fourtuple.api.simulation.streams;

import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.nic.loop.VirtualTime;
import io.fourtuple.nic.sim.Paths;
import io.fourtuple.nic.sim.SimulatedNic;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * All hosts of a simulation without packets: who has which address, and what runs there now. Confined to the
 * simulation's thread.
 */
public final class StreamWorld {
    private final VirtualTime time;
    private final Paths paths;
    private final Map<IpAddress, SimulatedNic> addresses = new LinkedHashMap<>();
    private final Map<SimulatedNic, StreamStack> stacks = new LinkedHashMap<>();

    /** A world without hosts. */
    public StreamWorld(VirtualTime time, Paths paths) {
        this.time = Objects.requireNonNull(time, "time");
        this.paths = Objects.requireNonNull(paths, "paths");
    }

    VirtualTime time() {
        return time;
    }

    Paths paths() {
        return paths;
    }

    /** Who has an address, with power or without: empty for nobody. */
    Optional<SimulatedNic> ownerOf(IpAddress address) {
        return Optional.ofNullable(addresses.get(address));
    }

    /** What runs behind a NIC; null when nothing does. */
    StreamStack stackOf(SimulatedNic nic) {
        return stacks.get(nic);
    }

    void enter(SimulatedNic nic, StreamStack stack) {
        stacks.put(nic, stack);
        stack.addresses().forEach(address -> addresses.put(address, nic));
    }

    /** Does nothing when another one runs there meanwhile. */
    void leave(SimulatedNic nic, StreamStack stack) {
        stacks.remove(nic, stack);
    }
}
