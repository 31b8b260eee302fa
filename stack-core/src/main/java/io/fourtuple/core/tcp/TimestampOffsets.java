package io.fourtuple.core.tcp;

import io.fourtuple.core.FaultPoints;
import io.fourtuple.core.Faults;
import io.fourtuple.core.wire.FourTuple;
import java.util.function.ToIntFunction;

/**
 * What is added to the timestamp clock of each connection, so that timestamps tell a peer neither our uptime nor that
 * two connections come from one host (RFC 7323 §5.4 and §7.1). The same tuple always gets the same offset: its next
 * incarnation continues the clock of the last one, which PAWS and TIME-WAIT need.
 */
public final class TimestampOffsets {
    private static final int TICKS_BEFORE_WRAP = 1000;

    private final ToIntFunction<FourTuple> offset;

    /** With a secret key, not the one of the ISN generator. */
    public TimestampOffsets(long key0, long key1) {
        SipHash hash = SipHash.of24(key0, key1);
        offset = tuple -> (int) hash.hash(tuple);
    }

    private TimestampOffsets(int offset) {
        this.offset = _ -> offset;
    }

    /**
     * The same, unless {@link Faults#TIMESTAMPS_BEFORE_WRAP} fires: then the clocks of all connections wrap a second
     * after {@code nowNanos}.
     */
    public TimestampOffsets with(FaultPoints faults, long nowNanos) {
        return faults.fires(Faults.TIMESTAMPS_BEFORE_WRAP)
                ? new TimestampOffsets(-TICKS_BEFORE_WRAP - (int) (nowNanos / 1_000_000))
                : this;
    }

    /** The offset of a connection, in ticks of the timestamp clock. */
    public int of(FourTuple tuple) {
        return offset.applyAsInt(tuple);
    }
}
