package io.fourtuple.nic.loop;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A loop as an executor that can be shut down, many times over: each is a façade of its own, and the loop lives on.
 *
 * <p>Holds the loop's thread from its making to the end of its last task.
 */
public final class LoopExecutor extends AbstractExecutorService {
    private final EventLoop loop;
    private final AtomicBoolean shutdown = new AtomicBoolean();
    private final CountDownLatch terminated = new CountDownLatch(1);

    /** A new façade of {@code loop}. */
    public LoopExecutor(EventLoop loop) {
        this.loop = loop;
        loop.retain();
    }

    /** The loop behind this. */
    public EventLoop loop() {
        return loop;
    }

    /**
     * Runs a task on the loop, see {@link EventLoop#execute}.
     *
     * @throws RejectedExecutionException after {@link #shutdown}
     */
    @Override
    public void execute(Runnable task) {
        if (shutdown.get()) {
            throw new RejectedExecutionException("this executor of " + loop + " was shut down");
        }
        loop.execute(task);
    }

    /** Takes no more tasks. Those taken are run. */
    @Override
    public void shutdown() {
        if (shutdown.compareAndSet(false, true)) {
            // Behind every task that was taken before.
            loop.execute(() -> {
                loop.release();
                terminated.countDown();
            });
        }
    }

    /** The same as {@link #shutdown}: tasks that were taken are run all the same, the list is empty. */
    @Override
    public List<Runnable> shutdownNow() {
        shutdown();
        return List.of();
    }

    @Override
    public boolean isShutdown() {
        return shutdown.get();
    }

    @Override
    public boolean isTerminated() {
        return terminated.getCount() == 0;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return terminated.await(timeout, unit);
    }
}
