package io.fourtuple.nic.loop;

/** Is told everything that a second run with the same seed has to repeat. On the simulation's thread. */
@FunctionalInterface
public interface Journal {
    /** Keeps nothing. */
    Journal NONE = (_, _, _) -> {};

    /**
     * Something was drawn or decided.
     *
     * @param nanoTime when, in nanoseconds since the beginning of the simulation
     * @param source by whom: the name of a source of random numbers, a port of the network
     * @param value what
     */
    void note(long nanoTime, String source, long value);
}
