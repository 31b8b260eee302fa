package io.fourtuple.api.observe;

import io.fourtuple.core.tcp.TcpInfo;
import io.fourtuple.core.wire.IpAddress;
import java.util.Objects;
import java.util.Optional;

/**
 * One socket, as one row of {@code ss -tan}.
 *
 * @param state the state as {@code ss} names it: {@code LISTEN}, {@code SYN-RECV}, {@code TIME-WAIT} or the label of a
 *     {@link io.fourtuple.core.tcp.TcpState}
 * @param receiveQueue Recv-Q: octets the application has not read; of a listening socket, connections not yet accepted
 * @param sendQueue Send-Q: octets the peer has not acknowledged; of a listening socket, the bound of its accept queue
 * @param local our address, unspecified for a socket that listens on all
 * @param localPort our port
 * @param remote the peer's address, unspecified for a listening socket
 * @param remotePort the peer's port, 0 for a listening socket
 * @param synQueue of a listening socket: SYNs queued and half-open connections; else 0
 * @param synQueueBound of a listening socket: the bound of its SYN queue; else 0
 * @param info what {@code ss -i} adds; only connections have it
 */
public record SocketRow(
        String state,
        long receiveQueue,
        long sendQueue,
        IpAddress local,
        int localPort,
        IpAddress remote,
        int remotePort,
        int synQueue,
        int synQueueBound,
        Optional<TcpInfo> info) {
    /** The state of a listening socket. */
    public static final String LISTEN = "LISTEN";
    /** The state of a half-open connection of a listening socket. */
    public static final String SYN_RECV = "SYN-RECV";
    /** The state of a connection that is over and waits for old duplicates to die out. */
    public static final String TIME_WAIT = "TIME-WAIT";

    public SocketRow {
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(local, "local");
        Objects.requireNonNull(remote, "remote");
        Objects.requireNonNull(info, "info");
    }

    /** True for a listening socket, whose two queues count connections. */
    public boolean isListening() {
        return state.equals(LISTEN);
    }
}
