package io.fourtuple.core;

import java.util.List;

/**
 * The points of {@link FaultPoints}, by name, and why the stack may do each of these things at any time.
 *
 * <p>Those of TCP and IP are in stack-core; those that need actors are in stack-api.
 */
public final class Faults {
    // --- TCP

    /** A segment is cut shorter than it might be: TCP may cut its stream anywhere (RFC 9293 §3.7.4). */
    public static final String CUT_SEGMENT_SHORT = "cut-segment-short";
    /** A connection starts with a window of one segment: RFC 6928 §2 gives the most, not the least. */
    public static final String SMALL_INITIAL_WINDOW = "small-initial-window";
    /** An ACK is delayed that need not be: so may any before the second full-sized segment (RFC 5681 §4.2). */
    public static final String DELAY_ACK = "delay-ack";
    /** An ACK is sent at once that might be delayed: delaying is never a duty (RFC 5681 §4.2). */
    public static final String ACK_AT_ONCE = "ack-at-once";
    /** A challenge ACK is not sent, as when its limit is reached (RFC 5961 §7). */
    public static final String CHALLENGE_ACK_LIMIT = "challenge-ack-limit";
    /** Memory is refused, as when other connections hold all there is. */
    public static final String REFUSE_MEMORY = "refuse-memory";
    /** Received data are handed out an octet at a time: a stream has no boundaries. */
    public static final String HAND_OUT_LITTLE = "hand-out-little";
    /** A connection is told of its deadline before it has come: timers are shared and may wake too early. */
    public static final String EARLY_TIMEOUT = "early-timeout";
    /** A connection's first sequence number is just below the wrap: any number may be the first (RFC 6528). */
    public static final String ISN_BEFORE_WRAP = "isn-before-wrap";
    /** The timestamps of a shard wrap a second after it has started: they may begin anywhere (RFC 7323 §5.4). */
    public static final String TIMESTAMPS_BEFORE_WRAP = "timestamps-before-wrap";

    // --- IP

    /** A frame is lost before the NIC, as when that has no room: IP promises nothing. */
    public static final String DROP_OUTGOING_FRAME = "drop-outgoing-frame";
    /** A neighbour is forgotten and has to be asked for again, as when the cache needed its place. */
    public static final String FORGET_NEIGHBOR = "forget-neighbor";
    /** A packet to ourselves is lost, as when too many wait. */
    public static final String REFUSE_LOOPBACK = "refuse-loopback";

    // --- actors

    /** A batch of received frames is taken in two turns: what else waits comes in between, as the network has it. */
    public static final String SPLIT_BATCH = "split-batch";
    /** A SYN finds the SYN queue full, as when many came just before. */
    public static final String SYN_QUEUE_FULL = "syn-queue-full";
    /** A final ACK finds the accept queue full, as when another connection was faster. */
    public static final String REFUSE_ACCEPT_SLOT = "refuse-accept-slot";
    /** A connection's turn to send ends after one segment: others may have theirs at any time. */
    public static final String END_SEND_TURN = "end-send-turn";
    /** A segment for another shard is dropped, as when too many are on their way to it. */
    public static final String REFUSE_SHARD_QUEUE = "refuse-shard-queue";

    private static final List<String> ALL = List.of(
            CUT_SEGMENT_SHORT,
            SMALL_INITIAL_WINDOW,
            DELAY_ACK,
            ACK_AT_ONCE,
            CHALLENGE_ACK_LIMIT,
            REFUSE_MEMORY,
            HAND_OUT_LITTLE,
            EARLY_TIMEOUT,
            ISN_BEFORE_WRAP,
            TIMESTAMPS_BEFORE_WRAP,
            DROP_OUTGOING_FRAME,
            FORGET_NEIGHBOR,
            REFUSE_LOOPBACK,
            SPLIT_BATCH,
            SYN_QUEUE_FULL,
            REFUSE_ACCEPT_SLOT,
            END_SEND_TURN,
            REFUSE_SHARD_QUEUE);

    private Faults() {}

    /** All of them, in an order that does not change from run to run. */
    public static List<String> all() {
        return ALL;
    }
}
