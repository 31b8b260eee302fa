package io.fourtuple.api.actor;

import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Extension;
import org.apache.pekko.actor.typed.ExtensionId;

/**
 * What is put around the behaviour of each actor that the stacks of a system spawn: nothing. Tests of failures put
 * something there that throws, with {@link #install}.
 *
 * <p>It goes inside the actor's supervision, so that what it throws is seen to as if the actor had thrown it. It is
 * asked once for each actor: a behaviour that is to start afresh with each restart has to be a deferred one.
 */
@FunctionalInterface
interface SpawnHook {
    /** The production's. */
    SpawnHook NONE = (_, behavior) -> behavior;

    /** What an actor is there for. */
    enum Role {
        /** {@link StackActor}. */
        STACK,
        /** {@link io.fourtuple.nic.NicActor}. */
        NIC,
        /** {@link ListenerActor}. */
        LISTENER,
        /** {@link AcceptorActor}. */
        ACCEPTOR,
        /** {@link ConnectionActor}. */
        CONNECTION
    }

    /** The behaviour to spawn in place of {@code behavior}, for example an interceptor around it. */
    Behavior<Object> around(Role role, Behavior<Object> behavior);

    /** The same for an actor with a message type of its own. */
    @SuppressWarnings("unchecked") // what is put around passes messages on as they are
    default <T> Behavior<T> aroundTyped(Role role, Behavior<T> behavior) {
        return (Behavior<T>) around(role, (Behavior<Object>) behavior);
    }

    /** The hook of a system. */
    static SpawnHook of(ActorSystem<?> system) {
        return Installed.ID.apply(system).hook;
    }

    /** Sets the hook of a system, for stacks that start later. */
    static void install(ActorSystem<?> system, SpawnHook hook) {
        Installed.ID.apply(system).hook = hook;
    }

    /** The place of the hook in its system. */
    final class Installed implements Extension {
        private static final Id ID = new Id();

        private volatile SpawnHook hook = NONE;

        private Installed() {}

        private static final class Id extends ExtensionId<Installed> {
            @Override
            public Installed createExtension(ActorSystem<?> system) {
                return new Installed();
            }
        }
    }
}
