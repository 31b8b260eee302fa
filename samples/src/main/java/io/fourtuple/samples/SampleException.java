package io.fourtuple.samples;

import java.io.Serial;

/** A sample cannot do what it was asked. The message is one sentence that says what to do; no stack trace is shown. */
final class SampleException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    SampleException(String message) {
        super(message);
    }

    SampleException(String message, Throwable cause) {
        super(message, cause);
    }
}
