package io.fourtuple.api.protocol;

import io.fourtuple.api.observe.StackSnapshot;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.io.Inet;

/** What a stack is asked: see {@link io.fourtuple.api.Stack#ref()}. */
public sealed interface StackCommand {
    /**
     * Opens a listening socket. The stack watches {@code replyTo}'s answer no further: whoever gets {@link
     * BindReply.Bound} owns the socket and ends it with {@link AcceptorCommand.Unbind}.
     *
     * @param local the address to listen on; the wildcard address listens on every address of the stack, an unresolved
     *     name must be an address literal, and port 0 lets the stack choose
     * @param backlog how many established connections may wait to be accepted, at least 1; capped by {@code somaxconn}
     * @param options options of the connections to come; what the stack does not know is ignored
     * @param replyTo gets one {@link BindReply}
     */
    record Bind(InetSocketAddress local, int backlog, Iterable<Inet.SocketOption> options, ActorRef<BindReply> replyTo)
            implements StackCommand {
        public Bind {
            Objects.requireNonNull(local, "local");
            options = copied(options);
            Objects.requireNonNull(replyTo, "replyTo");
            if (backlog < 1) {
                throw new IllegalArgumentException("backlog must be at least 1, not " + backlog);
            }
        }
    }

    /**
     * Opens a connection. When {@code replyTo} terminates before it has got its answer, the attempt is given up.
     *
     * @param remote the peer; an unresolved name must be an address literal
     * @param local our address, our port or both (wildcard address, port 0: the stack's choice)
     * @param options options of the connection; what the stack does not know is ignored
     * @param timeout how long the attempt may take; empty for as long as TCP itself goes on (three minutes by default)
     * @param replyTo gets one {@link ConnectReply}
     */
    record Connect(
            InetSocketAddress remote,
            Optional<InetSocketAddress> local,
            Iterable<Inet.SocketOption> options,
            Optional<Duration> timeout,
            ActorRef<ConnectReply> replyTo)
            implements StackCommand {
        public Connect {
            Objects.requireNonNull(remote, "remote");
            Objects.requireNonNull(local, "local");
            options = copied(options);
            Objects.requireNonNull(timeout, "timeout");
            Objects.requireNonNull(replyTo, "replyTo");
        }
    }

    /** Asks for something that the socket layer needs. */
    record ForSocket(SocketRequest request) implements StackCommand {
        public ForSocket {
            Objects.requireNonNull(request, "request");
        }
    }

    /** Asks what the stack looks like now: its sockets, counters and NIC. */
    record GetSnapshot(ActorRef<StackSnapshot> replyTo) implements StackCommand {
        public GetSnapshot {
            Objects.requireNonNull(replyTo, "replyTo");
        }
    }

    /**
     * Ends the stack: listening sockets close, connections are closed in order and, when the configured grace is over,
     * aborted with RST; then the NIC is closed.
     *
     * @param replyTo told when all that is done
     */
    record Stop(ActorRef<Done> replyTo) implements StackCommand {
        public Stop {
            Objects.requireNonNull(replyTo, "replyTo");
        }
    }

    /** The options as they are now: the stack reads them on its own thread, when the program may have changed them. */
    private static List<Inet.SocketOption> copied(Iterable<Inet.SocketOption> options) {
        Objects.requireNonNull(options, "options");
        List<Inet.SocketOption> copy = new ArrayList<>();
        options.forEach(copy::add);
        return List.copyOf(copy);
    }
}
