package io.fourtuple.nic.loop;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/** Tasks that are ready, each with the loop that runs it, in a ring that grows as needed. */
final class ReadyTasks {
    private VirtualLoop[] loops = new VirtualLoop[256];
    private Runnable[] tasks = new Runnable[256];
    private int head;
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    void add(VirtualLoop loop, Runnable task) {
        if (size == tasks.length) {
            grow();
        }
        int slot = slot(size++);
        loops[slot] = loop;
        tasks[slot] = task;
    }

    /** Puts any of them first; without a source of random numbers, the one that came first stays so. */
    void select(RandomGenerator random) {
        if (random != null && size > 1) {
            int other = slot(random.nextInt(size));
            VirtualLoop loop = loops[other];
            Runnable task = tasks[other];
            loops[other] = loops[head];
            tasks[other] = tasks[head];
            loops[head] = loop;
            tasks[head] = task;
        }
    }

    /** The loop of the first one. */
    VirtualLoop loop() {
        return loops[head];
    }

    /** Takes the first one out. */
    Runnable take() {
        Runnable task = tasks[head];
        tasks[head] = null;
        head = slot(1);
        size--;
        return task;
    }

    private int slot(int index) {
        return (head + index) & (tasks.length - 1);
    }

    private void grow() {
        int length = tasks.length;
        VirtualLoop[] newLoops = Arrays.copyOf(loops, 2 * length);
        Runnable[] newTasks = Arrays.copyOf(tasks, 2 * length);
        // The part that had wrapped goes behind the other one.
        System.arraycopy(loops, 0, newLoops, length, head);
        System.arraycopy(tasks, 0, newTasks, length, head);
        Arrays.fill(newTasks, 0, head, null);
        loops = newLoops;
        tasks = newTasks;
    }
}
