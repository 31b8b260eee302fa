package io.fourtuple.api.simulation.streams;

import io.fourtuple.api.actor.Failures;
import io.fourtuple.api.actor.SocketAddresses;
import io.fourtuple.api.protocol.ConnectReply;
import io.fourtuple.api.protocol.ConnectionCommand;
import io.fourtuple.api.protocol.ConnectionEvent;
import io.fourtuple.api.protocol.SocketLink;
import io.fourtuple.api.protocol.StackCommand;
import io.fourtuple.core.tcp.TcpEvent;
import io.fourtuple.core.tcp.TcpState;
import io.fourtuple.core.time.Deadline;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.nic.loop.LoopTimer;
import java.io.IOException;
import java.time.Duration;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.ExtensibleBehavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.Signal;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.TypedActorContext;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.util.ByteString;

/**
 * The user's side of one {@link StreamConnection}: answers as the connection actor of a stack does, by the same rules,
 * and after each message and each parcel does what that led to ({@link #turn}).
 *
 * <p>Parcels come by calls, outside the turns of the actor, but on the same thread.
 */
final class StreamConnectionActor extends ExtensibleBehavior<Object> implements StreamConnection.User {
    /** As many octets as one event of a stack carries at most. */
    private static final int MAX_RECEIVED_BYTES = 128 * 1024;
    /** A user that allows more time than this to connect allows any; more nanoseconds than these fit no deadline. */
    private static final Duration FOR_EVER = Duration.ofDays(36_500);

    private final ActorContext<Object> context;
    private final ActorRef<Object> self;
    private final StreamStack stack;
    private final StreamConnection connection;

    /** The open that waits for its answer; null once it has got one, and for an accepted connection. */
    private StackCommand.Connect opening;
    /** The user; null before it registers and after its last event. */
    private ActorRef<ConnectionEvent> handler;
    /** How many {@link ConnectionEvent.Received} the handler has asked for. */
    private int credit;
    /** What the send buffer has not taken of the outstanding write; null when none is outstanding. */
    private ByteString write;
    /** The user's own deadline, for connecting or registering. */
    private long userDeadline = Deadline.NONE;
    /** Null until it is needed. */
    private LoopTimer userTimer;

    /** The user wants no more of our direction, or of both: done as soon as the outstanding write is in. */
    private boolean outputEnds;
    private boolean inputEnds;
    /** The connection was told so. */
    private boolean outputEnded;
    private boolean inputEnded;
    private boolean peerClosedTold;
    /** Nobody listens any more: the last event was told, or the user is gone. */
    private boolean userDone;
    /** The connection is over, and what follows from it is done. */
    private boolean overSeen;
    /** Why it ended; null while it has not, or when it ended in order. */
    private TcpEvent failure;
    private boolean lookTold;

    private StreamConnectionActor(ActorContext<Object> context, StreamStack stack, StreamConnection connection) {
        this.context = context;
        self = context.getSelf();
        this.stack = stack;
        this.connection = connection;
    }

    /** The actor of a connection that a peer has opened. */
    static Behavior<Object> accepted(StreamStack stack, StreamConnection connection) {
        return Behaviors.setup(context -> new StreamConnectionActor(context, stack, connection).start(null));
    }

    /** The actor of a connection that we open. */
    static Behavior<Object> opening(StreamStack stack, StreamConnection connection, StackCommand.Connect connect) {
        return Behaviors.setup(context -> new StreamConnectionActor(context, stack, connection).start(connect));
    }

    private Behavior<Object> start(StackCommand.Connect connect) {
        connection.setUser(this);
        if (connect != null) {
            opening = connect;
            context.watch(connect.replyTo());
            connect.timeout()
                    .filter(timeout -> timeout.compareTo(FOR_EVER) < 0)
                    .ifPresent(timeout -> setUserDeadline(Deadline.after(stack.now(), timeout.toNanos())));
        }
        return turn();
    }

    // ---- messages ----

