package io.fourtuple.nic.loop;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.ActorCell;
import org.apache.pekko.dispatch.Mailbox;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs when one task has held a loop for too long, for example because a user's stage blocks: all connections of that
 * shard wait meanwhile.
 *
 * <p>One daemon thread for all loops of the JVM, which exists only while a loop runs that has a limit. Looking costs
 * the loops nothing: it samples {@link LoopProgress}, four times per limit.
 */
final class LoopWatchdog {
    private static final Logger LOG = LoggerFactory.getLogger(LoopWatchdog.class);
    private static final int SAMPLES_PER_LIMIT = 4;
    private static final int STACK_DEPTH = 12;

    private static final class Watched {
        private final long limitNanos;
        private long steps;
        private long since = System.nanoTime();
        private boolean reported;

        Watched(long limitNanos) {
            this.limitNanos = limitNanos;
        }
    }

    private static final Map<ThreadLoop, Watched> WATCHED = new LinkedHashMap<>();
    private static Thread thread;

    private LoopWatchdog() {}

    static void watch(ThreadLoop loop) {
        long limit = loop.config().watchdog().toNanos();
        if (limit == 0) {
            return;
        }
        synchronized (WATCHED) {
            WATCHED.put(loop, new Watched(limit));
            if (thread == null) {
                thread = new Thread(LoopWatchdog::run, "fourtuple-watchdog");
                thread.setDaemon(true);
                thread.start();
            } else {
                WATCHED.notifyAll();
            }
        }
    }

    static void unwatch(ThreadLoop loop) {
        synchronized (WATCHED) {
            WATCHED.remove(loop);
            WATCHED.notifyAll();
        }
    }

    private static void run() {
        synchronized (WATCHED) {
            try {
                while (!WATCHED.isEmpty()) {
                    long now = System.nanoTime();
                    WATCHED.forEach((loop, watched) -> sample(loop, watched, now));
                    long shortest = WATCHED.values().stream().mapToLong(w -> w.limitNanos).min().orElseThrow();
                    WATCHED.wait(Math.max(1, TimeUnit.NANOSECONDS.toMillis(shortest / SAMPLES_PER_LIMIT)));
                }
            } catch (InterruptedException e) {
                LOG.warn("the watchdog of the event loops was interrupted and ends");
                WATCHED.clear();
            }
            thread = null;
        }
    }

    private static void sample(ThreadLoop loop, Watched watched, long now) {
        long steps = loop.progress().steps();
        if (steps != watched.steps) {
            watched.steps = steps;
            watched.since = now;
            watched.reported = false;
        } else if (LoopProgress.isRunning(steps) && !watched.reported && now - watched.since >= watched.limitNanos) {
            watched.reported = true;
            report(loop, now - watched.since);
        }
    }

    private static void report(ThreadLoop loop, long heldNanos) {
        Runnable task = loop.progress().task();
        Thread held = loop.thread();
        if (task == null || held == null || !LOG.isWarnEnabled()) {
            return;
        }
        StringBuilder stack = new StringBuilder();
        StackTraceElement[] frames = held.getStackTrace();
        for (int i = 0; i < Math.min(STACK_DEPTH, frames.length); i++) {
            stack.append(System.lineSeparator()).append("    at ").append(frames[i]);
        }
        LOG.warn("{} has been held for more than {} ms by {}: nothing else on it can run. Blocking work belongs on"
                + " another dispatcher.{}", loop, TimeUnit.NANOSECONDS.toMillis(heldNanos), nameOf(task), stack);
    }

    /** The path of the actor whose mailbox this is, else the task itself. */
    static String nameOf(Runnable task) {
        if (task instanceof Mailbox mailbox) {
            ActorCell cell = mailbox.actor();
            if (cell != null) {
                return "actor " + cell.self().path();
            }
        }
        return "task " + task;
    }
}
