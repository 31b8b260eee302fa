package io.fourtuple.api.protocol;

import java.net.InetSocketAddress;
import org.apache.pekko.actor.typed.ActorRef;

/** The answer to {@link StackCommand.Bind}. */
public sealed interface BindReply {
    /**
     * The socket listens: connections are established from now on, and wait for {@link AcceptorCommand.Demand}.
     *
     * @param localAddress where, with the port that was chosen
     * @param acceptor the listening socket
     */
    record Bound(InetSocketAddress localAddress, ActorRef<AcceptorCommand> acceptor) implements BindReply {}

    /**
     * There is no socket.
     *
     * @param message one sentence that says why, naming the address
     */
    record BindFailed(String message) implements BindReply {}
}
