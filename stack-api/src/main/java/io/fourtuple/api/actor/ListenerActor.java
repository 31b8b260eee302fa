package io.fourtuple.api.actor;

import io.fourtuple.core.Counter;
import io.fourtuple.core.ip.Path;
import io.fourtuple.core.tcp.HalfOpen;
import io.fourtuple.core.wire.FourTuple;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.ExtensibleBehavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.PreRestart;
import org.apache.pekko.actor.typed.Signal;
import org.apache.pekko.actor.typed.TypedActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * Answers SYNs of one listening socket: makes the half-open record, enters it, sends SYN-ACK (RFC 9293 §3.10.7.2).
 * Everything that comes later for the tuple is the stack actor's business. Its mailbox, {@link SynQueueMailbox}, has
 * taken a slot of the SYN queue for each SYN it gets. It keeps nothing between two SYNs: when it fails, it starts again
 * and the SYN in hand is lost.
 */
final class ListenerActor extends ExtensibleBehavior<Object> {
    final Shard shard;
    final ListeningSocket socket;

    ListenerActor(Shard shard, ListeningSocket socket) {
        this.shard = shard;
        this.socket = socket;
    }

    @Override
    public Behavior<Object> receive(TypedActorContext<Object> context, Object message) {
        if (message instanceof SynArrived syn) {
            onSyn(syn, shard.now());
            socket.synInHand = null;
            shard.tellIngress();
            return this;
        }
        return Behaviors.unhandled();
    }

    @Override
    public Behavior<Object> receiveSignal(TypedActorContext<Object> context, Signal signal) {
        if (signal instanceof PreRestart || signal instanceof PostStop) {
            if (socket.synInHand != null) { // failed with it: its sender tries again
                giveBack();
            }
            return this;
        }
        return Behaviors.unhandled();
    }

    private void onSyn(SynArrived syn, long now) {
        FourTuple tuple = syn.tuple();
        if (socket.closed) {
            giveBack();
            shard.reset(tuple, syn.segment());
            return;
        }
        if (shard.flows.find(tuple) != null) {
            // A second SYN of the same tuple overtook the record of the first; or we opened the connection ourselves.
            giveBack();
            shard.redeliver(tuple, syn.segment());
            return;
        }
        Path path = shard.ip.pathOf(tuple, syn.way());
        if (path == null) {
            giveBack();
            shard.counters.increment(Counter.IP_OUT_NO_ROUTES);
            return;
        }
        HalfOpen record = HalfOpen.of(
                tuple,
                syn.segment(),
                shard.isns.next(tuple, now),
                shard.timestampOffsets.of(tuple),
                path.properties(),
                socket.tcp(),
                now);
        if (!shard.shards.sources.tryAddHalfOpen(tuple.remote())) {
            giveBack();
            shard.counters.increment(Counter.TCP_EXT_SOURCE_SYN_LIMIT);
            return;
        }
        HalfOpenEntry entry = new HalfOpenEntry(record, path, socket);
        shard.enter(entry);
        socket.synInHand = null; // the record has the slot now
        record.fillSynAck(shard.out, now);
        shard.out.fastOpen(syn.answer());
        shard.transmitAlone(path, tuple, now);
    }

    private void giveBack() {
        socket.queues().syn().giveBack();
        socket.synInHand = null;
    }
}
