package io.fourtuple.api.actor;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.api.StackConfig;
import io.fourtuple.api.protocol.AcceptorCommand;
import io.fourtuple.core.tcp.FastOpenKey;
import io.fourtuple.core.tcp.FastOpenRules;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.dispatch.Envelope;
import org.apache.pekko.dispatch.MessageQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import scala.Option;

class LanedQueueTest {
    private static ActorTestKit kit;
    private static ActorSystem system;

    private final List<Thread> overflowedOn = new CopyOnWriteArrayList<>();
    private final List<LaneData> letOut = new ArrayList<>();
    private final List<LaneData> discarded = new ArrayList<>();
    private final List<Object> deadLetters = new ArrayList<>();
    private final ListenQueues bounds = new ListenQueues(
            StackConfig.defaults().listen().withSyncookies(StackConfig.Listen.SynCookies.OFF), 2,
            new FastOpenQueue(FastOpenRules.DEFAULT, List.of(new FastOpenKey(1, 2)), 1));

    @BeforeAll
    static void start() {
        kit = ActorTestKit.create();
        system = Adapter.toClassic(kit.system());
    }

    @AfterAll
    static void stop() {
        kit.shutdownTestKit();
    }

    private final class Data implements LaneData {
        @Override
        public void onOverflow(Overflow cause) {
            overflowedOn.add(Thread.currentThread());
        }

        @Override
        public void onLetOut(ListenQueues queues) {
            letOut.add(this);
        }

        @Override
        public void onDiscarded() {
            discarded.add(this);
        }
    }

    private MessageQueue synQueue() {
        MessageQueue queue = new SynQueueMailbox(system.settings(), system.settings().config())
                .create(Option.empty(), Option.empty());
        put(queue, new Attach(bounds));
        return queue;
    }

    private MessageQueue acceptQueue() {
        MessageQueue queue = new AcceptQueueMailbox(system.settings(), system.settings().config())
                .create(Option.empty(), Option.empty());
        put(queue, new Attach(bounds));
        return queue;
    }

    private void putReserved(MessageQueue queue, Object message) {
        assertThat(bounds.accept().tryTake()).isTrue();
        put(queue, message);
    }

    private static void put(MessageQueue queue, Object message) {
        queue.enqueue(ActorRef.noSender(), Envelope.apply(message, ActorRef.noSender()));
    }

    private static Object take(MessageQueue queue) {
        Envelope next = queue.dequeue();
        return next == null ? null : next.message();
    }

    private static AcceptorCommand.Demand demand(int n) {
        return new AcceptorCommand.Demand(n, kit.system().ignoreRef());
    }

    @Test
    void shouldConsumeAttachItself() {
        MessageQueue queue = synQueue();

        assertThat(queue.hasMessages()).isFalse();
        assertThat(take(queue)).isNull();
    }

    @Test
    void shouldBeFullUntilAttached() {
        MessageQueue queue = new SynQueueMailbox(system.settings(), system.settings().config())
                .create(Option.empty(), Option.empty());

        put(queue, new Data());

        assertThat(overflowedOn).hasSize(1);
        assertThat(queue.hasMessages()).isFalse();
    }

    @Test
    void shouldServeControlBeforeData() {
        MessageQueue queue = synQueue();
        Data first = new Data();
        Data second = new Data();
        put(queue, first);
        put(queue, second);
        put(queue, "control 1");
        put(queue, "control 2");

        assertThat(queue.numberOfMessages()).isEqualTo(4);
        assertThat(List.of(take(queue), take(queue), take(queue), take(queue)))
                .containsExactly("control 1", "control 2", first, second);
    }

    @Test
    void shouldTellTheTellersThreadWhenTheDataLaneIsFull() throws InterruptedException {
        MessageQueue queue = synQueue();
        Thread teller = new Thread(() -> {
            for (int i = 0; i < 5; i++) {
                put(queue, new Data());
            }
        });
        teller.start();
        teller.join();

        assertThat(overflowedOn).containsExactly(teller, teller);
        assertThat(bounds.syn().taken()).isEqualTo(3);
        assertThat(queue.numberOfMessages()).isEqualTo(3);
    }

