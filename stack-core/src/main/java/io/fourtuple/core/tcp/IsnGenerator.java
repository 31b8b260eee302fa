package io.fourtuple.core.tcp;

import io.fourtuple.core.FaultPoints;
import io.fourtuple.core.Faults;
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

    /** The same, but sometimes just below the wrap: when {@link Faults#ISN_BEFORE_WRAP} fires. */
    default IsnGenerator with(FaultPoints faults) {
        return faults == FaultPoints.NEVER
                ? this
                : (tuple, now) -> next(tuple, now) | (faults.fires(Faults.ISN_BEFORE_WRAP) ? 0xffff_f000 : 0);
    }
}
