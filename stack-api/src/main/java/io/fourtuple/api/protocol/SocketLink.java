package io.fourtuple.api.protocol;

import io.fourtuple.api.socket.Posix;
import io.fourtuple.core.tcp.TcpConnection;
import io.fourtuple.core.tcp.TcpEvent;
import io.fourtuple.core.tcp.TcpState;
import io.fourtuple.core.tcp.Trouble;
import io.fourtuple.core.wire.FourTuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * What a socket of a program and the actor of its connection share: {@linkplain #call calls} go in, readiness comes
 * out.
 *
 * <pre>
 *   threads of the program ──call──▶ queue ──one nudge──▶ the actor's turn: run ─▶ transmit ─▶ publish ─▶ reply
 *                          ◀─ readiness, state, failure: written by {@link #publish}, read by anybody
 * </pre>
 *
 * <p>So poll and epoll ask nobody, and what a call has changed is published before the call returns.
 */
public final class SocketLink {
    /** Told what is ready now and was not before, or is so again because more has come. On the connection's thread. */
    @FunctionalInterface
    public interface Watcher {
        /** {@code edges} as for poll(2); at least one bit. */
        void onEdges(int edges);
    }

    private static final int IN = Posix.POLLIN | Posix.POLLRDNORM;
    private static final int OUT = Posix.POLLOUT | Posix.POLLWRNORM;

    private final Watcher watcher;
    private final SendNotices notices;
    private final Queue<SocketCall<?>> calls = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean nudged = new AtomicBoolean();
    /** The failure is not to be told: it was, or there is none. */
    private final AtomicBoolean failureTaken = new AtomicBoolean();

    /** What stands in the way of the connection and was not told yet; null for nothing. */
    private final AtomicReference<Trouble> untold = new AtomicReference<>();

    private volatile ActorRef<ConnectionCommand> connection;
    private volatile FourTuple tuple;
    private volatile boolean readingEnded;
    private volatile boolean troubleWanted;
    private volatile boolean ended;
    private volatile int readiness;
    private volatile int sendSpace;
    private volatile TcpState state = TcpState.SYN_SENT;
    private volatile TcpEvent failure;
    private volatile boolean wasEstablished;

    /** On the connection's thread: run in this turn, not answered yet. */
    private final List<SocketCall<?>> running = new ArrayList<>();
    private long receivedBefore;
    private Trouble troubleBefore;
    private int urgentEndBefore;

    /**
     * A link that is not {@linkplain #attach attached} yet; {@code watcher} is told from then on.
     *
     * @param notices the error queue
     */
    public SocketLink(Watcher watcher, SendNotices notices) {
        this.watcher = Objects.requireNonNull(watcher);
        this.notices = Objects.requireNonNull(notices);
    }

    // ---- the program's side: any thread ----

    /** Has something done; the answer comes in the call. To be used after {@link #attach}. */
    public void call(SocketCall<?> call) {
        calls.add(call);
        if (ended) {
            abandonCalls();
        } else if (nudged.compareAndSet(false, true)) {
            connection.tell(ConnectionCommand.RunCalls.INSTANCE);
        }
    }

    /** Tells the connection, in order with calls of the same thread. */
    public void tell(ConnectionCommand command) {
        connection.tell(command);
    }

    /** What poll(2) would say now. */
    public int readiness() {
        int now = untold.get() == null && (failureTaken.get() || failure == null)
                ? readiness & ~Posix.POLLERR
                : readiness;
        return notices.isEmpty() ? now : now | Posix.POLLERR;
    }

    /** The error queue. */
    public SendNotices notices() {
        return notices;
    }

    /** Octets that could be sent now; a hint, as acknowledgments may raise it and other writers lower it. */
    public int sendSpace() {
        return sendSpace;
    }

    /** The state of the connection. */
    public TcpState state() {
        return state;
    }

    /** Whether it has ever been established. */
    public boolean wasEstablished() {
        return wasEstablished;
    }

    /** Which connection it is; null before {@link #attach}. */
    public FourTuple tuple() {
        return tuple;
    }

    /** Why the connection broke, once ({@code SO_ERROR}); null when it has not, or that was told already. */
    public TcpEvent takeFailure() {
        return failure != null && failureTaken.compareAndSet(false, true) ? failure : null;
    }

    /** What stands in the way of the connection, which goes on; told once, and only after {@link #wantTrouble}. */
    public Trouble takeTrouble() {
        return untold.getAndSet(null);
    }

    /** Whether to tell of what is no reason to give up ({@code IP_RECVERR}); off at first. */
    public void wantTrouble(boolean wanted) {
        troubleWanted = wanted;
        if (!wanted) {
            untold.set(null);
        }
    }

    /** Nothing more is to be read: {@code SHUT_RD}. Known to poll after the next turn. */
    public void endReading() {
        readingEnded = true;
    }

    /** See {@link #endReading}. */
    public boolean isReadingEnded() {
        return readingEnded;
    }

    // ---- the connection's side: its thread ----

    /**
     * Names the connection. To be called once, before anybody makes a {@link #call}.
     *
     * @param established whether it was established before, even if it is over by now: one that was accepted
     */
    public void attach(ActorRef<ConnectionCommand> actor, FourTuple connectionTuple, boolean established) {
        tuple = connectionTuple;
        wasEstablished = established;
        connection = actor;
    }

    /** Runs what was called for. */
    public void runCalls(TcpConnection tcp, long nowNanos) {
        nudged.set(false);
        for (SocketCall<?> call = calls.poll(); call != null; call = calls.poll()) {
            running.add(call);
            call.runOn(tcp, nowNanos);
        }
    }

    /** At the end of a turn: says what is ready now, then answers the calls of the turn. */
    public void publish(TcpConnection tcp, long nowNanos) {
        boolean newNotice = notices.update(tcp, nowNanos);
        int before = readiness;
        state = tcp.state();
        wasEstablished |= state.isSynchronized();
        TcpEvent end = tcp.end();
        if (end != null && end != TcpEvent.CLOSED && failure == null) {
            failure = end;
        }
        Trouble trouble = tcp.trouble();
        boolean newTrouble = trouble != null && trouble != troubleBefore && troubleWanted;
        troubleBefore = trouble;
        if (newTrouble) {
            untold.set(trouble);
        }
        int now = readinessOf(tcp);
        long received = tcp.bytesReceived();
        int urgentEnd = tcp.urgentEnd();
        boolean urgent = urgentEnd != urgentEndBefore;
        int edges = (now & ~before) | (received == receivedBefore ? 0 : now & IN)
                | (newTrouble || newNotice ? Posix.POLLERR : 0) | (urgent ? now & Posix.POLLPRI : 0);
        receivedBefore = received;
        urgentEndBefore = urgentEnd;
        sendSpace = tcp.sendSpace();
        readiness = now;
        if (edges != 0) {
            watcher.onEdges(edges);
        }
        if (!running.isEmpty()) {
            running.forEach(SocketCall::reply);
            running.clear();
        }
    }

    /** As Linux' {@code tcp_poll}. */
    private int readinessOf(TcpConnection tcp) {
        boolean failed = failure != null && !failureTaken.get();
        int error = failed || untold.get() != null ? Posix.POLLERR : 0;
        if (!tcp.isOpen()) {
            return error;
        }
        boolean closed = state == TcpState.CLOSED || state == TcpState.TIME_WAIT;
        boolean inputOver = tcp.isPeerClosed() || readingEnded || closed;
        boolean outputOver = tcp.isOutputClosed() || closed;
        int mask = error;
        mask |= inputOver ? IN | Posix.POLLRDHUP : 0;
        mask |= tcp.receivable() > 0 ? IN : 0;
        mask |= outputOver || tcp.isWritable() ? OUT : 0;
        mask |= inputOver && outputOver ? Posix.POLLHUP : 0;
        mask |= tcp.urgentAhead() > 0 && tcp.receivable() > 0 ? Posix.POLLPRI : 0;
        return mask;
    }

    /** Nobody drives the connection any more: calls fail from now on. Twice is no error. */
    public void end() {
        ended = true;
        running.forEach(SocketCall::abandon);
        running.clear();
        abandonCalls();
        int over = IN | OUT | Posix.POLLHUP | Posix.POLLRDHUP | Posix.POLLERR;
        readiness = over;
        watcher.onEdges(over);
    }

    private void abandonCalls() {
        for (SocketCall<?> call = calls.poll(); call != null; call = calls.poll()) {
            call.abandon();
        }
    }
}
