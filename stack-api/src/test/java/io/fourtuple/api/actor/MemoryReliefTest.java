package io.fourtuple.api.actor;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.api.StackConfig;
import io.fourtuple.api.actor.TwoStacks.Connection;
import io.fourtuple.api.observe.SocketRow;
import io.fourtuple.api.protocol.ConnectionCommand;
import io.fourtuple.api.protocol.ConnectionEvent;
import io.fourtuple.core.Counter;
import io.fourtuple.core.tcp.MemoryBudget;
import io.fourtuple.core.tcp.TcpConfig.BufferLimits;
import io.fourtuple.nic.MemoryWire;
import java.time.Duration;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A server whose memory one connection has used up: another one goes on when there is some again. */
class MemoryReliefTest {
    private static final int MAX = 64 * 1024;
    private static final int HELD = 60_000;
    private static final int WRITTEN = 40_000;
    private static final int WINDOW = 8_192;

    private final TwoStacks stacks = new TwoStacks(MemoryWire.Config.DEFAULT, MemoryReliefTest::configured);
    private final TwoStacks.Listening listening = stacks.listen(7, 100);

    /** The server's memory is small, and so is the client's window; the server's send buffer is not what limits it. */
    private static StackConfig configured(StackConfig config) {
        if (config.name().equals("client")) {
            return config.withTcp(config.tcp().withReceiveBuffer(BufferLimits.fixed(WINDOW)));
        }
        return config
                .withTcp(config.tcp().withSendBuffer(new BufferLimits(4096, MAX, MAX)))
                .withLimits(config.limits().withMemory(new MemoryBudget.Limits(MAX / 2, MAX * 3 / 4, MAX)));
    }

    @AfterEach
    void stop() {
        stacks.close();
    }

    private long memory() {
        return TwoStacks.count(stacks.server, Counter.SOCKSTAT_TCP_MEM);
    }

    @Test
    void shouldTakeAWriteWhenAnotherConnectionHasGivenBackMemory() {
        Connection sender = stacks.connect(listening.address);
        Connection holder = listening.accept();
        sender.ref.tell(new ConnectionCommand.Write(ByteString.fromString("x".repeat(HELD))));
        stacks.eventually(() -> assertThat(memory()).isGreaterThan(MAX * 3 / 4));
        Connection deaf = stacks.connect(listening.address);
        Connection writer = listening.accept();

        writer.ref.tell(new ConnectionCommand.Write(ByteString.fromString("y".repeat(WRITTEN))));
        stacks.eventually(() -> assertThat(TwoStacks.snapshot(stacks.client).sockets())
                .extracting(SocketRow::receiveQueue).contains((long) WINDOW)); // it can send no more
        writer.events.expectNoMessage(Duration.ZERO);
        assertThat(TwoStacks.snapshot(stacks.server).sockets())
                .extracting(SocketRow::sendQueue).allMatch(queued -> queued < WRITTEN - WINDOW);

        assertThat(holder.readSkipping(HELD)).isEqualTo("x".repeat(HELD));

        writer.events.expectMessage(TwoStacks.PATIENCE, ConnectionEvent.Written.INSTANCE);
        assertThat(deaf.readSkipping(WRITTEN)).isEqualTo("y".repeat(WRITTEN));
        stacks.eventually(() -> assertThat(memory()).isZero());
    }
}
