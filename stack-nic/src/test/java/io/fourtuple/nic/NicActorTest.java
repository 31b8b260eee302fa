package io.fourtuple.nic;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.FrameSink;
import io.fourtuple.core.ip.LinkProperties;
import io.fourtuple.core.ip.TransmitOffload;
import io.fourtuple.nic.loop.EventLoop;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class NicActorTest {
    private static final DispatcherSelector ON_LOOP = DispatcherSelector.fromConfig("fourtuple.loop-dispatcher");

    private final ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "nics");
    private int spawned;
    private final LinkedBlockingQueue<NicActor.FrameBatch> batches = new LinkedBlockingQueue<>();
    private final ActorRef<NicActor.FrameBatch> stack = system.systemActorOf(Behaviors.receiveMessage(batch -> {
        batches.add(batch);
        return Behaviors.same();
    }), "stack", ON_LOOP);

    @AfterEach
    void terminate() {
        system.terminate();
        system.getWhenTerminated().toCompletableFuture().join();
    }

    @Test
    void shouldTellTheStackWhatComesFromAnotherThread() throws InterruptedException {
        MemoryWire wire = new MemoryWire(MemoryWire.Config.DEFAULT.withQueueFrames(100_000));
        spawn(NicActor.create(wire.right(), stack));
        send(wire.left(), 0, 10_000);

        assertThat(take(10_000)).isEqualTo(range(10_000));
    }

    @Test
    void shouldReadAtMost32FramesAtATime() throws InterruptedException {
        MemoryWire wire = new MemoryWire(MemoryWire.Config.DEFAULT);
        send(wire.left(), 0, 70);
        spawn(NicActor.create(wire.right(), stack));

        assertThat(List.of(batches.take(), batches.take(), batches.take())).extracting(batch -> batch.frames().size())
                .containsExactly(32, 32, 6);
    }

    @Test
    void shouldReadDelayedFramesWhenTheyAreDue() throws InterruptedException {
        MemoryWire wire = new MemoryWire(MemoryWire.Config.DEFAULT.withDelay(Duration.ofMillis(5)));
        spawn(NicActor.create(wire.right(), stack));
        long start = System.nanoTime();
        send(wire.left(), 0, 3);

        assertThat(take(3)).isEqualTo(range(3));
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(5_000_000);
    }

    @Test
    void shouldServeBothEndsOnOneLoop() throws InterruptedException {
        int rounds = 20_000;
        MemoryWire wire = new MemoryWire(MemoryWire.Config.DEFAULT);
        CountDownLatch done = new CountDownLatch(rounds);
        spawn(NicActor.create(wire.left(), system.systemActorOf(echo(wire.left(), done), "left", ON_LOOP)));
        spawn(NicActor.create(wire.right(), system.systemActorOf(echo(wire.right(), done), "right", ON_LOOP)));
        CompletableFuture<Boolean> started = new CompletableFuture<>();
        system.systemActorOf(Behaviors.setup(_ -> {
            send(wire.left(), 0, 1);
            started.complete(true);
            return Behaviors.stopped();
        }), "starter", ON_LOOP);
        started.join();
        done.await();

        assertThat(wire.left().statistics().rxFrames() + wire.right().statistics().rxFrames())
                .isGreaterThanOrEqualTo(rounds);
    }

    @Test
    void shouldLetTheStackWorkOffABatchBeforeReadingTheNext() throws InterruptedException {
        MemoryWire wire = new MemoryWire(MemoryWire.Config.DEFAULT.withQueueFrames(10_000));
        send(wire.left(), 0, 10_000);
        List<Long> ahead = new ArrayList<>();
        CountDownLatch done = new CountDownLatch(10_000);
        long[] handled = new long[1];
        ActorRef<NicActor.FrameBatch> slow = system.systemActorOf(Behaviors.receiveMessage(batch -> {
            handled[0] += batch.frames().size();
            ahead.add(wire.right().statistics().rxFrames() - handled[0]);
            batch.frames().forEach(_ -> done.countDown());
            return Behaviors.same();
        }), "slow", ON_LOOP);
        spawn(NicActor.create(wire.right(), slow));
        done.await();

        assertThat(ahead).allMatch(frames -> frames <= 2 * NicActor.MAX_BATCH);
    }

    @Test
    void shouldWrapBatchesForAStackWithMessagesOfItsOwn() throws InterruptedException {
        LinkedBlockingQueue<String> got = new LinkedBlockingQueue<>();
        ActorRef<String> named = system.systemActorOf(Behaviors.receiveMessage(text -> {
            got.add(text);
            return Behaviors.same();
        }), "named", ON_LOOP);
        MemoryWire wire = new MemoryWire(MemoryWire.Config.DEFAULT);
        spawn(NicActor.create(wire.right(), named, batch -> batch.frames().size() + " frames"));
        send(wire.left(), 0, 1);

        assertThat(got.take()).isEqualTo("1 frames");
    }

    @Test
    void shouldLeaveItsNicOpenWhenItStops() throws InterruptedException {
        MemoryWire wire = new MemoryWire(MemoryWire.Config.DEFAULT);
        ActorRef<NicActor.Command> actor = spawn(NicActor.create(wire.right(), stack));
        CountDownLatch stopped = new CountDownLatch(1);
        watch(actor, stopped);
        actor.tell(new NicActor.Stop());
        stopped.await();

        assertThat(send(wire.left(), 0, 1)).isOne();
    }

    @Test
    void shouldFailOffTheLoop() throws InterruptedException {
        MemoryWire wire = new MemoryWire(MemoryWire.Config.DEFAULT);
        ActorRef<NicActor.Command> actor =
                system.systemActorOf(NicActor.create(wire.right(), stack), "misplaced", Props.empty());
        CountDownLatch stopped = new CountDownLatch(1);
        watch(actor, stopped);

        stopped.await();
    }

    @Test
    void shouldReadOnAfterARestart() throws InterruptedException {
        MemoryWire wire = new MemoryWire(MemoryWire.Config.DEFAULT);
        FailingNic nic = new FailingNic(wire.right());
        spawn(Behaviors.supervise(NicActor.create(nic, stack)).onFailure(SupervisorStrategy.restart()));
        send(wire.left(), 0, 10);
        assertThat(take(10)).isEqualTo(range(10));
        nic.failAfter.set(3);
        send(wire.left(), 0, 10);

        assertThat(take(10)).isEqualTo(range(10));
        send(wire.left(), 0, 10);
        assertThat(take(10)).isEqualTo(range(10));
        assertThat(nic.failAfter).hasValue(Integer.MAX_VALUE);
    }

    @Test
    void shouldReadAtOnceWhereThatIsAllowedAndFailInATurnOfItsOwn() throws InterruptedException {
        MemoryWire wire = new MemoryWire(MemoryWire.Config.DEFAULT);
        FailingNic nic = new FailingNic(wire.right());
        nic.readAtOnce = true;
        CompletableFuture<EventLoop> loop = new CompletableFuture<>();
        Behavior<NicActor.Command> reader = Behaviors.setup(_ -> {
            loop.complete(EventLoop.current());
            return NicActor.create(nic, stack);
        });
        spawn(Behaviors.supervise(reader).onFailure(SupervisorStrategy.restart()));

        for (int i = 0; i < 3; i++) {
            int first = i;
            CompletableFuture<Integer> readMeanwhile = new CompletableFuture<>();
            loop.join().execute(() -> {
                if (first == 1) {
                    nic.failAfter.set(1);
                }
                int before = nic.received;
                send(wire.left(), first, 1);
                readMeanwhile.complete(nic.received - before);
            });
            assertThat(readMeanwhile.join()).isOne();
            assertThat(take(1)).containsExactly(i);
        }
        assertThat(nic.failAfter).hasValue(Integer.MAX_VALUE);
    }

    /** Throws once, after some frames. */
    private static final class FailingNic implements Nic {
        boolean readAtOnce;
        int received;
        final AtomicInteger failAfter = new AtomicInteger(Integer.MAX_VALUE);
        private final Nic nic;

        FailingNic(Nic nic) {
            this.nic = nic;
        }

        @Override
        public int receive(Consumer<Frame> into, int maxFrames) {
            int limit = failAfter.get();
            int count = nic.receive(into, Math.min(limit, maxFrames));
            received += count;
            if (count == limit) {
                failAfter.set(Integer.MAX_VALUE);
                throw new IllegalStateException("injected");
            }
            return count;
        }

        @Override
        public String name() {
            return nic.name();
        }

        @Override
        public LinkProperties link() {
            return nic.link();
        }

        @Override
        public FrameSink sink() {
            return nic.sink();
        }

        @Override
        public Readiness readiness() {
            Readiness.Signal signal = (Readiness.Signal) nic.readiness();
            return new Readiness.Signal() {
                @Override
                public void onReadable(Runnable wakeUp) {
                    signal.onReadable(wakeUp);
                }

                @Override
                public boolean mayReadAtOnce() {
                    return readAtOnce;
                }
            };
        }

        @Override
        public NicStatistics statistics() {
            return nic.statistics();
        }

        @Override
        public void close() {
            nic.close();
        }
    }

    private void watch(ActorRef<NicActor.Command> actor, CountDownLatch stopped) {
        system.systemActorOf(Behaviors.<Void>setup(context -> {
            context.watch(actor);
            return Behaviors.receiveSignal((_, _) -> {
                stopped.countDown();
                return Behaviors.stopped();
            });
        }), "watcher", Props.empty());
    }

    private static Behavior<NicActor.FrameBatch> echo(Nic nic, CountDownLatch done) {
        return Behaviors.receiveMessage(batch -> {
            assertThat(EventLoop.current().isCurrent()).isTrue();
            for (Frame frame : batch.frames()) {
                if (done.getCount() > 0) {
                    done.countDown();
                    send(nic, ByteBuffer.wrap(frame.bytes()).getInt(20), 1);
                }
            }
            return Behaviors.same();
        });
    }

    private ActorRef<NicActor.Command> spawn(Behavior<NicActor.Command> behavior) {
        return system.systemActorOf(behavior, "nic" + ++spawned, ON_LOOP);
    }

    private List<Integer> take(int count) throws InterruptedException {
        List<Integer> numbers = new ArrayList<>();
        while (numbers.size() < count) {
            for (Frame frame : batches.take().frames()) {
                numbers.add(ByteBuffer.wrap(frame.bytes()).getInt(20));
            }
        }
        return numbers;
    }

    private static int send(Nic nic, int from, int count) {
        int taken = 0;
        for (int i = from; i < from + count; i++) {
            nic.sink().frame().putInt(20, i);
            taken += nic.sink().transmit(60, new TransmitOffload()) ? 1 : 0;
        }
        return taken;
    }

    private static List<Integer> range(int count) {
        return IntStream.range(0, count).boxed().toList();
    }
}
