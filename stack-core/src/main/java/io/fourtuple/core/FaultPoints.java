package io.fourtuple.core;

/**
 * Decides where rare things that are legal happen more often than they would, as FoundationDB's {@code BUGGIFY} does:
 * a simulation that fires some of them reaches states in minutes that a network reaches in years.
 *
 * <p>A point never makes the stack do what it may not do: each is something that a peer, a network, a scheduler or a
 * lack of room could have caused as well. So whatever fires, data arrive whole and in order, or the connection ends
 * with an error.
 *
 * <p>Called on the thread of whoever asks, often: an implementation is fast, and deterministic where runs have to be
 * repeated. It is confined to one thread unless it says otherwise.
 */
@FunctionalInterface
public interface FaultPoints {
    /** No point ever fires: what a stack has that is not under test. Any thread. */
    FaultPoints NEVER = point -> false;

    /**
     * Whether the rare thing happens now.
     *
     * @param point which one: a constant of {@link Faults}, such as {@code drop-outgoing-frame}
     */
    boolean fires(String point);
}
