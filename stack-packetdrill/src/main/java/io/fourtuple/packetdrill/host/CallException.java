package io.fourtuple.packetdrill.host;

import java.util.Objects;

/** A system call that failed. */
public final class CallException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String errno;

    /** With a name such as {@code "EAGAIN"}. */
    public CallException(String errno) {
        super(errno);
        this.errno = Objects.requireNonNull(errno);
    }

    /** The name of the error. */
    public String errno() {
        return errno;
    }
}
