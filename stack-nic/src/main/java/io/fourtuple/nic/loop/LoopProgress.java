package io.fourtuple.nic.loop;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** What a loop is doing, written by the loop without any cost to speak of and read by the watchdog. */
final class LoopProgress {
    private final AtomicReference<Runnable> task = new AtomicReference<>();
    /** Odd while a task runs; another value for each. */
    private final AtomicLong steps = new AtomicLong();

    void begin(Runnable next) {
        task.setRelease(next);
        steps.setRelease(steps.getPlain() + 1);
    }

    void end() {
        steps.setRelease(steps.getPlain() + 1);
        task.setRelease(null);
    }

    long steps() {
        return steps.getAcquire();
    }

    /** What runs now, or null. */
    Runnable task() {
        return task.getAcquire();
    }

    static boolean isRunning(long steps) {
        return (steps & 1) != 0;
    }
}
