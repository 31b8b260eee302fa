package io.fourtuple.api.protocol;

import org.apache.pekko.util.ByteString;

/** What a connection tells its handler. {@link Closed} and {@link Failed} are the last, and one of them comes once. */
public sealed interface ConnectionEvent {
    /**
     * Octets from the peer, in order, at least one. They are not copied: the array behind them is the received frame.
     */
    record Received(ByteString data) implements ConnectionEvent {}

    /** Everything of the last {@link ConnectionCommand.Write} is in the send buffer: the next one may come. */
    record Written() implements ConnectionEvent {
        /** The only one there needs to be. */
        public static final Written INSTANCE = new Written();
    }

    /** The peer sends no more (FIN), and all it sent has been delivered. Needs no credit. We may go on writing. */
    record PeerClosed() implements ConnectionEvent {
        /** The only one there needs to be. */
        public static final PeerClosed INSTANCE = new PeerClosed();
    }

    /** Both directions ended in order. */
    record Closed() implements ConnectionEvent {
        /** The only one there needs to be. */
        public static final Closed INSTANCE = new Closed();
    }

    /**
     * The connection broke: reset by the peer, timed out, unreachable, or aborted. What the peer had sent before that
     * is handed out first, as it is asked for; but a write that cannot be answered any more brings this at once.
     *
     * @param cause of the type that Pekko's {@code Tcp} fails a stream with
     */
    record Failed(Throwable cause) implements ConnectionEvent {}
}
