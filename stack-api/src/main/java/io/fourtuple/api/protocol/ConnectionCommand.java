package io.fourtuple.api.protocol;

import java.util.Objects;
import org.apache.pekko.actor.DeadLetterSuppression;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;

/**
 * What the owner of a connection tells it. Reading and writing are both by credit, so neither mailbox can grow: one
 * {@link ResumeReading} allows one {@link ConnectionEvent.Received}, and one {@link Write} is outstanding until
 * {@link ConnectionEvent.Written} answers it.
 */
public sealed interface ConnectionCommand extends DeadLetterSuppression {
    /**
     * Names who gets the events. The connection watches the handler: when that terminates without having closed the
     * connection, the connection is aborted with RST. Reading starts with the first {@link ResumeReading}.
     */
    record Register(ActorRef<ConnectionEvent> handler) implements ConnectionCommand {
        public Register {
            Objects.requireNonNull(handler, "handler");
        }
    }

    /**
     * Sends these octets, which are kept without a copy until the peer has acknowledged them. Answered by {@link
     * ConnectionEvent.Written} when all of them are in the send buffer; a second one before that fails the connection.
     */
    record Write(ByteString data) implements ConnectionCommand {
        public Write {
            Objects.requireNonNull(data, "data");
        }
    }

    /** Allows one {@link ConnectionEvent.Received} more. While there is no credit, data stay in the receive buffer. */
    record ResumeReading() implements ConnectionCommand {
        /** The only one there needs to be. */
        public static final ResumeReading INSTANCE = new ResumeReading();
    }

    /**
     * A socket is the owner, in place of a handler, since it has {@linkplain AcceptLine#take taken} the connection:
     * what the peer sends stays in the receive buffer until a {@link SocketCall} takes it.
     */
    record Attach(SocketLink link) implements ConnectionCommand {
        public Attach {
            Objects.requireNonNull(link, "link");
        }
    }

    /** There is something in the queue of the {@link SocketLink}. */
    record RunCalls() implements ConnectionCommand {
        /** The only one there needs to be. */
        public static final RunCalls INSTANCE = new RunCalls();
    }

    /** Ends our direction after everything written: FIN. The peer may go on sending (half-close). */
    record CloseOutput() implements ConnectionCommand {
        /** The only one there needs to be. */
        public static final CloseOutput INSTANCE = new CloseOutput();
    }

    /**
     * Ends both directions, like {@code close(2)}: what was written is still delivered; unread data, or data that come
     * later, make it a reset. Nothing is told to the handler any more, except the last event.
     */
    record Close() implements ConnectionCommand {
        /** The only one there needs to be. */
        public static final Close INSTANCE = new Close();
    }

    /** Ends the connection at once with RST; what was not yet sent is lost. */
    record Abort() implements ConnectionCommand {
        /** The only one there needs to be. */
        public static final Abort INSTANCE = new Abort();
    }
}
