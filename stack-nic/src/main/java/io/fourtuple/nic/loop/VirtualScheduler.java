package io.fourtuple.nic.loop;

import com.typesafe.config.Config;
import java.io.Closeable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import org.apache.pekko.actor.AbstractScheduler;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.Scheduler;
import org.apache.pekko.event.LoggingAdapter;
import scala.concurrent.ExecutionContext;
import scala.concurrent.duration.FiniteDuration;

/**
 * Pekko's scheduler in virtual time: to the nanosecond, in the same queue as everything else that happens later.
 *
 * <p>What is due runs at once and not by way of its executor: there is one thread for all of them, and what is
 * scheduled is nearly always to tell an actor something.
 */
public final class VirtualScheduler extends AbstractScheduler implements Closeable {
    private static final double MAX_FREQUENCY = 1e9;

    private final VirtualTime time = VirtualTime.current();
    /** Those that wait, in a ring by when they began to: each knows its neighbours, which costs less than a set. */
    private final Task waiting = new Task();

    /** Called by Pekko, on the thread of the simulation. */
    public VirtualScheduler(Config config, LoggingAdapter log, ThreadFactory threads) {
        // Nothing of these is needed.
    }

    @Override
    @SuppressWarnings("deprecation") // what scheduleAtFixedRate is made of, too
    public Cancellable schedule(
            FiniteDuration initialDelay, FiniteDuration interval, Runnable runnable, ExecutionContext executor) {
        if (interval.toNanos() <= 0) {
            throw new IllegalArgumentException("the interval must be above 0, is " + interval);
        }
        return new Task(runnable, executor, interval.toNanos()).start(initialDelay.toNanos());
    }

    /** The same as at a fixed rate: nothing takes any time. */
    @Override
    public Cancellable scheduleWithFixedDelay(
            FiniteDuration initialDelay, FiniteDuration delay, Runnable runnable, ExecutionContext executor) {
        return schedule(initialDelay, delay, runnable, executor);
    }

    @Override
    public Cancellable scheduleOnce(FiniteDuration delay, Runnable runnable, ExecutionContext executor) {
        return new Task(runnable, executor, 0).start(delay.toNanos());
    }

    @Override
    public double maxFrequency() {
        return MAX_FREQUENCY;
    }

    /** Nothing is due any more, except what Pekko wants to be run at the end. */
    @Override
    public void close() {
        List<Task> left = new ArrayList<>();
        for (Task task = waiting.next; task != waiting; task = task.next) {
            left.add(task);
        }
        left.forEach(Task::cancel);
        for (Task task : left) {
            if (task.runnable instanceof Scheduler.TaskRunOnClose) {
                task.runnable.run();
            }
        }
    }

    private final class Task implements Cancellable {
        private final Runnable runnable;
        private final ExecutionContext executor;
        private final long interval;
        private final HeapTimer timer = time.heapTimer(this::due);
        private Task previous = this;
        private Task next = this;
        private boolean cancelled;

        /** The head of the ring, which is never due. */
        Task() {
            this(() -> {}, null, 0);
        }

        Task(Runnable runnable, ExecutionContext executor, long interval) {
            this.runnable = runnable;
            this.executor = executor;
            this.interval = interval;
        }

        Task start(long delay) {
            time.checkThread();
            arm(time.nanoTime() + Math.max(0, delay));
            return this;
        }

        private void arm(long deadline) {
            previous = waiting.previous;
            next = waiting;
            previous.next = this;
            next.previous = this;
            timer.arm(deadline);
        }

        /** No longer waits; false when it did not. */
        private boolean leave() {
            boolean waited = next != this;
            previous.next = next;
            next.previous = previous;
            previous = this;
            next = this;
            return waited;
        }

        private void due() {
            leave();
            if (interval > 0) {
                arm(time.nanoTime() + interval);
            }
            try {
                runnable.run();
            } catch (RuntimeException e) {
                cancel();
                executor.reportFailure(e);
            }
        }

        @Override
        public boolean cancel() {
            boolean effective = leave();
            cancelled |= effective;
            timer.disarm();
            return effective;
        }

        @Override
        public boolean isCancelled() {
            return cancelled;
        }
    }
}
