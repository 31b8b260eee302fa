package io.fourtuple.api.actor;

import io.fourtuple.api.StackConfig;
import io.fourtuple.nic.NicException;
import io.fourtuple.nic.loop.EventLoop;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.BehaviorInterceptor;
import org.apache.pekko.actor.typed.Signal;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.TypedActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * How the actors that everybody depends on are supervised: they start again after an exception, as often as {@link
 * StackConfig.Supervision} allows. What each failure means is told to the stack actor, who logs it in one line; so
 * Pekko's own logging of it is off.
 */
final class Supervision {
    /** The first pause of a NIC's reader, which doubles with each failure. */
    private static final Duration FIRST_PAUSE = Duration.ofMillis(10);
    /** The longest pause of a NIC's reader. */
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private Supervision() {}

    /**
     * An actor that goes on at once, its children untouched, and ends with the failure that is one too many.
     *
     * @param onFailure called with each failure, before the actor goes on or ends
     * @param onEnd called with the one that ends it
     */
    static Behavior<Object> restarting(
            StackConfig.Supervision limits,
            Consumer<Throwable> onFailure,
            Consumer<Throwable> onEnd,
            Behavior<Object> actor) {
        Restarts restarts = new Restarts(limits);
        Behavior<Object> witnessed = intercepted(actor, failure -> {
            onFailure.accept(failure);
            if (restarts.isOneTooMany(EventLoop.current().clock().nanoTime())) {
                onEnd.accept(failure);
                return Behaviors.stopped();
            }
            return null;
        });
        return Behaviors.supervise(witnessed)
                .onFailure(
                        Throwable.class,
                        SupervisorStrategy.restart().withStopChildren(false).withLoggingEnabled(false));
    }

    /** Counts the restarts of one actor by the clock of its loop: Pekko's own limit goes by that of the machine. */
    private static final class Restarts {
        private final StackConfig.Supervision limits;
        private int count;
        private long since;

        Restarts(StackConfig.Supervision limits) {
            this.limits = limits;
        }

        /** Whether one more, now, is more than is allowed in the time since the first that counts. */
        boolean isOneTooMany(long now) {
            if (count == 0 || now - since >= limits.within().toNanos()) {
                since = now;
                count = 0;
            }
            return ++count > limits.restarts();
        }
    }

    /**
     * The reader of a NIC, which goes on after a pause. It ends when there were too many failures and, at once, when
     * the NIC is gone for good.
     *
     * @param onFailure called with each failure, before the reader goes on or ends
     */
    static <T> Behavior<T> ofReader(
            StackConfig.Supervision limits, Consumer<Throwable> onFailure, Behavior<T> reader) {
        SupervisorStrategy strategy = SupervisorStrategy.restartWithBackoff(FIRST_PAUSE, LONGEST_PAUSE, 0)
                .withMaxRestarts(limits.restarts())
                .withResetBackoffAfter(limits.within())
                .withLoggingEnabled(false);
        Behavior<T> ending = Behaviors.supervise(intercepted(reader, failure -> {
            onFailure.accept(failure);
            return null;
        })).onFailure(NicException.class, SupervisorStrategy.stop().withLoggingEnabled(false));
        return Behaviors.supervise(ending).onFailure(Throwable.class, strategy);
    }

    private static <T> Behavior<T> intercepted(Behavior<T> behavior, Function<Throwable, Behavior<T>> onFailure) {
        return Behaviors.intercept(() -> new Witness<>(onFailure), behavior);
    }

    /** Sees what an actor throws, and gives it on unless there is a behaviour to go on with. */
    private static final class Witness<T> extends BehaviorInterceptor<T, T> {
        private final Function<Throwable, Behavior<T>> onFailure;

        @SuppressWarnings("unchecked")
        Witness(Function<Throwable, Behavior<T>> onFailure) {
            super((Class<T>) Object.class);
            this.onFailure = onFailure;
        }

        private <E extends Throwable> Behavior<T> after(E failure) throws E {
            Behavior<T> next = onFailure.apply(failure);
            if (next == null) {
                throw failure;
            }
            return next;
        }

        @Override
        public Behavior<T> aroundStart(TypedActorContext<T> context, PreStartTarget<T> target) {
            try {
                return target.start(context);
            } catch (RuntimeException e) {
                return after(e);
            } catch (AssertionError e) {
                return after(e);
            }
        }

        @Override
        public Behavior<T> aroundReceive(TypedActorContext<T> context, T message, ReceiveTarget<T> target) {
            try {
                return target.apply(context, message);
            } catch (RuntimeException e) {
                return after(e);
            } catch (AssertionError e) {
                return after(e);
            }
        }

        @Override
        public Behavior<T> aroundSignal(TypedActorContext<T> context, Signal signal, SignalTarget<T> target) {
            try {
                return target.apply(context, signal);
            } catch (RuntimeException e) {
                return after(e);
            } catch (AssertionError e) {
                return after(e);
            }
        }

        /** Never for the same interceptor again: one may be inside and one outside of a supervision. */
        @Override
        public boolean isSame(BehaviorInterceptor<Object, Object> other) {
            return other == (Object) this;
        }
    }
}
