package io.fourtuple.api.actor;

/** A message of the bounded data lane of a {@link LanedQueue}; everything else takes the control lane. */
interface LaneData {
    /**
     * There was no room for it. Called on the thread that told it, so it touches only what is confined to the shard's
     * loop, or atomic.
     */
    void onOverflow();

    /** The actor ended with this message still queued. Called on the thread of the dispatcher, the shard's loop. */
    void onDiscarded();
}
