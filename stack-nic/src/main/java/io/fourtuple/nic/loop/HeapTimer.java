package io.fourtuple.nic.loop;

import io.fourtuple.core.time.Deadline;

/** A timer in a {@link TimerHeap}, by the heap's own time. */
final class HeapTimer extends LoopTimer {
    private final TimerHeap heap;
    final Runnable onDue;
    long deadline = Deadline.NONE;
    /** Where the heap has this timer; negative when it has not. */
    int slot = -1;

    HeapTimer(TimerHeap heap, Runnable onDue) {
        this.heap = heap;
        this.onDue = onDue;
    }

    @Override
    public void arm(long deadlineNanos) {
        heap.checkThread();
        if (deadlineNanos == Deadline.NONE) {
            heap.disarm(this);
        } else if (deadlineNanos != deadline) {
            heap.arm(this, deadlineNanos);
        }
    }

    @Override
    public void disarm() {
        heap.checkThread();
        heap.disarm(this);
    }

    @Override
    public long deadline() {
        return deadline;
    }
}
