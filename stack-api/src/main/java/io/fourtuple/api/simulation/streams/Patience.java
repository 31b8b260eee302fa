package io.fourtuple.api.simulation.streams;

import io.fourtuple.core.tcp.TcpConfig.Retransmission;
import io.fourtuple.core.time.Deadline;
import io.fourtuple.nic.loop.LoopTimer;
import java.util.function.Consumer;

/**
 * How long one end waits before it tries again, and how long in all: the times of TCP's retransmission timer (RFC 6298
 * §5, RFC 9293 §3.8.3), for which there is nothing to do as long as nothing is lost. Confined to the simulation's
 * thread.
 */
final class Patience {
    /** What is to be done when time is up. */
    enum Verdict {
        /** Try again. */
        AGAIN,
        /** It was too long. */
        GIVE_UP,
        /** The peer has had its time to close as well. */
        CLOSE
    }

    private static final int MAX_DOUBLINGS = 30;

    private final StreamStack stack;
    private final Retransmission rules;
    private final Consumer<Verdict> due;
    /** Null until it is needed: most ends never do. */
    private LoopTimer timer;
    private long baseNanos;
    private long retryAt = Deadline.NONE;
    private long giveUpAt = Deadline.NONE;
    private long giveUpNanos;
    private long closeAt = Deadline.NONE;
    private int attempts;

    Patience(StreamStack stack, Retransmission rules, Consumer<Verdict> due) {
        this.stack = stack;
        this.rules = rules;
        this.due = due;
        baseNanos = rules.initialTimeout();
    }

    /** How often it was tried again. */
    int attempts() {
        return attempts;
    }

    /** The first round trip is over: the timeout that follows from it. */
    void noteRoundTrip(long nanos) {
        baseNanos = Math.clamp(2 * nanos, rules.minTimeout(), rules.maxTimeout());
    }

    /** Something is to be tried again, until so many nanoseconds have passed without success. */
    void begin(long giveUpAfterNanos) {
        begin(baseNanos, giveUpAfterNanos);
    }

    void begin(long firstNanos, long giveUpAfterNanos) {
        if (retryAt != Deadline.NONE) {
            return;
        }
        long now = stack.now();
        attempts = 0;
        giveUpNanos = giveUpAfterNanos;
        giveUpAt = Deadline.after(now, giveUpNanos);
        retryAt = Deadline.earlier(Deadline.after(now, firstNanos), giveUpAt);
        arm();
    }

    /** The peer has acknowledged something; {@code recovering} when that is not yet all that was lost. */
    void onProgress(boolean recovering) {
        boolean wasWaiting = retryAt != Deadline.NONE;
        calm();
        if (wasWaiting && recovering) {
            begin(giveUpNanos);
        }
    }

    /** Nothing has to be tried again. */
    void calm() {
        if (retryAt != Deadline.NONE) {
            retryAt = Deadline.NONE;
            arm();
        }
    }

    /** The peer is there, although it has taken nothing. */
    void onAnswer() {
        if (retryAt != Deadline.NONE) {
            giveUpAt = Deadline.after(stack.now(), giveUpNanos);
        }
    }

    /** The peer may take so long to close its direction. */
    void closeAfter(long nanos) {
        if (closeAt == Deadline.NONE) {
            closeAt = Deadline.after(stack.now(), nanos);
            arm();
        }
    }

    /** There is nothing to wait for any more. */
    void end() {
        retryAt = Deadline.NONE;
        closeAt = Deadline.NONE;
        arm();
    }

    private void arm() {
        long deadline = Deadline.earlier(retryAt, closeAt);
        if (timer == null) {
            if (deadline == Deadline.NONE) {
                return;
            }
            timer = stack.timer(this::onDue);
        }
        timer.arm(deadline);
    }

    private void onDue() {
        long now = stack.now();
        if (Deadline.isDue(closeAt, now)) {
            closeAt = Deadline.NONE;
            due.accept(Verdict.CLOSE);
        } else if (Deadline.isDue(retryAt, now)) {
            if (Deadline.isDue(giveUpAt, now)) {
                retryAt = Deadline.NONE;
                due.accept(Verdict.GIVE_UP);
            } else {
                attempts++;
                retryAt = Deadline.earlier(Deadline.after(now, timeout()), giveUpAt);
                arm();
                due.accept(Verdict.AGAIN);
            }
        } else {
            arm();
        }
    }

    private long timeout() {
        int doublings = Math.min(attempts, MAX_DOUBLINGS);
        return Math.min(rules.maxTimeout(), baseNanos << doublings);
    }
}
