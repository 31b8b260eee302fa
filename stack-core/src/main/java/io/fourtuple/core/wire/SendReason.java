package io.fourtuple.core.wire;

/** Why a packet is sent: shown in traces and captures. */
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
    /** Something that was sent later has arrived, and this has not (RFC 8985). */
    RACK,
    /** Nothing was heard of the last data for two round-trip times (RFC 8985 §7). */
    TAIL_LOSS_PROBE,
    /** It was sent before and too big for the path, as a router said (RFC 1191, RFC 8201). */
    PATH_MTU,
    /** It is larger than the others, to see whether that passes (RFC 4821). */
    PATH_MTU_PROBE,
    /** A zero-window probe. */
    WINDOW_PROBE,
    /** A keep-alive probe. */
    KEEP_ALIVE,
    /** A segment that did not fit the connection was answered as RFC 5961 says. */
    CHALLENGE_ACK,
    /** A reset. */
    RESET,
    /** No segment: a neighbour is asked for its link-layer address, or told ours (ARP, RFC 4861). */
    NEIGHBOR,
    /** No segment: an answer to a ping or an error (ICMP, ICMPv6). */
    ICMP,
    /** Nobody has said: what was not sent by a host. */
    NONE;

    /**
     * A few words for a reader, such as {@code RTO #2}; empty for {@link #NONE}.
     *
     * @param attempt which time in a row this reason has it sent, from 1; 0 when nobody counts
     * @param flags the {@link TcpFlags} of the segment, 0 when there is none
     */
    public String describe(int attempt, int flags) {
        return attempt > 0 ? words(attempt, flags) + " #" + attempt : words(attempt, flags);
    }

    private String words(int attempt, int flags) {
        return switch (this) {
            case HANDSHAKE -> syn(flags);
            case DATA -> data(flags);
            case ACK -> "ACK";
            case DELAYED_ACK -> "delayed ACK";
            case WINDOW_UPDATE -> "window update";
            case RTO -> (flags & TcpFlags.SYN) != 0 ? syn(flags) + " retransmit" : "RTO";
            case FAST_RETRANSMIT -> "fast retransmit";
            case RACK -> "RACK retransmit";
            case TAIL_LOSS_PROBE -> "tail loss probe";
            case PATH_MTU -> "path MTU retransmit";
            case PATH_MTU_PROBE -> "path MTU probe";
            case WINDOW_PROBE -> "zero-window probe";
            case KEEP_ALIVE -> "keep-alive";
            case CHALLENGE_ACK -> "challenge ACK";
            case RESET -> "reset";
            case NEIGHBOR -> attempt > 0 ? "neighbour request" : "neighbour answer";
            case ICMP -> "ICMP";
            case NONE -> "";
        };
    }

    private static String syn(int flags) {
        return (flags & TcpFlags.ACK) != 0 ? "SYN-ACK" : "SYN";
    }

    /** The last data have the push bit, so a FIN without it comes alone. */
    private static String data(int flags) {
        boolean fin = (flags & TcpFlags.FIN) != 0;
        return !fin ? "data" : (flags & TcpFlags.PSH) != 0 ? "data, FIN" : "FIN";
    }
}
