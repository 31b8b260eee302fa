package io.fourtuple.nic.pcap;

import io.fourtuple.nic.Readiness;
import java.lang.invoke.VarHandle;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jctools.queues.atomic.SpscAtomicArrayQueue;

/** Frames on their way from the thread that reads them to the one that takes them, who is woken once it has none. */
final class FrameQueue implements Readiness.Signal {
    /** The taker has work or is about to look for some: it need not be woken. */
    private static final int BUSY = 0;
    /** The taker has found nothing more and waits to be woken. */
    private static final int WAITING = 1;

    private final int capacity;
    private final Queue<byte[]> queue;
    private final AtomicInteger state = new AtomicInteger(WAITING);
    private volatile Runnable wakeUp = () -> {};

    FrameQueue(int capacity) {
        this.capacity = capacity;
        this.queue = new SpscAtomicArrayQueue<>(capacity);
    }

    /** False when it was full. The reader's thread. */
    boolean offer(byte[] frame) {
        // The array behind the queue is longer than asked for.
        if (queue.size() >= capacity) {
            return false;
        }
        queue.add(frame);
        wake();
        return true;
    }

    /** Wakes the taker if it waits: there is something to find. */
    void wake() {
        // What there is must be visible before the state is read: else both sides may leave it to the other.
        VarHandle.fullFence();
        if (state.get() == WAITING && state.compareAndSet(WAITING, BUSY)) {
            wakeUp.run();
        }
    }

    /** Takes up to {@code most} frames; after fewer than that, the taker will be woken. */
    int take(Consumer<byte[]> into, int most) {
        state.set(BUSY);
        int taken = drain(into, most);
        while (taken < most && state.compareAndSet(BUSY, WAITING)) {
            // A frame may have come between the last look and WAITING, and its reader woken nobody.
            VarHandle.fullFence();
            if (queue.isEmpty() || !state.compareAndSet(WAITING, BUSY)) {
                return taken;
            }
            taken += drain(into, most - taken);
        }
        return taken;
    }

    private int drain(Consumer<byte[]> into, int most) {
        int taken = 0;
        for (byte[] frame; taken < most && (frame = queue.poll()) != null; taken++) {
            into.accept(frame);
        }
        return taken;
    }

    @Override
    public void onReadable(Runnable wakeUp) {
        this.wakeUp = wakeUp;
    }
}
