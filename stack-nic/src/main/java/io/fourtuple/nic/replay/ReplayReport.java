package io.fourtuple.nic.replay;

import io.fourtuple.core.wire.IpAddress;
import java.util.List;
import java.util.Optional;

/**
 * What became of a capture.
 *
 * @param conversations those with a beginning in the capture, in its order; at most
 *     {@value ReplayConfig#MOST_CONVERSATIONS}
 * @param skipped what of others was left out, one sentence each, at most {@value #MOST_SKIPPED}
 * @param skippedBeyond how many more sentences there would be
 * @param packets packets in the capture
 * @param otherPackets those that are no TCP, or fragments
 * @param damagedPackets those with a wrong checksum
 * @param broken why the capture could not be read to its end, when it could not
 */
public record ReplayReport(
        List<Conversation> conversations,
        List<String> skipped,
        long skippedBeyond,
        long packets,
        long otherPackets,
        long damagedPackets,
        Optional<String> broken) {
    /** The most sentences about what was left out. */
    public static final int MOST_SKIPPED = 1000;

    /** How a conversation ended. */
    public enum Outcome {
        /** Both ends have sent everything and closed. */
        CLOSED,
        /** Reset, as in the recording. */
        RESET,
        /** The capture ends before the conversation does: reset then. */
        CUT_OFF,
        /** Not all of it is in the capture: reset. */
        INCOMPLETE,
        /** The stack has not taken all of it, or not closed its end, for longer than there was patience: reset. */
        STALLED,
        /** The stack has reset it. */
        RESET_BY_STACK,
        /** The stack has not let it in. */
        NOT_ACCEPTED,
        /** Its server has not answered in the recording, so it was not played. */
        NOT_PLAYED
    }

    /**
     * A conversation.
     *
     * @param client who began it, as recorded
     * @param clientPort likewise
     * @param server whom with, as recorded
     * @param serverPort likewise
     * @param playedFrom the port of the replaying client; 0 when it was not played
     * @param octets payload that the stack has acknowledged
     * @param outcome how it ended
     * @param sentence the same in words
     */
    public record Conversation(
            IpAddress client,
            int clientPort,
            IpAddress server,
            int serverPort,
            int playedFrom,
            long octets,
            Outcome outcome,
            String sentence) {}

    public ReplayReport {
        conversations = List.copyOf(conversations);
        skipped = List.copyOf(skipped);
    }
}
