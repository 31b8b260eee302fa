package io.fourtuple.nic.loop;

import io.fourtuple.core.Clock;
import io.fourtuple.core.FaultPoints;
import io.fourtuple.core.time.Deadline;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.apache.pekko.dispatch.Envelope;
import scala.Function0;
import scala.concurrent.BlockContext;
import scala.concurrent.CanAwait;

/**
 * The time of a simulation, and its one executor: everything that happens on any host happens here, one thing at a
 * time, in an order that follows from the seed alone.
 *
 * <pre>
 *   ready tasks (mailboxes, callbacks)   first come, first served, or shuffled by the seed
 *        │ none left
 *        ▼
 *   timers (frames that arrive, deadlines of TCP, Pekko's scheduler)   by time, then by arming
 *        │ the time jumps to the earliest
 *        ▼
 *   … until there is nothing to do, a given time has come, or what is awaited is there
 * </pre>
 *
 * <p>No time passes while a task runs. Nothing runs unless somebody lets it: {@link #runFor}, {@link #await} and their
 * like work on the thread that made this object, which is the only one that may use it. A task that comes from another
 * thread is a fault of the simulated program, whose order nobody can repeat: the next call that lets time pass throws
 * {@link NonDeterminismException}.
 *
 * <p>At most one is open on a thread.
 */
public final class VirtualTime implements Clock, AutoCloseable {
    private static final ThreadLocal<VirtualTime> CURRENT = new ThreadLocal<>();
    /** The source of the notes of deadlines. */
    private static final String TIMERS = "timers";
    /** How long threads of the common pool may take to be caught, and how often they are looked at: real time. */
    private static final long OTHERS_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LOOK_NANOS = 100_000;
    /** So many tasks without any time passing are a loop that never ends. */
    private static final long TASKS_PER_INSTANT = 50_000_000;

    /** In which order tasks run that are ready at the same time. */
    public enum Order {
        /** As they became ready. */
        FIFO,
        /** Any, drawn from the seed: what an actor system with many threads may do. */
        SHUFFLED
    }

    private final Thread thread = Thread.currentThread();
    private final long seed;
    private final RandomGenerator shuffle;
    private final ReadyTasks ready = new ReadyTasks();
    private final TimerHeap timers = new TimerHeap(this::checkThread) {
        @Override
        void arm(HeapTimer timer, long deadline) {
            note(TIMERS, deadline); // here, because the stack trace of a difference then says who wanted it
            super.arm(timer, deadline);
        }
    };
    private final Map<String, RandomGenerator> randoms = new HashMap<>();
    private final Map<String, VirtualLoop> loops = new HashMap<>();
    private final VirtualLoop main;
    private final BlockContext blocking = new Blocking();
    private Journal journal = Journal.NONE;
    private FaultPoints faults = FaultPoints.NEVER;
    /** The loop of the task that runs now; null while none does. */
    private VirtualLoop running;
    private long now;
    private long tasksRun;
    private long tasksThisInstant;
    private long timersRun;
    private Throwable failure;
    private volatile NonDeterminismException intruder;
    private boolean closed;

    /**
     * The time 0 of a simulation, on the calling thread.
     *
     * @param seed where everything random comes from
     * @param order of tasks that are ready at the same time
     * @throws IllegalStateException when the thread has one already that is not closed
     */
    public VirtualTime(long seed, Order order) {
        if (CURRENT.get() != null) {
            throw new IllegalStateException("thread " + thread.getName() + " has a simulation already: close it first");
        }
        this.seed = seed;
        shuffle = switch (order) {
            case FIFO -> null;
            case SHUFFLED -> random("order of tasks");
        };
        main = loop("simulation", ClockSkew.NONE);
        CURRENT.set(this);
    }

    /**
     * The one of the calling thread.
     *
     * @throws IllegalStateException when it has none
     */
    public static VirtualTime current() {
        VirtualTime time = CURRENT.get();
        if (time == null) {
            throw new IllegalStateException("thread " + Thread.currentThread().getName() + " runs no simulation");
        }
        return time;
    }

    /** Whether the calling thread has one. */
    public static boolean isVirtual() {
        return CURRENT.get() != null;
    }

    // ---- what there is ----

    /** What the seed was. */
    public long seed() {
        return seed;
    }

    /** Nanoseconds since the beginning of the simulation. */
    @Override
    public long nanoTime() {
        return now;
    }

    /** How many tasks and timers have run: a measure of work. */
    public long eventsRun() {
        return tasksRun + timersRun;
    }

