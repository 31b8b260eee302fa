package io.fourtuple.nic.sim;

/** What a link can be connected to. */
public abstract sealed class LinkEnd permits SimulatedNic, Switch, RouterPort {
    LinkEnd() {}

    /** What a user knows it by. */
    public abstract String name();

    /**
     * The port that the next link is plugged into.
     *
     * @throws IllegalStateException when there is no more
     */
    abstract Port nextPort();
}
