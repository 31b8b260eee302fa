package io.fourtuple.api.protocol;

import io.fourtuple.api.socket.ErrnoException;
import io.fourtuple.core.tcp.FastOpenRules;
import io.fourtuple.core.tcp.TcpConfig;
import io.fourtuple.core.tcp.TcpConfig.Tuning;
import io.fourtuple.core.wire.FourTuple;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
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
     * @param fast what goes with the SYN, if the peer takes that; empty for no Fast Open
     */
    record Connect(
            InetSocketAddress remote,
            Optional<Reserved> reserved,
            TcpConfig tcp,
            Optional<FastData> fast,
            SocketLink link,
            CompletableFuture<Opening> reply)
            implements SocketRequest {}

    /**
     * Octets for an open with Fast Open (RFC 7413).
     *
     * @param octets nobody changes them any more
     * @param whole whether all are queued that there is room for, and what does not go with the SYN follows it; else
     *     only those that do
     */
    record FastData(ByteBuffer octets, boolean whole) {}

    /**
     * A connect that is under way.
     *
     * @param taken how many octets were queued
     */
    record Opening(FourTuple tuple, int taken) {}

    /** Whether a SYN to this peer would have data now. */
    record AskFastOpen(InetSocketAddress remote, FastOpenRules rules, CompletableFuture<Boolean> reply)
            implements SocketRequest {}
}
