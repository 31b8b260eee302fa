package io.fourtuple.nic.sim;

import java.time.Duration;

/** What a {@link Rule} says about a packet. */
public sealed interface Verdict {
    /** It goes on as the link has it, and no further rule is asked. */
    record Pass() implements Verdict {}

    /**
     * It arrives after exactly this delay, whatever the link is like: without waiting, loss or any other fault.
     *
     * @param delay from now, 0 to 1 h
     */
    record Deliver(Duration delay) implements Verdict {
        public Deliver {
            LinkChecks.checkDuration("the delay of a verdict", delay);
        }
    }

    /** It is gone. */
    record Drop() implements Verdict {}

    /** It goes on as the link has it, but with one bit inverted; what is not IP is spared. */
    record Corrupt() implements Verdict {}

    /** See {@link Pass}. */
    static Verdict pass() {
        return new Pass();
    }

    /** See {@link Deliver}. */
    static Verdict deliver(Duration delay) {
        return new Deliver(delay);
    }

    /** See {@link Drop}. */
    static Verdict drop() {
        return new Drop();
    }

    /** See {@link Corrupt}. */
    static Verdict corrupt() {
        return new Corrupt();
    }
}
