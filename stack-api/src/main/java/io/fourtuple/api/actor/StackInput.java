package io.fourtuple.api.actor;

import io.fourtuple.api.protocol.Unbound;
import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.Ingress;
import io.fourtuple.core.tcp.TcpConfig;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.TcpSegment;
import java.util.List;
import org.apache.pekko.actor.DeadLetterSuppression;
import org.apache.pekko.actor.typed.ActorRef;

/** What the actors of a stack tell the stack actor, beside batches of frames. */
sealed interface StackInput extends DeadLetterSuppression {
    /** The earliest deadline has passed. */
    enum TimersDue implements StackInput {
        /** The only one. */
        INSTANCE
    }

    /** All shards are there: this one may read its queue of the NIC, and tell any of them what came in. */
    enum AllStarted implements StackInput {
        /** The only one. */
        INSTANCE
    }

    /** Another shard has packets for the NIC. */
    enum RelaysPending implements StackInput {
        /** The only one. */
        INSTANCE
    }

    /** A connection of another shard has failed: the first one has recorded its packets. */
    record Report(String what, FourTuple tuple, Throwable cause) implements StackInput {}

    /** The stack is ending: a shard says when its connections have. */
    enum EndShard implements StackInput {
        /** The only one. */
        INSTANCE
    }

    /** The stack is ending, and this shard has no connections any more. */
    record ShardIdle(int shard) implements StackInput {}

    /** The actor of a further shard has ended by itself: it has failed. */
    record ShardGone(int shard) implements StackInput {}

    /** What came in for tuples of this shard, oldest first; each has a place of {@link Shards#steeredTo}. */
    record Steered(List<Ingress> ingress) implements StackInput {}

    /** What came in at another shard's queue and is no segment; each frame has a place of {@link Shards#steeredTo}. */
    record HandedOn(List<Frame> frames) implements StackInput {}

    /** A listening socket opens: this shard's half of it. */
    record OpenReplica(
            IpAddress address, int port, boolean dualStack, TcpConfig tcp, ListenQueues queues,
            ActorRef<Object> acceptor)
            implements StackInput {}

    /**
     * A listening socket closes.
     *
     * @param failed whether connections in its accept queue have nobody any more to see to them
     */
    record CloseReplica(IpAddress address, int port, ListenQueues queues, boolean failed) implements StackInput {}

    /** The listener of a further shard has ended, or has failed. */
    record ReplicaGone(IpAddress address, int port, ListenQueues queues) implements StackInput {}

    /** What does this shard look like? Answered by {@link Part}. */
    record TakePart(Snapshots.Gathering gathering) implements StackInput {}

    /** What a shard looks like. */
    record Part(Snapshots.Gathering gathering, Snapshots.Of part) implements StackInput {}

    /** IP has something that came in without a frame. */
    enum IngressPending implements StackInput {
        /** The only one. */
        INSTANCE
    }

    /** There is memory for connections that were held back. */
    enum MemoryRelief implements StackInput {
        /** From the budget: from now on. */
        GRANTED,
        /** From the stack actor itself: not all of them have been told. */
        CONTINUED
    }

    /** The time to end in order is over. */
    enum GraceOver implements StackInput {
        /** The only one. */
        INSTANCE
    }

    /** The host has lost its power: everything ends at once, and nobody is told. */
    enum PowerOff implements StackInput {
        /** The only one. */
        INSTANCE
    }

    /** The actor that reads a NIC has ended. */
    record NicGone(NicReader reader) implements StackInput {}

    /** What came in by another NIC than the first one, oldest first. */
    record FurtherBatch(int link, List<Frame> frames) implements StackInput {}

    /** Nobody reads the queue of a further shard any more: the second half of a sentence that says why. */
    record QueueGone(String why) implements StackInput {}

    /** A connection got a segment after it had left its tuple. */
    record Redeliver(FourTuple tuple, TcpSegment segment) implements StackInput {}

    /** The actor of this connection has ended, or has failed. */
    record ConnectionGone(ConnectionEntry entry) implements StackInput {}

    /** The listener or the acceptor of this socket has ended, or has failed. */
    record SocketGone(ListeningSocket socket) implements StackInput {}

    /** The owner closes this listening socket. */
    record CloseSocket(ListeningSocket socket, ActorRef<Unbound> replyTo) implements StackInput {}
}
