package io.fourtuple.core.ip;

import static io.fourtuple.core.ip.HostFixture.CONFIG;
import static io.fourtuple.core.ip.HostFixture.ETHERNET;
import static io.fourtuple.core.ip.HostFixture.SECOND;
import static io.fourtuple.core.ip.HostFixture.TUPLE;
import static io.fourtuple.core.ip.HostFixture.US;
import static io.fourtuple.core.ip.HostFixture.US_V6;
import static io.fourtuple.core.ip.HostFixture.segment;
import static io.fourtuple.core.ip.HostFixture.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.Counter;
import io.fourtuple.core.conformance.Attack;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IpAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a stranger can make reassembly hold, and what it cannot do to others. */
class ReassemblyBoundsTest {
    private static final int MEMORY = 256 * 1024;
    private static final int SOURCE_MEMORY = 64 * 1024;
    private static final int DATAGRAMS = 200;
    private static final int PIECES = 16;

    private final HostFixture net = new HostFixture(CONFIG.withReassembly(
            new IpConfig.Reassembly(MEMORY, SOURCE_MEMORY, DATAGRAMS, PIECES, 30 * SECOND, 60 * SECOND)), ETHERNET);
    private final Reassembly reassembly = net.host.reassembly();

    private static byte[] frameFrom(String source) {
        IpAddress address = IpAddress.parse(source);
        return tcp(new FourTuple(address.isV4() ? US : US_V6, 7, address, 9), segment(2000));
    }

    private void assertWithinBounds() {
        assertThat(reassembly.charge()).isLessThanOrEqualTo(MEMORY);
        assertThat(reassembly.size()).isLessThanOrEqualTo(DATAGRAMS);
        assertThat(reassembly.sourceCount()).isLessThanOrEqualTo(reassembly.size());
    }

    @Test
    @Attack(5)
    void shouldGiveUpADatagramInTooManyPieces() {
        byte[] frame = tcp(TUPLE, segment(PIECES * 8 - 20 + 8));
        List<byte[]> fragments = Fragments.cut(frame, 8, 1);
        assertThat(fragments).hasSize(PIECES + 1);
        fragments.forEach(net::receive);
        net.assertCount(Counter.IP_REASM_PIECES, 1);
        net.assertCount(Counter.IP_REASM_FAILS, 1);
        assertThat(reassembly.charge()).isEqualTo(Reassembly.DATAGRAM_CHARGE);

        Fragments.cut(tcp(TUPLE, segment(PIECES * 8 - 20)), 8, 2).forEach(net::receive);
        net.assertCount(Counter.IP_REASM_OKS, 1);
    }

    /** Eight octets may arrive in an array of 64 KiB, all of which they keep alive. */
    @Test
    void shouldChargeTheWholeReceivedArray() {
        byte[] small = Fragments.part(tcp(TUPLE, segment(100)), 8, 16, true, 1);
        net.receive(Arrays.copyOf(small, 60_000));
        assertThat(reassembly.charge())
                .isEqualTo(60_000 + Reassembly.FRAGMENT_CHARGE + Reassembly.DATAGRAM_CHARGE);
        net.receive(Arrays.copyOf(Fragments.part(tcp(TUPLE, segment(100)), 24, 32, true, 1), 60_000));
        net.assertCount(Counter.IP_REASM_SOURCE_FULL, 1);
        assertThat(reassembly.charge()).isZero();
    }

    @Test
    @Attack(5)
    void shouldTakeTheOldestOfASenderThatHoldsTooMuch() {
        net.receive(Fragments.part(frameFrom("10.77.0.9"), 0, 1000, true, 1));
        for (int id = 0; id < 1000; id++) {
            net.receive(Fragments.part(frameFrom("10.77.0.66"), 0, 1000, true, id));
            assertThat(reassembly.charge()).isLessThanOrEqualTo(SOURCE_MEMORY + 2000);
        }
        assertThat(net.receive(Fragments.part(frameFrom("10.77.0.66"), 1000, 2020, false, 999))).isNotNull();
        assertThat(net.receive(Fragments.part(frameFrom("10.77.0.66"), 1000, 2020, false, 0))).isNull();
        assertThat(net.receive(Fragments.part(frameFrom("10.77.0.9"), 1000, 2020, false, 1))).isNotNull();
        assertThat(net.counters.get(Counter.IP_REASM_SOURCE_FULL)).isGreaterThan(900);
        net.assertCount(Counter.IP_REASM_EVICTED, 0);
    }

