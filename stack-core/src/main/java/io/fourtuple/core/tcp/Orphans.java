package io.fourtuple.core.tcp;

import io.fourtuple.core.Counter;

/**
 * Connections whose user is done with them and whose TCP is not: data or a FIN are under way, and nobody but the stack
 * cares. They go on within limits: of their number, of the memory they hold, and of the time that a peer may keep its
 * window shut, because that a probe is answered helps nobody any more (RFC 9293 MUST-37 speaks for users).
 */
final class Orphans {
    /** The least that R2 should be (RFC 9293 MUST-23): how long they are kept while memory is under pressure. */
    private static final long LIMIT_UNDER_PRESSURE_NANOS = 100_000_000_000L;

    private Orphans() {}

    /** Resets the connection when it is an orphan and there are too many, or no memory for it. True when it was. */
    static boolean check(Tcb t, long now) {
        if (!t.isOrphan() || !(t.memory.hasTooManyOrphans(weight(t, now)) || SendMemory.isNeededElsewhere(t))) {
            return false;
        }
        t.counters.increment(Counter.TCP_EXT_ABORT_ON_MEMORY);
        t.resetDue = true;
        t.resetSeq = t.sndNxt;
        t.finish(TcpEvent.ABORTED);
        return true;
    }

    /** One that is not likely to come to an end counts more than once, so that it goes before others must. */
    private static int weight(Tcb t, long now) {
        boolean silent = now - t.lastReceivedAt > 2 * t.config.retransmission().maxTimeout();
        return (silent ? 2 : 1) * (t.softError ? 2 : 1);
    }

    /** R2 of an orphan. */
    static long limit(Tcb t, long limit) {
        return t.memory.isUnderPressure() ? Math.min(limit, LIMIT_UNDER_PRESSURE_NANOS) : limit;
    }

    /** Since when an orphan's peer has had its window shut, as far as that counts. */
    static long stalledSince(Tcb t) {
        return t.windowShutAt - t.orphanedAt > 0 ? t.windowShutAt : t.orphanedAt;
    }
}
