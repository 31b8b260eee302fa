package io.fourtuple.nic.sim;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import io.fourtuple.core.wire.EthernetHeader;
import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.nic.NicException;
import io.fourtuple.nic.loop.VirtualTime;
import io.fourtuple.nic.pcapng.PcapngWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;

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
    /** Where its configuration is. */
    public static final String CONFIG_PATH = "fourtuple.simulated-network";

    /** The first MAC address less one: locally administered. */
    private static final long MAC_BASE = 0x02_00_00_00_00_00L;
    /** The bits of an address that say which network of a {@link Backbone} it is of, and those below it. */
    private static final int SITE_SHIFT = 24;

    private final VirtualTime time;
    private final int site;
    private final Set<String> names = new LinkedHashSet<>();
    private final Map<String, SimulatedNic> nics = new LinkedHashMap<>();
    private final Map<String, Switch> switches = new LinkedHashMap<>();
    private final Map<String, Router> routers = new LinkedHashMap<>();
    private final Map<String, Link> links = new LinkedHashMap<>();
    /** What leads away from what, by names. */
    private final Map<String, List<Hop>> hops = new LinkedHashMap<>();
    private final List<Partition> partitions = new ArrayList<>();
    private final RuleList rules = new RuleList("");
    private NetworkCapture capture;
    private long macs;

    /** An empty network in the time of {@code time}. */
    public SimulatedNetwork(VirtualTime time) {
        this(time, 0);
    }

    /**
     * An empty network that is to be one of several on a {@link Backbone}.
     *
     * @param site which one, from 0 to {@link Backbone#MAX_SITES} less one: hardware addresses tell by it where they
     *     are
     */
    public SimulatedNetwork(VirtualTime time, int site) {
        if (site < 0 || site >= Backbone.MAX_SITES) {
            throw new IllegalArgumentException(
                    "a network is one of 0 to " + (Backbone.MAX_SITES - 1) + " on a backbone, not " + site);
        }
        this.time = Objects.requireNonNull(time, "time");
        this.site = site;
    }

    /**
     * A network as a configuration describes it, see {@link #build}.
     *
     * @throws IllegalArgumentException with one sentence, when a key is unknown or a value makes no sense
     */
    public static SimulatedNetwork of(VirtualTime time, Config config) {
        return new SimulatedNetwork(time).build(config);
    }

    /**
     * Adds what {@code config} has at {@value #CONFIG_PATH}: NICs, switches and routers, each kind in the order of
     * their names, then links. A link may end at what was there before.
     *
     * <pre>{@code
     * fourtuple.simulated-network {
     *   nics { alice {}, bob { mtu = 1400 } }
     *   routers.edge.ports = [["10.77.1.1/24", "fd77:1::1/64"], ["10.77.2.1/24"]]
     *   links = [
     *     { between = [alice, "edge:0"], delay = 50 us }
     *     { between = ["edge:1", bob], delay = 20 ms, mtu = 1400
     *       forward { bandwidth = 10 Mbit/s, discipline = fq-codel }
     *       backward { bandwidth = 2 Mbit/s, loss = 0.5 % } }
     *   ]
     * }
     * }</pre>
     *
     * <p>The keys of NICs, switches and links, and their defaults, are in {@code reference.conf}; another example with
     * everything is {@code simulated-network.conf} in the tests of this module.
     *
     * @return this
     * @throws IllegalArgumentException with one sentence, when a key is unknown or a value makes no sense; what comes
     *     before it is there then
     */
    public SimulatedNetwork build(Config config) {
        ConfigObject given = config.hasPath(CONFIG_PATH)
                ? config.getConfig(CONFIG_PATH).root()
                : ConfigFactory.empty().root();
        new NetworkReader(this, new ConfigReader(CONFIG_PATH, CONFIG_PATH, given, ConfigReader.reference())).build();
        return this;
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
        claim(name);
        SimulatedNic nic = new SimulatedNic(this, name, nics.size(), nextMac(), config);
        nics.put(name, nic);
        return nic;
    }

    /** Makes a switch that knows up to {@value Switch#TABLE_SIZE} addresses. */
    public Switch addSwitch(String name) {
        return addSwitch(name, Switch.TABLE_SIZE);
    }

    /**
     * Makes a switch.
     *
     * @param tableSize how many addresses it knows at most, at least 1; a new one takes the place of the one that was
     *     not needed for longest
     * @throws IllegalArgumentException when something else has that name
     */
    public Switch addSwitch(String name, int tableSize) {
        claim(name);
        Switch made = new Switch(this, name, tableSize);
        switches.put(name, made);
        return made;
    }

    /** Makes a router, without ports and routes. */
    public Router addRouter(String name) {
        claim(name);
        Router made = new Router(this, name);
        routers.put(name, made);
        return made;
    }

    private void claim(String name) {
        if (name.isEmpty() || !names.add(name)) {
            throw new IllegalArgumentException(name.isEmpty()
                    ? "everything in a network needs a name"
                    : "there is a \"" + name + "\" in this network already: choose another name");
        }
    }

    MacAddress nextMac() {
        return new MacAddress(MAC_BASE + ((long) site << SITE_SHIFT) + ++macs);
    }

    /** Which network of a backbone it is; 0 for one that is on none. */
    int site() {
        return site;
    }

    /** Which network of a backbone a frame is for; negative when it is not for one station of any. */
    static int siteOf(byte[] frame) {
        if (!EthernetHeader.isComplete(frame)) {
            return -1;
        }
        long station = Switch.address(frame, 0) - MAC_BASE;
        return station < 0 || station >= (long) Backbone.MAX_SITES << SITE_SHIFT ? -1 : (int) (station >> SITE_SHIFT);
    }

    /**
     * Connects this network to a backbone. Once only: there would be a ring.
     *
     * @throws IllegalArgumentException when the backbone has no such {@linkplain #SimulatedNetwork(VirtualTime, int)
     *     site}
     */
    public Uplink addUplink(Backbone backbone) {
        if (site >= backbone.sites()) {
            throw new IllegalArgumentException(
                    "this is network " + site + ", and the backbone joins " + backbone.sites() + " only");
        }
        return new Uplink(this, backbone);
    }

    void replaced(SimulatedNic replacement) {
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
        Link link = new Link(this, linkName(a, b), from, to, config);
        links.put(link.name(), link);
        hops.computeIfAbsent(nodeOf(a), _ -> new ArrayList<>()).add(new Hop(link.forward(), nodeOf(b)));
        hops.computeIfAbsent(nodeOf(b), _ -> new ArrayList<>()).add(new Hop(link.backward(), nodeOf(a)));
        return link;
    }

    /** A direction of a link, and the name of the NIC, switch or router that it leads to. */
    record Hop(LinkDirection direction, String to) {}

    private static String nodeOf(LinkEnd end) {
        return switch (end) {
            case SimulatedNic nic -> nic.name();
            case Switch box -> box.name();
            case RouterPort port -> port.router().name();
        };
    }

    /** What leads away from the NIC, switch or router of this name. */
    List<Hop> hopsFrom(String name) {
        return hops.getOrDefault(name, List.of());
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
     * The switch with this name.
     *
     * @throws IllegalArgumentException when there is none
     */
    public Switch switchNamed(String name) {
        return found(switches, name, "switch");
    }

    /**
     * The router with this name.
     *
     * @throws IllegalArgumentException when there is none
     */
    public Router router(String name) {
        return found(routers, name, "router");
    }

    /**
     * The link with this name, such as {@code alice-bob} for the first one from alice to bob.
     *
     * @throws IllegalArgumentException when there is none
     */
    public Link link(String name) {
        return found(links, name, "link");
    }

    /**
     * What a link can be connected to, by its name: a NIC, a switch, or a port of a router.
     *
     * @throws IllegalArgumentException when there is none
     */
    public LinkEnd end(String name) {
        Map<String, LinkEnd> all = new LinkedHashMap<>(nics);
        all.putAll(switches);
        routers.values().forEach(router -> router.ports().forEach(port -> all.put(port.name(), port)));
        return found(all, name, "NIC, switch or port of a router");
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

    // ---- captures ----

    /**
     * Writes everything that happens from now on into a pcapng file, which is replaced when it exists.
     *
     * @throws NicException when the file cannot be written, also later by whatever sends a frame
     * @throws IllegalStateException when there is a capture already
     */
    public NetworkCapture capture(Path file) {
        try {
            return capture(PcapngWriter.create(file, PcapngWriter.UNLIMITED), file.toString());
        } catch (IOException e) {
            throw new NicException("the capture " + file + " cannot be written: " + e.getMessage(), e);
        }
    }

    /** The same to a writer, which is closed with the capture. */
    public NetworkCapture capture(PcapngWriter writer) {
        return capture(writer, "of the network");
    }

    private NetworkCapture capture(PcapngWriter writer, String target) {
        if (capture != null) {
            throw new IllegalStateException("the network is captured already: close that capture first");
        }
        capture = new NetworkCapture(this, writer, target);
        for (Link link : links.values()) {
            link.directions().forEach(direction -> direction.from().numberIn(capture));
        }
        return capture;
    }

    void captureEnds(NetworkCapture ended) {
        if (capture == ended) {
            capture = null;
        }
    }

    boolean isCaptured() {
        return capture != null;
    }

    /** The one that runs; null when none does. */
    NetworkCapture capture() {
        return capture;
    }

    // ---- rules ----

    /**
     * Adds a rule for packets on the link where they set out: from the NIC of a host, or from a router that sends them
     * of its own accord. A packet that travels over several links is looked at once. Rules of that direction come
     * first.
     *
     * @param predicate which packets; called for each one
     * @return for {@link Rule#skip}, {@link Rule#limit} and {@link Rule#remove}
     */
    public Rule rule(Predicate<? super PacketView> predicate, Verdict verdict) {
        return rules.add(predicate, verdict);
    }

    RuleList rules() {
        return rules;
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
