package io.fourtuple.api.actor;

import io.fourtuple.core.wire.IpAddress;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a listening socket closes: on each shard its half-open connections are reset and its listener ends; the first
 * shard has the acceptor besides. Part of the stack actor, within whose turns alone it is used.
 */
final class Closing {
    private static final Logger LOG = LoggerFactory.getLogger(StackActor.class);

    private final ActorContext<Object> context;
    private final Shard shard;
    private final Shards shards;

    Closing(ActorContext<Object> context, Shard shard) {
        this.context = context;
        this.shard = shard;
        shards = shard.shards;
    }

    /** On a further shard: the first one closes a socket. */
    void onReplicaCloses(StackInput.CloseReplica replica) {
        ListeningSocket socket = half(replica.address(), replica.port(), replica.queues());
        if (socket != null) {
            close(socket, replica.failed());
        }
    }

    /** On the first shard: an actor of a further one has ended. */
    void onReplicaGone(StackInput.ReplicaGone replica) {
        ListeningSocket socket = half(replica.address(), replica.port(), replica.queues());
        if (socket != null) {
            onSocketGone(socket);
        }
    }

    /** This shard's half of the listening socket with these queues; null when it is closed. */
    private ListeningSocket half(IpAddress address, int port, ListenQueues queues) {
        ListeningSocket socket = shard.sockets.find(address, port);
        return socket != null && socket.queues() == queues ? socket : null;
    }

    /** An actor of a socket has ended, or has failed too often: the whole socket closes. */
    void onSocketGone(ListeningSocket socket) {
        if (socket.closed) {
            return;
        }
        if (shard.index != 0) {
            shards.actor(0).tell(new StackInput.ReplicaGone(socket.address(), socket.port(), socket.queues()));
            return;
        }
        LOG.error("listening socket {} of stack {} is closed, as an actor of it failed too often", socket,
                shard.config.name());
        close(socket, true);
    }

    /** Closes a socket, if that was not done yet; {@code failed} when nobody sees to its accept queue any more. */
    void close(ListeningSocket socket, boolean failed) {
        if (!shard.close(socket)) {
            return;
        }
        context.stop(socket.listener);
        if (shard.index == 0) {
            context.stop(socket.acceptor);
            for (int i = 1; i < shards.count(); i++) {
                shards.actor(i).tell(
                        new StackInput.CloseReplica(socket.address(), socket.port(), socket.queues(), failed));
            }
        }
        // On another shard, a connection may have been told to the acceptor when that had ended already.
        if (failed || shard.index != 0) {
            socket.waiting.forEach(entry -> entry.actor.tell(ConnectionInput.NobodyAccepts.INSTANCE));
        }
    }
}
