package io.fourtuple.api.actor;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.api.actor.TwoStacks.Connection;
import io.fourtuple.api.actor.TwoStacks.Listening;
import io.fourtuple.api.protocol.ConnectionCommand;
import io.fourtuple.core.Counter;
import io.fourtuple.core.tcp.TcpConfig;
import io.fourtuple.nic.MemoryWire;
import io.fourtuple.nic.Nic;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LossyWireTest {
    private static final int OCTETS = 4 << 20;
    private static final Duration MINUTES = Duration.ofMinutes(3);

    private final TwoStacks stacks = new TwoStacks(
            MemoryWire.Config.DEFAULT
                    .withLoss(0.02)
                    .withDelay(Duration.ofMillis(20))
                    .withJitter(Duration.ofMillis(2))
                    .withQueueFrames(8192)
                    .withSeed(7),
            config -> config.withShards(shards()).withTcp(TcpConfig.defaults()),
            this::around);

    /** How many event loops each stack has. */
    int shards() {
        return 1;
    }

    /** What is put around the NICs. */
    Nic around(Nic nic) {
        return nic;
    }

    @AfterEach
    void stop() {
        stacks.close();
    }

    @Test
    void shouldCarryMebibytesBothWaysThroughLossDelayAndReordering() {
        byte[] there = random(1);
        byte[] back = random(2);
        Listening listening = stacks.listen(7, 5);
        Connection client = stacks.connect(listening.address);
        Connection server = listening.accept();
        client.ref.tell(new ConnectionCommand.Write(ByteString.fromArrayUnsafe(there)));
        server.ref.tell(new ConnectionCommand.Write(ByteString.fromArrayUnsafe(back)));

        byte[] arrivedThere = new byte[OCTETS];
        byte[] arrivedBack = new byte[OCTETS];
        int thereAt = 0;
        int backAt = 0;
        while (thereAt < OCTETS || backAt < OCTETS) {
            thereAt = thereAt < OCTETS ? server.readInto(arrivedThere, thereAt, MINUTES) : thereAt;
            backAt = backAt < OCTETS ? client.readInto(arrivedBack, backAt, MINUTES) : backAt;
        }

        assertThat(Arrays.equals(arrivedThere, there)).isTrue();
        assertThat(Arrays.equals(arrivedBack, back)).isTrue();
        long retransmitted = TwoStacks.count(stacks.client, Counter.TCP_RETRANS_SEGS)
                + TwoStacks.count(stacks.server, Counter.TCP_RETRANS_SEGS);
        long fast = TwoStacks.count(stacks.client, Counter.TCP_EXT_FAST_RETRANS)
                + TwoStacks.count(stacks.server, Counter.TCP_EXT_FAST_RETRANS);
        long timeouts = TwoStacks.count(stacks.client, Counter.TCP_EXT_TIMEOUTS)
                + TwoStacks.count(stacks.server, Counter.TCP_EXT_TIMEOUTS);
        assertThat(retransmitted).isPositive();
        assertThat(fast).isGreaterThan(timeouts);
    }

    private static byte[] random(int seed) {
        byte[] octets = new byte[OCTETS];
        new Random(seed).nextBytes(octets);
        return octets;
    }
}
