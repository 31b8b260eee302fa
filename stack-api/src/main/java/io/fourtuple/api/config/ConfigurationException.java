package io.fourtuple.api.config;

import java.io.Serial;

/**
 * A configuration that cannot be used. The message is one sentence for the person who wrote it: the whole key, what is
 * allowed there, what was found, and where (file and line, when known).
 */
public final class ConfigurationException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** With the sentence to show. */
    public ConfigurationException(String message) {
        super(message);
    }

    /** With the sentence to show, and what was noticed first. */
    public ConfigurationException(String message, Throwable cause) {
        super(message, cause);
    }
}
