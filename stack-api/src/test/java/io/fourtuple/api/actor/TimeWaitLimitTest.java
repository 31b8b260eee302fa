package io.fourtuple.api.actor;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.api.StackConfig.Limits;
import io.fourtuple.api.actor.TwoStacks.Connection;
import io.fourtuple.api.observe.SocketRow;
import io.fourtuple.core.Counter;
import io.fourtuple.core.conformance.Attack;
import io.fourtuple.nic.MemoryWire;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A peer that has this stack close first, again and again. */
class TimeWaitLimitTest {
    private static final int LIMIT = 2;

    private final TwoStacks stacks = new TwoStacks(MemoryWire.Config.DEFAULT, config -> {
        Limits limits = config.limits();
        return config.withLimits(new Limits(limits.connections(), limits.listeners(), LIMIT, limits.orphans(),
                limits.memory(), limits.sendTurn(), limits.shardQueue(), limits.descriptors(),
                limits.errorQueue(), limits.fastOpenPeers(), limits.perSource()));
    });

    @AfterEach
    void stop() {
        stacks.close();
    }

    @Test
    @Attack(15)
    void shouldEndWithoutARecordWhatIsMoreThanTheLimit() {
        TwoStacks.Listening listening = stacks.listen(7, 5);
        for (int i = 0; i < LIMIT + 3; i++) {
            Connection client = stacks.connect(listening.address);
            Connection server = listening.accept();
            server.close();
            client.expectPeerClosed();
            client.close();
            server.expectTerminated();
            client.expectTerminated();
        }

        stacks.eventually(() -> assertThat(TwoStacks.count(stacks.server, Counter.TCP_EXT_TIME_WAIT_OVERFLOW))
                .isEqualTo(3));
        assertThat(TwoStacks.sockets(stacks.server, SocketRow.TIME_WAIT)).isEqualTo(LIMIT);
        stacks.connect(listening.address).write("served");
        assertThat(listening.accept().read(6)).isEqualTo("served");
    }
}
