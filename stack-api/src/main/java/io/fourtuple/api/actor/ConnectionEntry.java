package io.fourtuple.api.actor;

import io.fourtuple.api.protocol.SocketLink;
import io.fourtuple.api.protocol.StackCommand;
import io.fourtuple.core.ip.Path;
import io.fourtuple.core.tcp.TcpConnection;
import io.fourtuple.core.tcp.TcpEvent;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.TcpSegment;
import java.util.Objects;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * A connection that has an actor. The actor alone works on the {@link TcpConnection}; the stack actor reads it for a
 * snapshot. Beside it stand the few numbers a reset needs, because an actor that has failed cannot be asked.
 */
final class ConnectionEntry extends FlowEntry {
    private final TcpConnection connection;
    private final FourTuple tuple;
    private final Path path;

    /** Set right after the actor is spawned. */
    ActorRef<Object> actor;
    /** The listening socket in whose accept queue it waits; null for one that was opened from here or is accepted. */
    ListeningSocket waitingIn;
    /** Whether it counts among the connections that its peer may open. */
    boolean countsForSource;
    /** Whether it has a place among the connections there may be, which its actor keeps longer than the 4-tuple. */
    boolean hasPlace;
    /** Where it has a place, as a SYN alone has made it and its final ACK has not come; else null. */
    FastOpenQueue fastOpen;
    /** The open that waits for its answer, for whoever has to give it should the actor fail; else null. */
    StackCommand.Connect opening;
    /** The socket of a program that owns it; null when none does. Set by whatever thread accepts it. */
    volatile SocketLink link;
    /** Its actor has ended. */
    private volatile boolean undriven;
    /** SND.NXT after the last turn of the actor. */
    int sndNxt;
    /** RCV.NXT after the last turn of the actor. */
    int rcvNxt;

    /** Segments of the batch of frames that is being read: null, a TcpSegment or a SegmentBatch. */
    private Object collected;

    ConnectionEntry(TcpConnection connection, Path path) {
        this.connection = connection;
        this.path = path;
        tuple = connection.tuple();
        noteNumbers();
    }

    @Override
    public FourTuple tuple() {
        return tuple;
    }

    TcpConnection connection() {
        return connection;
    }

    Path path() {
        return path;
    }

    /** It is told to the acceptor of this socket. */
    void enterQueue(ListeningSocket socket) {
        waitingIn = socket;
        socket.waiting.add(this);
    }

    /** It is accepted, or is over. No effect when it does not wait. */
    void leaveQueue() {
        if (waitingIn != null) {
            waitingIn.waiting.remove(this);
            waitingIn = null;
        }
    }

    /** A socket of a program has taken it from its queue. The program's thread. */
    void accept(SocketLink accepting) {
        accepting.attach(actor.narrow(), tuple, true);
        link = accepting;
        if (undriven) { // while it was waiting: the actor did not know of the link
            accepting.end();
        }
    }

    /** Its final ACK has come, or will not come. No effect when there is none to come. */
    void leaveFastOpen(long now) {
        if (fastOpen != null) {
            fastOpen.giveBack(connection.end() == TcpEvent.RESET, now);
            fastOpen = null;
        }
    }

    /** Nobody drives it any more. */
    void endLink() {
        undriven = true;
        SocketLink owner = link;
        if (owner != null) {
            owner.end();
        }
    }

    void noteNumbers() {
        sndNxt = connection.sndNxt();
        rcvNxt = connection.rcvNxt();
    }

    /**
     * Keeps a segment until {@link #tellCollected}.
     *
     * @return true when it is the first one
     */
    boolean collect(TcpSegment segment) {
        switch (collected) {
            case null -> {
                collected = Objects.requireNonNull(segment);
                return true;
            }
            case SegmentBatch batch -> batch.add(segment);
            default -> collected = new SegmentBatch((TcpSegment) collected, segment);
        }
        return false;
    }

    /** Tells the actor what was collected, if anything, as one message. */
    void tellCollected() {
        Object message = collected;
        if (message != null) {
            collected = null;
            actor.tell(message);
        }
    }
}
