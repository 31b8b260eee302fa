package io.fourtuple.nic;

/** A device or the operating system refused. The message is one sentence that says what to do. */
public class NicException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public NicException(String message) {
        super(message);
    }

    public NicException(String message, Throwable cause) {
        super(message, cause);
    }
}
