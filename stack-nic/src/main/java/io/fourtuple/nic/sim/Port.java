package io.fourtuple.nic.sim;

import io.fourtuple.core.ip.Frame;

/** Where a link ends. */
abstract class Port {
    private final String name;
    private LinkDirection out;

    Port(String name) {
        this.name = name;
    }

    final String name() {
        return name;
    }

    /** The way out; null until a link is there. */
    final LinkDirection out() {
        return out;
    }

    final void connect(LinkDirection away) {
        out = away;
    }

    /**
     * Takes a frame that has arrived.
     *
     * @param origin the NIC that sent it first; null when a router did
     * @return why it was not taken; null when it was
     */
    abstract DropCause receive(Frame frame, SimulatedNic origin);

    /** The link has gone down. */
    void linkDown() {}
}
