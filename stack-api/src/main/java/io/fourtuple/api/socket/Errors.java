package io.fourtuple.api.socket;

import io.fourtuple.core.tcp.TcpEvent;

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
            case ESTABLISHED, READABLE, WRITABLE, PEER_CLOSED, OUTPUT_ACKNOWLEDGED, CLOSED ->
                    throw new IllegalArgumentException(failure + " is no failure");
        };
    }

    /** The same as an exception. */
    static ErrnoException of(TcpEvent failure, String detail) {
        return new ErrnoException(of(failure), detail);
    }
}
