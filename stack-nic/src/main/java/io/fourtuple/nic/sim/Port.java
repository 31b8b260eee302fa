package io.fourtuple.nic.sim;

import io.fourtuple.core.ip.Frame;

/** Where a link ends. */
abstract class Port {
    private final String name;
    private LinkDirection out;
    /** What a capture knows it by, and which. */
    private int captureNumber;
    private NetworkCapture knownTo;

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
     */
    abstract void receive(Frame frame, SimulatedNic origin);

    /** Nothing more arrives at this instant over this link. */
    void settled() {}

    /** Why a frame of {@code origin} is not taken; null when it is. */
    DropCause refusal(SimulatedNic origin) {
        return null;
    }

    /** What {@code capture} knows it by. */
    final int numberIn(NetworkCapture capture) {
        if (knownTo != capture) {
            knownTo = capture;
            captureNumber = capture.describe(this);
        }
        return captureNumber;
    }

    /** The link has gone down. */
    void linkDown() {}
}
