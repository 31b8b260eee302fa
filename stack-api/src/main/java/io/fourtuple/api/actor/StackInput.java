package io.fourtuple.api.actor;

import io.fourtuple.api.protocol.Unbound;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.TcpSegment;
import org.apache.pekko.actor.DeadLetterSuppression;
import org.apache.pekko.actor.typed.ActorRef;

/** What the actors of a stack tell the stack actor, beside batches of frames. */
sealed interface StackInput extends DeadLetterSuppression {
    /** The earliest deadline has passed. */
    enum TimersDue implements StackInput {
        /** The only one. */
        INSTANCE
    }

    /** IP has something that came in without a frame. */
    enum IngressPending implements StackInput {
        /** The only one. */
        INSTANCE
    }

    /** There is memory for connections that were held back. */
    enum MemoryRelief implements StackInput {
        /** From the budget: from now on. */
        GRANTED,
        /** From the stack actor itself: not all of them have been told. */
        CONTINUED
    }

    /** The time to end in order is over. */
    enum GraceOver implements StackInput {
        /** The only one. */
        INSTANCE
    }

    /** The NIC actor has ended. */
    enum NicGone implements StackInput {
        /** The only one. */
        INSTANCE
    }

    /** A connection got a segment after it had left its tuple. */
    record Redeliver(FourTuple tuple, TcpSegment segment) implements StackInput {}

    /** The actor of this connection has ended, or has failed. */
    record ConnectionGone(ConnectionEntry entry) implements StackInput {}

    /** The listener or the acceptor of this socket has ended, or has failed. */
    record SocketGone(ListeningSocket socket) implements StackInput {}

    /** The owner closes this listening socket. */
    record CloseSocket(ListeningSocket socket, ActorRef<Unbound> replyTo) implements StackInput {}
}
