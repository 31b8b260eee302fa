package io.fourtuple.core.tcp;

import static io.fourtuple.core.tcp.TcpPair.MILLIS;
import static io.fourtuple.core.tcp.TcpPair.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.Counter;
import io.fourtuple.core.conformance.Rfc;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Congestion controls on a bottleneck of 10 MB/s and 40 ms: a pipe of 400 kB. */
class BottleneckTest {
    private static final long BANDWIDTH = 10_000_000;
    private static final int PIPE = 400_000;
    private static final int OCTETS = 40_000_000;

    private final ByteBuffer data = ByteBuffer.wrap(new byte[OCTETS]);

    private static CongestionControlSupplier named(String name) {
        return switch (name) {
            case "reno" -> NewReno::new;
            case "cubic" -> Cubic::new;
            case "bbr" -> Bbr::new;
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static TcpPair over(String name, int queue, double loss) {
        return over(config(named(name)), queue, loss);
    }

    private static TcpConfig config(CongestionControlSupplier control) {
        return TcpConfig.defaults().withCongestionControl(control)
                .withReceiveBuffer(TcpConfig.BufferLimits.fixed(6 << 20))
                .withSendBuffer(TcpConfig.BufferLimits.fixed(6 << 20));
    }

    private static TcpPair over(TcpConfig config, int queue, double loss) {
        TcpPair pair = new TcpPair(config);
        pair.establish();
        pair.link = new TcpPair.Link(loss, 20 * MILLIS, 0);
        pair.bandwidth = BANDWIDTH;
        pair.queueBytes = queue;
        return pair;
    }

    /** Seconds that the transfer takes. */
    private double transfer(TcpPair pair) {
        long start = pair.now;
        pair.runUntil(() -> {
            pair.client.connection.send(data, pair.now);
            pair.flush();
            return pair.server.received.length() == OCTETS;
        }, 600 * SECONDS);
        return (pair.now - start) / 1e9;
    }

    @ParameterizedTest
    @ValueSource(strings = {"reno", "cubic", "bbr"})
    void shouldUseThePathWithAQueueOfOnePipe(String name) {
        TcpPair pair = over(name, PIPE, 0);

        double seconds = transfer(pair);

        assertThat(OCTETS / seconds).as("octets per second").isGreaterThan(0.8 * BANDWIDTH);
        assertThat(pair.client.count(Counter.TCP_EXT_TIMEOUTS)).isZero();
        assertThat(pair.client.count(Counter.TCP_RETRANS_SEGS)).isLessThan(OCTETS / 1448 / 20);
        assertThat(pair.client.count(Counter.TCP_RETRANS_SEGS)).as("nothing is sent again that was not lost")
                .isLessThanOrEqualTo(pair.queueDrops + 5L);
    }

    @Test
    @Rfc(number = 9293, rules = "MAY-18")
    void shouldKeepTheQueueShortWithBbr() {
        TcpPair pair = over("bbr", 4 * PIPE, 0);
        transfer(pair);

        assertThat(pair.client.connection.info(pair.now).rtt()).isLessThan(100 * MILLIS);
        assertThat(pair.client.connection.info(pair.now).path().pacingRate())
                .isBetween(BANDWIDTH / 2, BANDWIDTH * 3 / 2);
        assertThat(pair.client.connection.info(pair.now).minRtt()).isLessThan(45 * MILLIS);
    }

    @Test
    void shouldNotTakeEveryLossForCongestionWithBbr() {
        double bbr = transfer(over("bbr", PIPE, 0.01));
        data.clear();
        double reno = transfer(over("reno", PIPE, 0.01));

        assertThat(OCTETS / bbr).isGreaterThan(0.5 * BANDWIDTH);
        assertThat(bbr).isLessThan(reno / 2);
    }

    @Test
    void shouldOpenTheReceiversWindowWhereTheRoundTripHasGrownSinceTheHandshake() {
        TcpPair pair = over(TcpConfig.defaults(), PIPE, 0);

        double seconds = transfer(pair);

        assertThat(OCTETS / seconds).isGreaterThan(0.8 * BANDWIDTH);
        assertThat(pair.server.connection.info(pair.now).account().receiveRtt()).isBetween(38 * MILLIS, 90 * MILLIS);
    }

    @Test
    void shouldNotTakeAPauseOfTheSenderForARoundTrip() {
        TcpPair pair = over(TcpConfig.defaults(), PIPE, 0);
        for (int i = 0; i < 20; i++) {
            pair.client.connection.send(ByteBuffer.wrap(new byte[10_000]), pair.now);
            pair.run(10 * SECONDS);
        }

        assertThat(pair.server.connection.info(pair.now).account().receiveRtt()).isLessThan(60 * MILLIS);
        assertThat(pair.server.connection.info(pair.now).receiveBuffer())
                .isEqualTo(TcpConfig.defaults().receiveBuffer().initial());
    }

    @Test
    void shouldMeasureTheDeliveryRate() {
        TcpPair pair = over("cubic", PIPE, 0);
        transfer(pair);

        assertThat(pair.client.connection.info(pair.now).path().deliveryRate())
                .isBetween(BANDWIDTH * 8 / 10, BANDWIDTH * 11 / 10);
    }

    @Test
    @Rfc(number = 9406, rules = "4.2")
    void shouldLeaveSlowStartBeforeTheQueueOverflowsWithHyStart() { // RFC 9406
        int with = dropsOfSlowStart(true);
        data.clear();
        int without = dropsOfSlowStart(false);

        assertThat(with).isLessThan(without / 2);
    }

    private int dropsOfSlowStart(boolean hystart) {
        TcpConfig.Recovery recovery = new TcpConfig.Recovery(true, true, true, true, hystart);
        TcpPair pair = over(config(Cubic::new).withRecovery(recovery), 2 * PIPE, 0);
        pair.runUntil(() -> {
            pair.client.connection.send(data, pair.now);
            pair.flush();
            return pair.client.connection.info(pair.now).ssthresh() < 1 << 30;
        }, 20 * SECONDS);
        return pair.queueDrops;
    }

    @Test
    void shouldChangeTheCongestionControlOfALiveConnection() {
        TcpPair pair = over("reno", PIPE, 0);
        long half = OCTETS / 2;
        pair.runUntil(() -> {
            pair.client.connection.send(data, pair.now);
            pair.flush();
            return pair.server.received.length() >= half;
        }, 60 * SECONDS);
        long before = pair.client.connection.info(pair.now).cwnd();

        pair.client.connection.changeCongestionControl(Bbr::new, pair.now);

        assertThat(pair.client.connection.info(pair.now).congestionControl()).isEqualTo("bbr");
        assertThat(pair.client.connection.info(pair.now).cwnd()).isEqualTo(before);
        transfer(pair);
    }
}
