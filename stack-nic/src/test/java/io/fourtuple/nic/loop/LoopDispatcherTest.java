package io.fourtuple.nic.loop;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LoopDispatcherTest {
    private static final String DISPATCHER = "fourtuple.loop-dispatcher";
    private static final DispatcherSelector ON_LOOP = DispatcherSelector.fromConfig(DISPATCHER);

    // Pekko forgets to shut an executor down when a dispatcher is used anew just then: keep-alive is for that.
    private final Config config = ConfigFactory
            .parseString(DISPATCHER + " { shutdown-timeout = 1ms, keep-alive = 5s, watchdog = 20ms }")
            .withFallback(ConfigFactory.load());
    private final ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "loops", config);

    private int spawned;

    private record Greet(ActorRef<Thread> replyTo) {}

    @AfterEach
    void terminate() {
        system.terminate();
        system.getWhenTerminated().toCompletableFuture().join();
    }

    @Test
    void shouldRunAllActorsOnOneThreadThatKnowsItsLoop() {
        CompletableFuture<EventLoop> first = new CompletableFuture<>();
        CompletableFuture<EventLoop> second = new CompletableFuture<>();
        spawn(reportLoop(first));
        spawn(reportLoop(second));

        assertThat(first.join()).isSameAs(second.join());
        assertThat(first.join().name()).isEqualTo(DISPATCHER);
    }

    @Test
    void shouldPassMessagesBetweenActorsOfALoopAndFromOutside() throws InterruptedException {
        int rounds = 200_000;
        CountDownLatch done = new CountDownLatch(1);
        ActorRef<Integer> pong = spawn(bounce(null, rounds, done));
        ActorRef<Integer> ping = spawn(bounce(pong, rounds, done));
        ping.tell(0);
        done.await();

        int outside = 100_000;
        CountDownLatch counted = new CountDownLatch(outside);
        ActorRef<Integer> counter = spawn(Behaviors.receiveMessage(_ -> {
            counted.countDown();
            return Behaviors.same();
        }));
        for (int i = 0; i < outside; i++) {
            counter.tell(i);
        }
        counted.await();
    }

    private static Behavior<Integer> bounce(ActorRef<Integer> to, int rounds, CountDownLatch done) {
        return Behaviors.receive((context, number) -> {
            if (number >= rounds) {
                done.countDown();
            } else {
                (to == null ? context.getSelf() : to).tell(number + 1);
            }
            return Behaviors.same();
        });
    }

    @Test
    void shouldRunAgainAfterPekkoShutTheIdleExecutorDown() throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        List<EventLoop> loops = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            CompletableFuture<EventLoop> loop = new CompletableFuture<>();
            CompletableFuture<Thread> thread = new CompletableFuture<>();
            ActorRef<String> actor = spawn(Behaviors.setup(_ -> {
                loop.complete(EventLoop.current());
                thread.complete(Thread.currentThread());
                return Behaviors.receiveMessage(_ -> Behaviors.stopped());
            }));
            loops.add(loop.join());
            threads.add(thread.join());
            actor.tell("stop");
            // The dispatcher has no actors now: Pekko ends its executor, and with it the thread.
            assertThat(thread.join().join(Duration.ofSeconds(20))).isTrue();
        }
        assertThat(loops).containsOnly(loops.getFirst());
        assertThat(threads).doesNotHaveDuplicates();
    }

    @Test
    void shouldEndItsThreadWhenTheSystemTerminates() throws InterruptedException {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        spawn(Behaviors.setup(_ -> {
            EventLoop.current().timer(() -> {}).arm(EventLoop.current().clock().nanoTime()
                    + TimeUnit.HOURS.toNanos(1));
            thread.complete(Thread.currentThread());
            return Behaviors.empty();
        }));
        assertThat(thread.join().getName()).contains("loops-" + DISPATCHER);
        terminate();

        assertThat(thread.join().join(Duration.ofSeconds(20))).isTrue();
    }

    @Test
    void shouldReplyToActorsOfOtherDispatchers() {
        CompletableFuture<Thread> answered = new CompletableFuture<>();
        ActorRef<Greet> server = spawn(Behaviors.receiveMessage(greet -> {
            greet.replyTo().tell(Thread.currentThread());
            return Behaviors.same();
        }));
        ActorRef<Thread> client = system.systemActorOf(Behaviors.receiveMessage(loopThread -> {
            answered.complete(loopThread == Thread.currentThread() ? null : loopThread);
            return Behaviors.stopped();
        }), "client", Props.empty());
        server.tell(new Greet(client));

        assertThat(answered.join()).isNotNull();
    }

    @Test
    void shouldNameTheActorThatHoldsTheLoop() throws InterruptedException {
        try (LogCapture log = new LogCapture(LoopWatchdog.class)) {
            CountDownLatch release = new CountDownLatch(1);
            ActorRef<Done> blocker = system.systemActorOf(Behaviors.receiveMessage(_ -> {
                release.await();
                return Behaviors.same();
            }), "blocker", ON_LOOP);
            blocker.tell(Done.done());

            // On a busy machine the loop itself may have been kept from running before.
            String message = log.take();
            while (!message.contains("/system/blocker")) {
                message = log.take();
            }
            assertThat(message).contains(DISPATCHER).contains("CountDownLatch.await");
            release.countDown();
        }
    }

    @Test
    void shouldReadItsKeysAsReferenceConfSaysThem() {
        assertThat(LoopConfig.of(ConfigFactory.load().getConfig(DISPATCHER))).isEqualTo(LoopConfig.DEFAULT);
        assertThat(LoopConfig.of(config.getConfig(DISPATCHER)).watchdog()).isEqualTo(Duration.ofMillis(20));
    }

    private static Behavior<String> reportLoop(CompletableFuture<EventLoop> into) {
        return Behaviors.setup(_ -> {
            into.complete(EventLoop.current());
            return Behaviors.empty();
        });
    }

    private <T> ActorRef<T> spawn(Behavior<T> behavior) {
        return system.systemActorOf(behavior, "actor" + ++spawned, ON_LOOP);
    }
}
