package io.fourtuple.api.javadsl;

import io.fourtuple.api.simulation.SimulatedHost;
import io.fourtuple.api.simulation.Simulation;
import io.fourtuple.api.simulation.SimulationConfig;
import io.fourtuple.nic.loop.VirtualTime;
import io.fourtuple.nic.sim.LinkConfig;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Our Tcp on two hosts of a simulation with a link of 10 ms and some jitter between them. */
final class SimulatedSockets extends OurSockets {
    private final Simulation simulation;

    private SimulatedSockets(Simulation simulation, SimulatedHost server, SimulatedHost client) {
        super(simulation.system(), server.tcp(), client.tcp(), simulation::close);
        this.simulation = simulation;
    }

    static SimulatedSockets open(SimulationConfig.Mode mode) {
        Simulation simulation = Simulation.start(
                SimulationConfig.ofSeed(3).withMode(mode).withOrder(VirtualTime.Order.SHUFFLED));
        SimulatedHost server = simulation.host("server"); // which gets the address that serverHost() says
        SimulatedHost client = simulation.host("client");
        simulation.network().connect(server.nic(), client.nic(),
                LinkConfig.DEFAULT.withDelay(Duration.ofMillis(10)).withJitter(Duration.ofMillis(2)));
        return new SimulatedSockets(simulation, server, client);
    }

    @Override
    public <T> T call(Supplier<T> body) {
        return simulation.time().call(body);
    }

    @Override
    public <T> T await(CompletionStage<T> stage) throws Exception {
        try {
            return simulation.await(stage);
        } catch (CompletionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }
}
