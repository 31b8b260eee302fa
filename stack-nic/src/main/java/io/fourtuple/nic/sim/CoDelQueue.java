package io.fourtuple.nic.sim;

/** {@link QueueDiscipline.CoDel}. */
final class CoDelQueue extends FrameQueue {
    private final CoDelFlow flow;

    CoDelQueue(LinkConfig config, QueueDiscipline.CoDel codel, Events events) {
        super(config, events);
        flow = new CoDelFlow(this, codel.target().toNanos(), codel.interval().toNanos(), codel.ecn());
    }

    @Override
    DropCause enqueue(Transit transit, long now) {
        if (isFullFor(transit)) {
            return DropCause.QUEUE_FULL;
        }
        flow.add(transit);
        return null;
    }

    @Override
    Transit dequeue(long now) {
        return flow.dequeue(now);
    }

    @Override
    Transit remove(long now) {
        return flow.poll();
    }
}
