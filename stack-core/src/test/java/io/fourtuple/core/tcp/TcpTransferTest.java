package io.fourtuple.core.tcp;

import static io.fourtuple.core.tcp.TcpPair.MILLIS;
import static io.fourtuple.core.tcp.TcpPair.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.Counter;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whole transfers over links of every kind, in virtual time. */
class TcpTransferTest {
    @Test
    void shouldCarryDataOverAPerfectLink() {
        TcpPair pair = new TcpPair().establish();

        transfer(pair, 1 << 20, 1 << 20);

        assertThat(pair.client.count(Counter.TCP_RETRANS_SEGS)).isZero();
        assertThat(pair.server.count(Counter.TCP_RETRANS_SEGS)).isZero();
    }

    @Test
    void shouldRepairLossByFastRetransmitRatherThanTimeouts() {
        TcpPair pair = new TcpPair().establish();
        pair.link = new TcpPair.Link(0.02, 20 * MILLIS, 2 * MILLIS);

        transfer(pair, 4 << 20, 4 << 20);

        for (TcpPair.End end : new TcpPair.End[] {pair.client, pair.server}) {
            assertThat(end.count(Counter.TCP_EXT_FAST_RETRANS)).isGreaterThan(end.count(Counter.TCP_EXT_TIMEOUTS));
            assertThat(end.count(Counter.TCP_RETRANS_SEGS)).isPositive();
        }
    }

    @Test
    void shouldRepairLossWithoutSack() {
        TcpConfig config = TcpConfig.defaults().withOptions(new TcpConfig.OptionOffer(true, true, false, 48));
        TcpPair pair = new TcpPair(config).establish();
        pair.link = new TcpPair.Link(0.02, 20 * MILLIS, 0);

        transfer(pair, 1 << 20, 1 << 20);

        assertThat(pair.client.count(Counter.TCP_EXT_RENO_RECOVERY)).isPositive();
    }

    @Test
    void shouldRepairLossWithoutAnyOption() {
        TcpConfig config = TcpConfig.defaults().withOptions(new TcpConfig.OptionOffer(false, false, false, 48))
                .withCongestionControl(NewReno::new);
        TcpPair pair = new TcpPair(config).establish();
        pair.link = new TcpPair.Link(0.05, 5 * MILLIS, 1 * MILLIS);

        transfer(pair, 512 << 10, 512 << 10);
    }

    @Test
    void shouldSurviveHeavyLoss() {
        TcpPair pair = new TcpPair();
        pair.link = new TcpPair.Link(0.3, 10 * MILLIS, 10 * MILLIS);
        pair.connect();
        pair.runUntil(() -> pair.client.has(TcpEvent.ESTABLISHED) && pair.server.has(TcpEvent.ESTABLISHED),
                180 * SECONDS);

        transfer(pair, 100_000, 100_000);
    }

    @Test
    void shouldSendSuperFramesThroughANicThatSegments() {
        TcpPair pair = new TcpPair(TcpConfig.defaults(), TcpConfig.defaults(), new PathProperties(1460, 65000));
        pair.establish();
        pair.link = new TcpPair.Link(0.01, 1 * MILLIS, 0);

        transfer(pair, 8 << 20, 0);

        TcpInfo info = pair.client.connection.info(pair.now);
        long frames = pair.trace.stream().filter(line -> line.startsWith("client ")).count();
        assertThat(info.bytesSent() / frames).isGreaterThan(4000);
        assertThat(info.segmentsOut()).isGreaterThanOrEqualTo(info.bytesSent() / 1460); // as they are on the wire
        assertThat(pair.server.connection.info(pair.now).account().dataSegmentsIn())
                .isBetween((8L << 20) / 1460, info.account().dataSegmentsOut());
    }

    /** Sends so much each way, closes both ways and checks every octet. */
    static void transfer(TcpPair pair, int up, int down) {
        byte[] fromClient = random(up, 1);
        byte[] fromServer = random(down, 2);
        ByteBuffer clientRest = ByteBuffer.wrap(fromClient);
        ByteBuffer serverRest = ByteBuffer.wrap(fromServer);
        pair.runUntil(() -> {
            boolean clientDone = push(pair, pair.client, clientRest);
            boolean serverDone = push(pair, pair.server, serverRest);
            pair.flush();
            return clientDone && serverDone && pair.server.received.length() == up
                    && pair.client.received.length() == down && pair.client.has(TcpEvent.PEER_CLOSED)
                    && pair.server.has(TcpEvent.PEER_CLOSED);
        }, 3600 * SECONDS);
        assertThat(pair.server.received.toBytes()).isEqualTo(fromClient);
        assertThat(pair.client.received.toBytes()).isEqualTo(fromServer);
    }

    private static boolean push(TcpPair pair, TcpPair.End end, ByteBuffer rest) {
        end.connection.send(rest, pair.now);
        if (!rest.hasRemaining()) {
            end.connection.shutdownOutput(pair.now);
            return true;
        }
        return false;
    }

    static byte[] random(int length, long seed) {
        byte[] octets = new byte[length];
        new Random(seed).nextBytes(octets);
        return octets;
    }
}
