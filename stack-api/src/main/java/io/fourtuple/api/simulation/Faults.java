package io.fourtuple.api.simulation;

import io.fourtuple.nic.loop.VirtualTime;

/** The fault points of the simulation that runs the caller, for code that has none at hand. */
public final class Faults {
    private Faults() {}

    /**
     * Whether the rare thing happens now; false outside a simulation, so that a program may keep its points where it is
     * in real use. Any thread.
     *
     * @param point which one, a constant name in kebab-case, such as {@code forget-cached-value}
     */
    public static boolean fires(String point) {
        return VirtualTime.isVirtual() && VirtualTime.current().faults().fires(point);
    }
}
