package io.fourtuple.api.actor;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.api.SpreadNic;
import io.fourtuple.api.actor.TwoStacks.Connection;
import io.fourtuple.api.actor.TwoStacks.Listening;
import io.fourtuple.api.observe.StackSnapshot;
import io.fourtuple.core.Counter;
import io.fourtuple.nic.MemoryWire;
import io.fourtuple.nic.Nic;
import io.fourtuple.nic.NicStatistics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A stack of three shards on a NIC with several queues: what can be seen from outside. */
@Timeout(60)
class MultiQueueTest {
    private static final int CONNECTIONS = 30; // some of them on each shard

    private final List<Connection> open = new ArrayList<>();
    private Nic serverNic;
    private TwoStacks stacks;

    private void start(int queues) {
        stacks = new TwoStacks(MemoryWire.Config.DEFAULT, config -> config.withShards(3), "", SpawnHook.NONE, nic -> {
            serverNic = nic;
            return SpreadNic.byFlow(nic, 1).withAtMost(queues);
        });
    }

    @AfterEach
    void stop() {
        stacks.close();
    }

    private void connectAll() {
        Listening listening = stacks.listen(7, CONNECTIONS);
        for (int i = 0; i < CONNECTIONS; i++) {
            Connection client = stacks.connect(listening.address);
            Connection server = listening.accept();
            client.write("hello");
            assertThat(server.read(5)).isEqualTo("hello");
            server.write("you");
            assertThat(client.read(3)).isEqualTo("you");
            open.add(client);
        }
    }

    @Test
    void shouldCountEveryFrameOnceWhicheverQueueItCameBy() {
        start(3);
        connectAll();

        stacks.eventually(() -> {
            StackSnapshot snapshot = TwoStacks.snapshot(stacks.server);
            long terminal = snapshot.counters().entrySet().stream()
                    .filter(entry -> entry.getKey().isTerminal())
                    .mapToLong(Map.Entry::getValue)
                    .sum();
            NicStatistics all = serverNic.statistics();
            assertThat(snapshot.nic()).isEqualTo(all);
            assertThat(snapshot.counter(Counter.LINK_IN_FRAMES)).isEqualTo(terminal).isEqualTo(all.rxFrames());
            assertThat(snapshot.counter(Counter.LINK_OUT_FRAMES)).isEqualTo(all.txFrames());
        });
        assertThat(TwoStacks.count(stacks.server, Counter.TCP_EXT_STEERED)).as("by the wrong queue").isPositive();
    }

    @Test
    void shouldHaveTheFirstShardSendForThoseWithoutAQueue() {
        start(2);
        connectAll();

        assertThat(TwoStacks.sockets(stacks.server, "ESTAB")).isEqualTo(CONNECTIONS);
        assertThat(TwoStacks.snapshot(stacks.server).nic()).isEqualTo(serverNic.statistics());
    }

    /** Each reset is sent after the stack has been told to end, and by the queue of its shard. */
    @Test
    void shouldCloseNoQueueBeforeItsConnectionsHaveSaidTheirLast() throws Exception {
        start(3);
        connectAll();
        stacks.server.terminate().toCompletableFuture().get(TwoStacks.PATIENCE.toSeconds(), TimeUnit.SECONDS);

        assertThat(open).hasSize(CONNECTIONS).allSatisfy(client -> {
            client.expectPeerClosed();
            assertThat(client.expectFailed()).hasMessageContaining("reset by peer");
        });
    }
}
