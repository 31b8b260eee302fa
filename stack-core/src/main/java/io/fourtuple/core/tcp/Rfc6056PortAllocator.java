package io.fourtuple.core.tcp;

import io.fourtuple.core.wire.IpAddress;
import java.util.function.IntPredicate;

/**
 * Double-hash port selection (RFC 6056 §3.3.4, algorithm 4): the first port towards a peer is a keyed hash of the peer,
 * the following ones count up from a counter that few peers share. A stranger cannot guess our next port, and a port is
 * not used again for the same peer before the others have been.
 *
 * <p>Confined to one thread. When every port is in use, an attempt looks at each once.
 */
public final class Rfc6056PortAllocator implements PortAllocator {
    /** The first port that RFC 6056 §3.2 recommends to use: all but the system ports. */
    public static final int DEFAULT_LOWEST_PORT = 1024;
    /** The last port there is. */
    public static final int DEFAULT_HIGHEST_PORT = 65535;

    /** RFC 6056 §3.3.4: a table of 10 entries does, more separate the peers better. */
    private static final int TABLE_SIZE = 1024;

    private final SipHash f;
    private final SipHash g;
    private final int lowest;
    private final int count;
    private final int[] table = new int[TABLE_SIZE];

    /**
     * An allocator of the ports {@code lowest} to {@code highest}, both included.
     *
     * @param key0 half of the secret key
     * @param key1 the other half
     * @throws IllegalArgumentException when the range is empty or leaves 1–65535
     */
    public Rfc6056PortAllocator(long key0, long key1, int lowest, int highest) {
        if (lowest < 1 || highest > 65535 || lowest > highest) {
            throw new IllegalArgumentException(
                    "the range of local ports must lie within 1-65535, not " + lowest + "-" + highest);
        }
        f = SipHash.of24(key0, key1);
        g = SipHash.of24(~key0, ~key1);
        this.lowest = lowest;
        count = highest - lowest + 1;
        for (int i = 0; i < TABLE_SIZE; i++) { // RFC 6056 §3.3.4: initialised to random values
            table[i] = (int) g.hash(new byte[] {(byte) i, (byte) (i >> 8)});
        }
    }

    @Override
    public int allocate(IpAddress local, IpAddress remote, int remotePort, IntPredicate inUse) {
        int offset = (int) f.hash(local, 0, remote, remotePort);
        int index = (int) g.hash(local, 0, remote, remotePort) & TABLE_SIZE - 1;
        for (int tried = 0; tried < count; tried++) {
            int port = lowest + Integer.remainderUnsigned(offset + table[index]++, count);
            if (!inUse.test(port)) {
                return port;
            }
        }
        return EXHAUSTED;
    }
}
