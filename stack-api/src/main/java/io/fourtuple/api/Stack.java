package io.fourtuple.api;

import io.fourtuple.api.actor.StackActor;
import io.fourtuple.api.observe.StackSnapshot;
import io.fourtuple.api.protocol.StackCommand;
import io.fourtuple.nic.Nic;
import io.fourtuple.nic.loop.VirtualTime;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import org.apache.pekko.Done;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

/**
 * One running TCP/IP stack: a host with its own addresses on its own NICs. A system can have any number of them.
 *
 * <p>The handle may be used by any thread. The stack itself is an actor, {@link #ref()}, on the event loop of the
 * dispatcher that {@link StackConfig#loopDispatcher()} names; it ends with {@link #terminate()}, or with its actor
 * system, which first gives it the chance to close its connections in order.
 */
public final class Stack {
    /** A snapshot that takes longer means that the loop is stuck. */
    private static final Duration SNAPSHOT_TIMEOUT = Duration.ofSeconds(5);

    private final ActorSystem<Void> system;
    private final StackConfig config;
    private final Substitute kind;
    private final ActorRef<Object> actor;
    private final CompletableFuture<Done> terminated;
    private final Cancellable shutdownTask;

    private Stack(ActorSystem<Void> system, StackConfig config, Substitute kind, ActorRef<Object> actor,
            CompletableFuture<Done> terminated) {
        this.system = system;
        this.config = config;
        this.kind = kind;
        this.actor = actor;
        this.terminated = terminated;
        shutdownTask = CoordinatedShutdown.get(system)
                .addCancellableTask(
                        CoordinatedShutdown.PhaseBeforeActorSystemTerminate(),
                        "fourtuple-" + config.name(),
                        () -> terminate().exceptionally(_ -> Done.getInstance()));
    }

    /**
     * Starts a stack. On the thread of a simulation ({@link VirtualTime}) its secrets come from the seed, and its
     * system has to be the simulation's.
     *
     * @param system runs its actors; a typed or a classic one
     * @param config how it is set up
     * @param nic its network interface, which it owns from now on and closes at its end, also when it fails to start
     * @throws IllegalArgumentException with one sentence, when the configuration contradicts itself or the NIC
     * @throws org.apache.pekko.actor.InvalidActorNameException when the system has a stack of this name already
     */
    public static Stack start(ClassicActorSystemProvider system, StackConfig config, Nic nic) {
        return start(system, config, List.of(nic));
    }

    /**
     * Starts a stack with several network interfaces, like {@link #start(ClassicActorSystemProvider, StackConfig,
     * Nic)}. The first one has {@link io.fourtuple.core.ip.IpConfig#addresses}, the others in their order have {@link
     * io.fourtuple.core.ip.IpConfig#furtherAddresses}. Of the first one each shard has a queue, where it has several;
     * the others are read and written by the first shard.
     *
     * @param nics at least one; that they are told apart by their networks is the caller's business
     * @throws IllegalArgumentException with one sentence, when the configuration contradicts itself or the NICs
     */
    public static Stack start(ClassicActorSystemProvider system, StackConfig config, List<Nic> nics) {
        Objects.requireNonNull(config, "config");
        if (nics.isEmpty()) {
            throw new IllegalArgumentException("a stack has at least one network interface");
        }
        try {
            return start(system, config, new Substitute() {
                @Override
                public Behavior<Object> behavior(CompletableFuture<Done> terminated) {
                    return StackActor.create(config, nics, secrets(config.name()), terminated);
                }

                @Override
                public void powerOff(ActorRef<Object> actor) {
                    StackActor.powerOff(actor);
                }
            });
        } catch (RuntimeException e) {
            nics.forEach(Nic::close);
            throw e;
        }
    }

    /**
     * Starts what speaks the protocol of a stack without being one, such as that of a simulation without packets.
     *
     * @param system runs its actors
     * @param config its name and its loop; what else is looked at is the substitute's business
     * @throws org.apache.pekko.actor.InvalidActorNameException when the system has a stack of this name already
     */
    public static Stack start(ClassicActorSystemProvider system, StackConfig config, Substitute substitute) {
        ActorSystem<Void> typed = Adapter.toTyped(system.classicSystem());
        CompletableFuture<Done> terminated = new CompletableFuture<>();
        try {
            String actorName = StackNames.of(typed).take("fourtuple-" + config.name(), terminated);
            ActorRef<Object> actor = typed.systemActorOf(
                    substitute.behavior(terminated),
                    actorName,
                    DispatcherSelector.fromConfig(config.loopDispatcher()));
            return new Stack(typed, config, substitute, actor, terminated);
        } catch (RuntimeException e) {
            terminated.completeExceptionally(e);
            throw e;
        }
    }

    /** What runs in place of a stack: an actor that is told {@link StackCommand}s. */
    public interface Substitute {
        /** The actor; it completes {@code terminated} at its end. */
        Behavior<Object> behavior(CompletableFuture<Done> terminated);

        /** Ends the actor as a power failure does: nobody else is told. */
        void powerOff(ActorRef<Object> actor);
    }

    /** In a simulation, what nobody may guess has to be the same each time. */
    private static RandomGenerator secrets(String name) {
        return VirtualTime.isVirtual()
                ? VirtualTime.current().random("secrets of stack " + name)
                : new SecureRandom();
    }

    /** Its name, unique in its system. */
    public String name() {
        return config.name();
    }

    /** How it was set up. */
    public StackConfig config() {
        return config;
    }

    /** The actor that is told {@link StackCommand}s. */
    public ActorRef<StackCommand> ref() {
        return actor.narrow();
    }

    /** What the stack looks like now. Fails when there is no answer within seconds: it has ended, or it is stuck. */
    public CompletionStage<StackSnapshot> snapshot() {
        CompletableFuture<StackSnapshot> snapshot = new CompletableFuture<>();
        AskPattern.<StackCommand, StackSnapshot>ask(
                        ref(), StackCommand.GetSnapshot::new, SNAPSHOT_TIMEOUT, system.scheduler())
                .whenCompleteAsync((taken, failure) -> { // what follows a stage of Pekko's runs on a pool of the JVM
                    if (failure == null) {
                        snapshot.complete(taken);
                    } else {
                        snapshot.completeExceptionally(failure);
                    }
                }, system.executionContext());
        return snapshot.copy();
    }

    /**
     * Ends the stack: its listening sockets close, connections are closed in order, and those that have not ended after
     * {@link StackConfig#terminateTimeout()} are reset. May be called again, and changes nothing then.
     *
     * @return completed when all that is done and the NIC is closed
     */
    public CompletionStage<Done> terminate() {
        shutdownTask.cancel();
        if (!terminated.isDone()) {
            actor.tell(new StackCommand.Stop(system.ignoreRef()));
        }
        return terminated.minimalCompletionStage();
    }

    /**
     * Ends the stack as a power failure does: nothing is sent any more, its peers learn of it when they time out. What
     * runs on it here sees its connections end. May be called at any time.
     *
     * @return completed when all its actors have ended
     */
    public CompletionStage<Done> powerOff() {
        shutdownTask.cancel();
        if (!terminated.isDone()) {
            kind.powerOff(actor);
        }
        return terminated.minimalCompletionStage();
    }

    /** Completed when the stack has ended, for whatever reason; exceptionally, when it could not even start. */
    public CompletionStage<Done> whenTerminated() {
        return terminated.minimalCompletionStage();
    }

    @Override
    public String toString() {
        return "Stack(" + config.name() + ")";
    }
}
