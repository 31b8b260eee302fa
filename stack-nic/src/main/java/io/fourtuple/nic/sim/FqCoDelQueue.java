package io.fourtuple.nic.sim;

import java.util.ArrayDeque;

/** {@link QueueDiscipline.FqCoDel}, in the terms of RFC 8290 §4. */
final class FqCoDelQueue extends FrameQueue {
    /** So many frames at most go at once when the queue is full, so that looking for the longest flow pays (§4.1.3). */
    private static final int MAX_BATCH = 64;

    private final QueueDiscipline.FqCoDel config;
    private final long salt;
    private final CoDelFlow[] flows;
    private final ArrayDeque<CoDelFlow> newFlows = new ArrayDeque<>();
    private final ArrayDeque<CoDelFlow> oldFlows = new ArrayDeque<>();

    /** {@code salt} makes the hash of flows another one in each simulation. */
    FqCoDelQueue(LinkConfig link, QueueDiscipline.FqCoDel config, Events events, long salt) {
        super(link, events);
        this.config = config;
        this.salt = salt;
        flows = new CoDelFlow[config.flows()];
    }

    /** §4.1. */
    @Override
    DropCause enqueue(Transit transit, long now) {
        CoDelFlow flow = flowOf(transit);
        flow.add(transit);
        if (!flow.listed) {
            flow.listed = true;
            flow.deficit = config.quantum();
            newFlows.add(flow);
        }
        if (isOverfull()) {
            dropFromLongest();
        }
        return null;
    }

    private CoDelFlow flowOf(Transit transit) {
        int index = (int) Long.remainderUnsigned(FrameOctets.flowHash(transit.frame.bytes(), salt), flows.length);
        if (flows[index] == null) {
            flows[index] =
                    new CoDelFlow(this, config.target().toNanos(), config.interval().toNanos(), config.ecn());
        }
        return flows[index];
    }

    private void dropFromLongest() {
        CoDelFlow longest = null;
        for (CoDelFlow flow : flows) {
            if (flow != null && (longest == null || flow.bytes() > longest.bytes())) {
                longest = flow;
            }
        }
        int most = Math.min(MAX_BATCH, Math.ceilDiv(longest.frames(), 2));
        for (int i = 0; i < most; i++) {
            drop(longest.poll(), DropCause.QUEUE_FULL);
        }
    }

    /** §4.2. */
    @Override
    Transit dequeue(long now) {
        while (true) {
            boolean isNew = !newFlows.isEmpty();
            ArrayDeque<CoDelFlow> list = isNew ? newFlows : oldFlows;
            CoDelFlow flow = list.peek();
            if (flow == null) {
                return null;
            }
            if (flow.deficit <= 0) {
                flow.deficit += config.quantum();
                list.remove();
                oldFlows.add(flow);
                continue;
            }
            Transit next = flow.dequeue(now);
            if (next != null) {
                flow.deficit -= next.length();
                return next;
            }
            list.remove();
            if (isNew && !oldFlows.isEmpty()) { // else a flow that comes and goes would always be a new one
                oldFlows.add(flow);
            } else {
                flow.listed = false;
            }
        }
    }

    @Override
    Transit remove(long now) {
        for (CoDelFlow flow : newFlows) {
            if (!flow.isEmpty()) {
                return flow.poll();
            }
        }
        for (CoDelFlow flow : oldFlows) {
            if (!flow.isEmpty()) {
                return flow.poll();
            }
        }
        return null;
    }
}
