package io.fourtuple.api.actor;

import io.fourtuple.api.protocol.Accepted;
import io.fourtuple.api.protocol.AcceptorCommand;
import java.util.ArrayDeque;
import java.util.Iterator;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.ExtensibleBehavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.PreRestart;
import org.apache.pekko.actor.typed.Signal;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.TypedActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * Hands established connections of one listening socket to whoever asks, in the order of asking. The waiting line is
 * its mailbox, {@link AcceptQueueMailbox}, which gives out no connection that nobody has asked for. When it fails, it
 * starts again with those who have asked: the connection in hand is reset, the others wait on.
 */
final class AcceptorActor extends ExtensibleBehavior<Object> {
    private final Shard shard;
    private final ListeningSocket socket;
    private final ArrayDeque<Asker> askers = new ArrayDeque<>();

    private static final class Asker {
        final ActorRef<Accepted> ref;
        /** Each ask is an int; an asker may ask again before it got what it asked for. */
        long open;

        Asker(ActorRef<Accepted> ref, long open) {
            this.ref = ref;
            this.open = open;
        }
    }

    AcceptorActor(Shard shard, ListeningSocket socket) {
        this.shard = shard;
        this.socket = socket;
    }

    @Override
    public Behavior<Object> receive(TypedActorContext<Object> context, Object message) {
        return switch (message) {
            case Established connection -> handOver(connection);
            case AcceptorCommand.Demand demand -> {
                addDemand(context, demand);
                yield this;
            }
            case AcceptorCommand.Unbind unbind -> {
                socket.queues().takeCredit(socket.queues().credit());
                askers.clear();
                shard.tell(new StackInput.CloseSocket(socket, unbind.replyTo()));
                yield this;
            }
            default -> Behaviors.unhandled();
        };
    }

    @Override
    public Behavior<Object> receiveSignal(TypedActorContext<Object> context, Signal signal) {
        if (signal instanceof Terminated terminated) {
            forget(terminated.getRef());
            return this;
        }
        if (signal instanceof PreRestart || signal instanceof PostStop) {
            giveUpWhatIsInHand(context);
            if (signal instanceof PostStop) {
                socket.queues().close();
            }
            return this;
        }
        return Behaviors.unhandled();
    }

    /** Resets the connection in hand, but whoever has asked for one still waits for one. */
    private void giveUpWhatIsInHand(TypedActorContext<Object> context) {
        ListenQueues queues = socket.queues();
        if (queues.demandInHand != null) {
            addDemand(context, queues.demandInHand);
        }
        if (queues.establishedInHand != null) {
            queues.establishedInHand.onDiscarded();
            queues.establishedInHand = null;
            queues.grantCredit(1);
        }
    }

    private Behavior<Object> handOver(Established connection) {
        Asker next = askers.element();
        connection.entry().actor.tell(ConnectionInput.HandedOver.INSTANCE);
        next.ref.tell(connection.accepted());
        socket.queues().establishedInHand = null;
        if (--next.open == 0) {
            askers.remove();
        }
        return this;
    }

    private void addDemand(TypedActorContext<Object> context, AcceptorCommand.Demand demand) {
        context.asJava().watch(demand.to());
        socket.queues().demandInHand = null;
        Asker last = askers.peekLast();
        if (last != null && last.ref.equals(demand.to())) {
            last.open += demand.n();
        } else {
            askers.add(new Asker(demand.to(), demand.n()));
        }
    }

    private void forget(ActorRef<?> gone) {
        for (Iterator<Asker> each = askers.iterator(); each.hasNext(); ) {
            Asker asker = each.next();
            if (asker.ref.compareTo(gone) == 0) {
                socket.queues().takeCredit(asker.open);
                each.remove();
            }
        }
    }
}
