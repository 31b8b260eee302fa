package io.fourtuple.core.wire;

/** Why a segment is sent: shown in traces and captures. */
public enum SendReason {
    /** SYN or SYN-ACK, first time. */
    HANDSHAKE,
    /** New data or FIN. */
    DATA,
    /** An acknowledgment that was due at once. */
    ACK,
    /** The delayed-ACK timer ran out. */
    DELAYED_ACK,
    /** The window opened enough to be worth a segment. */
    WINDOW_UPDATE,
    /** The retransmission timer ran out. */
    RTO,
    /** Loss was detected from duplicate or selective acknowledgments. */
    FAST_RETRANSMIT,
    /** A zero-window probe. */
    WINDOW_PROBE,
    /** A keep-alive probe. */
    KEEP_ALIVE,
    /** A segment that did not fit the connection was answered as RFC 5961 says. */
    CHALLENGE_ACK,
    /** A reset. */
    RESET
}
