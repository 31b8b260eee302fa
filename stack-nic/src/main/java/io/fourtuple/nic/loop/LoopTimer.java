package io.fourtuple.nic.loop;

import io.fourtuple.core.time.Deadline;

/**
 * One deadline of a loop, to be set again and again. Made by {@link EventLoop#timer}; confined to the loop's thread.
 *
 * <p>Of timers that are due at the same time, the one armed first is run first.
 */
public final class LoopTimer {
    private final EventLoop loop;
    final Runnable onDue;
    long deadline = Deadline.NONE;
    /** Orders timers with the same deadline. */
    long armedAs;
    /** Where the heap has this timer; negative when it has not. */
    int slot = -1;

    LoopTimer(EventLoop loop, Runnable onDue) {
        this.loop = loop;
        this.onDue = onDue;
    }

    /**
     * Sets the deadline, instead of the one before if there is one. When it comes the timer runs once and is disarmed.
     *
     * @param deadlineNanos in nanoseconds of {@link EventLoop#clock}; one that is past is due at the loop's next round;
     *     {@link Deadline#NONE} disarms
     */
    public void arm(long deadlineNanos) {
        loop.checkThread();
        if (deadlineNanos == Deadline.NONE) {
            disarm();
        } else if (deadlineNanos != deadline) {
            loop.timers().arm(this, deadlineNanos);
        }
    }

    /** Forgets the deadline. No error when there is none. */
    public void disarm() {
        loop.checkThread();
        loop.timers().disarm(this);
    }

    /** When this is due, or {@link Deadline#NONE}. */
    public long deadline() {
        return deadline;
    }
}