    /**
     * A source of random numbers of its own: what it gives depends on the seed and its name, and not on what others
     * draw. The same object for the same name.
     */
    public RandomGenerator random(String name) {
        return randoms.computeIfAbsent(name, key -> new JournaledRandom(this, key));
    }

    /** Gets every draw, every deadline and whatever else is {@linkplain #note noted}, from now on. */
    public void setJournal(Journal value) {
        journal = Objects.requireNonNull(value);
    }

    /** Whether anybody keeps what is noted: what costs something to find out need not be, otherwise. */
    public boolean isJournaled() {
        return journal != Journal.NONE;
    }

    /** Notes something that a second run has to repeat: a frame, a decision. */
    public void note(String source, long value) {
        journal.note(now, source, value);
    }

    /** What makes rare but legal things happen in the stacks of this simulation, from now on. */
    public void setFaults(FaultPoints value) {
        faults = Objects.requireNonNull(value);
    }

    /** What was set with {@link #setFaults}; until then, what never fires. */
    public FaultPoints faults() {
        return faults;
    }

    /**
     * Ends the simulation with a failure that no actor or stream can catch: the call that lets time pass throws it
     * after the task that runs now, or the next such call. Of several the first one counts.
     */
    public void fail(NonDeterminismException found) {
        checkThread();
        if (failure == null) {
            failure = Objects.requireNonNull(found);
        }
    }

    /** The loop that what belongs to no host runs on, such as the dispatchers of Pekko. */
    public VirtualLoop mainLoop() {
        return main;
    }

    /**
     * The loop of this name, which is made when it is not there yet.
     *
     * @param skew how its clock goes, when it is made
     */
    public VirtualLoop loop(String name, ClockSkew skew) {
        return loops.computeIfAbsent(name, key -> new VirtualLoop(this, key, skew));
    }

    /** A new timer by this time, not armed; what it runs belongs to no host. */
    public LoopTimer timer(Runnable onDue) {
        return main.timer(onDue);
    }

    HeapTimer heapTimer(Runnable onDue) {
        return new HeapTimer(timers, onDue);
    }

    /** A task is ready; {@code loop} runs it. Work of another thread is noted, and done by nobody. */
    void execute(VirtualLoop loop, Runnable task) {
        Objects.requireNonNull(task);
        if (Thread.currentThread() == thread) {
            ready.add(loop, task);
        } else {
            noteIntruder(LoopWatchdog.nameOf(task));
        }
    }

    /** Whether a message may go to an actor here. One of another thread is noted, and goes nowhere. */
    boolean admits(Envelope message) {
        if (Thread.currentThread() == thread) {
            return true;
        }
        noteIntruder("message " + message.message());
        return false;
    }

    private void noteIntruder(String what) {
        if (intruder == null) {
            intruder = new NonDeterminismException("thread " + Thread.currentThread().getName()
                    + " has handed work to the simulation (" + what
                    + "): run it on a dispatcher of the simulated system instead, such as by thenApplyAsync(f,"
                    + " system.executionContext()) where it follows a CompletionStage of Pekko's",
                    new Throwable("it came from here"));
        }
    }

    // ---- letting time pass ----

    /** When something happens next: now, when something is ready, and {@link Deadline#NONE} for never. */
    public long nextEvent() {
        return ready.isEmpty() ? timers.nextDeadline() : now;
    }

    /** Lets so much time pass, at least 0. */
    public void runFor(Duration duration) {
        runUntil(now + duration.toNanos());
    }

    /** Runs everything that is due up to this time, which it then is. */
    public void runUntil(long nanoTime) {
        run(nanoTime, () -> false);
        now = Math.max(now, nanoTime);
    }

    /** Runs what is ready and due now, without letting any time pass. */
    public void runReady() {
        run(now, () -> false);
    }

    /**
     * Lets time pass until something is the case.
     *
     * @param condition looked at after each task
     * @param atMost how much time may pass for it
     * @return whether it is the case; false when that time has passed or nothing is left to happen
     */
    public boolean runUntil(BooleanSupplier condition, Duration atMost) {
        long limit = now + atMost.toNanos();
        boolean found = condition.getAsBoolean() || run(limit, condition);
        throwFailures(); // also those of a thread that was so fast that nothing had to be run
        if (!found && timers.size() > 0) {
            now = limit; // the rest of it has passed, too
        }
        return found;
    }

