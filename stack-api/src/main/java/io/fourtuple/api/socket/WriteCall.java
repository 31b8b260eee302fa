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
    private final ByteBuffer octets;
    private final int flags;

    /**
     * A write.
     *
     * @param octets nobody changes them any more
     */
    WriteCall(SocketLink link, ByteBuffer octets, int flags) {
        this.link = link;
        this.octets = octets;
        this.flags = flags;
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
        boolean more = (flags & Posix.MSG_MORE) != 0;
        boolean asked = octets.hasRemaining();
        int taken = connection.send(octets, more, nowNanos);
        if (taken == 0 && asked) {
            throw new ErrnoException(Errno.EAGAIN, "the send buffer is full");
        }
        if ((flags & Posix.MSG_OOB) != 0) {
            connection.markUrgent();
        }
        return taken;
    }

    /** The octets of all, in order, or the first {@code max}. */
    static ByteBuffer copyOf(List<ByteBuffer> sources, int max) {
        long all = 0;
        for (ByteBuffer source : sources) {
            all += source.remaining();
        }
        ByteBuffer copy = ByteBuffer.allocate((int) Math.min(all, max));
        for (ByteBuffer source : sources) {
            int length = Math.min(source.remaining(), copy.remaining());
            copy.put(copy.position(), source, source.position(), length);
            copy.position(copy.position() + length);
        }
        return copy.flip();
    }

    /** So many were taken. */
    static void advance(List<ByteBuffer> sources, int octets) {
        int left = octets;
        for (ByteBuffer source : sources) {
            int length = Math.min(source.remaining(), left);
            source.position(source.position() + length);
            left -= length;
        }
    }
}
