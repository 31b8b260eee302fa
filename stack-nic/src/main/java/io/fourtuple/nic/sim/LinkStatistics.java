package io.fourtuple.nic.sim;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * What has become of the frames that were sent into one direction of a link. At any time
 * {@code sent + duplicated = delivered + lost + dropped() + inFlight + queueFrames}. Octets are those of whole frames,
 * link-layer header included.
 *
 * @param sent frames that somebody wanted to send
 * @param sentBytes octets of these
 * @param delivered frames that have arrived
 * @param deliveredBytes octets of these
 * @param lost frames lost by chance, singly or in bursts
 * @param drops frames that got no further for another reason, by the reason; unmodifiable, in the order of
 *     {@link DropCause}, without causes that did not occur
 * @param marked frames that got the mark "congestion experienced" instead of being dropped (RFC 3168)
 * @param corrupted frames that had a bit inverted
 * @param duplicated second copies of frames
 * @param reordered frames that were held back
 * @param inFlight frames on the wire now
 * @param queueFrames frames that wait for the transmitter now
 * @param queueBytes octets of these
 * @param maxQueueFrames the most frames that have waited so far
 * @param maxQueueBytes the most octets that have waited so far
 */
public record LinkStatistics(
        long sent,
        long sentBytes,
        long delivered,
        long deliveredBytes,
        long lost,
        Map<DropCause, Long> drops,
        long marked,
        long corrupted,
        long duplicated,
        long reordered,
        int inFlight,
        int queueFrames,
        long queueBytes,
        int maxQueueFrames,
        long maxQueueBytes) {

    public LinkStatistics {
        Map<DropCause, Long> ordered = new EnumMap<>(DropCause.class);
        ordered.putAll(drops);
        drops = Collections.unmodifiableMap(ordered);
    }

    /** Frames that got no further for this reason. */
    public long dropped(DropCause cause) {
        return drops.getOrDefault(cause, 0L);
    }

    /** Frames that got no further for any reason but chance. */
    public long dropped() {
        return drops.values().stream().mapToLong(Long::longValue).sum();
    }
}
