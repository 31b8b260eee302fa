package io.fourtuple.nic.loop;

import io.fourtuple.core.time.Deadline;
import java.util.Arrays;

/**
 * Armed timers, the earliest first. Each knows its slot, so that moving one costs O(log n).
 *
 * <p>A heap in which each timer has four below it, with deadlines beside and not in the timers: a simulation has a
 * hundred thousand of them, and to look at one costs a cache miss.
 */
class TimerHeap {
    private static final int BRANCHES = 4;

    private HeapTimer[] timers = new HeapTimer[16];
    private long[] deadlines = new long[16];
    /** Orders timers with the same deadline. */
    private long[] armedAs = new long[16];
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
        timer.deadline = deadline;
        long arming = armings++;
        int slot = timer.slot;
        if (slot >= 0) {
            siftDown(timer, deadline, arming, siftUp(deadline, arming, slot));
            return;
        }
        if (size == timers.length) {
            timers = Arrays.copyOf(timers, size * 2);
            deadlines = Arrays.copyOf(deadlines, size * 2);
            armedAs = Arrays.copyOf(armedAs, size * 2);
        }
        put(timer, deadline, arming, siftUp(deadline, arming, size++));
    }

    void disarm(HeapTimer timer) {
        int slot = timer.slot;
        if (slot < 0) {
            return;
        }
        timer.slot = -1;
        timer.deadline = Deadline.NONE;
        HeapTimer last = timers[--size];
        timers[size] = null;
        if (last != timer) {
            long deadline = deadlines[size];
            long arming = armedAs[size];
            siftDown(last, deadline, arming, siftUp(deadline, arming, slot));
        }
    }

    /** Takes out the earliest timer if it is due, else null. */
    HeapTimer pollDue(long now) {
        if (size == 0 || !Deadline.isDue(deadlines[0], now)) {
            return null;
        }
        HeapTimer first = timers[0];
        disarm(first);
        return first;
    }

    long nextDeadline() {
        return size == 0 ? Deadline.NONE : deadlines[0];
    }

    int size() {
        return size;
    }

    void clear() {
        while (size > 0) {
            disarm(timers[0]);
        }
    }

    /** Moves what is later out of the way upwards, and says which slot is free for this one then. */
    private int siftUp(long deadline, long arming, int from) {
        int slot = from;
        while (slot > 0) {
            int parent = (slot - 1) / BRANCHES;
            if (!isBefore(deadline, arming, parent)) {
                break;
            }
            put(timers[parent], deadlines[parent], armedAs[parent], slot);
            slot = parent;
        }
        return slot;
    }

    /** Moves what is earlier out of the way downwards, and puts this one there. */
    private void siftDown(HeapTimer timer, long deadline, long arming, int from) {
        int slot = from;
        while (true) {
            int child = BRANCHES * slot + 1;
            if (child >= size) {
                break;
            }
            int end = Math.min(child + BRANCHES, size);
            for (int other = child + 1; other < end; other++) {
                if (isBefore(deadlines[other], armedAs[other], child)) {
                    child = other;
                }
            }
            if (isBefore(deadline, arming, child)) {
                break;
            }
            put(timers[child], deadlines[child], armedAs[child], slot);
            slot = child;
        }
        put(timer, deadline, arming, slot);
    }

    private void put(HeapTimer timer, long deadline, long arming, int slot) {
        timers[slot] = timer;
        deadlines[slot] = deadline;
        armedAs[slot] = arming;
        timer.slot = slot;
    }

    private boolean isBefore(long deadline, long arming, int slot) {
        long difference = deadline - deadlines[slot];
        return difference < 0 || (difference == 0 && arming - armedAs[slot] < 0);
    }
}
