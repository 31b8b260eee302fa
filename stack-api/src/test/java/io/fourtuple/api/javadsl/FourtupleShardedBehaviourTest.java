package io.fourtuple.api.javadsl;

import io.fourtuple.api.StackConfig;
import io.fourtuple.nic.MemoryWire;
import java.util.function.UnaryOperator;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;

/** Ours behaves as Pekko's does, over three event loops. */
class FourtupleShardedBehaviourTest extends TcpBehaviour {
    @Override
    Sockets open(ActorTestKit testKit) {
        return new OurSockets(testKit.system(), MemoryWire.Config.DEFAULT, new StackConfig.Streams(false), 3,
                UnaryOperator.identity());
    }
}
