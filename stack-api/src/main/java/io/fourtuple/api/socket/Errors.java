package io.fourtuple.api.socket;

import io.fourtuple.api.protocol.SocketLink;
import io.fourtuple.core.tcp.TcpEvent;
import io.fourtuple.core.tcp.Trouble;
import java.util.Optional;

/** What the ends of a connection are called. */
final class Errors {
    private Errors() {}

    /** The error of a connection that broke so. */
    static Errno of(TcpEvent failure) {
        return switch (failure) {
            case RESET -> Errno.ECONNRESET;
            case REFUSED -> Errno.ECONNREFUSED;
            case TIMED_OUT -> Errno.ETIMEDOUT;
            case UNREACHABLE -> Errno.EHOSTUNREACH;
            case ABORTED -> Errno.ECONNABORTED;
            case ESTABLISHED, READABLE, WRITABLE, PEER_CLOSED, OUTPUT_ACKNOWLEDGED, URGENT, TROUBLE, CLOSED ->
                    throw new IllegalArgumentException(failure + " is no failure");
        };
    }

    /** What is called so when the connection goes on. */
    static Errno of(Trouble trouble) {
        return switch (trouble) {
            case NOT_ANSWERED -> Errno.ETIMEDOUT;
            case UNREACHABLE -> Errno.EHOSTUNREACH;
            case REFUSED -> Errno.ECONNREFUSED;
        };
    }

    /** What SO_ERROR tells, once: why a connection broke, or else what it survives. {@code link} may be null. */
    static Optional<Errno> take(SocketLink link) {
        if (link == null) {
            return Optional.empty();
        }
        TcpEvent failure = link.takeFailure();
        return failure == null
                ? Optional.ofNullable(link.takeTrouble()).map(Errors::of)
                : Optional.of(of(failure));
    }

    /** The same as an exception. */
    static ErrnoException of(TcpEvent failure, String detail) {
        return new ErrnoException(of(failure), detail);
    }
}
