package io.fourtuple.core.tcp;

import static io.fourtuple.core.tcp.Conversation.SECONDS;
import static io.fourtuple.core.tcp.Conversation.TUPLE;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.Counters;
import io.fourtuple.core.conformance.Attack;
import io.fourtuple.core.conformance.Rfc;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.OutboundSegment;
import io.fourtuple.core.wire.Seq;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.core.wire.TcpOptions;
import io.fourtuple.core.wire.TcpSegment;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SynCookiesTest {
    private static final int IRS = 0xffff_ffff;
    private static final int OFFSET = 0x7fff_ffd0;
    private static final PathProperties PATH = new PathProperties(1460, 1460);

    private final SynCookies cookies = new SynCookies(1, 2, 3, 4);
    private final TcpConfig config = TcpConfig.defaults();
    private final OutboundSegment synAck = new OutboundSegment();
    private final ShardMemory memory = ShardMemory.unlimited(new Counters());
    private long now = 77 * SECONDS;

    private void answer(FourTuple tuple, TcpOptions options) {
        cookies.fillSynAck(
                tuple, TcpSegment.of(IRS, 0, TcpFlags.SYN, 60_000, options), OFFSET, PATH, config, synAck, now);
    }

    private TcpSegment finalAck(TcpOptions options) {
        return TcpSegment.of(Seq.add(IRS, 1), Seq.add(synAck.seq, 1), TcpFlags.ACK, 1000, options);
    }

    private TcpOptions echoed() {
        return synAck.timestamps ? TcpOptions.timestamps(501, synAck.tsVal) : TcpOptions.NONE;
    }

    private HalfOpen open(TcpSegment ack) {
        return cookies.open(TUPLE, ack, OFFSET, PATH, config, now);
    }

    @Test
    void shouldAnswerLikeAListenerThatRemembers() {
        answer(TUPLE, new TcpOptions(1460, 7, true, true, 500, 0, new int[0]));

        assertThat(synAck.toString()).startsWith("S. ").contains("(0) ack 0 win 65535");
        assertThat(synAck.mss).isEqualTo(1460);
        assertThat(synAck.windowScale).isEqualTo(7);
        assertThat(synAck.sackPermitted).isTrue();
        assertThat(synAck.tsEcr).isEqualTo(500);
    }

    @Test
    void shouldCarryAllOptionsOfAPeerWithTimestamps() {
        answer(TUPLE, new TcpOptions(1460, 9, true, true, 500, 0, new int[0]));

        TcpInfo info = open(finalAck(echoed())).complete(finalAck(echoed()), memory, now).info(now);

        assertThat(info.state()).isEqualTo(TcpState.ESTABLISHED);
        assertThat(info.timestamps()).isTrue();
        assertThat(info.sack()).isTrue();
        assertThat(info.sendWindowScale()).isEqualTo(9);
        assertThat(info.sendMss()).isEqualTo(1448);
    }

    @Test
    void shouldNeitherOfferNorExpectWhatNoTimestampCanCarry() {
        answer(TUPLE, new TcpOptions(1460, 9, true, false, 0, 0, new int[0]));
        assertThat(synAck.windowScale).isEqualTo(-1);
        assertThat(synAck.sackPermitted).isFalse();
        assertThat(synAck.timestamps).isFalse();

        TcpInfo info = open(finalAck(echoed())).complete(finalAck(echoed()), memory, now).info(now);

        assertThat(info.sack()).isFalse();
        assertThat(info.sendWindowScale()).isEqualTo(-1);
        assertThat(info.sendMss()).isEqualTo(1460);
    }

    @Test
    void shouldCarryThatThePeerHasTimestampsAndNothingElse() {
        answer(TUPLE, new TcpOptions(1460, -1, false, true, 500, 0, new int[0]));
        assertThat(synAck.windowScale).isEqualTo(-1);

        TcpInfo info = open(finalAck(echoed())).complete(finalAck(echoed()), memory, now).info(now);

        assertThat(info.timestamps()).isTrue();
        assertThat(info.sack()).isFalse();
        assertThat(info.sendWindowScale()).isEqualTo(-1);
    }

    /** Never more than the peer takes, and no less than its next neighbour in the table. */
    @ParameterizedTest
    @CsvSource({"-1, 536", "1, 48", "100, 48", "256, 256", "1459, 1440", "1460, 1460", "9000, 1460", "65535, 1460"})
    void shouldCarryTheMss(int offered, int understood) {
        answer(TUPLE, new TcpOptions(offered, -1, false, false, 0, 0, new int[0]));

        TcpInfo info = open(finalAck(echoed())).complete(finalAck(echoed()), memory, now).info(now);

        assertThat(info.sendMss()).isEqualTo(understood);
    }

    @Test
    @Rfc(number = 9293, rules = "MUST-15")
    void shouldTakeTheDefaultMssOfIpv6() {
        FourTuple v6 = new FourTuple(IpAddress.parse("fd77::2"), 7, IpAddress.parse("fd77::1"), 40000);
        answer(v6, TcpOptions.NONE);
        TcpSegment ack = finalAck(TcpOptions.NONE);

        HalfOpen record = cookies.open(v6, ack, OFFSET, PATH, config, now);

        assertThat(record.complete(ack, memory, now).info(now).sendMss()).isEqualTo(1220);
    }

    @Test
    void shouldKeepTheTimestampClockBehindTheRealOneByLessThanItsOptions() {
        for (int i = 0; i < 200; i++) {
            now += 1_000_000;
            answer(TUPLE, new TcpOptions(1460, 7, true, true, 500, 0, new int[0]));
            int clock = (int) (now / 1_000_000) + OFFSET;

            assertThat(Seq.distance(synAck.tsVal, clock)).isBetween(0, 63);
        }
    }

    @Test
    @Rfc(number = 4987, rules = "3.6")
    @Attack(13)
    void shouldTakeACookieForOneSlotAtLeastAndForTwoAtMost() {
        answer(TUPLE, TcpOptions.NONE);
        TcpSegment ack = finalAck(TcpOptions.NONE);

        now += SynCookies.MAX_AGE_NANOS / 2 - 1;
        assertThat(open(ack)).isNotNull();
        now += SynCookies.MAX_AGE_NANOS / 2 + 1;
        assertThat(open(ack)).isNull();
    }

    @Test
    @Attack(13)
    void shouldRefuseWhatIsNotTheAckOfThisCookie() {
        answer(TUPLE, new TcpOptions(1460, 7, true, true, 500, 0, new int[0]));
        TcpSegment good = finalAck(echoed());
        assertThat(open(good)).isNotNull();

        assertThat(open(finalAck(TcpOptions.NONE))).as("timestamps taken away").isNull();
        assertThat(open(finalAck(TcpOptions.timestamps(501, synAck.tsVal ^ 1)))).as("another scale").isNull();
        assertThat(open(TcpSegment.of(good.seq(), good.ack() + 1, TcpFlags.ACK, 1, good.options()))).isNull();
        assertThat(open(TcpSegment.of(good.seq() + 1, good.ack(), TcpFlags.ACK, 1, good.options()))).isNull();
        assertThat(cookies.open(TUPLE.reversed(), good, OFFSET, PATH, config, now)).isNull();
        assertThat(new SynCookies(1, 2, 3, 5).open(TUPLE, good, OFFSET, PATH, config, now)).isNull();
        assertThat(new SynCookies(1, 3, 3, 4).open(TUPLE, good, OFFSET, PATH, config, now)).isNull();
    }

    @Test
    @Attack(13)
    void shouldRefuseAMillionGuesses() {
        Random random = new Random(42);
        int hits = 0;
        for (int i = 0; i < 1_000_000; i++) {
            TcpOptions options =
                    random.nextBoolean() ? TcpOptions.NONE : TcpOptions.timestamps(1, random.nextInt());
            hits += open(TcpSegment.of(random.nextInt(), random.nextInt(), TcpFlags.ACK, 1, options)) == null ? 0 : 1;
        }

        assertThat(hits).isZero();
    }
}
