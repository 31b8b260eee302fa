package io.fourtuple.core.tcp;

import io.fourtuple.core.wire.FourTuple;

/** Chooses initial sequence numbers (RFC 9293 §3.4.1). */
@FunctionalInterface
public interface IsnGenerator {
    /**
     * The number for a new connection.
     *
     * @param tuple the connection
     * @param nowNanos the driver's clock
     * @return all 32 bits are meaningful
     */
    int next(FourTuple tuple, long nowNanos);
}
