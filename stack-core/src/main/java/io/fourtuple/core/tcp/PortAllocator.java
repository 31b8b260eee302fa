package io.fourtuple.core.tcp;

import io.fourtuple.core.wire.IpAddress;
import java.util.function.IntPredicate;

/** Chooses the local port of a connection opened from here (RFC 6056). */
@FunctionalInterface
public interface PortAllocator {
    /** No port is free. */
    int EXHAUSTED = -1;

    /**
     * A port that is not in use.
     *
     * @param local our address
     * @param remote the peer's address
     * @param remotePort the peer's port
     * @param inUse tells whether a port cannot be taken for this peer
     * @return a port, or {@link #EXHAUSTED}
     */
    int allocate(IpAddress local, IpAddress remote, int remotePort, IntPredicate inUse);
}
