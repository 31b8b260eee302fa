package io.fourtuple.api.protocol;

import java.net.InetSocketAddress;
import org.apache.pekko.actor.typed.ActorRef;

/** The answer to {@link StackCommand.Connect}. */
public sealed interface ConnectReply {
    /**
     * The connection is established. Whoever gets it owns it and tells it {@link ConnectionCommand.Register}.
     *
     * @param connection the connection
     * @param local our end
     * @param remote the peer's end
     */
    record Connected(ActorRef<ConnectionCommand> connection, InetSocketAddress local, InetSocketAddress remote)
            implements ConnectReply {}

    /**
     * There is no connection.
     *
     * @param cause why: of the same type as Pekko's {@code Tcp} fails a stream with, and its message names the target
     */
    record ConnectFailed(Throwable cause) implements ConnectReply {}
}
