package io.fourtuple.api.actor;

import io.fourtuple.core.tcp.IcmpError;
import org.apache.pekko.actor.DeadLetterSuppression;

/** What the stack tells a connection, beside segments. */
sealed interface ConnectionInput extends DeadLetterSuppression {
    /** A deadline has passed. */
    enum TimerDue implements ConnectionInput {
        /** The only one. */
        INSTANCE
    }

    /** To itself: there is more to send than one turn may. */
    enum Continue implements ConnectionInput {
        /** The only one. */
        INSTANCE
    }

    /** It has left the accept queue: from now on somebody has to register. */
    enum HandedOver implements ConnectionInput {
        /** The only one. */
        INSTANCE
    }

    /** Its listening socket has failed: it ends, if it is still in the accept queue. */
    enum NobodyAccepts implements ConnectionInput {
        /** The only one. */
        INSTANCE
    }

    /** The stack is ending: close in order. */
    enum StackEnds implements ConnectionInput {
        /** The only one. */
        INSTANCE
    }

    /** There is memory again. */
    enum MemoryRelief implements ConnectionInput {
        /** The only one. */
        INSTANCE
    }

    /** An ICMP message that quotes a segment of this connection. */
    record Icmp(IcmpError error, int seq) implements ConnectionInput {}
}
