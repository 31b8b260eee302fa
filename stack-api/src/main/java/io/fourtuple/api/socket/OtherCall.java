package io.fourtuple.api.socket;

import io.fourtuple.api.protocol.SocketCall;
import io.fourtuple.core.tcp.TcpConnection;
import java.util.function.BiFunction;

/** Whatever else is wanted of a connection. */
final class OtherCall<R> extends SocketCall<R> {
    private final BiFunction<TcpConnection, Long, R> body;

    /** {@code body} gets the connection and the time; what it gives is not null. */
    OtherCall(BiFunction<TcpConnection, Long, R> body) {
        this.body = body;
    }

    @Override
    protected R run(TcpConnection connection, long nowNanos) {
        return body.apply(connection, nowNanos);
    }
}
