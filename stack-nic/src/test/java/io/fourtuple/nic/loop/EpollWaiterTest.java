package io.fourtuple.nic.loop;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.nic.sys.Linux;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A loop that sleeps in epoll, as it watches a descriptor. */
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class EpollWaiterTest {
    private final Arena arena = Arena.ofAuto();
    private final Linux linux = new Linux(arena);
    private final int descriptor = linux.eventfd(0, 0x800);
    private final Semaphore readable = new Semaphore(0);
    private final ThreadLoop loop =
            new ThreadLoop("epoll", LoopConfig.DEFAULT, body -> Thread.ofPlatform().unstarted(body));
    private final LoopExecutor executor = new LoopExecutor(loop);
    private final CompletableFuture<Registration> registration = new CompletableFuture<>();

    @BeforeEach
    void register() {
        executor.execute(() -> registration.complete(loop.register(descriptor, readable::release)));
        registration.join();
    }

    @AfterEach
    void endLoop() throws InterruptedException {
        executor.shutdown();
        assertThat(executor.awaitTermination(10, SECONDS)).isTrue();
        linux.close(descriptor);
    }

    @Test
    void shouldTellEachTimeThatADescriptorBecomesReadable() throws InterruptedException {
        for (int i = 0; i < 1_000; i++) {
            signal();
            readable.acquire();
        }
        assertThat(readable.availablePermits()).isZero();
    }

    @Test
    void shouldTellNothingAfterTheRegistrationIsClosed() throws InterruptedException {
        executor.execute(registration.join()::close);
        executor.execute(registration.join()::close);
        onLoop(() -> {});
        signal();
        onLoop(() -> {});
        onLoop(() -> {});

        assertThat(readable.availablePermits()).isZero();
    }

    @Test
    void shouldWakeFromEpollForForeignTasks() throws InterruptedException {
        SynchronousQueue<Integer> answers = new SynchronousQueue<>();
        for (int i = 0; i < 20_000; i++) {
            int number = i;
            executor.execute(() -> ThreadLoopTest.put(answers, number));
            assertThat(answers.take()).isEqualTo(number);
        }
    }

    @Test
    void shouldSleepInEpollUntilATimerIsDue() {
        CompletableFuture<Long> late = new CompletableFuture<>();
        executor.execute(() -> {
            long deadline = loop.clock().nanoTime() + 1_500_000;
            loop.timer(() -> late.complete(loop.clock().nanoTime() - deadline)).arm(deadline);
        });
        assertThat(late.join()).isNotNegative();
    }

    @Test
    void shouldSleepToTheNextMillisecondWhereTheSystemCannotDoBetter() {
        onLoop(() -> {
            EpollWaiter coarse = new EpollWaiter(loop, false);
            long start = System.nanoTime();
            coarse.sleep(1_200_000);
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(1_200_000);
            coarse.wakeUp();
            coarse.sleep(Waiter.FOREVER);
            coarse.close();
        });
    }

    @Test
    void shouldLookAtDescriptorsUnderEndlessLoad() throws InterruptedException {
        boolean[] ends = new boolean[1];
        executor.execute(new Runnable() {
            @Override
            public void run() {
                if (!ends[0]) {
                    loop.execute(this);
                }
            }
        });
        signal();
        readable.acquire();
        onLoop(() -> ends[0] = true);
    }

    private void signal() {
        assertThat(linux.write(descriptor, arena.allocateFrom(ValueLayout.JAVA_LONG, 1), 8)).isEqualTo(8);
    }

    private void onLoop(Runnable task) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        executor.execute(() -> {
            try {
                task.run();
                done.complete(null);
            } catch (RuntimeException | AssertionError e) {
                done.completeExceptionally(e);
            }
        });
        done.join();
    }
}
