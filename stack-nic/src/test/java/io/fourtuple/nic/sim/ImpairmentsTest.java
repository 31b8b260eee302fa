package io.fourtuple.nic.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.TransmitOffload;
import io.fourtuple.nic.sim.LinkConfig.BurstLoss;
import io.fourtuple.nic.sim.SimulationFixture.Arrival;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Faults of the wire, drawn from fixed seeds: bounds are at least five standard deviations wide. */
class ImpairmentsTest {
    private static final int FRAMES = 10_000;
    private SimulationFixture sim = new SimulationFixture(42);

    @AfterEach
    void close() {
        sim.close();
    }

    private LinkStatistics send(LinkConfig config) {
        Link link = sim.pair(config);
        for (int i = 0; i < FRAMES; i++) {
            sim.send("alice", i);
            sim.time.runFor(Duration.ofMillis(1));
        }
        sim.run();
        return link.forward().statistics();
    }

    private List<Integer> afterSending(long seed, LinkConfig config) {
        sim.close();
        sim = new SimulationFixture(seed);
        send(config);
        return sim.numbers("bob");
    }

    @Test
    void shouldLoseAsOftenAsItIsTold() {
        LinkStatistics statistics = send(LinkConfig.DEFAULT.withLoss(0.1));

        assertThat(statistics.lost()).isBetween(850L, 1150L);
        assertThat(statistics.delivered()).isEqualTo(FRAMES - statistics.lost());
        assertThat(sim.numbers("bob")).isSorted().hasSize((int) statistics.delivered());
    }

    @Test
    void shouldLoseTheSameFramesForTheSameSeedAndOthersForAnother() {
        LinkConfig config = LinkConfig.DEFAULT.withLoss(0.1);
        List<Integer> first = afterSending(7, config);

        assertThat(afterSending(7, config)).isEqualTo(first);
        assertThat(afterSending(8, config)).isNotEqualTo(first);
        assertThat(afterSending(7, config.withDuplication(0.5)).stream().distinct().toList())
                .as("another fault does not change which ones are lost").isEqualTo(first);
    }

    @Test
    void shouldLoseEverythingOrNothing() {
        assertThat(send(LinkConfig.DEFAULT.withLoss(1)).lost()).isEqualTo(FRAMES);
        assertThat(sim.numbers("bob")).isEmpty();
    }

    @Test
    void shouldLoseInBursts() {
        LinkStatistics statistics = send(LinkConfig.DEFAULT.withBurstLoss(BurstLoss.ofBursts(0.1, 8)));
        List<Integer> bursts = new ArrayList<>();
        int expected = 0;
        for (int number : sim.numbers("bob")) {
            if (number > expected) {
                bursts.add(number - expected);
            }
            expected = number + 1;
        }

        assertThat(statistics.lost() / (double) FRAMES).isCloseTo(0.1, within(0.06));
        assertThat(bursts.stream().mapToInt(i -> i).average().orElseThrow()).isBetween(5.5, 10.5);
    }

    @Test
    void shouldLoseInBothStatesOfTheLink() {
        assertThat(send(LinkConfig.DEFAULT.withBurstLoss(new BurstLoss(0.01, 0.01, 0.05, 0.5))).lost())
                .isBetween(2000L, 3500L);
    }

    @Test
    void shouldDeliverFramesTwice() {
        LinkStatistics statistics = send(LinkConfig.DEFAULT.withDuplication(0.2));

        assertThat(statistics.duplicated()).isBetween(1800L, 2200L);
        assertThat(statistics.delivered()).isEqualTo(FRAMES + statistics.duplicated());
        assertThat(sim.numbers("bob")).isSorted();
    }

    @Test
    void shouldVaryTheDelayWithoutChangingTheOrder() {
        send(LinkConfig.DEFAULT.withDelay(Duration.ofMillis(20)).withJitter(Duration.ofMillis(5)));
        List<Long> delays = sim.arrivals("bob").stream().map(a -> a.nanos() - a.number() * 1_000_000L).toList();

        assertThat(sim.numbers("bob")).isEqualTo(LinkTest.range(0, FRAMES));
        assertThat(delays).allSatisfy(delay -> assertThat(delay).isBetween(20_000_000L, 25_000_000L));
        assertThat(delays.stream().mapToLong(i -> i).min().orElseThrow()).isLessThan(20_100_000);
        assertThat(delays.stream().mapToLong(i -> i).max().orElseThrow()).isGreaterThan(24_900_000);
    }

    @Test
    void shouldHoldFramesBackSoThatOthersOvertakeThem() {
        LinkStatistics statistics =
                send(LinkConfig.DEFAULT.withDelay(Duration.ofMillis(10)).withReordering(0.1, Duration.ofMillis(5)));
        int late = 0;
        for (Arrival arrival : sim.arrivals("bob")) {
            long delay = arrival.nanos() - arrival.number() * 1_000_000L;
            assertThat(delay).isIn(10_000_000L, 15_000_000L);
            late += delay == 15_000_000L ? 1 : 0;
        }

        assertThat(late).isBetween(850, 1150);
        assertThat(statistics.reordered()).isEqualTo(late);
        assertThat(sim.numbers("bob")).hasSize(FRAMES).doesNotHaveDuplicates().isNotEqualTo(LinkTest.range(0, FRAMES));
    }

    @Test
    void shouldCorruptOneBitThatAChecksumTellsOf() {
        for (NicConfig config : List.of(NicConfig.DEFAULT, NicConfig.FAST)) {
            sim.close();
            sim = new SimulationFixture(5);
            SimulatedNic alice = sim.host("alice", config);
            SimulatedNic bob = sim.host("bob", config);
            Link link = sim.network.connect(alice, bob, LinkConfig.DEFAULT.withCorruption(0.5));
            byte[] intact = TcpFrames.segment().payload(100).build();
            int corrupted = 0;
            Set<Integer> bits = new HashSet<>();
            for (int i = 0; i < 1000; i++) {
                TransmitOffload offload = new TransmitOffload();
                SimulationFixture.send(alice, config.checksumOffload()
                        ? TcpFrames.segment().payload(100).unfinished(0, offload)
                        : intact, offload);
            }
            sim.run();
            for (Frame frame : sim.frames("bob")) {
                byte[] octets = FrameOctets.complete(frame);
                int bit = differingBit(octets, intact);
                if (bit >= 0) {
                    corrupted++;
                    bits.add(bit);
                    assertThat(frame.checksumVerified()).isFalse();
                    assertThat(TcpFrames.isIntact(octets)).as("bit %d", bit).isFalse();
                }
            }

            assertThat(link.forward().statistics().corrupted()).isEqualTo(corrupted).isBetween(400L, 600L);
            assertThat(bits).hasSizeGreaterThan(300).allMatch(bit -> bit >= 14 * 8);
        }
    }


    private static int differingBit(byte[] a, byte[] b) {
        int found = -1;
        for (int bit = 0; bit < a.length * 8; bit++) {
            if (((a[bit / 8] ^ b[bit / 8]) >> bit % 8 & 1) != 0) {
                assertThat(found).as("one bit").isEqualTo(-1);
                found = bit;
            }
        }
        return found;
    }

    @Test
    void shouldSpareWhatHasNoChecksum() {
        assertThat(send(LinkConfig.DEFAULT.withCorruption(1)).corrupted()).isZero();
        assertThat(sim.numbers("bob")).hasSize(FRAMES);
    }
}
