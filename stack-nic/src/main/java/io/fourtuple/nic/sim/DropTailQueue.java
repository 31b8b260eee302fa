package io.fourtuple.nic.sim;

import java.util.ArrayDeque;
import java.util.function.BiConsumer;

/** {@link QueueDiscipline.DropTail}. */
final class DropTailQueue extends FrameQueue {
    private final ArrayDeque<Transit> waiting = new ArrayDeque<>();

    DropTailQueue(LinkConfig config, BiConsumer<Transit, DropCause> dropped) {
        super(config, dropped);
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
        return remove();
    }

    @Override
    Transit remove() {
        Transit next = waiting.poll();
        if (next != null) {
            uncount(next);
        }
        return next;
    }
}
