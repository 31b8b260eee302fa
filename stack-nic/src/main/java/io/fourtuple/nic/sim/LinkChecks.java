package io.fourtuple.nic.sim;

import java.time.Duration;

/**
 * What values of links may be. A class of its own, without constants of links: those of {@link LinkConfig} and of what
 * it is made of need each other to be checked, whichever is asked for first.
 */
final class LinkChecks {
    private static final Duration MAX_DURATION = Duration.ofHours(1);

    private LinkChecks() {}

    static void checkProbability(String name, double value) {
        check(value >= 0 && value <= 1, name + " must be 0 to 1, is " + value);
    }

    static void checkDuration(String name, Duration value) {
        check(!value.isNegative() && value.compareTo(MAX_DURATION) <= 0, name + " must be 0 to 1 h, is " + value);
    }

    static void check(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException("link: " + message);
        }
    }
}
