package io.fourtuple.packetdrill.engine;

import io.fourtuple.api.Stack;
import io.fourtuple.api.StackConfig;
import io.fourtuple.api.simulation.Simulation;
import io.fourtuple.api.simulation.SimulationConfig;
import io.fourtuple.nic.loop.VirtualTime;
import io.fourtuple.nic.Nic;

/**
 * Where scripts run: virtual time and an actor system, in which each script gets a stack of its own.
 *
 * <p>Confined to the thread that made it, of which it is the only one.
 */
public final class Laboratory extends Hosts {
    private static final long SEED = 1;

    private final Simulation simulation = Simulation.start(SimulationConfig.ofSeed(SEED));
    private int stacks;

    @Override
    ScriptSettings adapted(ScriptSettings settings) {
        return settings;
    }

    @Override
    Host host(HostProfile profile, ScriptSettings settings) {
        return new SimulatedHost(this, profile, settings);
    }

    /** Its time. */
    VirtualTime time() {
        return simulation.time();
    }

    /** What all stacks have in common. */
    StackConfig baseConfig() {
        return simulation.config().stack();
    }

    /** Starts a stack on a NIC. */
    Stack start(StackConfig config, Nic nic) {
        stacks++;
        Stack stack = time().call(
                () -> Stack.start(simulation.system(), config.withName("script-" + stacks), nic));
        time().runReady();
        return stack;
    }

    @Override
    public void close() {
        simulation.close();
    }
}
