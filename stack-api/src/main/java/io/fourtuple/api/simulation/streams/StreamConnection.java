package io.fourtuple.api.simulation.streams;

import io.fourtuple.api.simulation.streams.Parcel.Kind;
import io.fourtuple.core.tcp.TcpConfig;
import io.fourtuple.core.tcp.TcpEvent;
import io.fourtuple.core.tcp.TcpState;
import io.fourtuple.core.wire.FourTuple;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;

/**
 * One end of a connection that sends parcels instead of segments: the states of TCP, its two buffers and its way to
 * end, as far as a user can see them.
 *
 * <p>The methods, in this order: getters · {@code handle} and {@code on…} (parcels, losses, time) · user calls. The
 * user is told after each parcel and each timeout that something may have changed, and looks for itself.
 *
 * <pre>
 *        sndUna          sndNxt                           right
 *  ───────┴─── unacked ────┴─── unsent ─── … ───────────────┴──▶   what the peer takes ends here
 *         └──────── sendBuffer at most ───┘
 * </pre>
 *
 * Confined to the simulation's thread.
 */
final class StreamConnection {
    /** Whoever uses it. Called outside its own turns. */
    interface User {
        /** Until there is one. */
        User NONE = new User() {
            @Override
            public void onChange() {
                // Nobody is there.
            }

            @Override
            public void onVanished() {
                // Nobody is there.
            }
        };

        /** Something may have changed: it looks for itself. */
        void onChange();

        /** The host has lost its power: nothing will change any more. */
        void onVanished();
    }

    private final StreamStack stack;
    private final FourTuple tuple;
    private final TcpConfig tcp;
    private final Lane out;
    private final SendSide send;
    private final ReceiveSide receive;
    private final Patience patience;
    /** Where a half-open connection comes from; null for one that we open. */
    private final StreamListener listener;
    private final long begunAt;
    private TcpState state;
    private User user = User.NONE;
    private ActorRef<Object> actor;
    /** What an open ends with that nobody answers. */
    private TcpEvent unanswered = TcpEvent.TIMED_OUT;
    /** How it ended; null while it has not, or in order. */
    private TcpEvent last;
    /** The user has closed both directions. */
    private boolean inputClosed;

    private StreamConnection(
            StreamStack stack, FourTuple tuple, TcpConfig tcp, Lane out, StreamListener listener, TcpState state) {
        this.stack = stack;
        this.tuple = tuple;
        this.tcp = tcp;
        this.out = out;
        this.listener = listener;
        this.state = state;
        send = new SendSide(tcp.sendBuffer());
        receive = new ReceiveSide(tcp.receiveBuffer());
        begunAt = stack.now();
        patience = new Patience(stack, tcp.retransmission(), this::onTimeout);
        out.attach(this);
    }

    /** Opens: sends a SYN. */
    static StreamConnection connect(StreamStack stack, FourTuple tuple, TcpConfig tcp, Lane out) {
        StreamConnection connection = new StreamConnection(stack, tuple, tcp, out, null, TcpState.SYN_SENT);
        connection.transmit(Kind.SYN);
        return connection;
    }

    /** The same to an address that nobody has: ends so many nanoseconds later, as a neighbour does not answer. */
    static StreamConnection connectInVain(
            StreamStack stack, FourTuple tuple, TcpConfig tcp, Lane out, long giveUpNanos) {
        StreamConnection connection = new StreamConnection(stack, tuple, tcp, out, null, TcpState.SYN_SENT);
        connection.unanswered = TcpEvent.UNREACHABLE;
        connection.patience.begin(giveUpNanos, giveUpNanos);
        return connection;
    }

    /** A SYN has arrived for {@code listener}: sends the answer. */
    static StreamConnection halfOpen(
            StreamStack stack, FourTuple tuple, StreamListener listener, Lane out, Parcel syn) {
        StreamConnection connection =
                new StreamConnection(stack, tuple, listener.tcp(), out, listener, TcpState.SYN_RECEIVED);
        listener.remember(connection);
        connection.send.onAck(syn);
        connection.transmit(Kind.SYN_ACK);
        return connection;
    }

    // ---- getters ----

    FourTuple tuple() {
        return tuple;
    }

    TcpState state() {
        return state;
    }

    /** Whether it belongs to this stack, and not to one before a crash. */
    boolean isOf(StreamStack other) {
        return stack == other;
    }

    /** Whether nothing goes either way any more. */
    boolean isOver() {
        return state == TcpState.TIME_WAIT || state == TcpState.CLOSED;
    }

    /** Octets that wait for the user. */
    int receivable() {
        return receive.held();
    }

    /** Octets that the peer has not acknowledged. */
    long unacknowledged() {
        return send.held();
    }

    /** Whether nothing follows what is {@linkplain #receivable receivable}. */
    boolean isPeerClosed() {
        return receive.isFinished();
    }

    /** How it ended, if not in order; null before the user has taken what came before that. */
    TcpEvent failure() {
        return receive.held() > 0 ? null : last;
    }

    /** Tells {@code newUser} from now on that something may have changed. */
    void setUser(User newUser) {
        user = newUser;
    }

