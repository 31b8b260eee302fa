package io.fourtuple.core.tcp;

/**
 * How fast the network delivers (draft-ietf-ccwg-bbr §4.1): what was delivered between sending an octet and hearing of
 * it, over the longer of the time it took to send that and the time it took to be acknowledged.
 *
 * <p>All in octets and nanoseconds, so the sample of one acknowledgment needs no unit.
 */
final class DeliveryRate {
    private long delivered;
    private long deliveredAt;
    private long firstSentAt;
    /** {@link #delivered} and what was in flight when there was too little to send; 0 when there was enough. */
    private long appLimitedUntil;

    private long lost;
    private int inFlightThen;

    /** The last sample that could be taken: octets per second; 0 before the first. */
    private long bytesPerSecond;
    private boolean sampleAppLimited;

    /** Octets delivered so far. */
    long delivered() {
        return delivered;
    }

    /** When {@link #delivered} last went up. */
    long deliveredAt() {
        return deliveredAt;
    }

    /** When the octets were sent that were delivered last. */
    long firstSentAt() {
        return firstSentAt;
    }

    /** Octets taken for lost so far. */
    long lost() {
        return lost;
    }

    void lost(int octets) {
        lost += octets;
    }

    /** Octets in flight with those that are being sent. */
    int inFlightThen() {
        return inFlightThen;
    }

    boolean isAppLimited() {
        return appLimitedUntil != 0;
    }

    /** {@code delivery_rate} of {@code tcp_info}. */
    long bytesPerSecond() {
        return bytesPerSecond;
    }

    /** {@code delivery_rate_app_limited} of {@code tcp_info}. */
    boolean isSampleAppLimited() {
        return sampleAppLimited;
    }

    /** Octets are about to be sent. */
    void sending(int unacknowledged, int inFlight, long now) {
        inFlightThen = inFlight;
        if (unacknowledged == 0) { // the time before does not count
            firstSentAt = now;
            deliveredAt = now;
        }
    }

    /** There was less to send than might have been. */
    void appLimited(int inFlight) {
        appLimitedUntil = Math.max(1, delivered + inFlight);
    }

    /** An acknowledgment has delivered something. */
    void update(Delivery d, int octets, long minRtt, long now) {
        delivered += octets;
        deliveredAt = now;
        if (appLimitedUntil != 0 && delivered > appLimitedUntil) {
            appLimitedUntil = 0;
        }
        if (!d.hasNewest()) {
            return;
        }
        firstSentAt = d.newestSentAt();
        long sendElapsed = d.newestSentAt() - d.newestFirstSentAt();
        long ackElapsed = now - d.newestDeliveredAt();
        long interval = Math.max(sendElapsed, ackElapsed);
        long amount = delivered - d.newestDelivered();
        if (interval <= 0 || interval < minRtt) {
            return; // faster than anything can be: octets that were acknowledged before were acknowledged again
        }
        d.sample(amount, interval);
        long rate = perSecond(amount, interval);
        boolean limited = d.isNewestAppLimited();
        if (!limited || rate >= bytesPerSecond) {
            bytesPerSecond = rate;
            sampleAppLimited = limited;
        }
    }

    /** Octets per second, at most what fits. */
    static long perSecond(long octets, long nanos) {
        return (long) Math.min(Long.MAX_VALUE / 4.0, octets * 1e9 / nanos);
    }
}
