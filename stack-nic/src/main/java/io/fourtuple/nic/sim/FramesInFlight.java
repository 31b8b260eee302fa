package io.fourtuple.nic.sim;

import io.fourtuple.core.time.Deadline;
import java.util.Arrays;
import java.util.PriorityQueue;

/**
 * Frames on a wire, by time of arrival and then by number. Nearly all arrive in the order in which they set out: they
 * are in a ring. Those that others overtake are in a heap.
 */
final class FramesInFlight {
    private static final int INITIAL = 16;

    private Transit[] ring = new Transit[INITIAL];
    private int head;
    private int size;
    /** When the last one of the ring arrives. */
    private long lastDue;
    /** Null until one is overtaken, which on most wires none ever is. */
    private PriorityQueue<Transit> heldBack;
    private long sequence;

    int size() {
        return size + (heldBack == null ? 0 : heldBack.size());
    }

    /** A frame sets out, {@link Transit#due} is set. */
    void add(Transit transit) {
        transit.sequence = sequence++;
        if (transit.overtaken() || (size > 0 && transit.due - lastDue < 0)) {
            if (heldBack == null) {
                heldBack = new PriorityQueue<>(FramesInFlight::compare);
            }
            heldBack.add(transit);
            return;
        }
        if (size == ring.length) {
            grow();
        }
        ring[(head + size++) & (ring.length - 1)] = transit;
        lastDue = transit.due;
    }

    /** When the next one arrives, or {@link Deadline#NONE}. */
    long nextDue() {
        long next = size == 0 ? Deadline.NONE : ring[head].due;
        Transit late = late();
        return late == null ? next : Deadline.earlier(next, late.due);
    }

    /** The first one of those that others overtake, or null. */
    private Transit late() {
        return heldBack == null ? null : heldBack.peek();
    }

    /** Takes the next one if it has arrived by {@code now}, else null. */
    Transit poll(long now) {
        Transit first = size == 0 ? null : ring[head];
        Transit late = late();
        if (late != null && (first == null || compare(late, first) < 0)) {
            return Deadline.isDue(late.due, now) ? heldBack.remove() : null;
        }
        if (first == null || !Deadline.isDue(first.due, now)) {
            return null;
        }
        ring[head] = null;
        head = (head + 1) & (ring.length - 1);
        size--;
        return first;
    }

    private void grow() {
        int length = ring.length;
        Transit[] larger = Arrays.copyOf(ring, 2 * length);
        // The part that had wrapped goes behind the other one.
        System.arraycopy(ring, 0, larger, length, head);
        Arrays.fill(larger, 0, head, null);
        ring = larger;
    }

    private static int compare(Transit a, Transit b) {
        long difference = a.due - b.due;
        return difference == 0 ? Long.compare(a.sequence, b.sequence) : Long.signum(difference);
    }
}
