package io.fourtuple.nic.loop;

import io.fourtuple.core.time.Deadline;
import java.util.Arrays;

/** Armed timers in a binary heap, the earliest first; each knows its slot, so that moving one costs O(log n). */
final class TimerHeap {
    private HeapTimer[] heap = new HeapTimer[16];
    private int size;
    private long armings;
    private final Runnable threadCheck;

    /** {@code threadCheck} throws when the caller's thread is not the heap's. */
    TimerHeap(Runnable threadCheck) {
        this.threadCheck = threadCheck;
    }

    void checkThread() {
        threadCheck.run();
    }

    void arm(HeapTimer timer, long deadline) {
        disarm(timer);
        timer.deadline = deadline;
        timer.armedAs = armings++;
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, size * 2);
        }
        siftUp(timer, size++);
    }

    void disarm(HeapTimer timer) {
        int slot = timer.slot;
        if (slot < 0) {
            return;
        }
        timer.slot = -1;
        timer.deadline = Deadline.NONE;
        HeapTimer last = heap[--size];
        heap[size] = null;
        if (last != timer) {
            siftDown(last, slot);
            if (heap[slot] == last) {
                siftUp(last, slot);
            }
        }
    }

    /** Takes out the earliest timer if it is due, else null. */
    HeapTimer pollDue(long now) {
        HeapTimer first = heap[0];
        if (size == 0 || !Deadline.isDue(first.deadline, now)) {
            return null;
        }
        disarm(first);
        return first;
    }

    long nextDeadline() {
        return size == 0 ? Deadline.NONE : heap[0].deadline;
    }

    int size() {
        return size;
    }

    void clear() {
        while (size > 0) {
            disarm(heap[0]);
        }
    }

    private void siftUp(HeapTimer timer, int from) {
        int slot = from;
        while (slot > 0) {
            int parent = (slot - 1) >>> 1;
            if (!isBefore(timer, heap[parent])) {
                break;
            }
            put(heap[parent], slot);
            slot = parent;
        }
        put(timer, slot);
    }

    private void siftDown(HeapTimer timer, int from) {
        int slot = from;
        while (true) {
            int child = 2 * slot + 1;
            if (child >= size) {
                break;
            }
            if (child + 1 < size && isBefore(heap[child + 1], heap[child])) {
                child++;
            }
            if (!isBefore(heap[child], timer)) {
                break;
            }
            put(heap[child], slot);
            slot = child;
        }
        put(timer, slot);
    }

    private void put(HeapTimer timer, int slot) {
        heap[slot] = timer;
        timer.slot = slot;
    }

    private static boolean isBefore(HeapTimer a, HeapTimer b) {
        long difference = a.deadline - b.deadline;
        return difference < 0 || (difference == 0 && a.armedAs - b.armedAs < 0);
    }
}