    @Test
    void shouldNeverRefuseControl() {
        MessageQueue queue = synQueue();
        for (int i = 0; i < 5; i++) {
            put(queue, new Data());
        }
        for (int i = 0; i < 1000; i++) {
            put(queue, i);
        }

        for (int i = 0; i < 1000; i++) {
            assertThat(take(queue)).isEqualTo(i);
        }
    }

    @Test
    void shouldKeepTheSlotOfASynThatWasTakenOut() {
        MessageQueue queue = synQueue();
        put(queue, new Data());
        take(queue);

        assertThat(bounds.syn().taken()).isEqualTo(1);
    }

    @Test
    void shouldHoldBackConnectionsUntilThereIsDemand() {
        MessageQueue queue = acceptQueue();
        Data first = new Data();
        Data second = new Data();
        putReserved(queue, first);
        putReserved(queue, second);
        assertThat(queue.hasMessages()).isFalse();
        assertThat(take(queue)).isNull();

        AcceptorCommand.Demand demand = demand(1);
        put(queue, demand);

        assertThat(take(queue)).isEqualTo(demand);
        assertThat(queue.hasMessages()).isTrue();
        assertThat(take(queue)).isEqualTo(first);
        assertThat(queue.hasMessages()).isFalse();
        assertThat(take(queue)).isNull();
        assertThat(bounds.accept().taken()).isEqualTo(1);
    }

    @Test
    void shouldAddDemandsUp() {
        MessageQueue queue = acceptQueue();
        put(queue, demand(1));
        put(queue, demand(2));
        take(queue);
        take(queue);
        assertThat(bounds.credit()).isEqualTo(3);

        Data connection = new Data();
        putReserved(queue, connection);

        assertThat(take(queue)).isEqualTo(connection);
        assertThat(bounds.credit()).isEqualTo(2);
        assertThat(bounds.accept().taken()).isZero();
    }

    @Test
    void shouldReserveNoMoreSlotsThanTheBacklog() {
        assertThat(bounds.accept().tryTake()).isTrue();
        assertThat(bounds.accept().tryTake()).isTrue();
        assertThat(bounds.accept().tryTake()).isFalse();

        bounds.accept().giveBack();

        assertThat(bounds.accept().tryTake()).isTrue();
    }

    @Test
    void shouldDiscardWhatIsStillQueuedAtItsEnd() {
        MessageQueue queue = acceptQueue();
        Data first = new Data();
        Data second = new Data();
        putReserved(queue, first);
        putReserved(queue, second);
        put(queue, "control");

        queue.cleanUp(ActorRef.noSender(), collectingQueue());

        assertThat(discarded).containsExactly(first, second);
        assertThat(deadLetters).containsExactly("control");
        assertThat(bounds.accept().taken()).isZero();
        assertThat(overflowedOn).isEmpty();
    }

    @Test
    void shouldGiveBackSlotsOfSynsAtItsEnd() {
        MessageQueue queue = synQueue();
        put(queue, new Data());
        put(queue, new Data());

        queue.cleanUp(ActorRef.noSender(), collectingQueue());

        assertThat(discarded).hasSize(2);
        assertThat(bounds.syn().taken()).isZero();
        assertThat(deadLetters).isEmpty();
    }

    private MessageQueue collectingQueue() {
        return new MessageQueue() {
            @Override
            public void enqueue(ActorRef receiver, Envelope envelope) {
                deadLetters.add(envelope.message());
            }

            @Override
            public Envelope dequeue() {
                return null;
            }

            @Override
            public int numberOfMessages() {
                return deadLetters.size();
            }

            @Override
            public boolean hasMessages() {
                return false;
            }

            @Override
            public void cleanUp(ActorRef owner, MessageQueue letters) {
                deadLetters.clear();
            }
        };
    }
}
