package io.fourtuple.nic.sim;

/**
 * What the ways through a network are like at this moment, for whoever simulates something coarser than frames on it.
 * Bandwidth, queues, and loss of less than everything are properties of frames, and not looked at.
 *
 * <p>Confined to the simulation's thread.
 */
public interface Paths {
    /** What {@link #delayNanos} says when nothing gets through. */
    long NONE = -1;

    /**
     * How long something would travel that is sent now, in nanoseconds: the delays of all links on the way, and a
     * jitter that is drawn for this one. Another one that is sent later may be faster: who wants order keeps it.
     *
     * @param from may be {@code to}, which takes no time
     * @return at least 0, or {@link #NONE} when it would not arrive: no power, no way, a link that is down, a blocked
     *     direction, a partition
     */
    long delayNanos(SimulatedNic from, SimulatedNic to);

    /** Whether {@code to} takes now what {@code from} sent some time ago: it has power, and there is no partition. */
    boolean isOpen(SimulatedNic from, SimulatedNic to);
}
