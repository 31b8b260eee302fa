package io.fourtuple.core.tcp;

/**
 * How much of what the user sends a connection may hold, depending on how much memory all connections hold
 * ({@link MemoryBudget}): its send buffer, which does not grow under pressure, as far as there is memory; and always,
 * when it holds nothing, what it is guaranteed, {@code tcp_wmem[0]} or one segment. What is not taken the user keeps.
 */
final class SendMemory {
    private SendMemory() {}

    /** Octets that the queue would take now. */
    static int space(Tcb t) {
        int free = free(t);
        long room = t.memory.room() - SendQueue.MAX_OVERHEAD;
        return free <= room ? free : (int) Math.min(free, Math.max(room, guaranteed(t)));
    }

    /** Reserves memory for {@code octets}; returns for how many, fewer only when another shard was faster. */
    static int reserve(Tcb t, int octets) {
        return octets == 0 || t.memory.admits(t.sendQueue.cost(octets)) ? octets : Math.min(octets, guaranteed(t));
    }

    /** The user has more to send than was taken: whether memory is why. */
    static boolean isShort(Tcb t) {
        boolean shortage = space(t) < free(t);
        if (shortage) {
            t.memory.noteRefused();
        }
        return shortage;
    }

    /** Whether memory is so short that what this connection holds beyond its guarantee is needed elsewhere. */
    static boolean isNeededElsewhere(Tcb t) {
        int guaranteed = minimum(t);
        return t.sendQueue.charge() > guaranteed + SendQueue.MAX_OVERHEAD && t.memory.room() < guaranteed;
    }

    private static int free(Tcb t) {
        return Math.max(0, t.sendBuffer - t.sendQueue.length());
    }

    private static int guaranteed(Tcb t) {
        return t.sendQueue.length() > 0 ? 0 : minimum(t);
    }

    private static int minimum(Tcb t) {
        return Math.max(t.config.sendBuffer().min(), t.sndMss);
    }
}
