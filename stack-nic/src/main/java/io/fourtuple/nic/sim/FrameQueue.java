package io.fourtuple.nic.sim;

import io.fourtuple.core.wire.Ecn;
import io.fourtuple.nic.loop.VirtualTime;

/** Frames that wait for the transmitter of a direction, under some {@link QueueDiscipline}. */
abstract sealed class FrameQueue permits DropTailQueue, RedQueue, CoDelQueue, FqCoDelQueue {
    /** Is told of what happens in the queue. */
    interface Events {
        /** A frame that had been taken is dropped. */
        void dropped(Transit transit, DropCause cause);

        /** A frame was marked. */
        void marked(Transit transit, DropCause insteadOf);
    }

    private final Events events;
    private int maxFrames;
    private int maxBytes;
    private long bandwidth;
    private int frames;
    private long bytes;

    FrameQueue(LinkConfig config, Events events) {
        this.events = events;
        setLimits(config);
    }

    /** A queue for the direction of this name. */
    static FrameQueue of(LinkConfig config, Events events, VirtualTime time, String direction) {
        return switch (config.discipline()) {
            case QueueDiscipline.DropTail _ -> new DropTailQueue(config, events);
            case QueueDiscipline.Red red ->
                    new RedQueue(config, red, events, time.random("link " + direction + " RED"));
            case QueueDiscipline.CoDel codel -> new CoDelQueue(config, codel, events);
            case QueueDiscipline.FqCoDel fq ->
                    new FqCoDelQueue(config, fq, events, time.random("link " + direction + " FQ-CoDel").nextLong());
        };
    }

    /** From now on; what is in the queue stays, even when it is more. */
    final void setLimits(LinkConfig config) {
        maxFrames = config.queueFrames();
        maxBytes = config.queueBytes();
        bandwidth = config.bandwidth();
    }

    final int frames() {
        return frames;
    }

    final long bytes() {
        return bytes;
    }

    final long bandwidth() {
        return bandwidth;
    }

    final boolean isEmpty() {
        return frames == 0;
    }

    final boolean isFullFor(Transit transit) {
        return frames >= maxFrames || bytes + transit.length() > maxBytes;
    }

    final boolean isOverfull() {
        return frames > maxFrames || bytes > maxBytes;
    }

    /** Takes a frame in; null when it was taken, else why it was not. */
    abstract DropCause enqueue(Transit transit, long now);

    /** The next frame to be sent; null when there is none, which may come about by dropping the others. */
    abstract Transit dequeue(long now);

    /** Takes out the next frame whatever the discipline makes of it; null when there is none. */
    abstract Transit remove(long now);

    final void count(Transit added) {
        frames++;
        bytes += added.length();
    }

    final void uncount(Transit removed) {
        frames--;
        bytes -= removed.length();
    }

    /** Drops a frame that has been taken out. */
    final void drop(Transit transit, DropCause cause) {
        events.dropped(transit, cause);
    }

    /** Marks a packet whose sender understands that; false when it has to be dropped. */
    final boolean mark(Transit transit, DropCause insteadOf) {
        int ecn = FrameOctets.ecn(transit.frame.bytes());
        if (ecn == Ecn.NOT_ECT) {
            return false;
        }
        if (ecn != Ecn.CE) {
            transit.frame = FrameOctets.markCongestion(transit.frame);
            events.marked(transit, insteadOf);
        }
        return true;
    }
}