    /** A host of IPv6 can have as many addresses as it likes, but one network. */
    @Test
    void shouldTakeAnIpv6NetworkForOneSender() {
        net.receive(Fragments.part(frameFrom("2001:db8:1::9"), 0, 1000, true, 1));
        for (int host = 1; host <= 1000; host++) {
            net.receive(Fragments.part(frameFrom("2001:db8:2::" + Integer.toHexString(host)), 0, 1000, true, host));
        }
        assertThat(reassembly.sourceCount()).isEqualTo(2);
        assertThat(reassembly.charge()).isLessThanOrEqualTo(SOURCE_MEMORY + 2000);
        assertThat(net.receive(Fragments.part(frameFrom("2001:db8:1::9"), 1000, 2020, false, 1))).isNotNull();
    }

    /** ATTACKS: nobody pushes out somebody who holds less, not even with many datagrams that hold next to nothing. */
    @Test
    void shouldNotLetASenderOfManyTakeThePlaceOfASenderOfFew() {
        net.receive(Fragments.part(frameFrom("10.77.0.9"), 0, 1000, true, 1));
        byte[] greedy = frameFrom("10.77.0.66");
        for (int id = 0; id < 5000; id++) {
            net.receive(Fragments.part(greedy, 8, 16, true, id));
            net.receive(Fragments.part(greedy, 8, 24, true, id)); // and many that are given up
            assertWithinBounds();
        }
        assertThat(net.receive(Fragments.part(frameFrom("10.77.0.9"), 1000, 2020, false, 1))).isNotNull();
    }

    @Test
    void shouldTakeTheOldestOfAllWhenAllHoldTheSame() {
        for (int host = 0; host < 1000; host++) {
            String source = "10.78." + host / 250 + "." + (1 + host % 250);
            net.receive(Fragments.part(frameFrom(source), 8, 1008, true, 1));
            assertWithinBounds();
        }
        assertThat(net.counters.get(Counter.IP_REASM_EVICTED)).isGreaterThan(700);
        net.assertCount(Counter.IP_REASM_SOURCE_FULL, 0);
        byte[] last = frameFrom("10.78.3.250");
        net.receive(Fragments.part(last, 0, 8, true, 1));
        assertThat(net.receive(Fragments.part(last, 1008, 2020, false, 1))).isNotNull();
        byte[] first = frameFrom("10.78.0.1");
        net.receive(Fragments.part(first, 0, 8, true, 1));
        assertThat(net.receive(Fragments.part(first, 1008, 2020, false, 1))).isNull();
    }

    @Test
    void shouldPutNothingTogetherWithoutMemory() {
        HostFixture none = new HostFixture(CONFIG.withReassembly(
                new IpConfig.Reassembly(0, 1 << 20, 10, 10, SECOND, SECOND)), ETHERNET);
        Fragments.cut(tcp(TUPLE, segment(100)), 40, 1).forEach(none::receive);
        none.assertCount(Counter.IP_REASM_OKS, 0);
        none.assertCount(Counter.IP_REASM_EVICTED, 3);
        assertThat(none.host.reassembly().charge()).isZero();
    }

    @Attack(5)
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldStayWithinBoundsWhateverComes(long seed) {
        Random random = new Random(seed);
        byte[][] frames = new byte[60][];
        Arrays.setAll(frames, i -> frameFrom(i % 2 == 0 ? "10.77.0." + (3 + i) : "2001:db8:" + i + "::1"));
        for (int i = 0; i < 50_000; i++) {
            byte[] frame = frames[random.nextBoolean() ? 0 : random.nextInt(frames.length)];
            int start = 8 * random.nextInt(200);
            int end = start + 8 * (1 + random.nextInt(30));
            byte[] part = Fragments.part(frame, start, Math.min(end, 2020), end < 2020, random.nextInt(400));
            net.receive(Arrays.copyOf(part, part.length + random.nextInt(300)));
            assertWithinBounds();
            net.now += random.nextInt(20_000_000);
            net.host.handleTimeout(net.now);
            net.link.sent.clear();
        }
        net.now += 61 * SECOND;
        net.host.handleTimeout(net.now);
        assertThat(reassembly.size()).isZero();
        assertThat(reassembly.charge()).isZero();
        assertThat(reassembly.sourceCount()).isZero();
        net.assertCount(Counter.IP_REASM_REQDS, 50_000);
        for (Counter counter : List.of(Counter.IP_REASM_EVICTED, Counter.IP_REASM_SOURCE_FULL,
                Counter.IP_REASM_OVERLAPS, Counter.IP_REASM_TIMEOUT)) {
            assertThat(net.counters.get(counter)).as(counter.name()).isPositive();
        }
    }
}
