package io.fourtuple.core.wire;

/** The two bits of an IP header for explicit congestion notification (RFC 3168 §5): the lowest of the traffic class. */
public final class Ecn {
    /** The sender takes no marks: a router that is congested drops the packet. */
    public static final int NOT_ECT = 0;
    /** ECT(1): the sender takes marks. We never send it. */
    public static final int ECT_1 = 1;
    /** ECT(0): the sender takes marks. */
    public static final int ECT_0 = 2;
    /** CE: a router on the way was congested, and marked the packet where it would have dropped it. */
    public static final int CE = 3;

    private static final int MASK = 3;

    private Ecn() {}

    /** The code point in a traffic class octet. */
    public static int of(int trafficClass) {
        return trafficClass & MASK;
    }
}