    @Override
    public Behavior<Object> receive(TypedActorContext<Object> ctx, Object message) {
        switch (message) {
            case ConnectionCommand command -> onCommand(command);
            case StreamInput.HandedOver _ -> expectRegistration();
            case StreamInput.StackEnds _ -> {
                if (opening != null) {
                    abort();
                } else {
                    close();
                }
            }
            case StreamInput.Look _ -> {
                lookTold = false;
                if (Deadline.isDue(userDeadline, stack.now())) {
                    onUserDeadline();
                }
            }
            default -> {
                return Behaviors.unhandled();
            }
        }
        return turn();
    }

    @Override
    public Behavior<Object> receiveSignal(TypedActorContext<Object> ctx, Signal signal) {
        if (signal instanceof Terminated terminated) {
            if (opening != null || (handler != null && handler.compareTo(terminated.getRef().unsafeUpcast()) == 0)) {
                onUserGone();
            }
            return turn();
        }
        if (signal instanceof PostStop) {
            connection.setUser(StreamConnection.User.NONE);
            if (!connection.isOver()) {
                connection.abort();
            }
            setUserDeadline(Deadline.NONE);
            return this;
        }
        return Behaviors.unhandled();
    }

    private void onCommand(ConnectionCommand command) {
        switch (command) {
            case ConnectionCommand.Write(ByteString data) -> onWrite(data);
            case ConnectionCommand.ResumeReading _ -> credit++;
            case ConnectionCommand.Register(ActorRef<ConnectionEvent> newHandler) -> onRegister(newHandler);
            case ConnectionCommand.Attach(SocketLink link) -> link.end(); // there are no sockets here
            case ConnectionCommand.RunCalls _ -> { }
            case ConnectionCommand.CloseOutput _ -> outputEnds = true;
            case ConnectionCommand.Close _ -> close();
            case ConnectionCommand.Abort _ -> {
                if (handler == null) {
                    userIsDone();
                }
                abort();
            }
        }
    }

    private void onRegister(ActorRef<ConnectionEvent> newHandler) {
        if (handler != null || userDone) {
            newHandler.tell(new ConnectionEvent.Failed(
                    Failures.ofMisuse(connection.tuple(), "the connection has a handler already")));
            return;
        }
        setUserDeadline(Deadline.NONE);
        handler = newHandler;
        context.watch(newHandler);
    }

    private void onWrite(ByteString data) {
        if (userDone) {
            return;
        }
        if (connection.isOver()) {
            if (!outputEnds) {
                fail();
            }
        } else if (write != null || outputEnds) {
            misuse(write != null ? "a write before the last one was answered" : "a write after the output was closed");
        } else {
            write = data;
        }
    }

    /** A write cannot be answered any more: its owner learns why at once, and not after what it has not read. */
    private void fail() {
        write = null;
        connection.abort();
    }

    private void misuse(String what) {
        if (handler != null) {
            handler.tell(new ConnectionEvent.Failed(Failures.ofMisuse(connection.tuple(), what)));
        }
        userIsDone();
        abort();
    }

    private void onUserGone() {
        if (userDone) {
            return;
        }
        boolean closing = outputEnds;
        userIsDone();
        if (closing) {
            inputEnds = true;
        } else {
            abort();
        }
    }

    private void onUserDeadline() {
        setUserDeadline(Deadline.NONE);
        if (opening != null) {
            answerOpen(new ConnectReply.ConnectFailed(
                    Failures.ofConnectTimeout(opening.remote(), opening.timeout().orElseThrow())));
        }
        userIsDone();
        abort();
    }

    private void expectRegistration() {
        if (handler == null && !userDone && stack.registerTimeout() > 0) {
            setUserDeadline(Deadline.after(stack.now(), stack.registerTimeout()));
        }
    }

    private void close() {
        outputEnds = true;
        inputEnds = true;
        if (connection.isOver()) {
            connection.close();
        }
    }

    private void abort() {
        if (connection.isOver()) {
            userIsDone();
        } else {
            write = null;
            connection.abort();
        }
    }

