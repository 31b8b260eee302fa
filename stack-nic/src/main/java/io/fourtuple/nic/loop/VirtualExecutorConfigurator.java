package io.fourtuple.nic.loop;

import com.typesafe.config.Config;
import java.util.concurrent.ThreadFactory;
import org.apache.pekko.dispatch.DispatcherPrerequisites;
import org.apache.pekko.dispatch.ExecutorServiceConfigurator;
import org.apache.pekko.dispatch.ExecutorServiceFactory;

/**
 * Runs a Pekko dispatcher in the {@link VirtualTime} of the thread: on the {@link VirtualLoop} that the dispatcher's
 * configuration names with the key {@code loop}, or on the one that belongs to no host.
 */
public final class VirtualExecutorConfigurator extends ExecutorServiceConfigurator {
    /** The key of the loop's name. */
    public static final String LOOP = "loop";

    private final VirtualLoop loop;

    /** Called by Pekko, on the thread of the simulation. */
    public VirtualExecutorConfigurator(Config config, DispatcherPrerequisites prerequisites) {
        super(config, prerequisites);
        VirtualTime time = VirtualTime.current();
        loop = config.hasPath(LOOP) ? time.loop(config.getString(LOOP), ClockSkew.NONE) : time.mainLoop();
    }

    @Override
    public ExecutorServiceFactory createExecutorServiceFactory(String id, ThreadFactory threadFactory) {
        return () -> new LoopExecutor(loop);
    }
}
