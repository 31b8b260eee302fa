package io.fourtuple.api.javadsl;

import io.fourtuple.api.simulation.SimulationConfig;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;

/** A simulation without packets behaves as Pekko's Tcp does. */
class StreamsBehaviourTest extends TcpBehaviour {
    @Override
    Sockets open(ActorTestKit testKit) {
        return SimulatedSockets.open(SimulationConfig.Mode.STREAMS);
    }
}
