package io.fourtuple.core.time;

import java.util.Arrays;

/**
 * The deadlines of many owners, one each, and which is due first.
 *
 * <p>A TCP connection moves its deadline with nearly every segment and nearly always to a later time, so moving it
 * there only writes a field: the place in the heap stays that of the earlier time until it comes to the top, and only
 * then is it filed again. The answers are exact all the same, because the top is put right before anybody sees it.
 *
 * <p>Times are nanoseconds compared by subtraction, so the clock may wrap; all deadlines must be less than 2⁶³ ns
 * apart. Deadlines of the same instant come in an order that depends on the history of calls only. Confined to one
 * thread.
 *
 * @param <T> the owners
 */
public final class TimerQueue<T extends TimerQueue.Timed> {
    /** Something with a deadline; in at most one queue at a time. */
    public abstract static class Timed {
        private long wanted = Deadline.NONE;
        private long filed;
        private int index = -1;

        /** For subclasses. */
        protected Timed() {}

        /** The deadline it is scheduled for, or {@link Deadline#NONE}. */
        public final long scheduledFor() {
            return wanted;
        }
    }

    private static final int FIRST_CAPACITY = 16;
    private static final int ARITY = 4; // a flatter heap than a binary one: the children share a cache line

    private Timed[] heap = new Timed[FIRST_CAPACITY];
    private int size;

    /**
     * Sets the deadline of {@code owner}, in place of the one it has.
     *
     * <p>{@link Deadline#NONE} disarms it, but the queue may refer to it until the former deadline has passed: use
     * {@link #cancel} when the owner goes away.
     */
    public void schedule(T owner, long deadline) {
        Timed timed = owner;
        if (timed.index < 0) {
            if (deadline != Deadline.NONE) {
                append(timed, deadline);
            }
            return;
        }
        timed.wanted = deadline;
        if (deadline != Deadline.NONE && deadline - timed.filed < 0) {
            timed.filed = deadline;
            siftUp(timed.index, timed);
        }
    }

    /** Takes {@code owner} out; nothing refers to it afterwards. No effect when it is not in. */
    public void cancel(T owner) {
        Timed timed = owner;
        if (timed.index >= 0) {
            removeAt(timed.index);
        }
    }

    /**
     * The owner whose deadline is earliest, taken out, if that deadline is at or before {@code nowNanos}; else null. An
     * owner that schedules itself again for a time that has passed comes again: a caller's loop needs a budget.
     */
    public T pollDue(long nowNanos) {
        T due = peekDue(nowNanos);
        if (due != null) {
            removeAt(0);
        }
        return due;
    }

    /** What {@link #pollDue} would take out; null when nothing is due. */
    public T peekDue(long nowNanos) {
        settleTop();
        return size == 0 || heap[0].filed - nowNanos > 0 ? null : cast(heap[0]);
    }

    /** When {@link #pollDue} next has something, or {@link Deadline#NONE}. */
    public long nextDeadline() {
        settleTop();
        return size == 0 ? Deadline.NONE : heap[0].filed;
    }

    /** How many owners the queue refers to, disarmed ones included until their former deadline. */
    public int size() {
        return size;
    }

    /** Files the first owner again until it stands where it wants to. */
    private void settleTop() {
        while (size > 0 && heap[0].filed != heap[0].wanted) {
            Timed top = heap[0];
            if (top.wanted == Deadline.NONE) {
                removeAt(0);
            } else {
                top.filed = top.wanted;
                siftDown(0, top);
            }
        }
    }

    private void append(Timed timed, long deadline) {
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, size * 2);
        }
        timed.wanted = deadline;
        timed.filed = deadline;
        siftUp(size++, timed);
    }

    private void removeAt(int index) {
        Timed removed = heap[index];
        Timed last = heap[--size];
        heap[size] = null;
        if (last != removed) {
            siftDown(index, last);
            if (heap[index] == last) {
                siftUp(index, last);
            }
        }
        removed.index = -1;
        removed.wanted = Deadline.NONE;
        if (size < heap.length / 8 && heap.length > FIRST_CAPACITY) {
            heap = Arrays.copyOf(heap, heap.length / 4);
        }
    }

    private void siftUp(int from, Timed timed) {
        int index = from;
        while (index > 0) {
            int parent = (index - 1) / ARITY;
            if (timed.filed - heap[parent].filed >= 0) {
                break;
            }
            place(index, heap[parent]);
            index = parent;
        }
        place(index, timed);
    }

    private void siftDown(int from, Timed timed) {
        int index = from;
        while (true) {
            int child = earliestChild(index);
            if (child < 0 || heap[child].filed - timed.filed >= 0) {
                break;
            }
            place(index, heap[child]);
            index = child;
        }
        place(index, timed);
    }

    private int earliestChild(int parent) {
        int first = parent * ARITY + 1;
        if (first >= size) {
            return -1;
        }
        int best = first;
        for (int i = first + 1; i < Math.min(first + ARITY, size); i++) {
            if (heap[i].filed - heap[best].filed < 0) {
                best = i;
            }
        }
        return best;
    }

    private void place(int index, Timed timed) {
        heap[index] = timed;
        timed.index = index;
    }

    @SuppressWarnings("unchecked") // only T goes in
    private T cast(Timed timed) {
        return (T) timed;
    }
}
