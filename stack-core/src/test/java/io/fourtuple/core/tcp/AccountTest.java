package io.fourtuple.core.tcp;

import static io.fourtuple.core.tcp.TcpPair.MILLIS;
import static io.fourtuple.core.tcp.TcpPair.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** Where the time of a connection went, as {@code TCP_INFO} tells. */
class AccountTest {
    private final TcpPair pair = new TcpPair(TcpConfig.defaults()
            .withReceiveBuffer(TcpConfig.BufferLimits.fixed(100_000))
            .withSendBuffer(TcpConfig.BufferLimits.fixed(1 << 20))).establish();

    private TcpInfo.Account client() {
        return pair.client.connection.info(pair.now).account();
    }

    private void write(int octets) {
        pair.client.connection.send(ByteBuffer.wrap(new byte[octets]), pair.now);
        pair.flush();
    }

    @Test
    void shouldBeBusyWhileSomethingIsUnacknowledged() {
        pair.link = new TcpPair.Link(0, 50 * MILLIS, 0);
        pair.run(SECONDS);
        write(1000);
        pair.run(2 * SECONDS);

        assertThat(client().busy()).isBetween(100 * MILLIS, 141 * MILLIS); // a delayed acknowledgment at most
        assertThat(client().receiverLimited()).isZero();
        assertThat(client().sendBufferLimited()).isZero();
        assertThat(client().dataSegmentsOut()).isEqualTo(1);
        assertThat(pair.server.connection.info(pair.now).account().dataSegmentsIn()).isEqualTo(1);
    }

    @Test
    void shouldBeLimitedByAPeerThatDoesNotRead() {
        pair.server.reading = false;
        write(300_000);
        long before = client().receiverLimited();
        pair.run(SECONDS);

        assertThat(client().receiverLimited() - before).isGreaterThan(900 * MILLIS);
        assertThat(client().busy()).isGreaterThanOrEqualTo(client().receiverLimited());
        assertThat(client().probes()).isPositive();

        pair.server.reading = true;
        pair.run(10 * SECONDS);
        long afterwards = client().receiverLimited();
        pair.run(SECONDS);
        assertThat(client().receiverLimited()).isEqualTo(afterwards);
        assertThat(client().probes()).isZero();
    }

    @Test
    void shouldBeLimitedByASendBufferThatIsSmallerThanThePath() {
        TcpPair small = new TcpPair(TcpConfig.defaults().withSendBuffer(TcpConfig.BufferLimits.fixed(5_000)));
        small.establish();
        small.link = new TcpPair.Link(0, 50 * MILLIS, 0);
        ByteBuffer data = ByteBuffer.wrap(new byte[200_000]);
        small.runUntil(() -> {
            small.client.connection.send(data, small.now);
            small.flush();
            return small.server.received.length() == 200_000;
        }, 100 * SECONDS);

        TcpInfo.Account account = small.client.connection.info(small.now).account();
        assertThat(account.sendBufferLimited()).isGreaterThan(account.busy() * 8 / 10);
        assertThat(account.receiverLimited()).isZero();
    }

    @Test
    void shouldTellTheTimeSpentInTimeouts() {
        write(1000);
        pair.run(SECONDS);
        long lostUntil = pair.now + SECONDS;
        pair.filter = (_, _) -> pair.now - lostUntil >= 0;
        write(1000);
        pair.run(10 * SECONDS);

        assertThat(client().timeouts()).isGreaterThanOrEqualTo(2);
        assertThat(client().timeoutRecoveries()).isEqualTo(1);
        assertThat(client().timeoutTime()).isBetween(500 * MILLIS, 3 * SECONDS);
    }

    @Test
    void shouldCountWhatCameOutOfOrder() {
        int[] sent = {0};
        pair.filter = (to, segment) -> to != pair.server || segment.payloadLength() == 0 || sent[0]++ != 1;
        write(8 * 1448);
        pair.run(SECONDS);

        assertThat(pair.server.connection.info(pair.now).account().outOfOrderSegments()).isEqualTo(6);
    }
}
