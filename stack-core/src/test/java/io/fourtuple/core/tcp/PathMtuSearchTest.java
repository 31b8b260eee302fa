package io.fourtuple.core.tcp;

import static io.fourtuple.core.tcp.TcpPair.MILLIS;
import static io.fourtuple.core.tcp.TcpPair.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.Counter;
import io.fourtuple.core.conformance.Rfc;
import io.fourtuple.core.tcp.PathMtuRules.Probing;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 4821: how large segments may be where no router says so. */
class PathMtuSearchTest {
    private static final int TIMESTAMPS = 12;
    private static final PathMtuRules ALWAYS = PathMtuRules.DEFAULT.withProbing(Probing.ALWAYS);

    private int limit = Integer.MAX_VALUE;

    private TcpPair pair(PathMtuRules rules) {
        TcpPair pair = new TcpPair(TcpConfig.defaults().withPathMtu(rules));
        pair.establish();
        pair.link = new TcpPair.Link(0, 10 * MILLIS, 0);
        pair.filter = (to, segment) -> segment.payloadLength() <= limit;
        return pair;
    }

    private static void transfer(TcpPair pair, int octets) {
        ByteBuffer data = ByteBuffer.wrap(new byte[octets]);
        int before = pair.server.received.length();
        pair.runUntil(() -> {
            pair.client.connection.send(data, pair.now);
            pair.flush();
            return pair.server.received.length() >= before + octets;
        }, 300 * SECONDS);
        pair.run(SECONDS);
    }

    private static int mss(TcpPair pair) {
        return pair.client.connection.info(pair.now).sendMss();
    }

    @Test
    @Rfc(number = 4821, rules = "7.2")
    void shouldBeginWithTheBaseMss() {
        TcpPair pair = pair(ALWAYS.withBaseMss(900));

        assertThat(mss(pair)).isEqualTo(900 - TIMESTAMPS);
    }

    @ParameterizedTest
    @ValueSource(ints = {1448, 1300, 1013, 1012})
    @Rfc(number = 4821, rules = "7.3")
    void shouldFindTheLargestSegmentThatPasses(int largest) {
        TcpPair pair = pair(ALWAYS);
        limit = largest;

        transfer(pair, 2_000_000);

        assertThat(mss(pair)).isBetween(Math.max(1012, largest - 8), largest);
        assertThat(pair.client.count(Counter.TCP_EXT_TIMEOUTS)).isZero();
    }

    @Test
    @Rfc(number = 4821, rules = "7.6.2")
    void shouldNotTakeTheLossOfAProbeForCongestion() {
        TcpPair pair = pair(ALWAYS.withBaseMss(1012 + TIMESTAMPS));
        limit = 1012;

        transfer(pair, 2_000_000);

        assertThat(pair.client.count(Counter.TCP_EXT_MTUP_FAIL)).isGreaterThan(3);
        assertThat(pair.client.count(Counter.TCP_EXT_MTUP_PROBE))
                .isEqualTo(pair.client.count(Counter.TCP_EXT_MTUP_FAIL));
        assertThat(pair.client.count(Counter.TCP_EXT_SACK_RECOVERY)).isZero();
        assertThat(pair.client.connection.info(pair.now).ssthresh()).isGreaterThan(1 << 30);
        assertThat(pair.trace).anyMatch(line -> line.endsWith("PATH_MTU_PROBE"))
                .anyMatch(line -> line.endsWith("PATH_MTU"));
    }

    @Test
    @Rfc(number = 4821, rules = "7.7")
    void shouldTryLargerSegmentsAfterABlackHole() {
        TcpPair pair = pair(PathMtuRules.DEFAULT.withProbing(Probing.BLACK_HOLES));
        limit = 1200;

        transfer(pair, 2_000_000);

        assertThat(pair.client.count(Counter.TCP_EXT_MTUP_BLACK_HOLE)).isEqualTo(1);
        assertThat(mss(pair)).isBetween(1192, 1200);
    }

    @Test
    @Rfc(number = 4821, rules = "7.4")
    void shouldTryAgainAfterTheInterval() {
        TcpPair pair = pair(ALWAYS);
        limit = 1200;
        transfer(pair, 2_000_000);
        limit = Integer.MAX_VALUE;
        transfer(pair, 2_000_000);
        assertThat(mss(pair)).isLessThanOrEqualTo(1200);

        pair.run(600 * SECONDS);
        pair.now += 600 * SECONDS; // nothing happened meanwhile
        transfer(pair, 2_000_000);

        assertThat(mss(pair)).isBetween(1440, 1448);
    }

    @Test
    void shouldNotProbeBeyondWhatARouterHasSaid() {
        TcpPair pair = pair(ALWAYS);
        limit = 1200;
        pair.client.connection.send(ByteBuffer.wrap(new byte[1000]), pair.now);
        pair.flush();
        pair.client.connection.handleIcmp(
                new IcmpError(IcmpError.Kind.PACKET_TOO_BIG, 1240), pair.client.connection.tcb().sndUna, pair.now);

        transfer(pair, 2_000_000);

        assertThat(pair.client.count(Counter.TCP_EXT_MTUP_FAIL)).isZero();
    }

    @Test
    void shouldNotProbeUnlessAsked() {
        TcpPair pair = pair(PathMtuRules.DEFAULT);

        transfer(pair, 2_000_000);

        assertThat(mss(pair)).isEqualTo(1448);
        assertThat(pair.client.count(Counter.TCP_EXT_MTUP_PROBE)).isZero();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.001, 0.01, 0.05})
    void shouldDeliverEveryOctetWhateverIsLostBesides(double loss) {
        TcpPair pair = pair(ALWAYS);
        limit = 1300;
        pair.link = new TcpPair.Link(loss, 10 * MILLIS, 2 * MILLIS);

        TcpTransferTest.transfer(pair, 1 << 20, 1 << 20);

        assertThat(mss(pair)).isLessThanOrEqualTo(1300);
    }
}
