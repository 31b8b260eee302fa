package io.fourtuple.packetdrill.engine;

import java.util.Objects;

/** How the run of a script ended. */
public sealed interface Outcome {
    /** Everything was as the script says. */
    record Passed() implements Outcome {}

    /**
     * Something was not.
     *
     * @param line of the script, 0 when the file as a whole is meant
     * @param message what was expected and what came
     */
    record Failed(int line, String message) implements Outcome {
        public Failed {
            Objects.requireNonNull(message, "message");
        }
    }

    /**
     * It was not run, or not to its end.
     *
     * @param line of the script that needs it, 0 when the file could not be read because of it
     * @param feature what is missing
     */
    record Skipped(int line, String feature) implements Outcome {
        public Skipped {
            Objects.requireNonNull(feature, "feature");
        }
    }
}
