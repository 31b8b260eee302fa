package io.fourtuple.core.tcp;

/** Makes the {@link CongestionControl} of one connection. */
@FunctionalInterface
public interface CongestionControlSupplier {
    /**
     * A fresh policy.
     *
     * @param segmentSize sender maximum segment size in octets of payload, at least 1
     * @param initialWindow initial window in octets (RFC 6928)
     */
    CongestionControl create(int segmentSize, long initialWindow);
}
