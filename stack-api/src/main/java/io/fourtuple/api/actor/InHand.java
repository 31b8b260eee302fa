package io.fourtuple.api.actor;

import io.fourtuple.api.protocol.ConnectionCommand;
import io.fourtuple.api.protocol.SocketRequest;
import io.fourtuple.api.protocol.StackCommand;
import io.fourtuple.api.socket.Errno;
import io.fourtuple.api.socket.ErrnoException;
import io.fourtuple.core.wire.FourTuple;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the stack actor is working on, so that a failure costs exactly that: a flow is reset, because nobody knows how
 * far its segment got; a command is answered. Confined to the loop.
 */
final class InHand {
    private static final Logger LOG = LoggerFactory.getLogger(StackActor.class);

    private final Shard shard;
    private final Opens opens;

    /** The message, while it is being handled. */
    Object message;
    /** The flow that a segment, an ICMP error or a deadline belongs to, while it is being handled. */
    FourTuple flow;

    InHand(Shard shard, Opens opens) {
        this.shard = shard;
        this.opens = opens;
    }

    /** All of it is done. */
    void clear() {
        message = null;
        flow = null;
    }

    /**
     * Puts an end to what was in hand, with one line in the log.
     *
     * @param atOnce does once more what must not come later than what was told after it
     */
    void giveUp(Throwable cause, Consumer<StackInput> atOnce) {
        Object failed = message;
        FourTuple tuple = flow;
        clear();
        if (tuple == null) {
            LOG.error("stack {} failed over {}", shard.config.name(), nameOf(failed), cause);
        } else {
            reset(tuple);
            String what = "stack " + shard.config.name() + " failed over " + tuple + ", which is reset";
            shard.report(new StackInput.Report(what, tuple, cause));
        }
        switch (failed) {
            case StackCommand.Bind bind -> opens.failed(bind);
            case StackCommand.Connect connect -> opens.failed(connect);
            case StackCommand.ForSocket(SocketRequest request) -> request.fail(
                    new ErrnoException(Errno.ENOBUFS, "the stack has failed over it: see the log"));
            case StackInput.CloseSocket close -> shard.tellAgain(close); // the port is free when it says so
            case StackCommand.Stop stop -> shard.tellAgain(stop); // else the stack would never end
            case StackInput.GraceOver over -> shard.tellAgain(over);
            case StackInput.EndShard end -> shard.tellAgain(end);
            case StackInput.ShardIdle idle -> shard.tellAgain(idle);
            case StackInput.ShardGone gone -> shard.tellAgain(gone);
            case StackInput.ReplicaGone gone -> shard.tellAgain(gone);
            case StackInput.AllStarted started -> shard.tellAgain(started);
            case StackInput.NicGone gone -> shard.tellAgain(gone);
            case StackInput.QueueGone gone -> shard.tellAgain(gone);
            case StackInput.SocketGone gone -> shard.tellAgain(gone);
            case StackInput.MemoryRelief relief -> shard.tellAgain(relief);
            case StackInput.OpenReplica open -> openAtOnce(open, atOnce);
            case StackInput.CloseReplica close -> atOnce.accept(close);
            case null, default -> {
                // What else there is comes again by itself, as peers retransmit, or asks for no answer.
            }
        }
    }

    /** All shards listen, or none. */
    private void openAtOnce(StackInput.OpenReplica open, Consumer<StackInput> atOnce) {
        try {
            atOnce.accept(open);
        } catch (RuntimeException | AssertionError e) {
            shard.shards.actor(0).tell(new StackInput.ReplicaGone(open.address(), open.port(), open.queues()));
            throw e;
        }
    }

    private void reset(FourTuple tuple) {
        switch (shard.flows.find(tuple)) {
            case ConnectionEntry entry -> {
                opens.failed(entry);
                entry.actor.tell(ConnectionCommand.Abort.INSTANCE);
            }
            case HalfOpenEntry entry -> shard.abandon(entry);
            case TimeWaitEntry entry -> shard.leave(entry);
            case null -> {
                // Nothing was made of it, and a retransmission is answered as if it were the first.
            }
        }
    }

    private static String nameOf(Object message) {
        return message == null ? "a message" : message.getClass().getSimpleName();
    }
}
