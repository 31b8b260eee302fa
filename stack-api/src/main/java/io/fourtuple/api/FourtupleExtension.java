package io.fourtuple.api;

import io.fourtuple.api.javadsl.Tcp;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Extension;
import org.apache.pekko.actor.typed.ExtensionId;

/**
 * The configured stack of an actor system: what {@code fourtuple.stack} of its configuration describes ({@link
 * StackConfig#from}). It starts with the first look-up and ends with the system, or with {@link Stack#terminate()},
 * after which it stays ended. Further stacks are started with {@link Stack#start}.
 *
 * <p>Thread-safe.
 */
public final class FourtupleExtension implements Extension {
    private final Stack stack;
    private final Tcp tcp;

    private FourtupleExtension(ActorSystem<?> system) {
        StackConfig config = StackConfig.from(system.settings().config());
        stack = Stack.start(system, config, ConfiguredNic.openAll(config));
        tcp = Tcp.of(stack);
    }

    /**
     * The extension of a system, whose stack starts if this is the first look-up. A classic system becomes a typed one
     * with {@code Adapter.toTyped}.
     *
     * @throws io.fourtuple.api.config.ConfigurationException with one sentence, when the configuration cannot be used
     * @throws io.fourtuple.nic.NicException with one sentence, when the network interface cannot be opened
     */
    public static FourtupleExtension get(ActorSystem<?> system) {
        return Id.INSTANCE.apply(system);
    }

    /** The configured stack. */
    public Stack stack() {
        return stack;
    }

    /** Its Streams API: the same stack as {@link Tcp#get}. */
    public Tcp tcp() {
        return tcp;
    }

    private static final class Id extends ExtensionId<FourtupleExtension> {
        private static final Id INSTANCE = new Id();

        @Override
        public FourtupleExtension createExtension(ActorSystem<?> system) {
            return new FourtupleExtension(system);
        }
    }
}
