package io.fourtuple.api.protocol;

import io.fourtuple.api.socket.Errno;
import io.fourtuple.api.socket.ErrnoException;
import io.fourtuple.core.tcp.TcpConnection;
import java.util.concurrent.CompletableFuture;

/**
 * What a thread of a program wants done with a connection: made by that thread, run once in a turn of the connection's
 * actor, answered when that turn is over. Told through {@link SocketLink#call}.
 *
 * @param <R> the answer
 */
public abstract class SocketCall<R> {
    private final CompletableFuture<R> answer = new CompletableFuture<>();
    private R result;
    private ErrnoException failure;

    /**
     * Does it, on the connection's thread.
     *
     * @throws ErrnoException when it fails; anything else is a fault, which ends the connection
     */
    protected abstract R run(TcpConnection connection, long nowNanos);

    /** Completed by the connection's thread; exceptionally with {@link ErrnoException}. */
    public final CompletableFuture<R> answer() {
        return answer;
    }

    final void runOn(TcpConnection connection, long nowNanos) {
        try {
            result = run(connection, nowNanos);
        } catch (ErrnoException e) {
            failure = e;
        }
    }

    final void reply() {
        if (failure == null) {
            answer.complete(result);
        } else {
            answer.completeExceptionally(failure);
        }
    }

    /** Nobody will run it. */
    final void abandon() {
        answer.completeExceptionally(new ErrnoException(Errno.ENETDOWN, "the connection's actor has ended"));
    }
}
