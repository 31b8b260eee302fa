package io.fourtuple.nic.loop;

/** A simulated program did something that another run with the same seed does not, or may not, do. */
public final class NonDeterminismException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With a message that says what happened, when, and what to do. */
    public NonDeterminismException(String message) {
        super("non-determinism detected: " + message);
    }

    /** With what is known of where it came from. */
    public NonDeterminismException(String message, Throwable origin) {
        super("non-determinism detected: " + message, origin);
    }
}
