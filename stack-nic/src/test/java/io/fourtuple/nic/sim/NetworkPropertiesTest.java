package io.fourtuple.nic.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.wire.Ecn;
import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.nic.sim.LinkConfig.BurstLoss;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** What holds for each link whatever it is like, and whatever happens to it. */
class NetworkPropertiesTest {
    private static final int STEPS = 300;

    @Provide
    Arbitrary<LinkConfig> links() {
        Arbitrary<Duration> durations = Arbitraries.longs().between(0, 20_000_000).map(Duration::ofNanos);
        Arbitrary<Double> chances = Arbitraries.of(0.0, 0.0, 0.01, 0.2, 1.0);
        Arbitrary<BurstLoss> bursts = Arbitraries.of(BurstLoss.NONE, BurstLoss.ofBursts(0.1, 4));
        Arbitrary<Long> bandwidths = Arbitraries.of(0L, 100_000L, 1_000_000L, 50_000_000L);
        Arbitrary<LinkConfig> faultless = Combinators.combine(bandwidths, durations, durations,
                        Arbitraries.integers().between(1, 50), Arbitraries.integers().between(60, 40_000),
                        disciplines())
                .as((bandwidth, delay, jitter, frames, bytes, discipline) -> LinkConfig.DEFAULT
                        .withBandwidth(bandwidth).withDelay(delay).withJitter(jitter).withQueueFrames(frames)
                        .withQueueBytes(bytes).withDiscipline(discipline));
        return Combinators.combine(faultless, chances, bursts, chances, chances, durations, chances)
                .as((link, loss, burst, duplication, reordering, extra, corruption) -> link.withLoss(loss)
                        .withBurstLoss(burst).withDuplication(duplication).withReordering(reordering, extra)
                        .withCorruption(corruption));
    }

    private static Arbitrary<QueueDiscipline> disciplines() {
        return Arbitraries.of(
                new QueueDiscipline.DropTail(),
                new QueueDiscipline.Red(1, 3, 0.5, true),
                new QueueDiscipline.Red(2, 20, 0.1, false),
                new QueueDiscipline.CoDel(Duration.ofMillis(1), Duration.ofMillis(4), true),
                QueueDiscipline.CoDel.DEFAULT,
                new QueueDiscipline.FqCoDel(4, 300, Duration.ofMillis(1), Duration.ofMillis(4), false),
                QueueDiscipline.FqCoDel.DEFAULT);
    }

    /** What happens is drawn from {@code script}; everything that is noted is returned. */
    private static List<String> play(SimulationFixture sim, List<LinkConfig> configs, long script) {
        List<String> notes = new ArrayList<>();
        sim.time.setJournal((nanos, source, value) -> notes.add(nanos + " " + source + " " + value));
        Switch lan = sim.network.addSwitch("lan", 4);
        List<SimulatedNic> hosts = new ArrayList<>();
        for (String name : List.of("alice", "bob", "carol")) {
            hosts.add(sim.host(name));
            sim.network.connect(hosts.getLast(), lan, configs.get(hosts.size() % configs.size()));
        }
        SplittableRandom random = new SplittableRandom(script);
        for (int number = 0; number < STEPS; number++) {
            SimulatedNic from = hosts.get(random.nextInt(3));
            MacAddress to = random.nextInt(4) == 0 ? MacAddress.BROADCAST : hosts.get(random.nextInt(3)).mac();
            SimulationFixture.send(from, random.nextBoolean()
                    ? SimulationFixture.numbered(from, to, number, 18 + random.nextInt(1497))
                    : TcpFrames.segment().macs(from.mac(), to).sourcePort(random.nextInt(6)).seq(number)
                            .trafficClass(random.nextInt(4) == 0 ? Ecn.NOT_ECT : Ecn.ECT_0)
                            .payload(random.nextInt(1400)).build());
            if (random.nextInt(20) == 0) {
                change(sim.network, configs, random);
            }
            if (random.nextInt(3) == 0) {
                sim.time.runFor(Duration.ofNanos(random.nextInt(3_000_000)));
            }
            sim.network.links().forEach(NetworkPropertiesTest::assertConserved);
        }
        return notes;
    }

    private static void change(SimulatedNetwork network, List<LinkConfig> configs, SplittableRandom random) {
        Link link = List.copyOf(network.links()).get(random.nextInt(3));
        List<SimulatedNic> hosts = List.copyOf(network.nics());
        switch (random.nextInt(8)) {
            case 0 -> link.down();
            case 1 -> link.up();
            case 2 -> link.forward().block();
            case 3 -> link.forward().unblock();
            case 4 -> link.backward().setConfig(configs.get(random.nextInt(configs.size())));
            case 5 -> hosts.get(random.nextInt(3)).powerOff();
            case 6 -> hosts.forEach(SimulatedNic::powerOn);
            default -> network.partitionOneWay(hosts.subList(0, 1), hosts.subList(random.nextInt(3), 3));
        }
    }

    private static void assertConserved(Link link) {
        for (LinkDirection direction : link.directions()) {
            LinkStatistics s = direction.statistics();
            assertThat(s.sent() + s.duplicated())
                    .as("%s: %s", direction, s)
                    .isEqualTo(s.delivered() + s.lost() + s.dropped() + s.inFlight() + s.queueFrames());
        }
    }

    @Property(tries = 150)
    void shouldLoseSightOfNoFrame(@ForAll("links") LinkConfig some, @ForAll("links") LinkConfig others,
            @ForAll long script) {
        try (SimulationFixture sim = new SimulationFixture(script)) {
            play(sim, List.of(some, others), script);
            sim.run();
            for (Link link : sim.network.links()) {
                assertConserved(link);
                for (LinkDirection direction : link.directions()) {
                    assertThat(direction.statistics().inFlight() + direction.statistics().queueFrames()).isZero();
                }
            }
        }
    }

    @Property(tries = 40)
    void shouldDoTheSameForTheSameSeed(@ForAll("links") LinkConfig some, @ForAll("links") LinkConfig others,
            @ForAll long script) {
        List<List<String>> runs = new ArrayList<>();
        for (int run = 0; run < 2; run++) {
            try (SimulationFixture sim = new SimulationFixture(script)) {
                List<String> notes = play(sim, List.of(some, others), script);
                sim.run();
                notes.add(sim.arrivals("alice") + " " + sim.arrivals("bob") + " " + sim.arrivals("carol"));
                runs.add(notes);
            }
        }
        assertThat(runs.getFirst()).isEqualTo(runs.getLast());
    }

    @Property(tries = 60)
    void shouldKeepTheOrderOfEachFlowUnlessItIsToldNotTo(@ForAll("links") LinkConfig link, @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 2_000_000) int gap) {
        try (SimulationFixture sim = new SimulationFixture(seed)) {
            sim.pair(link.withReordering(0, Duration.ZERO).withCorruption(0));
            SimulatedNic alice = sim.network.nic("alice");
            for (int i = 0; i < STEPS; i++) {
                SimulationFixture.send(alice, TcpFrames.segment().sourcePort(i % 3).seq(i).build());
                sim.time.runFor(Duration.ofNanos(gap));
            }
            sim.run();

            Map<Integer, Integer> last = new TreeMap<>();
            for (byte[] frame : sim.frames("bob").stream().map(arrived -> arrived.bytes()).toList()) {
                int port = frame[35];
                int seq = (frame[40] & 0xff) << 8 | (frame[41] & 0xff);
                assertThat(seq).isGreaterThanOrEqualTo(last.getOrDefault(port, 0));
                last.put(port, seq);
            }
        }
    }
}
