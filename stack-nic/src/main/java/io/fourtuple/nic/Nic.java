package io.fourtuple.nic;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.FrameSink;
import io.fourtuple.core.ip.LinkProperties;
import io.fourtuple.core.time.Deadline;
import java.util.function.Consumer;

/**
 * A network interface: frames in, frames out, never blocking.
 *
 * <p>A stack owns the NIC it is given: an actor of its own reads it, others send, and the stack closes it last, when
 * everybody has sent what there was to send.
 *
 * <p>Confined to the thread of its event loop from the first {@link #receive} on, except {@link #name}, {@link #link}
 * and {@link #statistics}, which may be called from any thread.
 */
public interface Nic extends AutoCloseable {
    /** The name a user knows this interface by, such as {@code ft0}. */
    String name();

    /** What IP has to know of the link. Does not change. */
    LinkProperties link();

    /** The way out. The same object each time. */
    FrameSink sink();

    /**
     * Takes frames that have arrived, oldest first. Does not block.
     *
     * @param into gets each frame
     * @param maxFrames the most frames to take, at least 1
     * @return the number of frames taken. Less than {@code maxFrames} means that there are no more, and only then does
     *     {@link #readiness} tell of the next one
     * @throws NicException when the device is gone for good: there is no use in trying again. After any other exception
     *     it is tried again some times, by a reader that watches {@link #readiness} anew
     */
    int receive(Consumer<Frame> into, int maxFrames);

    /** How to learn that there is something to receive. The same object each time. */
    Readiness readiness();

    /**
     * When {@link #receive} has to be called although nothing becomes readable: because a frame is on its way that is
     * due later, or because there is house-keeping to do. In nanoseconds of the clock that the NIC was made with (the
     * loop's), or {@link Deadline#NONE}. May have changed after any call of {@link #receive}.
     */
    default long nextReceive() {
        return Deadline.NONE;
    }

    /** What went through so far. */
    NicStatistics statistics();

    /** Gives the device back. Frames sent afterwards are dropped, none are received. Closing twice is no error. */
    @Override
    void close();
}
