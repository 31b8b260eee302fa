package io.fourtuple.api.actor;

import org.apache.pekko.actor.DeadLetterSuppression;

/** A message of the bounded data lane of a {@link LanedQueue}; everything else takes the control lane. */
interface LaneData extends DeadLetterSuppression {
    /** Why the lane does not take a message. */
    enum Overflow {
        /** The SYN queue is full. */
        SYN_QUEUE_FULL,
        /** The accept queue is full, and the profile lets no SYN in then. */
        ACCEPT_QUEUE_FULL,
        /** Every SYN is answered with a cookie; none is queued. */
        COOKIE_FOR_EVERY_SYN,
        /** The queue has no bounds yet. */
        NOT_ATTACHED
    }

    /**
     * There was no room for it. Called on the thread that told it, so it touches only what is confined to the shard's
     * loop, or atomic.
     */
    void onOverflow(Overflow cause);

    /** It was taken out of the queue for the actor, on the actor's thread. */
    void onLetOut(ListenQueues queues);

    /** The actor ended with this message still queued. Called on the thread of the dispatcher, the shard's loop. */
    void onDiscarded();
}
