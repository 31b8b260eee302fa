package io.fourtuple.api.protocol;

import io.fourtuple.core.tcp.FastOpenKey;
import io.fourtuple.core.tcp.TcpConfig;
import java.util.List;

/**
 * The accept queue of a listening socket, for a program that does not wait: it takes what is there, without asking the
 * acceptor. Any thread; a socket is served either so or by {@link AcceptorCommand.Demand}, not by both.
 */
public interface AcceptLine {
    /**
     * Takes the connection that has waited longest, for a socket: its {@code link}, which is attached then. False when
     * none waits.
     */
    boolean take(SocketLink link);

    /** How many wait. */
    int waiting();

    /** Whether nothing will ever wait any more: the socket is closed, has failed too often, or the stack has ended. */
    boolean isClosed();

    /** Says what is run for each connection that begins to wait, and at the end, on the thread of its shard. */
    void onArrival(Runnable action);

    /**
     * {@code TCP_FASTOPEN} and {@code TCP_FASTOPEN_KEY} of a socket that listens.
     *
     * @param places connections that may wait for their final ACK with data taken; 0 for none
     * @param keys of cookies, the present one first; none for those it has
     */
    void setFastOpen(int places, List<FastOpenKey> keys);

    /** What connections begin with from now on: the options of the socket. Those of Fast Open's queue stay. */
    void configure(TcpConfig tcp);

    /** The keys of cookies, the present one first. */
    List<FastOpenKey> fastOpenKeys();

    /** Another backlog: listen(2) of a socket that listens. What waits stays. */
    void setBacklog(int backlog);
}
