package io.fourtuple.api.protocol;

import io.fourtuple.api.socket.ErrnoException;
import io.fourtuple.core.tcp.TcpConfig;
import io.fourtuple.core.tcp.TcpConfig.Tuning;
import io.fourtuple.core.wire.FourTuple;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * What a socket asks of its stack. Each is answered once, exceptionally with {@link ErrnoException}; in a simulation on
 * its thread.
 */
public sealed interface SocketRequest {
    /** The answer, whatever it is. */
    CompletableFuture<?> reply();

    /** Answers that it has failed. */
    default void fail(ErrnoException cause) {
        reply().completeExceptionally(cause);
    }

    /**
     * An address and port that belong to a socket which does not listen.
     *
     * @param local where, with the port that was chosen
     * @param dualStack whether {@code ::} stands for IPv4 as well
     * @param shared whether others may have it, too ({@code SO_REUSEADDR})
     * @param ofResets the traffic class and the hop limit of resets that answer what comes while nobody listens there
     */
    record Reserved(InetSocketAddress local, boolean dualStack, boolean shared, Tuning ofResets) {}

    /** What a listening socket is worked with. */
    record Listening(AcceptLine line, ActorRef<AcceptorCommand> acceptor) {}

    /** bind(2): port 0 lets the stack choose. */
    record Bind(Reserved wanted, CompletableFuture<Reserved> reply) implements SocketRequest {}

    /** The end of a reservation. */
    record Release(Reserved reserved, CompletableFuture<Reserved> reply) implements SocketRequest {}

    /** listen(2), of an address and port that is reserved and stays so. */
    record Listen(Reserved reserved, int backlog, TcpConfig tcp, CompletableFuture<Listening> reply)
            implements SocketRequest {}

    /** The end of listening: connections that nobody has accepted are reset. The address and port stay reserved. */
    record Unlisten(Reserved reserved, AcceptLine line, CompletableFuture<Reserved> reply) implements SocketRequest {}

    /**
     * connect(2): answered when the connection has an actor and {@code link} is attached.
     *
     * @param reserved our end, or the part of it that was bound
     */
    record Connect(
            InetSocketAddress remote,
            Optional<Reserved> reserved,
            TcpConfig tcp,
            SocketLink link,
            CompletableFuture<FourTuple> reply)
            implements SocketRequest {}
}
