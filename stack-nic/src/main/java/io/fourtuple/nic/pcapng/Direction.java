package io.fourtuple.nic.pcapng;

/** Which way a captured packet went: the low two bits of {@code epb_flags}. */
public enum Direction {
    /** Not known. */
    UNKNOWN(0),
    /** Received. */
    INBOUND(1),
    /** Sent. */
    OUTBOUND(2);

    private static final int MASK = 3;

    private final byte flags;

    Direction(int flags) {
        this.flags = (byte) flags;
    }

    byte flags() {
        return flags;
    }

    static Direction of(int flags) {
        return switch (flags & MASK) {
            case 1 -> INBOUND;
            case 2 -> OUTBOUND;
            default -> UNKNOWN;
        };
    }
}