    private void setUserDeadline(long deadline) {
        userDeadline = deadline;
        if (userTimer == null && deadline != Deadline.NONE) {
            userTimer = stack.timer(this::tellLook);
        }
        if (userTimer != null) {
            userTimer.arm(deadline);
        }
    }

    private void tellLook() {
        if (!lookTold) {
            lookTold = true;
            self.tell(StreamInput.Look.INSTANCE);
        }
    }

    // ---- the turn ----

    /** Only a turn can end the actor. */
    @Override
    public void onChange() {
        look();
        if (isDone()) {
            tellLook();
        }
    }

    @Override
    public void onVanished() {
        if (opening != null) {
            answerOpen(new ConnectReply.ConnectFailed(Failures.ofConnect(
                    opening.remote(), new IOException("the connection has failed: see the log"))));
        }
        userIsDone();
    }

    private Behavior<Object> turn() {
        look();
        return isDone() ? Behaviors.stopped() : this;
    }

    private boolean isDone() {
        return userDone && connection.isOver();
    }

    private void look() {
        failure = connection.failure();
        if (opening != null && connection.state() != TcpState.SYN_SENT && !connection.isOver()) {
            onEstablished();
        }
        writeOn();
        handOut();
        if (connection.isOver() && !overSeen) {
            overSeen = true;
            if (write != null) {
                fail();
            }
        }
        failure = connection.failure(); // it may have waited for what was handed out
        tellEnd();
    }

    private void onEstablished() {
        FourTuple tuple = connection.tuple();
        answerOpen(new ConnectReply.Connected(
                self.narrow(),
                SocketAddresses.of(tuple.local(), tuple.localPort()),
                SocketAddresses.of(tuple.remote(), tuple.remotePort())));
        expectRegistration();
    }

    /** Whoever asked stays watched, as this may be outside a turn; its end means nothing any more. */
    private void answerOpen(ConnectReply reply) {
        opening.replyTo().tell(reply);
        opening = null;
        setUserDeadline(Deadline.NONE);
    }

    private void writeOn() {
        if (connection.isOver() || failure != null) {
            return;
        }
        if (write != null) {
            write = connection.send(write);
            if (!write.isEmpty()) {
                return;
            }
            write = null;
            if (handler != null) {
                handler.tell(ConnectionEvent.Written.INSTANCE);
            }
        }
        if (inputEnds && !inputEnded) {
            inputEnded = true;
            outputEnded = true;
            connection.close();
        } else if (outputEnds && !outputEnded) {
            outputEnded = true;
            connection.shutdownOutput();
        }
    }

    private void handOut() {
        if (handler == null || inputEnds || failure != null) {
            return;
        }
        while (credit > 0 && connection.receivable() > 0) {
            credit--;
            handler.tell(new ConnectionEvent.Received(connection.receive(MAX_RECEIVED_BYTES)));
        }
        if (!peerClosedTold && connection.isPeerClosed() && connection.receivable() == 0) {
            peerClosedTold = true;
            handler.tell(ConnectionEvent.PeerClosed.INSTANCE);
        }
    }

    private void tellEnd() {
        if (userDone) {
            return;
        }
        if (failure != null) {
            tellFailure();
        } else if (inputEnded || (inputEnds && connection.isOver()) || (outputEnded && peerClosedTold)) {
            if (handler != null) {
                handler.tell(ConnectionEvent.Closed.INSTANCE);
            }
            userIsDone();
        }
    }

    /** Tells who is there to be told; an owner that has not registered yet is told when it does. */
    private void tellFailure() {
        if (opening != null) {
            answerOpen(new ConnectReply.ConnectFailed(Failures.ofConnect(opening.remote(), failure)));
            userIsDone();
        } else if (handler != null) {
            handler.tell(new ConnectionEvent.Failed(Failures.ofConnection(connection.tuple(), failure)));
            userIsDone();
        }
    }

    private void userIsDone() {
        userDone = true;
        setUserDeadline(Deadline.NONE);
        opening = null;
        handler = null;
    }
}
