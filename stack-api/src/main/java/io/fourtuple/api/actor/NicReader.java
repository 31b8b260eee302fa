package io.fourtuple.api.actor;

import io.fourtuple.api.actor.SpawnHook.Role;
import io.fourtuple.core.Counter;
import io.fourtuple.nic.Nic;
import io.fourtuple.nic.NicActor;
import io.fourtuple.nic.NicException;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The actor that reads a NIC, or a shard's queue of it, as its supervisor sees it: started again after a failure, and
 * the reason why once it has ended for good. Confined to the shard's loop.
 */
final class NicReader {
    private static final Logger LOG = LoggerFactory.getLogger(StackActor.class);

    private final ActorContext<Object> context;
    /** The stack actor. Kept, because its context is not to be used in another actor's turn. */
    private final ActorRef<Object> self;
    private final Shard shard;
    /** Number of the NIC. */
    private final int link;
    private final Nic queue;
    /** The last failure; null while there was none. */
    private Throwable failure;

    private NicReader(ActorContext<Object> context, Shard shard, int link, Nic queue) {
        this.context = context;
        self = context.getSelf();
        this.shard = shard;
        this.link = link;
        this.queue = queue;
    }

    /** One for each NIC that the shard reads. */
    static List<NicReader> of(ActorContext<Object> context, Shard shard) {
        List<Nic> nics = shard.shards.queues.of(shard.index);
        return IntStream.range(0, nics.size())
                .mapToObj(link -> new NicReader(context, shard, link, nics.get(link)))
                .toList();
    }

    /** Spawns it. The stack actor is told {@link StackInput.NicGone} at its end. */
    void start() {
        Behavior<NicActor.Command> reader = Supervision.ofReader(
                shard.config.supervision(),
                this::onFailure,
                shard.spawnHook.aroundTyped(Role.NIC, Behaviors.setup(_ -> reading())));
        String name = link == 0 ? "nic" : "nic-" + link;
        context.watchWith(
                context.spawn(reader, name, DispatcherSelector.sameAsParent()), new StackInput.NicGone(this));
    }

    /** At first and after each failure, in the reader's own actor. */
    private Behavior<NicActor.Command> reading() {
        if (failure != null) {
            LOG.warn("NIC {} of stack {} is read again after a failure", queue.name(), shard.config.name(), failure);
        }
        return link == 0
                ? NicActor.create(queue, self)
                : NicActor.create(queue, self, batch -> new StackInput.FurtherBatch(link, batch.frames()));
    }

    private void onFailure(Throwable cause) {
        failure = cause;
        shard.counters.increment(Counter.ACTOR_NIC_FAILURES);
    }

    /** Why nobody reads any more, as the second half of a sentence. */
    String whyEnded() {
        String nic = queue.name();
        return switch (failure) {
            case NicException gone -> gone.getMessage();
            case null -> "nobody reads its NIC " + nic;
            case Throwable last -> "its NIC " + nic + " failed more than "
                    + shard.config.supervision().restarts() + " times, last with " + last;
        };
    }
}
