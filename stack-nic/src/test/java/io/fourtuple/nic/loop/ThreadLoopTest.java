package io.fourtuple.nic.loop;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.core.time.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ThreadLoopTest {
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicReference<Throwable> uncaught = new AtomicReference<>();
    private final ThreadLoop loop = new ThreadLoop("test", LoopConfig.DEFAULT, this::newThread);
    private final LoopExecutor executor = new LoopExecutor(loop);

    private Thread newThread(Runnable body) {
        Thread thread = new Thread(body, "test-loop");
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler((_, e) -> uncaught.set(e));
        threads.add(thread);
        return thread;
    }

    @AfterEach
    void endLoop() throws InterruptedException {
        executor.shutdown();
        assertThat(executor.awaitTermination(10, SECONDS)).isTrue();
        for (Thread thread : threads) {
            assertThat(thread.join(Duration.ofSeconds(10))).isTrue();
        }
    }

    @Test
    void shouldLoseNoneOfAMillionTasksOfForeignThreads() throws InterruptedException {
        int producers = 4;
        int each = 250_000;
        int[] ran = new int[producers];
        AtomicInteger disorder = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(producers * each);
        List<Thread> running = new ArrayList<>();
        for (int p = 0; p < producers; p++) {
            int producer = p;
            Thread thread = new Thread(() -> {
                for (int i = 0; i < each; i++) {
                    int number = i;
                    executor.execute(() -> {
                        if (ran[producer]++ != number) {
                            disorder.incrementAndGet();
                        }
                        done.countDown();
                    });
                }
            });
            thread.start();
            running.add(thread);
        }
        done.await();
        for (Thread thread : running) {
            thread.join();
        }

        assertThat(ran).containsOnly(each);
        assertThat(disorder).hasValue(0);
        assertThat(threads).hasSize(1);
    }

    @Test
    void shouldWakeFromSleepEachTime() throws InterruptedException {
        // One hand-over at a time: between two, the loop goes to sleep, or is just about to.
        SynchronousQueue<Integer> answers = new SynchronousQueue<>();
        for (int i = 0; i < 50_000; i++) {
            int number = i;
            executor.execute(() -> put(answers, number));
            assertThat(answers.take()).isEqualTo(number);
        }
    }

    @Test
    void shouldRunOwnTasksInOrderAndNotAtOnce() {
        List<Integer> order = onLoop(() -> {
            List<Integer> ran = new ArrayList<>();
            loop.execute(() -> ran.add(2));
            loop.execute(() -> ran.add(3));
            ran.add(1);
            return ran;
        });
        assertThat(onLoop(() -> List.copyOf(order))).containsExactly(1, 2, 3);
    }

    @Test
    void shouldRunTimersInTheOrderOfTheirDeadlines() throws InterruptedException {
        List<String> order = new ArrayList<>();
        CountDownLatch done = new CountDownLatch(4);
        executor.execute(() -> {
            long now = loop.clock().nanoTime();
            timer(order, done, "c").arm(now + 3_000_000);
            timer(order, done, "a").arm(now - 1);
            LoopTimer moved = timer(order, done, "d");
            moved.arm(now + 1);
            moved.arm(now + 3_000_001);
            timer(order, done, "b1").arm(now + 1_000_000);
            LoopTimer never = timer(order, done, "never");
            never.arm(now + 2_000_000);
            never.disarm();
        });
        done.await();

        assertThat(order).containsExactly("a", "b1", "c", "d");
    }

    private LoopTimer timer(List<String> order, CountDownLatch done, String name) {
        return loop.timer(() -> {
            order.add(name);
            done.countDown();
        });
    }

    @Test
    void shouldNotRunATimerEarly() throws InterruptedException {
        CompletableFuture<Long> late = new CompletableFuture<>();
        executor.execute(() -> {
            long deadline = loop.clock().nanoTime() + 2_000_000;
            loop.timer(() -> late.complete(loop.clock().nanoTime() - deadline)).arm(deadline);
        });
        assertThat(late.join()).isNotNegative();
    }

    @Test
    void shouldForgetTheDeadlineOfATimerThatRan() {
        CompletableFuture<Long> after = new CompletableFuture<>();
        executor.execute(() -> {
            LoopTimer[] timer = new LoopTimer[1];
            timer[0] = loop.timer(() -> after.complete(timer[0].deadline()));
            timer[0].arm(loop.clock().nanoTime());
        });
        assertThat(after.join()).isEqualTo(Deadline.NONE);
    }

    @Test
    void shouldServeTimersAndForeignTasksUnderEndlessLoad() {
        AtomicReference<Runnable> load = new AtomicReference<>();
        load.set(() -> loop.execute(load.get()));
        CompletableFuture<Boolean> rang = new CompletableFuture<>();
        executor.execute(() -> {
            load.get().run();
            load.get().run();
            loop.timer(() -> rang.complete(true)).arm(loop.clock().nanoTime() + 1_000_000);
        });

        assertThat(rang.join()).isTrue();
        assertThat(onLoop(() -> "served")).isEqualTo("served");
        load.set(() -> {});
    }

    @Test
    void shouldGoOnAfterATaskThatThrows() {
        RuntimeException failure = new RuntimeException("expected");
        executor.execute(() -> {
            throw failure;
        });

        assertThat(onLoop(() -> "alive")).isEqualTo("alive");
        assertThat(uncaught).hasValue(failure);
    }

    @Test
    void shouldSleepAlthoughATaskLeftAnInterrupt() {
        executor.execute(() -> Thread.currentThread().interrupt());
        CompletableFuture<Boolean> rang = new CompletableFuture<>();
        executor.execute(() -> loop.timer(() -> rang.complete(Thread.currentThread().isInterrupted()))
                .arm(loop.clock().nanoTime() + 1_000_000));

        assertThat(rang.join()).isFalse();
    }

    @Test
    void shouldKnowItsThread() {
        assertThat(onLoop(EventLoop::current)).isSameAs(loop);
        assertThat(onLoop(loop::isCurrent)).isTrue();
        assertThatIllegalStateException().isThrownBy(EventLoop::current)
                .withMessageContaining("fourtuple.loop-dispatcher");
        assertThatIllegalStateException().isThrownBy(() -> loop.timer(() -> {}));
    }

    @Test
    void shouldEndItsThreadWithItsLastExecutorAndStartAnotherWithTheNext() throws InterruptedException {
        onLoop(() -> "started");
        executor.shutdown();
        assertThat(executor.awaitTermination(10, SECONDS)).isTrue();
        assertThat(threads.getFirst().join(Duration.ofSeconds(10))).isTrue();
        assertThatThrownBy(() -> executor.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);

        LoopExecutor next = new LoopExecutor(loop);
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        next.execute(() -> thread.complete(Thread.currentThread()));
        assertThat(thread.join()).isNotSameAs(threads.getFirst());
        next.shutdown();
        assertThat(next.awaitTermination(10, SECONDS)).isTrue();
        assertThat(threads).hasSize(2);
    }

    @Test
    void shouldRunTasksTakenBeforeShutdown() throws InterruptedException {
        for (int round = 0; round < 2_000; round++) {
            LoopExecutor facade = new LoopExecutor(loop);
            AtomicInteger ran = new AtomicInteger();
            facade.execute(ran::incrementAndGet);
            facade.execute(ran::incrementAndGet);
            facade.shutdown();
            assertThat(facade.awaitTermination(10, SECONDS)).isTrue();
            assertThat(ran).hasValue(2);
        }
    }

    @Test
    void shouldLoseNoTaskWhileItsThreadIsEnding() throws InterruptedException {
        ThreadLoop unheld = new ThreadLoop("unheld", LoopConfig.DEFAULT, this::newThread);
        for (int i = 0; i < 2_000; i++) {
            CountDownLatch ran = new CountDownLatch(1);
            unheld.execute(ran::countDown);
            ran.await();
        }
    }

    @Test
    void shouldDropTimersThatNobodyTookBackWhenItsThreadEnds() throws InterruptedException {
        ThreadLoop other = new ThreadLoop("other", LoopConfig.DEFAULT, this::newThread);
        CompletableFuture<LoopTimer> timer = new CompletableFuture<>();
        other.execute(() -> {
            LoopTimer forgotten = other.timer(() -> {});
            forgotten.arm(other.clock().nanoTime() + SECONDS.toNanos(3600));
            timer.complete(forgotten);
        });
        LoopTimer forgotten = timer.join();
        for (Thread thread : List.copyOf(threads)) {
            assertThat(thread.join(Duration.ofSeconds(10))).isTrue();
        }
        assertThat(forgotten.deadline()).isEqualTo(Deadline.NONE);
    }

    @Test
    void shouldEndAThreadThatIdlesAndStartAnotherForTheNextTask() throws InterruptedException {
        ThreadLoop idle =
                new ThreadLoop("idle", LoopConfig.DEFAULT.withKeepAlive(Duration.ofMillis(2)), this::newThread);
        LoopExecutor facade = new LoopExecutor(idle);
        for (int i = 0; i < 20; i++) {
            CompletableFuture<Thread> ran = new CompletableFuture<>();
            facade.execute(() -> ran.complete(Thread.currentThread()));
            assertThat(ran.join().join(Duration.ofSeconds(10))).isTrue();
        }
        facade.shutdown();
        assertThat(facade.awaitTermination(10, SECONDS)).isTrue();
        assertThat(threads.size()).isGreaterThanOrEqualTo(20);
    }

    @Test
    void shouldKeepAnIdleThreadForItsTimer() {
        ThreadLoop waiting =
                new ThreadLoop("waiting", LoopConfig.DEFAULT.withKeepAlive(Duration.ofMillis(1)), this::newThread);
        LoopExecutor facade = new LoopExecutor(waiting);
        CompletableFuture<Boolean> rang = new CompletableFuture<>();
        facade.execute(() -> waiting.timer(() -> rang.complete(true)).arm(waiting.clock().nanoTime() + 20_000_000));

        assertThat(rang.join()).isTrue();
        facade.shutdown();
    }

    @Test
    void shouldFindWorkByBusyPolling() throws InterruptedException {
        ThreadLoop busy = new ThreadLoop("busy",
                LoopConfig.DEFAULT.withBusyPoll(Duration.ofMillis(1)), this::newThread);
        LoopExecutor facade = new LoopExecutor(busy);
        SynchronousQueue<Integer> answers = new SynchronousQueue<>();
        for (int i = 0; i < 5_000; i++) {
            int number = i;
            facade.execute(() -> put(answers, number));
            assertThat(answers.take()).isEqualTo(number);
        }
        facade.shutdown();
        assertThat(facade.awaitTermination(10, SECONDS)).isTrue();
    }

    private <T> T onLoop(Supplier<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        executor.execute(() -> result.complete(task.get()));
        return result.join();
    }

    static void put(SynchronousQueue<Integer> queue, int value) {
        try {
            queue.put(value);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
