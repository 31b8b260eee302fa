package io.fourtuple.api.actor;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.BehaviorInterceptor;
import org.apache.pekko.actor.typed.TypedActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Makes an actor of the stack {@code server} throw amid its work, when told to. */
final class InjectedFaults implements SpawnHook {
    /** What the actors throw. */
    static final class Injected extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Injected() {
            super("injected");
        }
    }

    private record Armed(Role role, AtomicInteger messages, int times, Function<Object, Object> poison) {}

    private final AtomicReference<Armed> armed = new AtomicReference<>();
    /** An actor of this role cannot even be spawned; null for none. */
    volatile Role unspawnable;
    /** Only actors throw that have this in their path. */
    volatile String in = "fourtuple-server";
    /** They throw only over such a message. */
    volatile Class<?> over = Object.class;
    /** Who has thrown last. */
    final AtomicReference<ActorRef<?>> victim = new AtomicReference<>();

    /** An actor of this role throws in place of its message number {@code nth} from now on, and of the next ones. */
    void arm(Role role, int nth, int times) {
        armed.set(new Armed(role, new AtomicInteger(nth), times, _ -> {
            throw new Injected();
        }));
    }

    /** An actor of this role gets, in place of its message number {@code nth}, one that makes it throw by itself. */
    void poison(Role role, int nth, Object message) {
        armed.set(new Armed(role, new AtomicInteger(nth), 1, _ -> message));
    }

    @Override
    public Behavior<Object> around(Role role, Behavior<Object> behavior) {
        if (role == unspawnable) {
            throw new Injected();
        }
        return Behaviors.intercept(() -> new BehaviorInterceptor<>(Object.class) {
            @Override
            public Behavior<Object> aroundReceive(
                    TypedActorContext<Object> context, Object message, ReceiveTarget<Object> target) {
                Armed fault = armed.get();
                ActorRef<Object> self = context.asJava().getSelf();
                String path = self.path().toString();
                if (fault != null && fault.role == role && path.contains("fourtuple-server") && path.contains(in)
                        && over.isInstance(message)) {
                    int left = fault.messages.decrementAndGet();
                    if (left <= 0 && left > -fault.times) {
                        victim.set(self);
                        return target.apply(context, fault.poison.apply(message));
                    }
                }
                return target.apply(context, message);
            }
        }, behavior);
    }
}
