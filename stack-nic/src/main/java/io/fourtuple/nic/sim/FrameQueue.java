package io.fourtuple.nic.sim;

import java.util.function.BiConsumer;

/** Frames that wait for the transmitter of a direction, under some {@link QueueDiscipline}. */
abstract sealed class FrameQueue permits DropTailQueue {
    /** Gets what is dropped although it had been taken. */
    final BiConsumer<Transit, DropCause> dropped;
    private int maxFrames;
    private int maxBytes;
    private int frames;
    private long bytes;

    FrameQueue(LinkConfig config, BiConsumer<Transit, DropCause> dropped) {
        this.dropped = dropped;
        setLimits(config);
    }

    static FrameQueue of(LinkConfig config, BiConsumer<Transit, DropCause> dropped) {
        return switch (config.discipline()) {
            case QueueDiscipline.DropTail _ -> new DropTailQueue(config, dropped);
        };
    }

    /** From now on; what is in the queue stays, even when it is more. */
    final void setLimits(LinkConfig config) {
        maxFrames = config.queueFrames();
        maxBytes = config.queueBytes();
    }

    final int frames() {
        return frames;
    }

    final long bytes() {
        return bytes;
    }

    final boolean isEmpty() {
        return frames == 0;
    }

    final boolean isFullFor(Transit transit) {
        return frames >= maxFrames || bytes + transit.length() > maxBytes;
    }

    /** Takes a frame in; null when it was taken, else why it was not. */
    abstract DropCause enqueue(Transit transit, long now);

    /** The next frame to be sent; null when there is none, which may come about by dropping the others. */
    abstract Transit dequeue(long now);

    /** Takes out a frame whatever the discipline makes of it, in the order of sending; null when there is none. */
    abstract Transit remove();

    final void count(Transit added) {
        frames++;
        bytes += added.length();
    }

    final void uncount(Transit removed) {
        frames--;
        bytes -= removed.length();
    }
}
