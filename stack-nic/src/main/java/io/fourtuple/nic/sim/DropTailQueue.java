package io.fourtuple.nic.sim;

import java.util.ArrayDeque;

/** {@link QueueDiscipline.DropTail}. */
final class DropTailQueue extends FrameQueue {
    private final ArrayDeque<Transit> waiting = new ArrayDeque<>();

    DropTailQueue(LinkConfig config, Events events) {
        super(config, events);
    }

    @Override
    DropCause enqueue(Transit transit, long now) {
        if (isFullFor(transit)) {
            return DropCause.QUEUE_FULL;
        }
        waiting.add(transit);
        count(transit);
        return null;
    }

    @Override
    Transit dequeue(long now) {
        return remove(now);
    }

    @Override
    Transit remove(long now) {
        Transit next = waiting.poll();
        if (next != null) {
            uncount(next);
        }
        return next;
    }
}
