package io.fourtuple.api.simulation;

import io.fourtuple.api.Stack;
import io.fourtuple.api.StackConfig;
import io.fourtuple.api.javadsl.Tcp;
import io.fourtuple.api.simulation.streams.StreamStack;
import io.fourtuple.core.Clock;
import io.fourtuple.core.ip.InterfaceAddress;
import io.fourtuple.nic.Nic;
import io.fourtuple.nic.loop.VirtualLoop;
import io.fourtuple.nic.sim.SimulatedNic;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.stream.Materializer;

/**
 * A machine of a {@link Simulation}: a stack on a NIC, and what runs on it. It may lose its power and start again.
 *
 * <p>Actors that {@link #spawn} has made and streams of the {@link #materializer} are the host's: they end with its
 * power. Streams of the simulation's system that use its {@link #tcp} outlive it, and see their connections end.
 *
 * <p>Confined to the thread of the simulation.
 */
public final class SimulatedHost {
    private final Simulation simulation;
    private final HostConfig config;
    private final List<InterfaceAddress> addresses;
    private final VirtualLoop loop;
    private final String dispatcher;
    /** The first one, and those beside it. */
    private final List<SimulatedNic> nics = new ArrayList<>();
    private final List<ActorRef<?>> actors = new ArrayList<>();
    private Consumer<SimulatedHost> program = _ -> {};
    private Materializer materializer;
    private Stack stack;
    private Tcp tcp;
    private int boots;
    private boolean up;

    SimulatedHost(Simulation simulation, HostConfig config, int number) {
        this.simulation = simulation;
        this.config = config;
        addresses = addresses(config, number);
        loop = simulation.time().loop("host " + config.name(), config.skew());
        dispatcher = "fourtuple.simulation.host-" + config.name();
        if (!config.furtherNics().isEmpty() && simulation.config().mode() != SimulationConfig.Mode.PACKETS) {
            throw new IllegalArgumentException(
                    "host " + config.name() + " has several NICs, which is of use only where packets are exchanged");
        }
        nics.add(simulation.network().addNic(config.name(), config.nic()));
        for (HostConfig.FurtherNic further : config.furtherNics()) {
            nics.add(simulation.network().addNic(config.name() + "-" + nics.size(), further.nic()));
        }
        int shards = config.stack().apply(simulation.config().stack()).shards();
        simulation.addDispatcher(dispatcher, loop.name());
        for (int i = 1; i < shards; i++) {
            simulation.addDispatcher(dispatcher + "-" + i, loop.name());
        }
        boot();
    }

    private static List<InterfaceAddress> addresses(HostConfig config, int number) {
        if (!config.addresses().isEmpty()) {
            return config.addresses().stream().map(InterfaceAddress::parse).toList();
        }
        return List.of(
                InterfaceAddress.parse("10.77." + (number >>> 8) + "." + (number & 0xff) + "/16"),
                InterfaceAddress.parse("fd77::" + Integer.toHexString(number) + "/64"));
    }

    /** What it is called. */
    public String name() {
        return config.name();
    }

    /** Its first address, as a literal. */
    public String address() {
        return addresses.getFirst().address().toString();
    }

    /** All its addresses on the first NIC. */
    public List<InterfaceAddress> addresses() {
        return addresses;
    }

    /** Its place on the network: what links are laid to. The same after a restart. */
    public SimulatedNic nic() {
        return nics.getFirst();
    }

    /** All its places, the {@linkplain #nic first} one first: as many as its configuration says. */
    public List<SimulatedNic> nics() {
        return List.copyOf(nics);
    }

    /** What its clock shows, in nanoseconds. */
    public Clock clock() {
        return loop.clock();
    }

    /** Whether it has power. */
    public boolean isUp() {
        return up;
    }

    /**
     * Its stack, or what stands for it where no packets are exchanged: another one after each restart; of a host that
     * is down, the last one.
     */
    public Stack stack() {
        return stack;
    }

    /** The Streams API of its {@link #stack}. */
    public Tcp tcp() {
        return tcp;
    }

    /** Runs streams on this host: they end with its power. Another one after each restart. */
    public Materializer materializer() {
        requireUp();
        if (materializer == null) {
            materializer = simulation.time().call(() -> Materializer.createMaterializer(simulation.system()));
        }
        return materializer;
    }

    /** Runs an actor on this host: it ends with its power. {@code name} is unique on the host. */
    public <M> ActorRef<M> spawn(Behavior<M> behavior, String name) {
        requireUp();
        ActorRef<M> actor = simulation.system().systemActorOf(
                behavior, config.name() + "-" + boots + "-" + name, DispatcherSelector.fromConfig(dispatcher));
        actors.add(actor);
        return actor;
    }

    /** Says what the host runs: now, if it has power, and again after each restart. */
    public void run(Consumer<SimulatedHost> newProgram) {
        program = Objects.requireNonNull(newProgram);
        if (up) {
            program.accept(this);
        }
    }

    /**
     * Takes its power away: nothing is sent any more, frames on their way to it are lost, and all it runs ends, in the
     * order it was started. Without effect when it has none.
     */
    public void crash() {
        if (!up) {
            return;
        }
        up = false;
        nics.forEach(SimulatedNic::powerOff);
        if (materializer != null) {
            materializer.shutdown();
            materializer = null;
        }
        actors.forEach(actor -> Adapter.toClassic(simulation.system()).stop(Adapter.toClassic(actor)));
        actors.clear();
        stack.powerOff();
    }

    /**
     * Gives it power again after a {@link #crash}: a new stack on the same NIC with the same addresses, which knows
     * nothing of the connections before, and its {@linkplain #run program}.
     *
     * @throws IllegalStateException when it has power
     */
    public void restart() {
        if (up) {
            throw new IllegalStateException("host " + config.name() + " is up: crash it first");
        }
        boot();
        program.accept(this);
    }

    private void boot() {
        boots++;
        up = true;
        nics.forEach(SimulatedNic::powerOn);
        StackConfig wanted = config.stack().apply(simulation.config().stack());
        StackConfig settings = wanted.withName(boots == 1 ? config.name() : config.name() + "-" + boots)
                .withIp(wanted.ip().withAddresses(addresses).withFurtherAddresses(furtherAddresses()))
                .withLoopDispatcher(dispatcher);
        stack = simulation.time().call(() -> switch (simulation.config().mode()) {
            case PACKETS -> Stack.start(
                    simulation.system(), settings, nics.stream().<Nic>map(Plug::new).toList());
            case STREAMS -> Stack.start(
                    simulation.system(), settings, StreamStack.substitute(simulation.streams(), settings, nic()));
        });
        tcp = Tcp.of(stack);
    }

    private List<List<InterfaceAddress>> furtherAddresses() {
        return config.furtherNics().stream()
                .map(further -> further.addresses().stream().map(InterfaceAddress::parse).toList())
                .toList();
    }

    private void requireUp() {
        if (!up) {
            throw new IllegalStateException("host " + config.name() + " has no power: restart it first");
        }
    }

    @Override
    public String toString() {
        return "SimulatedHost(" + config.name() + ", " + address() + (up ? ")" : ", down)");
    }
}
