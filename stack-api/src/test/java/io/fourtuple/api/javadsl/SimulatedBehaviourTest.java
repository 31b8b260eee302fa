package io.fourtuple.api.javadsl;

import io.fourtuple.api.simulation.SimulationConfig;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;

/** Ours behaves as Pekko's does, in virtual time. */
class SimulatedBehaviourTest extends TcpBehaviour {
    @Override
    Sockets open(ActorTestKit testKit) {
        return SimulatedSockets.open(SimulationConfig.Mode.PACKETS);
    }
}
