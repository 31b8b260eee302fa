package io.fourtuple.api.simulation;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.fourtuple.api.simulation.streams.StreamWorld;
import io.fourtuple.core.FaultPoints;
import io.fourtuple.nic.loop.VirtualExecutorConfigurator;
import io.fourtuple.nic.loop.VirtualTime;
import io.fourtuple.nic.sim.Link;
import io.fourtuple.nic.sim.LinkConfig;
import io.fourtuple.nic.sim.NetworkPaths;
import io.fourtuple.nic.sim.SimulatedNetwork;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.dispatch.DispatcherConfigurator;
import org.apache.pekko.dispatch.Dispatchers;

/**
 * Hosts with real TCP stacks on a simulated network, one actor system for all that runs on them, and a time that jumps
 * from one event to the next. The same seed gives the same frames, octet by octet; hours pass in seconds.
 *
 * <p>Four groups: what there is ({@link #host}, {@link #network}, {@link #system}), crashes of several hosts
 * ({@link #crash}, {@link #restart}), letting time pass ({@link #await}, {@link #runFor}), and the end
 * ({@link #close}).
 *
 * <p>Everything belongs to the thread that started the simulation, and nothing happens but within a call that lets time
 * pass. So a stage that depends on the simulation is given to {@link #await}: to {@code join()} it would be to wait for
 * oneself. What is not deterministic, and what is, stands in docs/simulation.md.
 */
public final class Simulation implements AutoCloseable {
    private static final Duration END = Duration.ofMinutes(10);

    /** How many hosts of each of several simulations have addresses that no other one has. */
    static final int HOSTS_PER_SITE = 0x1000;
    /** As many as there are addresses in 10.77.0.0/16. */
    private static final int MOST_HOSTS = 0xfffe;

    private final SimulationConfig config;
    private final int firstHost;
    private final int mostHosts;
    private final VirtualTime time;
    private final SimulatedNetwork network;
    private final StreamWorld streams;
    private final ActorSystem<Void> system;
    private final Map<String, SimulatedHost> hosts = new LinkedHashMap<>();
    private boolean closed;

    private Simulation(SimulationConfig config, VirtualTime time, int site, int mostHosts) {
        this.config = config;
        this.time = time;
        firstHost = site * HOSTS_PER_SITE + 1;
        this.mostHosts = mostHosts;
        network = new SimulatedNetwork(time, site);
        streams = new StreamWorld(time, new NetworkPaths(network));
        Config settings = ConfigFactory.load().getConfig("fourtuple.virtual-time.overlay")
                .withFallback(config.settings());
        system = time.call(() -> ActorSystem.create(Behaviors.empty(), "simulation", settings));
    }

    /**
     * Starts a simulation, in which no time has passed and no host exists.
     *
     * @throws IllegalStateException when the calling thread has one already
     */
    public static Simulation start(SimulationConfig config) {
        return start(config, 0, MOST_HOSTS);
    }

    /** The same for one of several that run side by side: hosts have addresses of their own in each. */
    static Simulation start(SimulationConfig config, int site, int mostHosts) {
        VirtualTime time = new VirtualTime(config.seed(), config.order());
        try {
            return new Simulation(config, time, site, mostHosts);
        } catch (RuntimeException e) {
            time.close();
            throw e;
        }
    }

    // ---- what there is ----

    /** How it was set up. */
    public SimulationConfig config() {
        return config;
    }

    /** Its time. */
    public VirtualTime time() {
        return time;
    }

    /** How much time has passed. */
    public Duration now() {
        return Duration.ofNanos(time.nanoTime());
    }

    /** Its links, switches and routers. */
    public SimulatedNetwork network() {
        return network;
    }

    /** Who is where, for hosts that exchange no packets. */
    StreamWorld streams() {
        return streams;
    }

    /** What runs all its actors and streams. */
    public ActorSystem<Void> system() {
        return system;
    }

    /** A source of random numbers of its own for whoever has this name: what a simulated program is to draw from. */
    public RandomGenerator random(String name) {
        return time.random(name);
    }

    /**
     * Decides where rare things happen, to the stacks and to whoever else asks:
     * {@code if (faults().fires("my-point"))}. Nothing ever does unless somebody has
     * {@linkplain VirtualTime#setFaults said so}, such as a {@link SeedSearch}.
     */
    public FaultPoints faults() {
        return time.faults();
    }

