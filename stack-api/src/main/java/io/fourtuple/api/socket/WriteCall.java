package io.fourtuple.api.socket;

import io.fourtuple.api.protocol.SocketCall;
import io.fourtuple.api.protocol.SocketLink;
import io.fourtuple.core.tcp.TcpConnection;
import io.fourtuple.core.tcp.TcpEvent;
import java.nio.ByteBuffer;

/** Queues octets to be sent, as many as there is room for. */
final class WriteCall extends SocketCall<Integer> {
    private final SocketLink link;
    private final ByteBuffer octets;
    private final int flags;
    private final boolean corked;

    /**
     * A write.
     *
     * @param octets nobody changes them any more
     * @param corked whether the socket is corked, whatever {@code flags} say
     */
    WriteCall(SocketLink link, ByteBuffer octets, int flags, boolean corked) {
        this.link = link;
        this.octets = octets;
        this.flags = flags;
        this.corked = corked;
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
        if (!corked) {
            connection.cork((flags & Posix.MSG_MORE) != 0);
        }
        boolean asked = octets.hasRemaining();
        int taken = connection.send(octets, nowNanos);
        if (taken == 0 && asked) {
            throw new ErrnoException(Errno.EAGAIN, "the send buffer is full");
        }
        if ((flags & Posix.MSG_OOB) != 0) {
            connection.markUrgent();
        }
        return taken;
    }
}
