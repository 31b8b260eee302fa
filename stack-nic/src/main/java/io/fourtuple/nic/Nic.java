package io.fourtuple.nic;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.FrameSink;
import io.fourtuple.core.ip.LinkProperties;
import io.fourtuple.core.time.Deadline;
import java.util.List;
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

    /**
     * The queues of this interface, for several threads to work on it at the same time: each is a NIC of the same name
     * and link, confined to a thread of its own. Any of them may get any frame. To be called once, before the first
     * {@link #receive}; a NIC that is not asked has only the queue that it is itself.
     *
     * <p>A NIC around another has one queue, unless it overrides this and puts something around each of the other's.
     *
     * @param wanted the most there may be, at least 1
     * @return 1 to {@code wanted} NICs, the first being this one. Closing a further one leaves the others open
     */
    default List<Nic> queues(int wanted) {
        return List.of(this);
    }

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

    /** What went through so far; of an interface with several queues, through this one. */
    NicStatistics statistics();

    /**
     * Gives the device back, with all its {@link #queues}, on which nobody works any more. Frames sent afterwards are
     * dropped, none are received. Closing twice is no error.
     */
    @Override
    void close();
}