    /**
     * Makes a host, which is up, with the next free addresses of 10.77.0.0/16 and fd77::/64. It has no link yet.
     *
     * @throws IllegalArgumentException when there is one of this name
     */
    public SimulatedHost host(String name) {
        return host(HostConfig.of(name));
    }

    /**
     * Makes a host, which is up.
     *
     * @throws IllegalArgumentException when there is one of this name, or there are 65,534 already
     */
    public SimulatedHost host(HostConfig host) {
        if (hosts.containsKey(host.name())) {
            throw new IllegalArgumentException("there is a host " + host.name() + " already");
        }
        if (hosts.size() == mostHosts) {
            throw new IllegalArgumentException("there are " + mostHosts + " hosts already, as many as can be");
        }
        SimulatedHost made = new SimulatedHost(this, host, firstHost + hosts.size());
        hosts.put(host.name(), made);
        return made;
    }

    /** Lays a link between two hosts, with the same properties in both directions: {@link SimulatedNetwork#connect}. */
    public Link connect(SimulatedHost a, SimulatedHost b, LinkConfig link) {
        return network.connect(a.nic(), b.nic(), link);
    }

    /** All hosts, in the order they were made. */
    public List<SimulatedHost> hosts() {
        return List.copyOf(hosts.values());
    }

    /** Makes a dispatcher known whose actors run on the loop of this name. */
    void addDispatcher(String id, String loop) {
        Dispatchers dispatchers = Adapter.toClassic(system).dispatchers();
        Config settings = ConfigFactory.parseMap(Map.of(VirtualExecutorConfigurator.LOOP, loop))
                .withFallback(system.settings().config().getConfig("fourtuple.virtual-time.dispatcher"));
        dispatchers.registerConfigurator(
                id, new DispatcherConfigurator(dispatchers.config(id, settings), dispatchers.prerequisites()));
    }

    // ---- crashes ----

    /**
     * Takes the power from these hosts at the same instant, but in this order: before one loses it, everybody who has
     * something to do with the one before has learned of that, whatever order tasks have otherwise. A host that has
     * none is left out.
     *
     * <p>To be called from outside or by {@link #after}, not by what runs on a host.
     */
    public void crash(List<SimulatedHost> inThisOrder) {
        for (SimulatedHost host : List.copyOf(inThisOrder)) {
            time.runReady();
            host.crash();
            time.runReady();
        }
    }

    /**
     * Gives power to these hosts again at the same instant, but in this order: before one starts, the one before has
     * done whatever its program does at once. To be called as {@link #crash}.
     *
     * @throws IllegalStateException when one has power; those before it in the list have it, too, then
     */
    public void restart(List<SimulatedHost> inThisOrder) {
        for (SimulatedHost host : List.copyOf(inThisOrder)) {
            time.runReady();
            host.restart();
            time.runReady();
        }
    }

    // ---- letting time pass ----

    /**
     * Lets time pass until a stage is completed, {@link SimulationConfig#patience} at most, and gives what it is
     * completed with.
     *
     * @throws AssertionError when it is not completed then, or nothing is left that could complete it
     * @throws java.util.concurrent.CompletionException when it is completed exceptionally, with the cause
     */
    public <T> T await(CompletionStage<T> stage) {
        return time.await(stage, config.patience());
    }

    /** Lets so much time pass, at least 0. */
    public void runFor(Duration duration) {
        time.runFor(duration);
    }

    /** Something to happen later: now is the time after {@code delay}. */
    public void after(Duration delay, Runnable action) {
        time.timer(action).arm(time.nanoTime() + delay.toNanos());
    }

    // ---- the end ----

    /** Ends all hosts without any time passing on their links, then the actor system. Twice is no error. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            List<SimulatedHost> all = new ArrayList<>(hosts.values());
            all.forEach(SimulatedHost::crash);
            time.runReady();
            system.terminate();
            time.await(system.getWhenTerminated(), END);
        } finally {
            time.close();
        }
    }

    @Override
    public String toString() {
        return "Simulation(seed " + config.seed() + ", " + now() + ")";
    }
}
