package io.fourtuple.core.tcp;

import io.fourtuple.core.wire.FourTuple;

/**
 * What is added to the timestamp clock of each connection, so that timestamps tell a peer neither our uptime nor that
 * two connections come from one host (RFC 7323 §5.4 and §7.1). The same tuple always gets the same offset: its next
 * incarnation continues the clock of the last one, which PAWS and TIME-WAIT need.
 */
public final class TimestampOffsets {
    private final SipHash hash;

    /** With a secret key, not the one of the ISN generator. */
    public TimestampOffsets(long key0, long key1) {
        hash = SipHash.of24(key0, key1);
    }

    /** The offset of a connection, in ticks of the timestamp clock. */
    public int of(FourTuple tuple) {
        return (int) hash.hash(tuple);
    }
}
