package io.fourtuple.core.tcp;

/**
 * What one acknowledgment tells of the path, for congestion controls that model it (draft-ietf-ccwg-bbr §4.1). One
 * object per shard that is filled again and again: whoever is handed it reads it before returning.
 *
 * <p>All sizes are octets, all times nanoseconds.
 */
public final class AckSample {
    int delivered;
    int lost;
    long totalDelivered;
    long priorDelivered;
    long sampleBytes;
    long sampleNanos;
    boolean appLimited;
    int sentInFlight;
    long lostSince;
    long rtt;
    int inFlight;
    boolean recovering;

    AckSample() {}

    /** Octets newly acknowledged or selectively acknowledged. */
    public int delivered() {
        return delivered;
    }

    /** Octets newly taken for lost. */
    public int lost() {
        return lost;
    }

    /** Octets delivered since the connection began. */
    public long totalDelivered() {
        return totalDelivered;
    }

    /** The same when what was delivered now was sent. */
    public long priorDelivered() {
        return priorDelivered;
    }

    /** Delivery rate in octets per second, or 0 when this acknowledgment gives none. */
    public long bytesPerSecond() {
        return sampleNanos > 0 ? DeliveryRate.perSecond(sampleBytes, sampleNanos) : 0;
    }

    /** Octets delivered between sending and now; 0 without a sample. */
    public long sampleBytes() {
        return sampleBytes;
    }

    /** Whether the application limited what was sent then: the path can do more than the sample says. */
    public boolean isAppLimited() {
        return appLimited;
    }

    /** Octets in flight right after what was delivered now was sent; 0 without a sample. */
    public int sentInFlight() {
        return sentInFlight;
    }

    /** Octets taken for lost since what was delivered now was sent. */
    public long lostSince() {
        return lostSince;
    }

    /** Round-trip time, or 0 when all that was delivered had been sent more than once. */
    public long rtt() {
        return rtt;
    }

    /** Octets in flight now. */
    public int inFlight() {
        return inFlight;
    }

    /** Whether loss is being repaired. */
    public boolean isRecovering() {
        return recovering;
    }
}
