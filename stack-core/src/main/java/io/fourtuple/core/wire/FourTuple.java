package io.fourtuple.core.wire;

import java.util.Objects;

/**
 * What identifies a TCP connection, seen from this host (RFC 9293 §3.1, there called a pair of sockets).
 *
 * @param local our address
 * @param localPort our port, 0–65535
 * @param remote the peer's address, of the same family as {@code local}
 * @param remotePort the peer's port, 0–65535
 */
public record FourTuple(IpAddress local, int localPort, IpAddress remote, int remotePort) {
    /**
     * A tuple.
     *
     * @throws IllegalArgumentException when a port is not in its range
     */
    public FourTuple {
        Objects.requireNonNull(local, "local");
        Objects.requireNonNull(remote, "remote");
        if ((localPort | remotePort) >>> 16 != 0) {
            throw new IllegalArgumentException("not two ports: " + localPort + ", " + remotePort);
        }
    }

    /** The same connection seen from the other end. */
    public FourTuple reversed() {
        return new FourTuple(remote, remotePort, local, localPort);
    }

    @Override
    public String toString() {
        return local.toString(localPort) + "-" + remote.toString(remotePort);
    }
}
