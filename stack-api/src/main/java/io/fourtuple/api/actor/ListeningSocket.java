package io.fourtuple.api.actor;

import io.fourtuple.core.tcp.TcpConfig;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.SourceRoute;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * One listening socket as the shard sees it: where, for whom, and its half-open connections in a list. Confined to the
 * loop.
 */
final class ListeningSocket {
    private final IpAddress address;
    private final int port;
    private final boolean dualStack;
    private final TcpConfig tcp;
    private final ListenQueues queues;

    /** Told every SYN. Set right after it is spawned. */
    ActorRef<Object> listener;
    /** Told every established connection. Set right after it is spawned. */
    ActorRef<Object> acceptor;
    /** No longer in the listener table. */
    boolean closed;
    /** Connections of this shard that are established and not accepted, in the order they came. */
    final Set<ConnectionEntry> waiting = new LinkedHashSet<>();

    /** The SYN that the listener works on: it has a slot of the SYN queue and no record yet. Else null. */
    SynArrived synInHand;

    private HalfOpenEntry first;

    /** {@code dualStack} says whether {@code ::} listens to IPv4 as well. */
    ListeningSocket(IpAddress address, int port, boolean dualStack, TcpConfig tcp, ListenQueues queues) {
        this.address = address;
        this.port = port;
        this.dualStack = dualStack;
        this.tcp = tcp;
        this.queues = queues;
    }

    IpAddress address() {
        return address;
    }

    int port() {
        return port;
    }

    boolean isDualStack() {
        return dualStack;
    }

    TcpConfig tcp() {
        return queues.tcp(tcp);
    }

    ListenQueues queues() {
        return queues;
    }

    /** The source route of a connection that a peer opens: the one it was told, else the way that the peer has come. */
    SourceRoute wayBack(SourceRoute back) {
        SourceRoute told = tcp.tuning().sourceRoute();
        return told.isNone() ? back : told;
    }

    /** The half-open connection that was added last, or null. */
    HalfOpenEntry anyHalfOpen() {
        return first;
    }

    void add(HalfOpenEntry entry) {
        entry.next = first;
        if (first != null) {
            first.previous = entry;
        }
        first = entry;
    }

    void remove(HalfOpenEntry entry) {
        if (entry.previous == null) {
            first = entry.next;
        } else {
            entry.previous.next = entry.next;
        }
        if (entry.next != null) {
            entry.next.previous = entry.previous;
        }
        entry.previous = null;
        entry.next = null;
    }

    @Override
    public String toString() {
        return address.toString(port);
    }
}
