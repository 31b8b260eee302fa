package io.fourtuple.api.socket;

import java.util.Objects;

/** A call that failed. Those that only would have to wait have no stack trace, as they are no surprise. */
public final class ErrnoException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Errno errno;

    /**
     * A failure.
     *
     * @param errno why
     * @param detail what failed, and with what, such as {@code "bind to 10.77.0.9:80"}
     */
    public ErrnoException(Errno errno, String detail) {
        super(errno.name() + " (" + errno.message() + "): " + detail, null, false,
                errno != Errno.EAGAIN && errno != Errno.EINPROGRESS);
        this.errno = Objects.requireNonNull(errno);
    }

    /** Why. */
    public Errno errno() {
        return errno;
    }
}
