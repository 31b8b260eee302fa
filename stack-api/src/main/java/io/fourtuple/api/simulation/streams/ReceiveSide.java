package io.fourtuple.api.simulation.streams;

import io.fourtuple.core.tcp.TcpConfig.BufferLimits;
import java.util.ArrayDeque;
import org.apache.pekko.util.ByteString;

/** The receive buffer of one end, and how much more the peer may send. Confined to the simulation's thread. */
final class ReceiveSide {
    private final int maxBuffer;
    private final ArrayDeque<ByteString> received = new ArrayDeque<>(2);
    private int buffer;
    private int held;
    private long next;
    /** The right edge that the peer knows. */
    private long advertised;
    /** Octets that the user has taken since the buffer was made larger. */
    private long taken;
    private boolean finished;
    private boolean updatesHeld;

    ReceiveSide(BufferLimits limits) {
        buffer = limits.initial();
        maxBuffer = limits.max();
    }

    /** Octets that wait for the user. */
    int held() {
        return held;
    }

    /** Number of the octet that is expected next. */
    long next() {
        return next;
    }

    /** Whether the peer has sent all it will. */
    boolean isFinished() {
        return finished;
    }

    /** The right edge, which the peer is told now. */
    long advertise() {
        advertised = right();
        return advertised;
    }

    /** Never moves left: what the user has taken, and the buffer. */
    private long right() {
        return next - held + buffer;
    }

    /** How many octets of a parcel are new. 0 for one that came too early, as one before it was lost. */
    int fresh(Parcel parcel) {
        long known = next - parcel.seq();
        return known < 0 ? 0 : (int) Math.max(0, parcel.data().length() - known);
    }

    void onData(Parcel parcel) {
        int fresh = fresh(parcel);
        if (fresh > 0) {
            received.add(parcel.data().drop(parcel.data().length() - fresh));
            held += fresh;
            next += fresh;
        }
    }

    /** Whether it is new. */
    boolean onFin(Parcel parcel) {
        if (finished || parcel.seq() != next) {
            return false;
        }
        finished = true;
        next++;
        return true;
    }

    /** Whether an answer follows anyway, so that none has to be sent for a larger window alone. */
    void holdUpdates(boolean value) {
        updatesHeld = value;
    }

    /** Whether the peer is to be told of the room there is: not of each octet (RFC 9293 §3.8.6.2.2). */
    boolean owesUpdate() {
        return !updatesHeld && !finished && right() - advertised >= buffer / 2;
    }

    /** The next octets, at most so many. */
    ByteString take(int maxBytes) {
        ByteString data = ByteString.emptyByteString();
        while (!received.isEmpty() && data.length() < maxBytes) {
            ByteString head = received.remove();
            int room = maxBytes - data.length();
            if (head.length() > room) {
                received.addFirst(head.drop(room));
                head = head.take(room);
            }
            data = data.isEmpty() ? head : data.concat(head);
        }
        held -= data.length();
        grow(data.length());
        return data;
    }

    /** A user that reads all there is, and a whole buffer of it, is given more. */
    private void grow(int bytes) {
        taken += bytes;
        if (held == 0 && taken >= buffer && buffer < maxBuffer) {
            buffer = (int) Math.min(maxBuffer, 2L * buffer);
            taken = 0;
        }
    }

    void clear() {
        received.clear();
        held = 0;
    }
}
