package io.fourtuple.core.tcp;

import io.fourtuple.core.Counter;

/**
 * What a connection may hold of what it receives, depending on how much memory all connections hold
 * ({@link MemoryBudget}): without pressure its receive buffer; under pressure a few segments, and nothing out of order
 * when that is too much; without any memory left what it is guaranteed, {@code tcp_rmem[0]} or one segment.
 */
final class ReceiveMemory {
    /** As Linux under pressure: enough for the peer to get acknowledgments and to see a loss. */
    private static final int SEGMENTS_UNDER_PRESSURE = 4;
    /** What small segments may pin beyond twice the buffer. */
    private static final int SLACK = 65_536;

    private ReceiveMemory() {}

    /** How large the receive buffer may be now. */
    static int share(Tcb t) {
        if (!t.memory.isUnderPressure()) {
            return t.receiveBuffer;
        }
        int guaranteed = guaranteed(t);
        int small = Math.max(guaranteed, SEGMENTS_UNDER_PRESSURE * t.path.mss());
        return Math.min(t.receiveBuffer, t.memory.room() < small ? guaranteed : small);
    }

    /** At least a segment, or the peer could only ever send probes. */
    private static int guaranteed(Tcb t) {
        return Math.max(t.config.receiveBuffer().min(), Math.max(t.path.mss(), t.rcvMss));
    }

    /** Octets of memory that the queue may pin now. */
    private static long limit(Tcb t) {
        return 2L * share(t) + (t.memory.isUnderPressure() ? 0 : SLACK);
    }

    /**
     * Appends what arrived in order; returns the new RCV.NXT. When there is no memory for it, what is guaranteed is
     * taken and the rest dropped.
     */
    static int append(Tcb t, ReceivedChunk chunk) {
        ReceivedChunk admitted = admit(t, chunk);
        if (admitted == null || admitted.length() < chunk.length()) {
            t.counters.increment(Counter.TCP_EXT_RCV_Q_DROP);
        }
        return admitted == null ? t.rcvNxt : t.receiveQueue.append(admitted, t.rcvNxt, limit(t));
    }

    private static ReceivedChunk admit(Tcb t, ReceivedChunk chunk) {
        int cost = ReceiveQueue.cost(chunk);
        boolean tooMuch = t.memory.isUnderPressure() && t.receiveQueue.charge() + cost > limit(t);
        if (!tooMuch && t.memory.admits(cost)) {
            return chunk;
        }
        prune(t, cost);
        if (t.memory.admits(cost)) {
            return chunk;
        }
        t.counters.increment(Counter.TCP_EXT_RCV_PRUNED);
        int guaranteed = guaranteed(t);
        if (t.receiveQueue.charge() + cost <= guaranteed) {
            return chunk;
        }
        if (t.receiveQueue.length() > 0) {
            return null;
        }
        return ReceivedChunk.copyOf(chunk.array(), chunk.offset(), Math.min(chunk.length(), guaranteed));
    }

    /** Makes room: copies small payloads together, and throws away what is out of order when that is not enough. */
    private static void prune(Tcb t, int cost) {
        t.counters.increment(Counter.TCP_EXT_PRUNE_CALLED);
        t.receiveQueue.compact();
        if (t.receiveQueue.hasGap()
                && (t.receiveQueue.charge() + cost > limit(t) || !t.memory.admits(cost))) {
            t.receiveQueue.dropOutOfOrder(); // RFC 2018 §8: the peer keeps what was only selectively acknowledged
            t.counters.increment(Counter.TCP_EXT_OFO_PRUNED);
        }
        t.settle();
    }

    /** Keeps what arrived out of order, or not: it is the first to go without. */
    static boolean insert(Tcb t, ReceivedChunk chunk, int seq) {
        return t.memory.admits(ReceiveQueue.cost(chunk)) && t.receiveQueue.insert(chunk, seq, limit(t));
    }
}
