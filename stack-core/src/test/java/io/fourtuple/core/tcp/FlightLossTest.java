package io.fourtuple.core.tcp;

import static io.fourtuple.core.tcp.TcpPair.MILLIS;
import static io.fourtuple.core.tcp.TcpPair.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.Counter;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A whole flight is lost at once, as when what had it in hand fails: it must cost about one timeout, not many. */
class FlightLossTest {
    private static final int WARM = 2_000_000;
    private static final int TOTAL = 6_000_000;

    private final TcpPair pair = new TcpPair();
    private final ByteBuffer data = ByteBuffer.wrap(new byte[TOTAL]);

    private void write() {
        pair.client.connection.send(data, pair.now);
        pair.flush();
    }

    /** The client writes; the link has had time to show what it is. */
    private void warm(long delay) {
        pair.establish();
        pair.link = new TcpPair.Link(0, delay, 0);
        pair.runUntil(() -> {
            write();
            return pair.server.received.length() >= WARM;
        }, 60 * SECONDS);
    }

    /** For how long nothing arrived after what was lost. */
    private long standstill() {
        int before = pair.server.received.length();
        long start = pair.now;
        pair.runUntil(() -> {
            write();
            return pair.server.received.length() > before + 10_000;
        }, 60 * SECONDS);
        return pair.now - start;
    }

    private long rto() {
        return pair.client.connection.info(pair.now).rto();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 20, 100})
    void shouldGoOnAfterAboutOneTimeoutWhenAllSegmentsAreLost(long delayMillis) {
        warm(delayMillis * MILLIS);
        long patience = rto() + 2 * delayMillis * MILLIS;
        pair.loseFlights(to -> to == pair.server);

        assertThat(standstill()).isLessThan(2 * patience);

        assertThat(pair.client.count(Counter.TCP_EXT_TIMEOUTS)).isLessThanOrEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 20, 100})
    void shouldGoOnAfterAboutOneTimeoutWhenAllAcknowledgmentsAreLost(long delayMillis) {
        warm(delayMillis * MILLIS);
        long patience = rto() + 2 * delayMillis * MILLIS;
        pair.loseFlights(to -> to == pair.client);

        assertThat(standstill()).isLessThan(2 * patience);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 20, 100})
    void shouldGoOnWhenEverythingIsLostBothWays(long delayMillis) {
        warm(delayMillis * MILLIS);
        long patience = rto() + 2 * delayMillis * MILLIS;
        pair.loseFlights(to -> true);

        assertThat(standstill()).isLessThan(2 * patience);
    }

    @Test
    void shouldNotRememberEarlierLossesInTheTimeout() {
        warm(20 * MILLIS);
        for (int i = 0; i < 5; i++) {
            pair.loseFlights(to -> true);
            assertThat(standstill()).as("loss %s", i).isLessThan(1 * SECONDS);
            long until = pair.now + 500 * MILLIS;
            pair.runUntil(() -> {
                write();
                return pair.now - until >= 0 || !data.hasRemaining();
            }, 60 * SECONDS);
        }
        assertThat(pair.client.connection.info(pair.now).timeouts()).isZero();
    }

    @Test
    void shouldRepairTheLossOfASmallRequestAndOfItsAnswer() {
        pair.establish();
        pair.link = new TcpPair.Link(0, 1 * MILLIS, 0);
        ping(0);
        pair.client.send(new byte[100], pair.now);
        pair.flush();
        pair.loseFlights(to -> true);
        long start = pair.now;
        pair.runUntil(() -> pair.server.received.length() == 200, 10 * SECONDS);
        assertThat(pair.now - start).isLessThan(500 * MILLIS);

        pair.server.send(new byte[100], pair.now);
        pair.flush();
        pair.loseFlights(to -> true);
        start = pair.now;
        pair.runUntil(() -> pair.client.received.length() == 200, 10 * SECONDS);
        assertThat(pair.now - start).isLessThan(500 * MILLIS);
    }

    private void ping(int before) {
        pair.client.send(new byte[100], pair.now);
        pair.flush();
        pair.runUntil(() -> pair.server.received.length() == before + 100, 10 * SECONDS);
        pair.server.send(new byte[100], pair.now);
        pair.flush();
        pair.runUntil(() -> pair.client.received.length() == before + 100, 10 * SECONDS);
        pair.run(100 * MILLIS);
    }

    @Test
    void shouldMeasureAPathByTimestampsWhenTheSynAckHadToBeSentAgain() {
        int[] lost = {0};
        pair.filter = (to, segment) -> to != pair.client || lost[0]++ >= 1; // the first SYN-ACK
        pair.link = new TcpPair.Link(0, 10 * MILLIS, 0);
        pair.connect();
        pair.runUntil(() -> pair.client.has(TcpEvent.ESTABLISHED) && pair.server.has(TcpEvent.ESTABLISHED),
                30 * SECONDS);

        assertThat(pair.server.connection.info(pair.now).rto()).as("not the 3 s of RFC 6298 §5.7")
                .isLessThan(500 * MILLIS);
    }
}
