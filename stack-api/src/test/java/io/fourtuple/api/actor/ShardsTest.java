package io.fourtuple.api.actor;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.api.actor.TwoStacks.Listening;
import io.fourtuple.api.protocol.Accepted;
import io.fourtuple.api.protocol.AcceptorCommand;
import io.fourtuple.api.protocol.ConnectReply;
import io.fourtuple.api.protocol.ConnectionCommand;
import io.fourtuple.api.protocol.StackCommand;
import io.fourtuple.api.protocol.Unbound;
import io.fourtuple.core.Counter;
import io.fourtuple.nic.MemoryWire;
import io.fourtuple.nic.Nic;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.Behavior;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What several shards of a stack do together. */
@Timeout(60)
class ShardsTest {
    private static final int CONNECTIONS = 30; // some of them on each shard

    private final AtomicInteger failures = new AtomicInteger();
    private final CountDownLatch failsNow = new CountDownLatch(1);
    private final TwoStacks stacks = new TwoStacks(
            MemoryWire.Config.DEFAULT,
            config -> config.withShards(3).withTerminateTimeout(Duration.ofSeconds(3)),
            "",
            this::failing,
            this::around,
            this::around);

    /** What is put around the NICs. */
    Nic around(Nic nic) {
        return nic;
    }

    private Behavior<Object> failing(SpawnHook.Role role, Behavior<Object> behavior) {
        boolean fails = behavior instanceof ListenerActor listener
                && listener.shard.index == 1
                && failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
        if (fails) {
            try {
                failsNow.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            throw new InjectedFaults.Injected();
        }
        return behavior;
    }

    @AfterEach
    void stop() {
        failsNow.countDown();
        stacks.close();
    }

    private void unbind(Listening listening) {
        TestProbe<Unbound> unbound = stacks.kit.createTestProbe();
        listening.acceptor.tell(new AcceptorCommand.Unbind(unbound.ref()));
        unbound.expectMessage(TwoStacks.PATIENCE, Unbound.INSTANCE);
    }

    private List<TestProbe<ConnectReply>> dial(InetSocketAddress target) {
        List<TestProbe<ConnectReply>> dials = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            dials.add(stacks.tryConnect(target, Optional.empty()));
        }
        return dials;
    }

    @Test
    void shouldStillCountWhatShardsDidWhoseConnectionsHaveEnded() {
        Listening listening = stacks.listen(7, CONNECTIONS);
        dial(listening.address).forEach(dial -> dial.expectMessageClass(ConnectReply.Connected.class,
                TwoStacks.PATIENCE));
        listening.acceptor.tell(new AcceptorCommand.Demand(CONNECTIONS, listening.accepted.ref()));
        List<Accepted> accepted = listening.accepted.receiveSeveralMessages(CONNECTIONS, TwoStacks.PATIENCE);
        Accepted last = accepted.stream()
                .filter(each -> each.connection().path().parent().name().equals("shard-2"))
                .findFirst()
                .orElseThrow();
        accepted.stream().filter(each -> !each.equals(last)).forEach(each -> each.connection().tell(
                ConnectionCommand.Abort.INSTANCE));
        stacks.eventually(() -> assertThat(TwoStacks.sockets(stacks.server, "ESTAB")).isEqualTo(1));
        long passiveOpens = TwoStacks.count(stacks.server, Counter.TCP_PASSIVE_OPENS);
        stacks.server.terminate();

        stacks.eventually(() -> assertThat(TwoStacks.sockets(stacks.server, "FIN-WAIT-2")).isEqualTo(1));
        assertThat(TwoStacks.count(stacks.server, Counter.TCP_PASSIVE_OPENS))
                .isEqualTo(passiveOpens)
                .isEqualTo(CONNECTIONS);
    }

    @Test
    void shouldListenOnNoShardAfterAnUnbindThatOvertookAFailedBind() {
        failures.set(1);
        Listening listening = stacks.listen(7, CONNECTIONS);
        unbind(listening);
        failsNow.countDown();

        stacks.eventually(() ->
                assertThat(TwoStacks.count(stacks.server, Counter.ACTOR_STACK_FAILURES)).isEqualTo(1));
        assertThat(dial(listening.address)).allSatisfy(this::expectRefused);
    }

    @Test
    void shouldListenOnNoShardWhenOneOfThemCannot() {
        failures.set(2);
        failsNow.countDown();
        Listening listening = stacks.listen(7, CONNECTIONS);

        listening.accepted.expectTerminated(listening.acceptor, TwoStacks.PATIENCE);
        assertThat(dial(listening.address)).allSatisfy(this::expectRefused);
    }

    private void expectRefused(TestProbe<ConnectReply> dial) {
        assertThat(dial.expectMessageClass(ConnectReply.ConnectFailed.class, TwoStacks.PATIENCE).cause())
                .hasMessageContaining("refused");
    }

    @Test
    void shouldOpenFromTheWantedPortWhosesoeverItIs() {
        Listening listening = stacks.listen(7, CONNECTIONS);
        TestProbe<ConnectReply> replies = stacks.kit.createTestProbe();
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            ports.add(1_000 + i);
            stacks.client.ref().tell(new StackCommand.Connect(listening.address,
                    Optional.of(new InetSocketAddress(TwoStacks.CLIENT, 1_000 + i)), List.of(), Optional.empty(),
                    replies.ref()));
        }

        assertThat(replies.receiveSeveralMessages(CONNECTIONS, TwoStacks.PATIENCE))
                .extracting(reply -> ((ConnectReply.Connected) reply).local().getPort())
                .containsExactlyInAnyOrderElementsOf(ports);
    }
}
