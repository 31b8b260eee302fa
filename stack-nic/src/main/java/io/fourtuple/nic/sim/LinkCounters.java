package io.fourtuple.nic.sim;

import java.util.EnumMap;
import java.util.Map;

/** The counters behind {@link LinkStatistics}. */
final class LinkCounters {
    long sent;
    long sentBytes;
    long delivered;
    long deliveredBytes;
    long lost;
    long marked;
    long corrupted;
    long duplicated;
    long reordered;
    private int maxQueueFrames;
    private long maxQueueBytes;
    private final Map<DropCause, Long> drops = new EnumMap<>(DropCause.class);

    void dropped(DropCause cause) {
        drops.merge(cause, 1L, Long::sum);
    }

    void noteQueue(int frames, long bytes) {
        maxQueueFrames = Math.max(maxQueueFrames, frames);
        maxQueueBytes = Math.max(maxQueueBytes, bytes);
    }

    LinkStatistics snapshot(int inFlight, int queueFrames, long queueBytes) {
        return new LinkStatistics(sent, sentBytes, delivered, deliveredBytes, lost, drops, marked, corrupted,
                duplicated, reordered, inFlight, queueFrames, queueBytes, maxQueueFrames, maxQueueBytes);
    }
}
