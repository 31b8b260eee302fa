package io.fourtuple.nic.loop;

import io.fourtuple.core.Clock;
import io.fourtuple.core.time.Deadline;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.jctools.queues.MessagePassingQueue;
import org.jctools.queues.atomic.MpscUnboundedAtomicArrayQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread of a shard: runs tasks (in practice the mailboxes of actors), timers and the wake-ups of descriptors,
 * and sleeps when there is nothing to do.
 *
 * <pre>
 *   loop thread ──execute──▶ deque ─────┐
 *                                       ├──▶ round of tasks ─▶ timers ─▶ descriptors ─▶ … ─▶ sleep
 *   other threads ─execute─▶ MPSC queue ┘
 *                    └─ wake-up, only when the loop sleeps
 * </pre>
 *
 * <p>Nobody starves: a round is bounded, timers are looked at after each round and descriptors after each
 * {@link LoopConfig#descriptorInterval}, however many tasks there are.
 *
 * <h2>Sleeping without losing a wake-up</h2>
 * The loop first says that it sleeps, then looks into the queue once more, then sleeps. A producer first puts its task
 * into the queue, then reads what the loop says. With a full fence between the two steps on both sides, at least one of
 * them sees the other (Dekker's argument), so no task is left lying and a running loop costs its producers no system
 * call.
 *
 * <h2>Life of the thread</h2>
 * An executor on a loop ({@link LoopExecutor}) holds it: the thread starts with the first task and ends when nobody
 * holds the loop and no task is left. It starts again with the next task. Pekko shuts the executor of a dispatcher
 * without actors down and asks for a new one when there are actors again; the loop object is the same throughout.
 * Timers and descriptors do not hold the thread: when it ends they are dropped, with a warning. A thread without tasks,
 * timers and descriptors also ends after {@link LoopConfig#keepAlive}, held or not, and comes back in the same way: an
 * executor that somebody forgot to shut down costs no thread.
 */
final class ThreadLoop extends EventLoop {
    private static final Logger LOG = LoggerFactory.getLogger(ThreadLoop.class);

    /** No thread. */
    private static final int STOPPED = 0;
    /** There is a thread and it will look into the queue before it sleeps or stops. */
    private static final int RUNNING = 1;
    /** There is a thread and it has to be woken. */
    private static final int ASLEEP = 2;

    private static final int QUEUE_CHUNK = 1024;

    private final String name;
    private final LoopConfig config;
    private final ThreadFactory threads;
    private final Clock clock;
    private final MessagePassingQueue<Runnable> foreignTasks = new MpscUnboundedAtomicArrayQueue<>(QUEUE_CHUNK);
    private final AtomicInteger state = new AtomicInteger(STOPPED);
    private final AtomicInteger holders = new AtomicInteger();
    private volatile Thread thread;
    private volatile Waiter waiter;

    // Confined to the loop's thread.
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final TimerHeap timers = new TimerHeap(this::checkThread);
    private final MessagePassingQueue.Consumer<Runnable> enqueue = tasks::addLast;
    private final LoopProgress progress = new LoopProgress();
    private final long descriptorNanos;
    private final long busyNanos;
    private final long keepAliveNanos;
    private EpollWaiter epoll;
    private long nextDescriptorCheck;

    /**
     * Makes a loop; its thread starts with the first task.
     *
     * @param name for logs
     * @param config how it runs
     * @param threads makes its thread
     */
    ThreadLoop(String name, LoopConfig config, ThreadFactory threads) {
        this(name, config, threads, System::nanoTime);
    }

    ThreadLoop(String name, LoopConfig config, ThreadFactory threads, Clock clock) {
        this.name = Objects.requireNonNull(name);
        this.config = config;
        this.threads = threads;
        this.clock = clock;
        this.descriptorNanos = config.descriptorInterval().toNanos();
        this.busyNanos = config.busyPoll().toNanos();
        this.keepAliveNanos = config.keepAlive().toNanos();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Clock clock() {
        return clock;
    }

    @Override
    public boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    @Override
    public void execute(Runnable task) {
        Objects.requireNonNull(task);
        if (isCurrent()) {
            tasks.addLast(task);
            return;
        }
        foreignTasks.offer(task);
        VarHandle.fullFence();
        if (state.get() != RUNNING) {
            wakeUp();
        }
    }

    @Override
    public Registration register(int fd, Runnable onReadable) {
        checkThread();
        if (epoll == null) {
            epoll = EpollWaiter.open(this);
            waiter = epoll;
        }
        return epoll.register(fd, onReadable);
    }

    @Override
    public LoopTimer timer(Runnable onDue) {
        checkThread();
        return new HeapTimer(timers, Objects.requireNonNull(onDue));
    }

    @Override
    public String toString() {
        return "EventLoop(" + name + ")";
    }

    @Override
    void retain() {
        holders.incrementAndGet();
    }

    @Override
    void release() {
        checkThread();
        holders.decrementAndGet();
    }

    LoopConfig config() {
        return config;
    }

    LoopProgress progress() {
        return progress;
    }

    Thread thread() {
        return thread;
    }

    void checkThread() {
        if (!isCurrent()) {
            throw new IllegalStateException("thread " + Thread.currentThread().getName() + " is not that of " + this
                    + ": hand the work over with execute()");
        }
    }

    private void wakeUp() {
        if (state.compareAndSet(ASLEEP, RUNNING)) {
            waiter.wakeUp();
        } else if (state.compareAndSet(STOPPED, RUNNING)) {
            startThread();
        }
    }

    private void startThread() {
        try {
            threads.newThread(this::run).start();
        } catch (RuntimeException | Error e) {
            state.set(STOPPED);
            throw e;
        }
    }

    private void run() {
        do {
            enter();
            boolean ends = false;
            while (!ends) {
                if (!runRound()) {
                    ends = isUnused() || !idle();
                }
            }
            leave();
            state.set(STOPPED);
            VarHandle.fullFence();
            // Whoever gave a task before STOPPED was visible has started no thread: this one goes on.
        } while (!foreignTasks.isEmpty() && state.compareAndSet(STOPPED, RUNNING));
    }

    private void enter() {
        thread = Thread.currentThread();
        waiter = new ParkWaiter(thread);
        enterThread();
        LoopWatchdog.watch(this);
    }

    private void leave() {
        LoopWatchdog.unwatch(this);
        leaveThread();
        if (registered() + timers.size() > 0) {
            LOG.warn("{} ends with {} descriptors and {} timers that nobody took back: dropped", this, registered(),
                    timers.size());
        }
        timers.clear();
        waiter.close();
        epoll = null;
        thread = null;
    }

    private int registered() {
        return epoll == null ? 0 : epoll.registered();
    }

    private boolean isUnused() {
        return holders.get() == 0 && tasks.isEmpty() && foreignTasks.isEmpty();
    }

    /** Runs some of what there is to do; false when there was nothing and is nothing. */
    private boolean runRound() {
        foreignTasks.drain(enqueue, config.tasksPerRound());
        int ran = 0;
        for (Runnable task; ran < config.tasksPerRound() && (task = tasks.pollFirst()) != null; ran++) {
            runGuarded(task);
        }
        long now = clock.nanoTime();
        for (HeapTimer timer; ran < 2 * config.tasksPerRound() && (timer = timers.pollDue(now)) != null; ran++) {
            runGuarded(timer.onDue);
        }
        if (now - nextDescriptorCheck >= 0) {
            nextDescriptorCheck = now + descriptorNanos;
            waiter.checkDescriptors();
        }
        return ran > 0 || !tasks.isEmpty();
    }

    /** Waits until there may be something to do; false when nothing has come for so long that the thread may end. */
    private boolean idle() {
        long now = clock.nanoTime();
        if (busyNanos > 0 && isWorkFoundBefore(now + busyNanos)) {
            return true;
        }
        // An interrupt that a task left behind would keep the thread from sleeping.
        Thread.interrupted();
        boolean isAwaited = timers.size() + registered() > 0;
        long deadline = isAwaited ? timers.nextDeadline() : Deadline.after(now, keepAliveNanos);
        state.set(ASLEEP);
        VarHandle.fullFence();
        if (foreignTasks.isEmpty()) {
            sleepUntil(deadline);
        }
        state.set(RUNNING);
        return isAwaited || !foreignTasks.isEmpty() || !Deadline.isDue(deadline, clock.nanoTime());
    }

    private void sleepUntil(long deadline) {
        if (deadline == Deadline.NONE) {
            waiter.sleep(Waiter.FOREVER);
        } else {
            long left = deadline - clock.nanoTime();
            if (left > 0) {
                waiter.sleep(left);
            }
        }
    }

    private boolean isWorkFoundBefore(long end) {
        for (long now = clock.nanoTime(); now - end < 0; now = clock.nanoTime()) {
            waiter.checkDescriptors();
            if (!tasks.isEmpty() || !foreignTasks.isEmpty() || Deadline.isDue(timers.nextDeadline(), now)) {
                return true;
            }
            Thread.onSpinWait();
        }
        return false;
    }

    /** Runs a task, a timer or the reader of a descriptor: none of them ends the loop. */
    @SuppressWarnings("CatchingUnchecked")
    void runGuarded(Runnable task) {
        progress.begin(task);
        try {
            task.run();
        } catch (Throwable e) {
            Thread self = Thread.currentThread();
            self.getUncaughtExceptionHandler().uncaughtException(self, e);
        } finally {
            progress.end();
        }
    }
}
