package io.fourtuple.nic.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.fourtuple.core.time.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.CsvSource;

class VirtualTimeTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private VirtualTime time = new VirtualTime(1, VirtualTime.Order.FIFO);
    private final List<String> seen = new ArrayList<>();

    @AfterEach
    void close() {
        time.close();
    }

    private void see(String what) {
        seen.add(what + "@" + time.nanoTime());
    }

    @Test
    void shouldJumpFromDeadlineToDeadline() {
        time.timer(() -> see("late")).arm(HOUR.toNanos());
        time.timer(() -> see("early")).arm(7);
        time.timer(() -> see("same")).arm(7);
        time.mainLoop().execute(() -> see("now"));

        time.runFor(Duration.ofHours(2));

        assertThat(seen).containsExactly("now@0", "early@7", "same@7", "late@" + HOUR.toNanos());
        assertThat(time.nanoTime()).isEqualTo(2 * HOUR.toNanos());
    }

    @Test
    void shouldLetNoTimePassWhileTasksAreReady() {
        time.timer(() -> see("timer")).arm(5);
        time.mainLoop().execute(() -> time.mainLoop().execute(() -> see("task")));
        time.runReady();

        assertThat(seen).containsExactly("task@0");
    }

    @Test
    void shouldKeepTheTimersOfAHostByItsOwnClock() {
        VirtualLoop fast = time.loop("fast", new ClockSkew(Duration.ofSeconds(3), 100));
        LoopTimer timer = fast.timer(() -> see("due, says the host at " + fast.clock().nanoTime()));
        long deadline = fast.clock().nanoTime() + 1_000_100_000;
        timer.arm(deadline);
        assertThat(timer.deadline()).isEqualTo(deadline);
        time.runFor(Duration.ofSeconds(2));

        assertThat(seen).containsExactly("due, says the host at " + deadline + "@1000000000");
        assertThat(timer.deadline()).isEqualTo(Deadline.NONE);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 100", "-1000, -100", "86400000, 1000000", "5, -500000", "9, 33"})
    void shouldFindWhenAWrongClockShowsATime(long offsetMillis, int partsPerMillion) {
        ClockSkew skew = new ClockSkew(Duration.ofMillis(offsetMillis), partsPerMillion);
        RandomGenerator random = time.random("times");
        for (int i = 0; i < 10_000; i++) {
            long local = random.nextLong(Duration.ofDays(400).toNanos());
            long global = skew.global(local);
            assertThat(skew.local(global)).isGreaterThanOrEqualTo(local);
            assertThat(skew.local(global - 1)).isLessThan(local);
        }
    }

    @Test
    void shouldDrawFromSourcesThatDependOnSeedAndNameAlone() {
        long first = time.random("a").nextLong();
        time.random("b").nextLong();
        long second = time.random("a").nextLong();
        time.close();
        time = new VirtualTime(1, VirtualTime.Order.FIFO);

        assertThat(time.random("a").nextLong()).isEqualTo(first);
        assertThat(time.random("a").nextLong()).isEqualTo(second);
        assertThat(time.random("b").nextLong()).isNotEqualTo(first);
    }

    @Test
    void shouldNoteEveryDraw() {
        List<Long> notes = new ArrayList<>();
        time.setJournal((_, source, value) -> {
            assertThat(source).isEqualTo("a");
            notes.add(value);
        });
        int drawn = time.random("a").nextInt();

        assertThat(notes).singleElement().matches(value -> (int) (value >>> 32) == drawn);
    }

    @Test
    void shouldRefuseToBeServedByAThreadOfTheCommonPool() {
        assertThatThrownBy(() -> time.await(
                CompletableFuture.runAsync(() -> time.mainLoop().execute(() -> see("intruder"))), HOUR))
                .isInstanceOf(NonDeterminismException.class).hasMessageContaining("has handed work to the simulation");
        assertThat(seen).isEmpty();
    }

    @Test
    void shouldRefuseAStageThatAnotherThreadCompletes() {
        CompletableFuture<Void> never = new CompletableFuture<>();
        CompletableFuture<String> other = new CompletableFuture<>();
        Thread simulation = Thread.currentThread();
        CompletableFuture<Void> busy = CompletableFuture.runAsync(() -> {
            while (simulation.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }
            other.complete("done");
        });
        assertThatThrownBy(() -> time.await(other, HOUR)).isInstanceOf(NonDeterminismException.class)
                .hasMessageContaining("was completed by another thread");
        busy.join();
        assertThatThrownBy(() -> time.await(never, HOUR)).isInstanceOf(AssertionError.class)
                .hasMessageContaining("waits in vain");
    }

    @Test
    void shouldRefuseWorkOfAnotherThread() throws InterruptedException {
        Thread other = new Thread(() -> time.mainLoop().execute(() -> see("intruder")), "another");
        other.start();
        other.join();

        assertThatThrownBy(() -> time.runReady()).isInstanceOf(NonDeterminismException.class)
                .hasMessageContaining("another").hasRootCauseInstanceOf(Throwable.class);
    }

    @Test
    void shouldSayThatItWaitsInVain() {
        assertThatThrownBy(() -> time.await(new CompletableFuture<>(), HOUR)).isInstanceOf(AssertionError.class)
                .hasMessageContaining("nothing is left to happen");
        CompletableFuture<String> late = new CompletableFuture<>();
        time.timer(() -> late.complete("there")).arm(HOUR.toNanos() + 1);
        assertThatThrownBy(() -> time.await(late, HOUR)).isInstanceOf(AssertionError.class)
                .hasMessageContaining("PT1H");
        assertThat(time.await(late, HOUR)).isEqualTo("there");
    }

    @Test
    void shouldReportWhatATaskThrows() {
        time.mainLoop().execute(() -> {
            throw new IllegalArgumentException("boom");
        });
        assertThatThrownBy(() -> time.runReady()).hasMessageContaining("boom");
    }

    @Test
    void shouldBeTheOnlyOneOfItsThread() {
        assertThatThrownBy(() -> new VirtualTime(2, VirtualTime.Order.FIFO)).hasMessageContaining("close it first");
    }

    // ---- Pekko ----

    @ParameterizedTest
    @EnumSource
    void shouldRunActorsAndTheirTimers(VirtualTime.Order order) {
        time.close();
        time = new VirtualTime(1, order);
        ActorSystem<String> system = system();
        system.tell("hello");
        system.scheduler().scheduleOnce(HOUR, () -> system.tell("an hour later"), system.executionContext());
        time.runFor(HOUR.plusNanos(1));

        assertThat(seen).containsExactly("hello@0", "an hour later@" + HOUR.toNanos());
        system.terminate();
        time.await(system.getWhenTerminated(), Duration.ofMinutes(1));
    }

    @Test
    void shouldNoticeAMessageOfAnotherThreadToAnActorThatIsReadyAnyhow() throws InterruptedException {
        ActorSystem<String> system = system();
        time.runReady();
        system.tell("mine");
        Thread other = new Thread(() -> system.tell("of another"), "another");
        other.start();
        other.join();

        assertThatThrownBy(() -> time.runReady()).isInstanceOf(NonDeterminismException.class)
                .hasMessageContaining("thread another").hasMessageContaining("of another");
        time.runReady();
        assertThat(seen).containsExactly("mine@0");
        system.terminate();
        time.await(system.getWhenTerminated(), Duration.ofMinutes(1));
    }

    @Test
    void shouldGoOnWhenSomethingScheduledThrows() {
        ActorSystem<String> system = system();
        system.scheduler().scheduleAtFixedRate(Duration.ZERO, Duration.ofSeconds(1), () -> {
            see("throws");
            throw new IllegalStateException("thrown on purpose");
        }, system.executionContext());
        time.runFor(Duration.ofSeconds(3));

        assertThat(seen).containsExactly("throws@0");
        system.terminate();
        time.await(system.getWhenTerminated(), Duration.ofMinutes(1));
    }

    private ActorSystem<String> system() {
        Config config = ConfigFactory.load();
        return time.call(() -> ActorSystem.create(recorder(), "virtual",
                config.getConfig("fourtuple.virtual-time.overlay").withFallback(config)));
    }

    private Behavior<String> recorder() {
        return Behaviors.receiveMessage(message -> {
            see(message);
            return Behaviors.same();
        });
    }

    @Test
    void shouldShuffleActorsBySeed() {
        List<String> first = orderOfActors(1);
        assertThat(orderOfActors(1)).isEqualTo(first);
        assertThat(orderOfActors(2)).isNotEqualTo(first);
    }

    private List<String> orderOfActors(long seed) {
        time.close();
        time = new VirtualTime(seed, VirtualTime.Order.SHUFFLED);
        seen.clear();
        ActorSystem<String> system = system();
        List<ActorRef<String>> actors = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            actors.add(system.systemActorOf(recorder(), "actor-" + i, org.apache.pekko.actor.typed.Props.empty()));
        }
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < actors.size(); j++) {
                actors.get(j).tell(j + "." + i);
            }
        }
        time.runFor(Duration.ofSeconds(1));
        for (int j = 0; j < actors.size(); j++) {
            String of = j + ".";
            assertThat(seen).filteredOn(text -> text.startsWith(of)).isSorted(); // each keeps its order
        }
        system.terminate();
        time.await(system.getWhenTerminated(), Duration.ofMinutes(1));
        return List.copyOf(seen);
    }
}
