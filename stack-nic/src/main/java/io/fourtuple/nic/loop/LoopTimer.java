package io.fourtuple.nic.loop;

/**
 * One deadline of a loop, to be set again and again. Made by {@link EventLoop#timer}; confined to the loop's thread.
 *
 * <p>Of timers that are due at the same time, the one armed first is run first.
 */
public abstract class LoopTimer {
    /** Only the kinds of this package. */
    LoopTimer() {}

    /**
     * Sets the deadline, instead of the one before if there is one. When it comes the timer runs once and is disarmed.
     *
     * @param deadlineNanos in nanoseconds of {@link EventLoop#clock}; one that is past is due at the loop's next round;
     *     {@link io.fourtuple.core.time.Deadline#NONE} disarms
     */
    public abstract void arm(long deadlineNanos);

    /** Forgets the deadline. No error when there is none. */
    public abstract void disarm();

    /** When this is due, or {@link io.fourtuple.core.time.Deadline#NONE}. */
    public abstract long deadline();
}
