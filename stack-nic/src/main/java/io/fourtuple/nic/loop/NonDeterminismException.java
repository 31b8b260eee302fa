package io.fourtuple.nic.loop;

import java.time.Duration;
import java.util.Optional;

/** A simulated program did something that another run with the same seed does not, or may not, do. */
public final class NonDeterminismException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String what;
    /** Null when nobody knows. */
    private final Duration at;

    /** With a message that says what happened, when, and what to do. */
    public NonDeterminismException(String message) {
        this(message, null);
    }

    /** With what is known of where it came from. */
    public NonDeterminismException(String message, Throwable origin) {
        super("non-determinism detected: " + message, origin);
        what = message;
        at = null;
    }

    /**
     * With what two runs differ in.
     *
     * @param at the virtual time of the first difference
     * @param message what it is
     * @param origin its stack trace says where the second run was then
     */
    public NonDeterminismException(Duration at, String message, Throwable origin) {
        super("non-determinism detected at " + at + ": " + message, origin);
        what = message;
        this.at = at;
    }

    /** What happened: the message it was made with. */
    public String what() {
        return what;
    }

    /** The virtual time of the first difference, where two runs were compared. */
    public Optional<Duration> at() {
        return Optional.ofNullable(at);
    }
}
