package io.fourtuple.api.simulation.streams;

import io.fourtuple.api.simulation.streams.Parcel.Kind;
import io.fourtuple.core.tcp.TcpConfig.BufferLimits;
import java.util.ArrayDeque;
import org.apache.pekko.util.ByteString;

/** The send buffer of one end, and what of it may be sent. Confined to the simulation's thread. */
final class SendSide {
    /** Where parcels go. */
    @FunctionalInterface
    interface Out {
        void send(Kind kind, long seq, ByteString data);
    }

    private final int maxBuffer;
    private final ArrayDeque<ByteString> unsent = new ArrayDeque<>(2);
    private final ArrayDeque<ByteString> unacked = new ArrayDeque<>(2);
    private int buffer;
    /** Octets of both. */
    private long held;
    private long una;
    private long next;
    /** The first octet that the peer does not yet take. */
    private long right;
    /** While recovering: nothing new is sent before everything up to here is acknowledged. */
    private long recoveryPoint;
    private boolean recovering;
    private boolean closed;
    private boolean finSent;
    /** The user has more than there was room for. */
    private boolean full;

    SendSide(BufferLimits limits) {
        buffer = limits.initial();
        maxBuffer = limits.max();
    }

    /** Number of the next octet to be sent. */
    long next() {
        return next;
    }

    /** Octets in the buffer. */
    long held() {
        return held;
    }

    /** Whether anything, sent or not, waits for an answer of the peer. */
    boolean hasOutstanding() {
        return una != next || !unsent.isEmpty();
    }

    /** Whether anything was sent that the peer has not acknowledged. */
    boolean hasUnacknowledged() {
        return una != next;
    }

    /** Whether the peer takes nothing of what there is, and nothing is under way that would tell when it does. */
    boolean isShut() {
        return !recovering && una == next && !unsent.isEmpty() && right == next;
    }

    /** Whether something was lost that is not acknowledged yet: nothing new is sent. */
    boolean isRecovering() {
        return recovering;
    }

    boolean isFinAcknowledged() {
        return finSent && una == next;
    }

    /** Takes what there is room for, and returns the rest. */
    ByteString take(ByteString data) {
        int room = (int) Math.max(0, buffer - held);
        full = data.length() > room;
        if (room == 0) {
            return data;
        }
        ByteString taken = full ? data.take(room) : data;
        if (!taken.isEmpty()) {
            unsent.add(taken);
            held += taken.length();
        }
        return full ? data.drop(room) : ByteString.emptyByteString();
    }

    /** A FIN follows what is in the buffer. */
    void close() {
        closed = true;
    }

    /** Something was lost. */
    void recover() {
        recovering = true;
        recoveryPoint = next;
    }

    /** Sends what may be sent now. */
    void transmit(Out out) {
        while (!recovering && !unsent.isEmpty() && right > next) {
            ByteString head = unsent.remove();
            long window = right - next;
            if (head.length() > window) {
                unsent.addFirst(head.drop((int) window));
                head = head.take((int) window);
            }
            unacked.add(head);
            long seq = next;
            next += head.length();
            out.send(Kind.DATA, seq, head);
        }
        if (closed && !finSent && !recovering && unsent.isEmpty()) {
            finSent = true;
            long seq = next++;
            out.send(Kind.FIN, seq, ByteString.emptyByteString());
        }
    }

    /** Sends everything again that is not acknowledged. */
    void again(Out out) {
        long seq = una;
        for (ByteString each : unacked) {
            out.send(Kind.DATA, seq, each);
            seq += each.length();
        }
        if (finSent) {
            out.send(Kind.FIN, seq, ByteString.emptyByteString());
        }
    }

    /** Whether something was acknowledged. */
    boolean onAck(Parcel parcel) {
        right = Math.max(right, parcel.right());
        if (parcel.ack() <= una) {
            return false;
        }
        for (ByteString head; (head = unacked.peek()) != null && una + head.length() <= parcel.ack(); ) {
            unacked.remove();
            una += head.length();
            held -= head.length();
        }
        una = parcel.ack();
        if (recovering && una >= recoveryPoint) {
            recovering = false;
        }
        if (full && unsent.isEmpty()) { // the buffer was the limit, and not the peer
            buffer = (int) Math.min(maxBuffer, 2L * buffer);
        }
        return true;
    }

    void clear() {
        unsent.clear();
        unacked.clear();
        held = 0;
        una = next;
        recovering = false;
    }
}
