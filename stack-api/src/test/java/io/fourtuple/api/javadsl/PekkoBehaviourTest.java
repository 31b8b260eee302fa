package io.fourtuple.api.javadsl;

import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;

/** The yardstick: what Pekko's Tcp does on the kernel's loop-back. */
class PekkoBehaviourTest extends TcpBehaviour {
    @Override
    Sockets open(ActorTestKit testKit) {
        return new PekkoSockets(testKit.system());
    }
}
