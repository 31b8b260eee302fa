package io.fourtuple.nic.loop;

import io.fourtuple.core.Clock;
import io.fourtuple.core.FaultPoints;
import java.util.concurrent.Executor;

/**
 * What runs a shard: tasks (in practice the mailboxes of actors), timers and the wake-ups of descriptors, one at a time
 * and in one thread.
 *
 * <p>There are two kinds, and whoever runs on a loop cannot tell which: {@link ThreadLoop} has a thread of its own and
 * real time; a {@link VirtualLoop} is one of many that share a thread and a {@link VirtualTime}.
 */
public abstract class EventLoop implements Executor {
    private static final ThreadLocal<EventLoop> CURRENT = new ThreadLocal<>();

    /** Only the two kinds of this package. */
    EventLoop() {}

    /**
     * The loop that runs the caller.
     *
     * @throws IllegalStateException when none does
     */
    public static EventLoop current() {
        EventLoop loop = CURRENT.get();
        if (loop == null) {
            throw new IllegalStateException("thread " + Thread.currentThread().getName() + " is not that of an event"
                    + " loop: run this actor on one, such as by"
                    + " DispatcherSelector.fromConfig(\"fourtuple.loop-dispatcher\")");
        }
        return loop;
    }

    /** Whether a loop runs the caller: then it must not wait for anything. */
    public static boolean isOnLoop() {
        return CURRENT.get() != null;
    }

    /** Makes this the {@link #current} loop of the calling thread. */
    final void enterThread() {
        CURRENT.set(this);
    }

    /** The calling thread has no {@link #current} loop any more. */
    static void leaveThread() {
        CURRENT.remove();
    }

    /** Whether this loop runs the caller. */
    static boolean runs(EventLoop loop) {
        return CURRENT.get() == loop;
    }

    /** What this loop is called in logs. */
    public abstract String name();

    /** The time that timers of this loop go by. Any thread. */
    public abstract Clock clock();

    /** What makes rare but legal things happen to whoever runs here: never anything, outside a simulation. */
    public FaultPoints faults() {
        return FaultPoints.NEVER;
    }

    /** Whether the caller is run by this loop. */
    public abstract boolean isCurrent();

    /**
     * Runs a task on the loop, after those given before by the same thread. Any thread; never runs it at once, never
     * blocks. What a task throws goes to the uncaught exception handler of the loop's thread, and the loop goes on.
     */
    @Override
    public abstract void execute(Runnable task);

    /**
     * Watches a descriptor. The loop's thread only.
     *
     * @param fd a descriptor that epoll(7) can watch; to be non-blocking
     * @param onReadable run on the loop each time something has arrived (edge-triggered): whoever is called reads until
     *     there is no more, at once or later, or will not be called again. It may be called in vain
     * @throws io.fourtuple.nic.NicException when the system refuses
     * @throws IllegalStateException in virtual time, where nothing real can happen
     */
    public abstract Registration register(int fd, Runnable onReadable);

    /** A new timer, not armed. The loop's thread only. */
    public abstract LoopTimer timer(Runnable onDue);

    /** Keeps the loop from ending; to be paired with {@link #release}. Any thread. */
    abstract void retain();

    /** The opposite of {@link #retain}. The loop's thread only, so that it notices. */
    abstract void release();
}