    /**
     * Lets time pass until a stage is completed, and gives what it is completed with.
     *
     * @param atMost how much time may pass for it
     * @throws AssertionError when it is not completed then, or nothing is left that could complete it
     * @throws java.util.concurrent.CompletionException when it is completed exceptionally, with the cause
     */
    public <T> T await(CompletionStage<T> stage, Duration atMost) {
        CompletableFuture<T> future = stage.toCompletableFuture();
        if (!runUntil(future::isDone, atMost)) {
            waitForOtherThreads(future);
            throwFailures();
            if (future.isDone()) {
                throw new NonDeterminismException("what was awaited at " + Duration.ofNanos(now) + " was completed by"
                        + " another thread than that of the simulation: let a dispatcher of its system do the work");
            }
            throw new AssertionError(timers.size() == 0
                    ? "waits in vain: nothing is left to happen after " + Duration.ofNanos(now)
                    : "not completed within " + atMost + " of virtual time, by " + Duration.ofNanos(now));
        }
        return future.join();
    }

    /**
     * Whoever was to complete a stage may do so on a thread of its own, which is the fault then. The pool's own way to
     * wait for it will not do: it lets this thread run the pool's tasks, which then look as if they were the
     * simulation's.
     */
    private static void waitForOtherThreads(CompletableFuture<?> future) {
        ForkJoinPool pool = ForkJoinPool.commonPool();
        long deadline = System.nanoTime() + OTHERS_NANOS;
        while (!future.isDone() && (pool.hasQueuedSubmissions() || !pool.isQuiescent())
                && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    /** Runs something that may block for what the simulation has to do, such as the making of an actor system. */
    public <T> T call(Supplier<T> body) {
        checkThread();
        return BlockContext.withBlockContext(blocking, body::get);
    }

    private boolean run(long limit, BooleanSupplier until) {
        checkThread();
        VirtualLoop caller = running;
        try {
            return BlockContext.withBlockContext(blocking, () -> steps(limit, until));
        } finally {
            enter(caller);
        }
    }

    private boolean steps(long limit, BooleanSupplier until) {
        while (true) {
            throwFailures();
            if (!step(limit)) {
                throwFailures();
                return false;
            }
            if (until.getAsBoolean()) {
                throwFailures();
                return true;
            }
        }
    }

    private void throwFailures() {
        NonDeterminismException found = intruder;
        if (found != null) {
            intruder = null;
            throw found;
        }
        Throwable thrown = failure;
        if (thrown != null) {
            failure = null;
            throw thrown instanceof NonDeterminismException known ? known
                    : new IllegalStateException("a task of the simulation has thrown: " + thrown, thrown);
        }
    }

    /** Runs one thing; false when there is nothing to run up to {@code limit}. */
    private boolean step(long limit) {
        if (!ready.isEmpty()) {
            if (++tasksThisInstant > TASKS_PER_INSTANT) {
                throw new IllegalStateException("more than " + TASKS_PER_INSTANT + " tasks have run at virtual time "
                        + Duration.ofNanos(now) + " and it goes on: something tells itself over and over");
            }
            tasksRun++;
            ready.select(shuffle);
            runGuarded(ready.loop(), ready.take());
            return true;
        }
        long next = timers.nextDeadline();
        if (next == Deadline.NONE || next > limit) {
            return false;
        }
        if (next > now) {
            now = next;
            tasksThisInstant = 0;
        }
        timersRun++;
        runGuarded(main, timers.pollDue(now).onDue);
        return true;
    }

    /** Whatever a task throws is the simulation's failure: tasks of Pekko deal with those of actors themselves. */
    @SuppressWarnings("CatchingUnchecked")
    void runGuarded(VirtualLoop loop, Runnable task) {
        enter(loop);
        try {
            task.run();
        } catch (Throwable e) {
            if (failure == null) {
                failure = e;
            }
        }
    }

    /** What runs next belongs to this loop, or to none when it is null. */
    private void enter(VirtualLoop loop) {
        if (loop == running) {
            return;
        }
        running = loop;
        if (loop == null) {
            EventLoop.leaveThread();
        } else {
            loop.enterThread();
        }
    }

    void checkThread() {
        if (Thread.currentThread() != thread) {
            throw new IllegalStateException("the simulation of thread " + thread.getName() + " was used by thread "
                    + Thread.currentThread().getName() + ": only the one that made it may");
        }
        if (closed) {
            throw new IllegalStateException("the simulation is closed");
        }
    }

    /** Ends it: what is ready or due will not run. The thread may have another one then. Twice is no error. */
    @Override
    public void close() {
        if (!closed) {
            checkThread();
            closed = true;
            CURRENT.remove();
        }
    }

    /** Whoever blocks on this thread waits for what this thread has yet to do. */
    private final class Blocking implements BlockContext {
        @Override
        public <T> T blockOn(Function0<T> body, CanAwait permission) {
            VirtualLoop blocked = running;
            while (!ready.isEmpty()) {
                step(now);
            }
            enter(blocked);
            return body.apply();
        }
    }
}
