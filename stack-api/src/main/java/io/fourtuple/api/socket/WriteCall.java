package io.fourtuple.api.socket;

import io.fourtuple.api.protocol.SocketCall;
import io.fourtuple.api.protocol.SocketLink;
import io.fourtuple.core.tcp.TcpConnection;
import io.fourtuple.core.tcp.TcpEvent;
import java.nio.ByteBuffer;
import java.util.List;

/** Queues octets to be sent, as many as there is room for. */
final class WriteCall extends SocketCall<Integer> {
    private final SocketLink link;
    private final List<ByteBuffer> octets;
    private final int flags;
    private final boolean zeroCopy;
    private final int stamps;

    /**
     * A write.
     *
     * @param octets nobody changes them until they are acknowledged
     * @param zeroCopy whether the program wants to know when that is
     * @param stamps flags of {@code SO_TIMESTAMPING}
     */
    WriteCall(SocketLink link, List<ByteBuffer> octets, int flags, boolean zeroCopy, int stamps) {
        this.link = link;
        this.octets = octets;
        this.flags = flags;
        this.zeroCopy = zeroCopy;
        this.stamps = stamps;
    }

    @Override
    protected Integer run(TcpConnection connection, long nowNanos) {
        TcpEvent failure = connection.end() == null ? null : link.takeFailure();
        if (failure != null) {
            throw Errors.of(failure, "send to " + link.tuple());
        }
        if (connection.isOutputClosed()) {
            throw new ErrnoException(Errno.EPIPE, "our direction is closed");
        }
        if (!connection.isOpen()) {
            throw new ErrnoException(Errno.EAGAIN, "not established yet");
        }
        if (zeroCopy && !link.notices().hasRoom()) {
            throw new ErrnoException(Errno.ENOBUFS, "the error queue has no place to tell of one more write");
        }
        int taken = 0;
        boolean all = true;
        for (ByteBuffer each : octets) {
            taken += connection.send(each, (flags & Posix.MSG_MORE) != 0, nowNanos);
            all = !each.hasRemaining();
            if (!all) {
                break;
            }
        }
        if (taken == 0) {
            if (!all) {
                throw new ErrnoException(Errno.EAGAIN, "the send buffer is full");
            }
            return 0;
        }
        link.notices().mark(connection, stamps, zeroCopy);
        if (all && (flags & Posix.MSG_EOR) != 0) {
            connection.endRecord();
        }
        if ((flags & Posix.MSG_OOB) != 0) {
            connection.markUrgent();
        }
        return taken;
    }
}
