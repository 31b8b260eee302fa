package io.fourtuple.nic;

import io.fourtuple.core.Clock;
import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.time.Deadline;
import java.lang.invoke.VarHandle;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jctools.queues.atomic.SpscAtomicArrayQueue;

/**
 * One direction of a {@link MemoryWire}: a sender's side and a receiver's side, each confined to one thread.
 *
 * <pre>
 *   sender ── fate (lost? twice? when?) ──▶ queue ──▶ en route, by due time ──▶ receiver
 *                                             └─ wake-up when the receiver had found nothing
 * </pre>
 */
final class MemoryDirection implements Readiness.Signal {
    /** The receiver has work or is about to look for some: it need not be woken. */
    private static final int BUSY = 0;
    /** The receiver has found nothing more and waits to be woken. */
    private static final int WAITING = 1;
    private static final int CLOSED = 2;

    private record InFlight(Frame frame, long due, long sequence) {}

    // Sender's side.
    private final MemoryWire.Config config;
    private final Clock clock;
    private final SplittableRandom random;
    private final long delayNanos;
    private final long jitterNanos;
    private long sent;

    // Shared.
    private final Queue<InFlight> queue;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger state = new AtomicInteger(WAITING);
    private volatile Runnable wakeUp = () -> {};

    // Receiver's side.
    private final PriorityQueue<InFlight> enRoute = new PriorityQueue<>(MemoryDirection::compareArrival);

    MemoryDirection(MemoryWire.Config config, Clock clock, long seed) {
        this.config = config;
        this.clock = clock;
        this.random = new SplittableRandom(seed);
        this.delayNanos = config.delay().toNanos();
        this.jitterNanos = config.jitter().toNanos();
        this.queue = new SpscAtomicArrayQueue<>(config.queueFrames());
    }

    /** Sends a frame. False when the queue was full or nobody is at the other end; a frame lost on the way is sent. */
    boolean send(Frame frame) {
        if (config.loss() > 0 && random.nextDouble() < config.loss()) {
            return true;
        }
        boolean twice = config.duplication() > 0 && random.nextDouble() < config.duplication();
        boolean taken = enqueue(frame);
        if (twice) {
            enqueue(frame);
        }
        return taken;
    }

    private boolean enqueue(Frame frame) {
        long jitter = jitterNanos == 0 ? 0 : random.nextLong(jitterNanos);
        if (state.get() == CLOSED || inFlight.get() >= config.queueFrames()) {
            return false;
        }
        inFlight.incrementAndGet();
        long due = isImmediate() ? Deadline.NONE : Deadline.after(clock.nanoTime(), delayNanos + jitter);
        queue.add(new InFlight(frame, due, sent++));
        // The frame must be visible before the state is read: else both sides may leave it to the other.
        VarHandle.fullFence();
        if (state.get() == WAITING && state.compareAndSet(WAITING, BUSY)) {
            wakeUp.run();
        }
        return true;
    }

    int receive(Consumer<Frame> into, int maxFrames) {
        if (state.get() == CLOSED) {
            return 0;
        }
        state.compareAndSet(WAITING, BUSY);
        int taken = take(into, maxFrames);
        while (taken < maxFrames && state.compareAndSet(BUSY, WAITING)) {
            // A frame may have come between the last look and WAITING, and its sender woken nobody.
            if (queue.isEmpty() || !state.compareAndSet(WAITING, BUSY)) {
                return taken;
            }
            taken += take(into, maxFrames - taken);
        }
        return taken;
    }

    private int take(Consumer<Frame> into, int maxFrames) {
        int taken = 0;
        if (isImmediate()) {
            for (InFlight next; taken < maxFrames && (next = queue.poll()) != null; taken++) {
                deliver(next, into);
            }
            return taken;
        }
        for (InFlight next; (next = queue.poll()) != null; ) {
            enRoute.add(next);
        }
        long now = clock.nanoTime();
        while (taken < maxFrames && Deadline.isDue(nextDue(), now)) {
            deliver(enRoute.remove(), into);
            taken++;
        }
        return taken;
    }

    private void deliver(InFlight arrived, Consumer<Frame> into) {
        inFlight.decrementAndGet();
        into.accept(arrived.frame);
    }

    /** When the next frame that the receiver knows of is due. Receiver's thread. */
    long nextDue() {
        InFlight next = enRoute.peek();
        return next == null ? Deadline.NONE : next.due;
    }

    @Override
    public void onReadable(Runnable wakeUp) {
        this.wakeUp = wakeUp;
    }

    /** No more frames arrive. Those on their way are lost. */
    void close() {
        state.set(CLOSED);
    }

    private boolean isImmediate() {
        return delayNanos + jitterNanos == 0;
    }

    private static int compareArrival(InFlight a, InFlight b) {
        long difference = a.due - b.due;
        return difference == 0 ? Long.compare(a.sequence, b.sequence) : Long.signum(difference);
    }
}