    /** Its actor, from now on. */
    void setActor(ActorRef<Object> newActor) {
        actor = newActor;
    }

    /** Tells its actor; one that has none yet is aborted instead. */
    void tell(Object message) {
        if (actor == null) {
            abort();
        } else {
            actor.tell(message);
        }
    }

    // ---- parcels, losses, time ----

    void handle(Parcel parcel) {
        switch (state) {
            case SYN_SENT -> onSynSent(parcel);
            case SYN_RECEIVED -> onHalfOpen(parcel);
            case ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT, CLOSING, LAST_ACK -> onSynchronized(parcel);
            case TIME_WAIT -> {
                if (parcel.kind() == Kind.FIN) {
                    transmit(Kind.ACK);
                }
            }
            case CLOSED -> {
                if (parcel.kind() == Kind.DATA || parcel.kind() == Kind.FIN || parcel.kind() == Kind.SYN_ACK) {
                    out.send(Parcel.RESET);
                }
            }
        }
    }

    private void onSynSent(Parcel parcel) {
        switch (parcel.kind()) {
            case SYN_ACK -> {
                patience.end();
                patience.noteRoundTrip(stack.now() - begunAt);
                become(TcpState.ESTABLISHED);
                send.onAck(parcel);
                transmit(Kind.ACK);
                tellUser();
            }
            case RESET -> {
                finish(TcpEvent.REFUSED);
                tellUser();
            }
            case SYN, DATA, FIN, ACK -> { }
        }
    }

    private void onHalfOpen(Parcel parcel) {
        switch (parcel.kind()) {
            case SYN -> transmit(Kind.SYN_ACK);
            case RESET -> finish(TcpEvent.RESET);
            case ACK, DATA, FIN -> {
                switch (listener.admit(this)) {
                    case ADMITTED -> {
                        patience.end();
                        patience.noteRoundTrip(stack.now() - begunAt);
                        become(TcpState.ESTABLISHED);
                        onSynchronized(parcel);
                    }
                    case IGNORED -> out.back().lost();
                    case RESET -> {
                        out.send(Parcel.RESET);
                        finish(TcpEvent.ABORTED);
                    }
                }
            }
            case SYN_ACK -> { }
        }
    }

    private void onSynchronized(Parcel parcel) {
        boolean answer = switch (parcel.kind()) {
            case RESET -> {
                finish(TcpEvent.RESET);
                yield false;
            }
            case SYN, SYN_ACK -> true;
            case ACK -> {
                onAck(parcel);
                yield false;
            }
            case DATA -> {
                onAck(parcel);
                yield onData(parcel);
            }
            case FIN -> {
                onAck(parcel);
                if (receive.onFin(parcel)) {
                    onPeerClosed();
                }
                yield true;
            }
        };
        receive.holdUpdates(answer);
        tellUser();
        receive.holdUpdates(false);
        if (answer && state != TcpState.CLOSED) {
            transmit(Kind.ACK);
        }
        pump();
    }

    private void onAck(Parcel parcel) {
        if (isOver()) {
            return;
        }
        boolean progress = send.onAck(parcel);
        if (progress) {
            patience.onProgress(send.isRecovering());
            if (send.isFinAcknowledged()) {
                onFinAcknowledged();
            }
        } else {
            patience.onAnswer();
        }
    }

    /** Whether it is to be acknowledged. */
    private boolean onData(Parcel parcel) {
        int fresh = receive.fresh(parcel);
        if (fresh > 0 && inputClosed) { // RFC 2525 §2.17: nobody will read it, and the peer is to know
            out.send(Parcel.RESET);
            finish(TcpEvent.ABORTED);
            return false;
        }
        receive.onData(parcel);
        return true;
    }

    private void onPeerClosed() {
        switch (state) {
            case ESTABLISHED -> become(TcpState.CLOSE_WAIT);
            case FIN_WAIT_1 -> become(TcpState.CLOSING);
            case FIN_WAIT_2 -> become(TcpState.TIME_WAIT);
            case SYN_SENT, SYN_RECEIVED, CLOSE_WAIT, CLOSING, LAST_ACK, TIME_WAIT, CLOSED -> { }
        }
    }

    private void onFinAcknowledged() {
        switch (state) {
            case FIN_WAIT_1 -> {
                become(TcpState.FIN_WAIT_2);
                limitFinWait2();
            }
            case CLOSING -> become(TcpState.TIME_WAIT);
            case LAST_ACK -> become(TcpState.CLOSED);
            case SYN_SENT, SYN_RECEIVED, ESTABLISHED, FIN_WAIT_2, CLOSE_WAIT, TIME_WAIT, CLOSED -> { }
        }
    }

    /** Something of ours, or the answer to it, is gone: to be sent again later, if it was worth an answer. */
    void onLost() {
        boolean waits = switch (state) {
            case SYN_SENT -> true;
            case SYN_RECEIVED -> listener.remembers(this);
            case ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT, CLOSING, LAST_ACK -> send.hasOutstanding();
            case TIME_WAIT, CLOSED -> false;
        };
        if (waits) {
            send.recover();
            patience.begin(giveUpNanos());
        }
    }

