package io.fourtuple.api.protocol;

import java.net.InetSocketAddress;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * One accepted connection. Whoever gets it owns it and tells it {@link ConnectionCommand.Register} or {@link
 * ConnectionCommand.Abort}; until then the peer's data stay in the receive buffer.
 *
 * @param connection the connection
 * @param local our end
 * @param remote the peer's end
 */
public record Accepted(ActorRef<ConnectionCommand> connection, InetSocketAddress local, InetSocketAddress remote) {}
