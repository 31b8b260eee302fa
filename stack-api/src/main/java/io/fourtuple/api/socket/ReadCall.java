package io.fourtuple.api.socket;

import io.fourtuple.api.protocol.SocketCall;
import io.fourtuple.api.protocol.SocketLink;
import io.fourtuple.core.tcp.ReceivedChunk;
import io.fourtuple.core.tcp.TcpConnection;
import io.fourtuple.core.tcp.TcpEvent;
import io.fourtuple.core.tcp.TcpState;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes what has come, or looks at it. The octets stay where the NIC has put them: the program's thread copies them,
 * not the loop.
 */
final class ReadCall extends SocketCall<ReadCall.Taken> {
    /**
     * What was read.
     *
     * @param chunks none at the end of the stream
     * @param left octets that can still be read; 1 when only the end is left ({@code TCP_INQ})
     */
    record Taken(List<ReceivedChunk> chunks, int left) {}

    private final SocketLink link;
    private final int max;
    private final boolean peek;

    /** At least one octet; none is the end of the stream. */
    ReadCall(SocketLink link, int max, boolean peek) {
        this.link = link;
        this.max = max;
        this.peek = peek;
    }

    @Override
    protected Taken run(TcpConnection connection, long nowNanos) {
        if (connection.receivable() > 0) {
            List<ReceivedChunk> chunks = peek ? connection.peek(max) : take(connection, nowNanos);
            return new Taken(chunks, left(connection));
        }
        TcpEvent failure = connection.end() == null ? null : link.takeFailure();
        if (failure != null) {
            throw Errors.of(failure, "recv from " + link.tuple());
        }
        TcpState state = connection.state();
        boolean over = state == TcpState.CLOSED || state == TcpState.TIME_WAIT;
        if (over && !link.wasEstablished()) {
            throw new ErrnoException(Errno.ENOTCONN, "the connection was never established");
        }
        if (over || connection.isPeerClosed() || link.isReadingEnded()) {
            return new Taken(List.of(), left(connection));
        }
        throw new ErrnoException(Errno.EAGAIN, "nothing to read");
    }

    private static int left(TcpConnection connection) {
        int octets = connection.receivable();
        return octets == 0 && connection.isPeerClosed() ? 1 : octets;
    }

    private List<ReceivedChunk> take(TcpConnection connection, long nowNanos) {
        List<ReceivedChunk> taken = new ArrayList<>();
        int left = max;
        while (left > 0) {
            ReceivedChunk chunk = connection.receive(left, nowNanos);
            if (chunk == null) {
                break;
            }
            taken.add(chunk);
            left -= chunk.length();
        }
        return taken;
    }
}