    private long giveUpNanos() {
        TcpConfig.Retransmission rules = tcp.retransmission();
        if (!state.isSynchronized()) {
            return rules.synGiveUp();
        }
        return rules.userTimeout() > 0 ? rules.userTimeout() : rules.giveUp();
    }

    private void onTimeout(Patience.Verdict verdict) {
        switch (verdict) {
            case AGAIN -> {
                boolean tooOften = state == TcpState.SYN_RECEIVED
                        && patience.attempts() > tcp.retransmission().synackRetries();
                if (tooOften) {
                    finish(TcpEvent.TIMED_OUT);
                } else {
                    transmitAgain();
                }
            }
            case GIVE_UP -> finish(state == TcpState.SYN_SENT ? unanswered : TcpEvent.TIMED_OUT);
            case CLOSE -> finish(null);
        }
        tellUser();
    }

    private void transmitAgain() {
        switch (state) {
            case SYN_SENT -> transmit(Kind.SYN);
            case SYN_RECEIVED -> transmit(Kind.SYN_ACK);
            case ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT, CLOSING, LAST_ACK -> {
                if (send.hasUnacknowledged()) {
                    send.again(this::transmit);
                } else {
                    transmit(Kind.DATA); // asks a peer that takes nothing whether it does now
                }
            }
            case TIME_WAIT, CLOSED -> { }
        }
    }

    // ---- user calls ----

    /**
     * Takes octets into the send buffer.
     *
     * @return the rest, for which there is no room yet
     */
    ByteString send(ByteString data) {
        ByteString rest = send.take(data);
        pump();
        return rest;
    }

    /** The next octets, at most so many; none when there are none now. */
    ByteString receive(int maxBytes) {
        ByteString data = receive.take(maxBytes);
        if (receive.owesUpdate() && !isOver()) {
            transmit(Kind.ACK);
        }
        return data;
    }

    /** No more will be sent. Idempotent. */
    void shutdownOutput() {
        switch (state) {
            case ESTABLISHED -> become(TcpState.FIN_WAIT_1);
            case CLOSE_WAIT -> become(TcpState.LAST_ACK);
            case SYN_SENT, SYN_RECEIVED, FIN_WAIT_1, FIN_WAIT_2, CLOSING, LAST_ACK, TIME_WAIT, CLOSED -> {
                return;
            }
        }
        send.close();
        pump();
    }

    /** Ends both directions as {@code close(2)} does. */
    void close() {
        if (state == TcpState.SYN_SENT) {
            finish(TcpEvent.ABORTED);
        } else if (isOver()) {
            receive.clear();
        } else if (receive.held() > 0) {
            abort();
        } else {
            inputClosed = true;
            shutdownOutput();
            if (state == TcpState.FIN_WAIT_2) {
                limitFinWait2();
            }
        }
    }

    /** Ends it at once: the peer gets a reset. */
    void abort() {
        if (!isOver() && state != TcpState.SYN_SENT) {
            out.send(Parcel.RESET);
        }
        if (state != TcpState.CLOSED) {
            finish(TcpEvent.ABORTED);
        }
        receive.clear();
    }

    /** Ends it as a reset of the peer would. */
    void reset() {
        if (!isOver()) {
            finish(TcpEvent.RESET);
            tellUser();
        }
    }

    /** Ends it as a power failure does: nobody is told. */
    void vanish() {
        User left = user;
        user = User.NONE;
        left.onVanished();
        if (state != TcpState.CLOSED) {
            finish(null);
        }
        receive.clear();
    }

    // ---- all of them ----

    private void limitFinWait2() {
        if (inputClosed) {
            patience.closeAfter(tcp.finWait2Timeout());
        }
    }

    private void pump() {
        if (!state.isSynchronized() || isOver()) {
            return;
        }
        send.transmit(this::transmit);
        if (send.isShut()) {
            patience.begin(giveUpNanos()); // asks from time to time whether it still is
        } else if (!send.isRecovering()) {
            patience.calm();
        }
    }

    /** Sends something without octets. */
    private void transmit(Kind kind) {
        transmit(kind, send.next(), ByteString.emptyByteString());
    }

    private void transmit(Kind kind, long seq, ByteString data) {
        out.send(new Parcel(kind, seq, data, receive.next(), receive.advertise()));
    }

    private void tellUser() {
        user.onChange();
    }

    private void become(TcpState next) {
        if (!state.canBecome(next)) {
            throw new IllegalStateException(tuple + " cannot become " + next + " from " + state);
        }
        TcpState before = state;
        state = next;
        if (isOver() && before != TcpState.TIME_WAIT) {
            patience.end();
            stack.left(this, before, last);
        }
        if (before == TcpState.SYN_RECEIVED) {
            listener.forget(this);
        }
    }

    private void finish(TcpEvent event) {
        last = event;
        if (inputClosed || event == TcpEvent.ABORTED) {
            receive.clear();
        }
        send.clear();
        become(TcpState.CLOSED);
    }
}
