package io.fourtuple.api.simulation.streams;

import org.apache.pekko.actor.DeadLetterSuppression;

/** What the actors of one host tell each other, beside the protocol of a stack. */
sealed interface StreamInput extends DeadLetterSuppression {
    /** A connection that a peer has opened needs an actor. */
    record Establish(StreamConnection connection, StreamListener listener) implements StreamInput {}

    /** To a connection: somebody has accepted it, and is to register. */
    enum HandedOver implements StreamInput {
        /** The only one. */
        INSTANCE
    }

    /** To a connection: the host's stack ends in order. */
    enum StackEnds implements StreamInput {
        /** The only one. */
        INSTANCE
    }

    /** To a connection: there is nothing left to do, or a deadline of its user has come. */
    enum Look implements StreamInput {
        /** The only one. */
        INSTANCE
    }

    /** To a stack: no time for connections to end in order is left. */
    enum GraceOver implements StreamInput {
        /** The only one. */
        INSTANCE
    }

    /** To a stack: the last connection has ended. */
    enum Empty implements StreamInput {
        /** The only one. */
        INSTANCE
    }

    /** To a stack: the host has lost its power. */
    enum PowerOff implements StreamInput {
        /** The only one. */
        INSTANCE
    }
}
