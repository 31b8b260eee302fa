package io.fourtuple.api.config;

import java.util.regex.Pattern;

/** Which network interface to use, as it is written in a configuration or on a command line. */
public sealed interface NicChoice {
    /** What may be written. */
    String ALLOWED = "memory or tap:NAME";

    /** The in-memory wire. */
    record Memory() implements NicChoice {
        @Override
        public String toString() {
            return "memory";
        }
    }

    /**
     * A TAP device of the Linux kernel: attached to when it exists, made when it does not.
     *
     * @param name of the device: 1–15 letters, digits, {@code .}, {@code _} and {@code -} (IFNAMSIZ)
     */
    record Tap(String name) implements NicChoice {
        private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,15}");

        public Tap {
            if (!NAME.matcher(name).matches() || name.equals(".") || name.equals("..")) {
                throw new IllegalArgumentException("\"" + name + "\" is not a name for a network device: "
                        + "use 1 to 15 letters, digits, \".\", \"_\" and \"-\"");
            }
        }

        @Override
        public String toString() {
            return "tap:" + name;
        }
    }

    /**
     * Reads {@code memory} or {@code tap:NAME}.
     *
     * @throws IllegalArgumentException for anything else, with a sentence that says what is allowed
     */
    static NicChoice parse(String text) {
        if (text.equals("memory")) {
            return new Memory();
        }
        if (text.startsWith("tap:")) {
            return new Tap(text.substring("tap:".length()));
        }
        throw new IllegalArgumentException("there is no network interface \"" + text + "\"; use " + ALLOWED);
    }
}
