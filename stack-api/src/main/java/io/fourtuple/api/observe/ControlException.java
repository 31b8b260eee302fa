package io.fourtuple.api.observe;

import java.io.Serial;

/** A control socket that cannot be made, found or asked. The message is one sentence that says what to do. */
public final class ControlException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** With the sentence to show. */
    public ControlException(String message) {
        super(message);
    }

    /** With the sentence to show, and what was noticed first. */
    public ControlException(String message, Throwable cause) {
        super(message, cause);
    }
}
