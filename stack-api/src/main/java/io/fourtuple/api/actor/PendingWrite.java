package io.fourtuple.api.actor;

import io.fourtuple.core.tcp.TcpConnection;
import java.nio.ByteBuffer;
import java.util.Iterator;
import org.apache.pekko.util.ByteString;

/**
 * What is left of one write: the buffers behind a ByteString, not copied, and how far the send buffer has taken them.
 */
final class PendingWrite {
    private final Iterator<ByteBuffer> buffers;
    private ByteBuffer current;

    PendingWrite(ByteString data) {
        buffers = data.getByteBuffers().iterator();
        advance();
    }

    /** Moves on into the send buffer as far as there is room. True when all of it is in there. */
    boolean sendTo(TcpConnection connection, long now) {
        while (current != null) {
            connection.send(current, now);
            if (current.hasRemaining()) {
                return false;
            }
            advance();
        }
        return true;
    }

    private void advance() {
        current = buffers.hasNext() ? buffers.next() : null;
    }
}
