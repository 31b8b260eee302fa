package io.fourtuple.api.actor;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.api.actor.TwoStacks.Connection;
import io.fourtuple.core.Counter;
import io.fourtuple.core.conformance.Attack;
import io.fourtuple.core.tcp.TcpConfig.BufferLimits;
import io.fourtuple.nic.MemoryWire;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What goes on after applications have closed connections that have something to deliver still. */
class OrphanTest {
    private static final int LIMIT = 3;
    private static final int WINDOW = 20_000;
    private static final int SENT = 30_000;

    private final TwoStacks stacks = new TwoStacks(MemoryWire.Config.DEFAULT, config -> config
            .withTcp(config.tcp().withReceiveBuffer(BufferLimits.fixed(WINDOW)))
            .withLimits(config.limits().withOrphans(LIMIT)));
    private final TwoStacks.Listening listening = stacks.listen(7, 100);

    @AfterEach
    void stop() {
        stacks.close();
    }

    /** The server sends more than the client, which does not read, has room for, and closes. Returns the client. */
    private Connection orphan() {
        Connection client = stacks.connect(listening.address);
        Connection accepted = listening.accept();
        accepted.write("x".repeat(SENT));
        accepted.close();
        accepted.expectClosed();
        return client;
    }

    private long count(Counter counter) {
        return TwoStacks.count(stacks.server, counter);
    }

    @Test
    @Attack(14)
    void shouldResetTheNewestWhenThereAreTooManyAndDeliverTheOthers() {
        Connection first = orphan();
        for (int i = 1; i < LIMIT; i++) {
            orphan();
        }
        stacks.eventually(() -> assertThat(count(Counter.SOCKSTAT_TCP_ORPHAN)).isEqualTo(LIMIT));
        assertThat(count(Counter.TCP_EXT_ABORT_ON_MEMORY)).isZero();

        orphan();
        stacks.eventually(() -> assertThat(count(Counter.TCP_EXT_ABORT_ON_MEMORY)).isEqualTo(1));
        assertThat(count(Counter.SOCKSTAT_TCP_ORPHAN)).isEqualTo(LIMIT);

        assertThat(first.read(SENT)).isEqualTo("x".repeat(SENT));
        stacks.eventually(() -> assertThat(count(Counter.SOCKSTAT_TCP_ORPHAN)).isEqualTo(LIMIT - 1));
        orphan();
        stacks.eventually(() -> assertThat(count(Counter.SOCKSTAT_TCP_ORPHAN)).isEqualTo(LIMIT));
        assertThat(count(Counter.TCP_EXT_ABORT_ON_MEMORY)).isEqualTo(1);
    }
}
