package io.fourtuple.nic.sim;

import io.fourtuple.core.ip.Frame;

/** A frame on one direction of one link, from the moment it is sent, and what will become of it. */
final class Transit {
    /** Not any bit. */
    static final int NO_BIT = -1;

    Frame frame;
    /** The NIC that sent it first; null when a router did. */
    final SimulatedNic origin;
    /** When it was put into the queue. */
    long queuedAt;
    /** When it arrives. */
    long due;
    /** Orders frames that arrive at the same time. */
    long sequence;
    /** Will not arrive. */
    boolean lost;
    /** Will arrive twice. */
    boolean twice;
    /** How much later than others it arrives, in nanoseconds. */
    long jitter;
    /** By how much it is held back so that others overtake it, in nanoseconds. */
    long heldBack;
    /** The bit of the IP packet that is inverted on the way, or {@link #NO_BIT}. */
    int corruptBit = NO_BIT;
    /** A rule says when it arrives. */
    boolean delivered;
    /** What is said beside it in captures. */
    String remarks = "";

    Transit(Frame frame, SimulatedNic origin) {
        this.frame = frame;
        this.origin = origin;
    }

    /** The second copy of one that arrives twice. */
    Transit(Transit first) {
        frame = first.frame;
        origin = first.origin;
        due = first.due;
        heldBack = first.heldBack;
        corruptBit = first.corruptBit;
        remarks = first.remarks;
    }

    /** It arrives when it does, whether others overtake it or not. */
    boolean overtaken() {
        return heldBack > 0 || delivered;
    }

    /** Notes what happens to it, for captures. */
    void remark(String more) {
        remarks = NetworkCapture.join(remarks, more);
    }

    int length() {
        return frame.bytes().length;
    }
}
