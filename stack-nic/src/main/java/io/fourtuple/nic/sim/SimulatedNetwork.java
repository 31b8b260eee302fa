package io.fourtuple.nic.sim;

import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.nic.loop.VirtualTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A network that exists in the memory of one thread and in virtual time: the NICs of hosts, and the links between them.
 *
 * <pre>{@code
 * SimulatedNetwork network = new SimulatedNetwork(time);
 * SimulatedNic alice = network.addNic("alice");
 * SimulatedNic bob = network.addNic("bob");
 * Link link = network.connect(alice, bob, LinkConfig.DEFAULT.withDelay(ofMillis(20)).withLoss(0.01));
 * }</pre>
 *
 * <p>Everything random in it is drawn from sources of {@link VirtualTime#random} that are named after the direction of
 * the link and the kind of fault. Every frame that is sent is noted in the journal of the simulation.
 *
 * <p>Confined to the simulation's thread.
 */
public final class SimulatedNetwork {
    /** The first MAC address less one: locally administered. */
    private static final long MAC_BASE = 0x02_00_00_00_00_00L;

    private final VirtualTime time;
    private final Map<String, LinkEnd> ends = new LinkedHashMap<>();
    private final Map<String, SimulatedNic> nics = new LinkedHashMap<>();
    private final Map<String, Link> links = new LinkedHashMap<>();
    private final List<Partition> partitions = new ArrayList<>();
    private long macs;

    /** An empty network in the time of {@code time}. */
    public SimulatedNetwork(VirtualTime time) {
        this.time = Objects.requireNonNull(time, "time");
    }

    /** The time it lives in. */
    public VirtualTime time() {
        return time;
    }

    // ---- what there is ----

    /** Makes a NIC with the properties of {@link NicConfig#DEFAULT}. */
    public SimulatedNic addNic(String name) {
        return addNic(name, NicConfig.DEFAULT);
    }

    /**
     * Makes a NIC for a host. Its MAC address is the next one: 02:00:00:00:00:01 for the first.
     *
     * @param name what it is known by: in captures, in names of links, to {@link #nic}
     * @throws IllegalArgumentException when something else has that name
     */
    public SimulatedNic addNic(String name, NicConfig config) {
        SimulatedNic nic = add(new SimulatedNic(this, name, nics.size(), nextMac(), config));
        nics.put(name, nic);
        return nic;
    }

    private <E extends LinkEnd> E add(E end) {
        if (end.name().isEmpty() || ends.putIfAbsent(end.name(), end) != null) {
            throw new IllegalArgumentException(end.name().isEmpty()
                    ? "everything in a network needs a name"
                    : "there is a \"" + end.name() + "\" in this network already: choose another name");
        }
        return end;
    }

    MacAddress nextMac() {
        return new MacAddress(MAC_BASE + ++macs);
    }

    void replaced(SimulatedNic replacement) {
        ends.put(replacement.name(), replacement);
        nics.put(replacement.name(), replacement);
    }

    /**
     * Lays a link with the same properties in both directions.
     *
     * @return the link; its {@linkplain Link#forward forward} direction leads from {@code a} to {@code b}
     * @throws IllegalStateException when a NIC has a link already
     */
    public Link connect(LinkEnd a, LinkEnd b, LinkConfig config) {
        Objects.requireNonNull(config, "config");
        if (a == b) {
            throw new IllegalArgumentException(a.name() + " cannot be connected to itself");
        }
        Port from = a.nextPort();
        Port to = b.nextPort();
        Link link = new Link(linkName(a, b), time, from, to, config);
        links.put(link.name(), link);
        return link;
    }

    /** Lays a link without faults and limits. */
    public Link connect(LinkEnd a, LinkEnd b) {
        return connect(a, b, LinkConfig.DEFAULT);
    }

    private String linkName(LinkEnd a, LinkEnd b) {
        String base = a.name() + "-" + b.name();
        String name = base;
        for (int i = 2; links.containsKey(name); i++) {
            name = base + "#" + i;
        }
        return name;
    }

    /**
     * The NIC with this name.
     *
     * @throws IllegalArgumentException when there is none
     */
    public SimulatedNic nic(String name) {
        return found(nics, name, "NIC");
    }

    /**
     * The link with this name, such as {@code alice-bob} for the first one from alice to bob.
     *
     * @throws IllegalArgumentException when there is none
     */
    public Link link(String name) {
        return found(links, name, "link");
    }

    private static <T> T found(Map<String, T> all, String name, String kind) {
        T found = all.get(name);
        if (found == null) {
            throw new IllegalArgumentException("there is no " + kind + " \"" + name + "\" in this network"
                    + (all.isEmpty() ? "" : ", only " + String.join(", ", all.keySet())));
        }
        return found;
    }

    /** All NICs, in the order in which they were made. */
    public Collection<SimulatedNic> nics() {
        return Collections.unmodifiableCollection(nics.values());
    }

    /** All links, in the order in which they were laid. */
    public Collection<Link> links() {
        return Collections.unmodifiableCollection(links.values());
    }

    // ---- faults ----

    /**
     * From now on nothing that a host of one set has sent arrives at a host of the other, whichever way it takes; what
     * is on its way does not arrive either.
     *
     * @return for {@link Partition#heal}
     */
    public Partition partition(Collection<SimulatedNic> some, Collection<SimulatedNic> others) {
        return add(new Partition(this, some, others, true));
    }

    /** The same in one direction: nothing from {@code senders} arrives at {@code receivers}. */
    public Partition partitionOneWay(Collection<SimulatedNic> senders, Collection<SimulatedNic> receivers) {
        return add(new Partition(this, senders, receivers, false));
    }

    private Partition add(Partition partition) {
        partitions.add(partition);
        return partition;
    }

    /** Ends all partitions. */
    public void heal() {
        partitions.clear();
    }

    void heal(Partition partition) {
        partitions.remove(partition);
    }

    boolean isPartitioned(SimulatedNic sender, SimulatedNic receiver) {
        if (sender == null || partitions.isEmpty()) {
            return false;
        }
        for (Partition partition : partitions) {
            if (partition.separates(sender, receiver)) {
                return true;
            }
        }
        return false;
    }
}
