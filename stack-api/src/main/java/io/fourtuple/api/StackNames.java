package io.fourtuple.api;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.Done;
import org.apache.pekko.actor.InvalidActorNameException;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Extension;
import org.apache.pekko.actor.typed.ExtensionId;

/**
 * The names of the stacks that run in a system. An actor's own name is free only some time after the actor has ended,
 * and nobody is told when; so each stack has an actor of another name, and its own name is free when it has ended.
 */
final class StackNames implements Extension {
    private static final Id ID = new Id();

    private final ConcurrentMap<String, CompletableFuture<Done>> taken = new ConcurrentHashMap<>();
    private final AtomicLong started = new AtomicLong();

    private static final class Id extends ExtensionId<StackNames> {
        @Override
        public StackNames createExtension(ActorSystem<?> system) {
            return new StackNames();
        }
    }

    static StackNames of(ActorSystem<?> system) {
        return ID.apply(system);
    }

    /**
     * Takes a name until {@code terminated} is completed.
     *
     * @return a name for the actor, which no other has had
     * @throws InvalidActorNameException when a stack has the name
     */
    String take(String name, CompletableFuture<Done> terminated) {
        taken.compute(name, (_, holder) -> {
            if (holder != null && !holder.isDone()) {
                throw new InvalidActorNameException("the system has a stack [" + name + "] already");
            }
            return terminated;
        });
        return name + "-" + started.incrementAndGet();
    }
}
