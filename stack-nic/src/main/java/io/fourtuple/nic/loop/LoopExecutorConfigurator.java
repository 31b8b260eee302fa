package io.fourtuple.nic.loop;

import com.typesafe.config.Config;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadFactory;
import org.apache.pekko.dispatch.DispatcherPrerequisites;
import org.apache.pekko.dispatch.ExecutorServiceConfigurator;
import org.apache.pekko.dispatch.ExecutorServiceFactory;
import org.apache.pekko.dispatch.MonitorableThreadFactory;

/**
 * Runs a Pekko dispatcher on an {@link EventLoop} of its own: one thread for all its actors.
 *
 * <p>Named in a dispatcher's configuration, which also holds the keys of {@link LoopConfig}; see
 * {@code fourtuple.loop-dispatcher} in {@code reference.conf}. Each dispatcher id has its own loop; a further shard is
 * a further dispatcher.
 */
public final class LoopExecutorConfigurator extends ExecutorServiceConfigurator {
    private final LoopConfig config;

    /** Called by Pekko. */
    public LoopExecutorConfigurator(Config config, DispatcherPrerequisites prerequisites) {
        super(config, prerequisites);
        this.config = LoopConfig.of(config);
    }

    @Override
    public ExecutorServiceFactory createExecutorServiceFactory(String id, ThreadFactory threadFactory) {
        return new LoopFactory(new ThreadLoop(id, config, named(id, threadFactory)));
    }

    private static ThreadFactory named(String id, ThreadFactory threads) {
        return threads instanceof MonitorableThreadFactory pekkos ? pekkos.withName(pekkos.name() + "-" + id) : threads;
    }

    /** Asked for a new executor each time that the dispatcher has actors again. */
    private record LoopFactory(EventLoop loop) implements ExecutorServiceFactory {
        @Override
        public ExecutorService createExecutorService() {
            return new LoopExecutor(loop);
        }
    }
}
