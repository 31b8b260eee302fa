package io.fourtuple.api.actor;

import io.fourtuple.api.protocol.ConnectReply;
import io.fourtuple.api.protocol.ConnectionCommand;
import io.fourtuple.api.protocol.ConnectionEvent;
import io.fourtuple.api.protocol.SocketLink;
import io.fourtuple.api.protocol.StackCommand;
import io.fourtuple.core.Faults;
import io.fourtuple.core.tcp.ReceivedChunk;
import io.fourtuple.core.tcp.TcpConnection;
import io.fourtuple.core.tcp.TcpEvent;
import io.fourtuple.core.tcp.TcpState;
import io.fourtuple.core.time.Deadline;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.TcpSegment;
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
 * One connection: feeds its {@link TcpConnection} with segments, timeouts and the user's commands, and after each
 * message does what that led to, always in the same order ({@link #turn}):
 *
 * <pre>
 *   message ─▶ events ─▶ write on ─▶ hand out data ─▶ transmit ─▶ end of the connection? ─▶ next deadline
 * </pre>
 *
 * <p>The user is first whoever asked for the connection and then the <em>handler</em>. When the user has got its last
 * event, or is gone, the actor goes on alone until TCP is done; when TCP is done first, it leaves its 4-tuple at once
 * and goes on until the user has got everything.
 */
final class ConnectionActor extends ExtensibleBehavior<Object> {
    /** Octets that one {@link ConnectionEvent.Received} carries at most, as Pekko's direct buffers have. */
    static final int MAX_RECEIVED_BYTES = 128 * 1024;

    /** A user that allows more time than this to connect allows any; more nanoseconds than these fit no deadline. */
    private static final Duration FOR_EVER = Duration.ofDays(36_500);

    private final ActorContext<Object> context;
    private final Shard shard;
    private final ConnectionEntry entry;
    private final TcpConnection connection;

    /** The open that waits for its answer; null once it has got one, and for an accepted connection. */
    private StackCommand.Connect opening;
    /** The user; null before it registers and after its last event. */
    private ActorRef<ConnectionEvent> handler;
    /** How many {@link ConnectionEvent.Received} the handler has asked for. */
    private int credit;
    /** Null when no write is outstanding. */
    private PendingWrite write;
    /** The user's own deadline, for connecting or registering. */
    private long userDeadline = Deadline.NONE;

    /** The user wants no more of our direction, or of both: done as soon as the outstanding write is in. */
    private boolean outputEnds;
    private boolean inputEnds;
    /** The connection was told so. */
    private boolean outputEnded;
    private boolean inputEnded;
    private boolean peerClosedTold;
    /** Nobody listens any more: the last event was told, or the user is gone. */
    private boolean userDone;
    /** TCP is done and the 4-tuple is left. */
    private boolean tcpDone;
    /** Why TCP ended; null while it has not, or when it ended in order. */
    private TcpEvent failure;
    private boolean continueTold;

    private ConnectionActor(ActorContext<Object> context, Shard shard, ConnectionEntry entry) {
        this.context = context;
        this.shard = shard;
        this.entry = entry;
        connection = entry.connection();
    }

    /** The actor of a connection that a peer has opened, or that we open for a socket, whose link the entry has. */
    static Behavior<Object> ofNobody(Shard shard, ConnectionEntry entry) {
        return Behaviors.setup(context -> new ConnectionActor(context, shard, entry).start(null));
    }

    /** The actor of a connection that we open. */
    static Behavior<Object> opening(Shard shard, ConnectionEntry entry, StackCommand.Connect connect) {
        return Behaviors.setup(context -> new ConnectionActor(context, shard, entry).start(connect));
    }

    /** The first turn; {@code connect} is null where nobody asked for it by that. */
    private Behavior<Object> start(StackCommand.Connect connect) {
        try {
            long now = shard.now();
            if (connect != null) {
                opening = connect;
                context.watch(connect.replyTo());
                connect.timeout()
                        .filter(timeout -> timeout.compareTo(FOR_EVER) < 0)
                        .ifPresent(timeout -> userDeadline = Deadline.after(now, timeout.toNanos()));
            }
            return turn(now);
        } catch (RuntimeException | AssertionError e) {
            return fail(e);
        }
    }

    @Override
    public Behavior<Object> receive(TypedActorContext<Object> ctx, Object message) {
        try {
            return onMessage(message);
        } catch (RuntimeException | AssertionError e) {
            return fail(e);
        }
    }

    @Override
    public Behavior<Object> receiveSignal(TypedActorContext<Object> ctx, Signal signal) {
        try {
            return onSignal(signal);
        } catch (RuntimeException | AssertionError e) {
            return fail(e);
        }
    }

    /**
     * The end of a connection that has thrown: its peer gets a reset, and nobody else notices. Seen to here and not by
     * supervision, which would cost each message of each connection.
     */
    private Behavior<Object> fail(Throwable cause) {
        shard.fail(entry, cause);
        entry.endLink();
        return Behaviors.stopped();
    }

    // ---- messages ----

    private Behavior<Object> onMessage(Object message) {
        long now = shard.now();
        switch (message) {
            case TcpSegment segment -> onSegment(segment, now);
            case SegmentBatch batch -> {
                for (int i = 0, size = batch.size(); i < size; i++) {
                    onSegment(batch.get(i), now);
                }
            }
            case ConnectionCommand command -> onCommand(command, now);
            case ConnectionInput input -> onInput(input, now);
            default -> {
                return Behaviors.unhandled();
            }
        }
        return turn(now);
    }

    private Behavior<Object> onSignal(Signal signal) {
        if (signal instanceof Terminated) {
            long now = shard.now();
            onUserGone(now);
            return turn(now);
        }
        if (signal instanceof PostStop) {
            entry.endLink();
            if (shard.abandon(entry) && !shard.shards.isPoweredOff()) { // not after an end in order
                context.getLog().error("connection {} is reset, as its actor is stopped", entry.tuple());
            }
            return this;
        }
        return Behaviors.unhandled();
    }

    private void onSegment(TcpSegment segment, long now) {
        if (tcpDone) {
            shard.redeliver(entry.tuple(), segment);
            return;
        }
        int before = connection.rcvNxt();
        connection.handleSegment(segment, now);
        if (segment.payloadLength() > 0 && connection.rcvNxt() == before) {
            // Each out-of-order segment is acknowledged at once (RFC 5681 §4.2), also amid a batch: peers count them.
            transmit(now);
        }
        leaveWhenOver(now);
    }

    private void onCommand(ConnectionCommand command, long now) {
        switch (command) {
            case ConnectionCommand.Write(ByteString data) -> onWrite(data, now);
            case ConnectionCommand.ResumeReading _ -> credit++;
            case ConnectionCommand.Register(ActorRef<ConnectionEvent> newHandler) -> onRegister(newHandler);
            case ConnectionCommand.Attach(SocketLink newLink) -> onAttach(newLink);
            case ConnectionCommand.RunCalls _ -> {
                if (entry.link != null) {
                    entry.link.runCalls(connection, now);
                }
            }
            case ConnectionCommand.CloseOutput _ -> outputEnds = true;
            case ConnectionCommand.Close _ -> close(now);
            case ConnectionCommand.Abort _ -> {
                if (handler == null) {
                    userIsDone();
                }
                abort(now);
            }
        }
    }

    private void onInput(ConnectionInput input, long now) {
        switch (input) {
            case ConnectionInput.TimerDue _ -> {
                if (!tcpDone && Deadline.isDue(connection.deadline(), now)) {
                    connection.handleTimeout(now);
                }
                if (Deadline.isDue(userDeadline, now)) {
                    onUserDeadline(now);
                }
            }
            case ConnectionInput.Continue _ -> continueTold = false;
            case ConnectionInput.MemoryRelief _ -> connection.handleMemoryRelief();
            case ConnectionInput.HandedOver _ -> {
                entry.leaveQueue();
                expectRegistration(now);
            }
            case ConnectionInput.NobodyAccepts _ -> {
                if (entry.waitingIn != null && entry.link == null) {
                    onCommand(ConnectionCommand.Abort.INSTANCE, now);
                }
            }
            case ConnectionInput.Icmp icmp -> {
                if (!tcpDone) {
                    connection.handleIcmp(icmp.error(), icmp.seq(), now);
                }
            }
            case ConnectionInput.StackEnds _ -> {
                if (opening != null) {
                    abort(now);
                } else {
                    close(now);
                }
            }
        }
    }

    private void onRegister(ActorRef<ConnectionEvent> newHandler) {
        if (handler != null || entry.link != null || userDone) {
            newHandler.tell(new ConnectionEvent.Failed(
                    Failures.ofMisuse(entry.tuple(), "the connection has a handler already")));
            return;
        }
        userDeadline = Deadline.NONE;
        handler = newHandler;
        context.watch(newHandler);
    }

    private void onAttach(SocketLink newLink) {
        entry.leaveQueue();
        if (handler != null || entry.link != newLink || userDone) {
            newLink.end();
            return;
        }
        userDeadline = Deadline.NONE;
    }

    private void onWrite(ByteString data, long now) {
        if (userDone) {
            return;
        }
        if (tcpDone) {
            if (!outputEnds) {
                fail(now);
            }
            return;
        }
        if (write != null || outputEnds) {
            misuse(write != null ? "a write before the last one was answered" : "a write after the output was closed",
                    now);
            return;
        }
        write = new PendingWrite(data);
    }

    /** A write cannot be answered any more: its owner learns why at once, and not after what it has not read. */
    private void fail(long now) {
        write = null;
        connection.abort(now);
    }

    private void misuse(String what, long now) {
        if (handler != null) {
            handler.tell(new ConnectionEvent.Failed(Failures.ofMisuse(entry.tuple(), what)));
        }
        userIsDone();
        abort(now);
    }

    private void onUserGone(long now) {
        if (userDone) {
            return;
        }
        boolean closing = outputEnds;
        userIsDone();
        if (closing) {
            inputEnds = true;
        } else {
            abort(now);
        }
    }

    private void onUserDeadline(long now) {
        userDeadline = Deadline.NONE;
        if (opening != null) {
            answerOpen(new ConnectReply.ConnectFailed(
                    Failures.ofConnectTimeout(opening.remote(), opening.timeout().orElseThrow())));
        }
        userIsDone();
        abort(now);
    }

    private void expectRegistration(long now) {
        if (handler == null && !userDone && shard.registerTimeout > 0) {
            userDeadline = Deadline.after(now, shard.registerTimeout);
        }
    }

    private void close(long now) {
        outputEnds = true;
        inputEnds = true;
        if (tcpDone) {
            connection.close(now);
        }
    }

    private void abort(long now) {
        if (tcpDone) {
            userIsDone();
        } else {
            write = null;
            connection.abort(now);
        }
    }

    // ---- the turn ----

    private Behavior<Object> turn(long now) {
        pollEvents(now);
        writeOn(now);
        handOut(now);
        transmit(now);
        leaveWhenOver(now);
        if (tcpDone) {
            pollEvents(now); // the end may have waited for what was handed out
        }
        tellEnd();
        if (entry.fastOpen != null && connection.state() != TcpState.SYN_RECEIVED) {
            entry.leaveFastOpen(now);
        }
        if (entry.link != null) {
            entry.link.publish(connection, now);
        }
        if (userDone && !tcpDone) {
            connection.disown(now);
            leaveWhenOver(now);
        }
        if (tcpDone && userDone) {
            shard.timers.cancel(entry);
            return Behaviors.stopped();
        }
        shard.noteHeldBack(entry);
        shard.schedule(entry, tcpDone ? userDeadline : Deadline.earlier(connection.deadline(), userDeadline));
        return this;
    }

    private void pollEvents(long now) {
        for (TcpEvent event = connection.pollEvent(); event != null; event = connection.pollEvent()) {
            switch (event) {
                case ESTABLISHED -> onEstablished(now);
                case READABLE, WRITABLE, PEER_CLOSED, OUTPUT_ACKNOWLEDGED, URGENT, CLOSED -> {
                    // The turn looks at the state itself.
                }
                case TROUBLE -> shard.ip.advise(entry.path(), now); // RFC 9293 §3.8.3: R1
                case RESET, REFUSED, TIMED_OUT, UNREACHABLE, ABORTED -> failure = event;
            }
        }
    }

    private void onEstablished(long now) {
        if (opening != null) {
            FourTuple tuple = entry.tuple();
            answerOpen(new ConnectReply.Connected(
                    context.getSelf().narrow(),
                    SocketAddresses.of(tuple.local(), tuple.localPort()),
                    SocketAddresses.of(tuple.remote(), tuple.remotePort())));
            expectRegistration(now);
        }
    }

    private void answerOpen(ConnectReply reply) {
        context.unwatch(opening.replyTo());
        opening.replyTo().tell(reply);
        opening = null;
        entry.opening = null;
        userDeadline = Deadline.NONE;
    }

    private void writeOn(long now) {
        if (tcpDone || failure != null) {
            return;
        }
        if (write != null) {
            if (!write.sendTo(connection, now)) {
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
            connection.close(now);
        } else if (outputEnds && !outputEnded) {
            outputEnded = true;
            connection.shutdownOutput(now);
        }
    }

    private void handOut(long now) {
        if (handler == null || inputEnds || failure != null) {
            return;
        }
        while (credit > 0) {
            ByteString data = receive(now);
            if (data == null) {
                break;
            }
            credit--;
            handler.tell(new ConnectionEvent.Received(data));
        }
        if (!peerClosedTold && connection.isPeerClosed() && connection.receivable() == 0) {
            peerClosedTold = true;
            handler.tell(ConnectionEvent.PeerClosed.INSTANCE);
        }
    }

    /** Octets of as many frames as there are, up to a bound, none of them copied; null when there are none. */
    private ByteString receive(long now) {
        ByteString data = null;
        int left = shard.fires(Faults.HAND_OUT_LITTLE) ? 1 : MAX_RECEIVED_BYTES;
        while (left > 0) {
            ReceivedChunk chunk = connection.receive(left, now);
            if (chunk == null) {
                break;
            }
            ByteString octets = ByteString.fromArrayUnsafe(chunk.array(), chunk.offset(), chunk.length());
            data = data == null ? octets : data.concat(octets);
            left -= chunk.length();
        }
        return data;
    }

    private void transmit(long now) {
        if (tcpDone) {
            return;
        }
        int left = shard.fires(Faults.END_SEND_TURN) ? 1 : shard.config.limits().sendTurn();
        while (left > 0 && connection.pollTransmit(shard.out, now)) {
            left -= shard.out.payloadLength;
            shard.transmit(entry.path(), entry.tuple(), now);
        }
        if (left <= 0 && !continueTold) {
            continueTold = true;
            context.getSelf().tell(ConnectionInput.Continue.INSTANCE);
        }
        entry.noteNumbers();
        shard.tellIngress();
    }

    /** When TCP is done, leaves the 4-tuple to a TIME-WAIT record or to nobody, after the last ACK or RST. */
    private void leaveWhenOver(long now) {
        TcpState state = connection.state();
        if (tcpDone || (state != TcpState.TIME_WAIT && state != TcpState.CLOSED)) {
            return;
        }
        transmit(now);
        tcpDone = true;
        if (write != null) {
            fail(now);
        }
        if (state == TcpState.TIME_WAIT) {
            shard.enterTimeWait(entry, now);
        } else {
            shard.leave(entry);
        }
    }

    private void tellEnd() {
        if (userDone) {
            return;
        }
        if (failure != null) {
            tellFailure();
        } else if (inputEnded || (inputEnds && tcpDone) || (outputEnded && peerClosedTold)) {
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
            handler.tell(new ConnectionEvent.Failed(Failures.ofConnection(entry.tuple(), failure)));
            userIsDone();
        } else if (entry.link != null && inputEnds) { // a socket that is not closed keeps what there is to read
            userIsDone();
        }
    }

    private void userIsDone() {
        userDone = true;
        userDeadline = Deadline.NONE;
        if (opening != null) {
            context.unwatch(opening.replyTo());
            opening = null;
            entry.opening = null;
        }
        if (handler != null) {
            context.unwatch(handler);
            handler = null;
        }
    }
}
