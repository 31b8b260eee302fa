package io.fourtuple.benchmarks;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * An actor system with whatever is measured in it.
 *
 * @param system terminated by {@link #close}
 * @param binder whose Tcp is measured
 */
record ServedTarget(ActorSystem<?> system, TcpBinder binder) implements AutoCloseable {
    private static final int TERMINATION_SECONDS = 10;

    /** Starts what the arguments of {@link LoadServer#main} say. */
    static ServedTarget start(String[] args) throws Exception {
        return switch (args[0]) {
            case "pekko" -> pekko();
            case "fourtuple" -> fourtuple(args[1], args[3]);
            default -> throw new IllegalArgumentException("target must be pekko or fourtuple, not " + args[0]);
        };
    }

    private static ServedTarget pekko() {
        ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "bench", ConfigFactory.load());
        return new ServedTarget(system, new PekkoBinder(system));
    }

    /** The configured stack of the system. The servers' flows run on its loop: none of them blocks. */
    private static ServedTarget fourtuple(String addressWithPrefix, String device) {
        Config config = ConfigFactory.parseMap(Map.of(
                "fourtuple.stack.nic", "tap:" + device,
                "fourtuple.stack.ip.addresses", List.of(addressWithPrefix),
                "fourtuple.stack.streams.on-loop", true));
        ActorSystem<Void> system =
                ActorSystem.create(Behaviors.empty(), "bench", config.withFallback(ConfigFactory.load()));
        return new ServedTarget(system, new FourtupleBinder(system));
    }

    @Override
    public void close() {
        system.terminate();
        system.getWhenTerminated()
                .toCompletableFuture()
                .orTimeout(TERMINATION_SECONDS, TimeUnit.SECONDS)
                .join();
    }
}
