package io.fourtuple.nic.sim;

import io.fourtuple.core.time.Deadline;
import java.util.ArrayDeque;

/** Frames of one queue under CoDel, in the terms of the pseudocode of RFC 8289 §5. */
final class CoDelFlow {
    /** A new time of dropping that follows another one within so many intervals goes on with its rate (§5.5). */
    private static final int RECENT_INTERVALS = 16;

    private final FrameQueue queue;
    private final long target;
    private final long interval;
    private final boolean ecn;
    private final ArrayDeque<Transit> waiting = new ArrayDeque<>();
    private long bytes;
    /** The longest frame so far: with no more than that in the queue, it is no standing one. */
    private int maxPacket;
    /** When frames will have waited for too long during a whole interval; none while they do not. */
    private long firstAboveTime = Deadline.NONE;
    /** Whether the frame that was taken last has to go. */
    private boolean okToDrop;
    private boolean dropping;
    private long dropNext;
    private int count;
    private int lastCount;
    /** What the flow may still send in this turn, in octets, for {@link FqCoDelQueue}. */
    int deficit;
    /** Whether the flow is in one of the lists of {@link FqCoDelQueue}. */
    boolean listed;

    CoDelFlow(FrameQueue queue, long target, long interval, boolean ecn) {
        this.queue = queue;
        this.target = target;
        this.interval = interval;
        this.ecn = ecn;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    int frames() {
        return waiting.size();
    }

    long bytes() {
        return bytes;
    }

    void add(Transit transit) {
        waiting.add(transit);
        bytes += transit.length();
        maxPacket = Math.max(maxPacket, transit.length());
        queue.count(transit);
    }

    /** The oldest frame without further ado. */
    Transit poll() {
        Transit next = waiting.poll();
        if (next != null) {
            bytes -= next.length();
            queue.uncount(next);
        }
        return next;
    }

    /** The next frame to be sent; others may be dropped for it. */
    Transit dequeue(long now) {
        Transit next = doDequeue(now);
        if (dropping) {
            dropping = okToDrop;
            while (dropping && now - dropNext >= 0) {
                count++;
                if (ecn && queue.mark(next, DropCause.CODEL)) {
                    dropNext = controlLaw(dropNext);
                    return next;
                }
                queue.drop(next, DropCause.CODEL);
                next = doDequeue(now);
                dropping = okToDrop;
                if (dropping) {
                    dropNext = controlLaw(dropNext);
                }
            }
        } else if (okToDrop) {
            if (!(ecn && queue.mark(next, DropCause.CODEL))) {
                queue.drop(next, DropCause.CODEL);
                next = doDequeue(now);
            }
            startDropping(now);
        }
        return next;
    }

    private void startDropping(long now) {
        dropping = true;
        int delta = count - lastCount;
        count = delta > 1 && now - dropNext < RECENT_INTERVALS * interval ? delta : 1;
        dropNext = controlLaw(now);
        lastCount = count;
    }

    private Transit doDequeue(long now) {
        Transit next = poll();
        okToDrop = false;
        if (next == null) {
            firstAboveTime = Deadline.NONE;
            return null;
        }
        if (now - next.queuedAt < target || bytes <= maxPacket) {
            firstAboveTime = Deadline.NONE;
        } else if (firstAboveTime == Deadline.NONE) {
            firstAboveTime = Deadline.after(now, interval);
        } else {
            okToDrop = now - firstAboveTime >= 0;
        }
        return next;
    }

    /** Drops come closer together, so that the throughput of TCP falls in proportion to their number (§5.3). */
    private long controlLaw(long from) {
        return from + (long) (interval / Math.sqrt(count));
    }
}
