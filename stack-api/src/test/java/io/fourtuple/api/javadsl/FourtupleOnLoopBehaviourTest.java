package io.fourtuple.api.javadsl;

import io.fourtuple.api.StackConfig;
import io.fourtuple.nic.MemoryWire;
import java.time.Duration;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;

/** Ours behaves as Pekko's does, with handlers on the event loop and a wire that loses and reorders frames. */
class FourtupleOnLoopBehaviourTest extends TcpBehaviour {
    @Override
    Sockets open(ActorTestKit testKit) {
        MemoryWire.Config wire = MemoryWire.Config.DEFAULT
                .withLoss(0.002)
                .withJitter(Duration.ofNanos(200_000))
                .withSuperFrames(65_535)
                .withSeed(7);
        return new OurSockets(testKit.system(), wire, new StackConfig.Streams(true));
    }
}
