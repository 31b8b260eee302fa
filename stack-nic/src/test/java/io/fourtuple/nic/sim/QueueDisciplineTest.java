package io.fourtuple.nic.sim;

import static io.fourtuple.nic.sim.LinkConfig.MBIT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.fourtuple.core.wire.Ecn;
import io.fourtuple.nic.sim.QueueDiscipline.CoDel;
import io.fourtuple.nic.sim.QueueDiscipline.FqCoDel;
import io.fourtuple.nic.sim.QueueDiscipline.Red;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A link of 8 Mbit/s takes 1 ms for a frame of 1,000 octets. */
class QueueDisciplineTest {
    private static final LinkConfig SLOW = LinkConfig.DEFAULT.withBandwidth(8 * MBIT);
    private final SimulationFixture sim = new SimulationFixture(11);

    @AfterEach
    void close() {
        sim.close();
    }

    /** Sends frames of 1,000 octets at a constant rate; the link can send 1 per millisecond. */
    private LinkStatistics load(Link link, int frames, Duration gap, int ecn, int... ports) {
        for (int i = 0; i < frames; i++) {
            for (int port : ports) {
                SimulationFixture.send(sim.network.nic("alice"),
                        TcpFrames.segment().sourcePort(port).seq(i).payload(946).trafficClass(ecn).build());
            }
            sim.time.runFor(gap);
        }
        return link.forward().statistics();
    }

    private static void assertConserved(LinkStatistics s) {
        assertThat(s.sent() + s.duplicated())
                .isEqualTo(s.delivered() + s.lost() + s.dropped() + s.inFlight() + s.queueFrames());
    }

    // ---- RED ----

    @Test
    void redShouldLetShortQueuesAlone() {
        Link link = sim.pair(SLOW.withDiscipline(new Red(5, 15, 0.1, false)));
        LinkStatistics statistics = load(link, 2000, Duration.ofNanos(1_010_000), 0, 1);

        assertThat(statistics.dropped()).isZero();
    }

    @Test
    void redShouldKeepTheAverageBetweenItsLimits() {
        Link link = sim.pair(SLOW.withDiscipline(new Red(20, 60, 0.2, false)));
        LinkStatistics statistics = load(link, 20_000, Duration.ofNanos(950_000), 0, 1);

        assertConserved(statistics);
        assertThat(statistics.dropped(DropCause.RED)).as("5 % too much is sent").isBetween(700L, 1400L);
        assertThat(statistics.dropped()).isEqualTo(statistics.dropped(DropCause.RED));
        assertThat(statistics.queueFrames()).isBetween(10, 70);
    }

    @Test
    void redShouldDropAllAboveItsMaximumAndEvenWhatCouldBeMarked() {
        Link link = sim.pair(SLOW.withDiscipline(new Red(2, 4, 0.01, true)));
        LinkStatistics statistics = load(link, 30_000, Duration.ofNanos(500_000), Ecn.ECT_0, 1);

        assertConserved(statistics);
        assertThat(statistics.marked()).isPositive();
        assertThat(statistics.dropped(DropCause.RED)).as("half of it is too much").isBetween(12_000L, 16_000L);
    }

    @Test
    void redShouldMarkWhoUnderstandsAndDropWhoDoesNot() {
        LinkConfig config = SLOW.withDiscipline(new Red(20, 500, 0.2, true));
        Link link = sim.pair(config);
        LinkStatistics capable = load(link, 5000, Duration.ofNanos(990_000), Ecn.ECT_0, 1);
        sim.run();
        long marked = sim.frames("bob").stream()
                .filter(frame -> TcpFrames.ip(frame.bytes()).ecn() == Ecn.CE && TcpFrames.isIntact(frame.bytes()))
                .count();

        assertThat(capable.dropped()).isZero();
        assertThat(link.forward().statistics().marked()).isEqualTo(marked).isPositive();
        LinkStatistics incapable = load(link, 5000, Duration.ofNanos(990_000), Ecn.NOT_ECT, 1);
        assertThat(incapable.marked()).isEqualTo(marked);
        assertThat(incapable.dropped(DropCause.RED)).isPositive();
    }

    @Test
    void redShouldForgetABurstWhileItIsIdle() {
        Link link = sim.pair(SLOW.withDiscipline(new Red(5, 15, 1, false)).withQueueFrames(1000));
        load(link, 5000, Duration.ofNanos(700_000), 0, 1);
        long before = link.forward().statistics().dropped();
        sim.run();
        LinkStatistics after = load(link, 100, Duration.ofMillis(2), 0, 1);

        assertThat(before).isPositive();
        assertThat(after.dropped()).isEqualTo(before);
    }

    // ---- CoDel ----

    @Test
    void coDelShouldLetABurstPass() {
        Link link = sim.pair(SLOW.withDiscipline(CoDel.DEFAULT));
        IntStream.range(0, 90).forEach(i -> sim.send("alice", i, 1000));
        sim.run();

        assertThat(link.forward().statistics().dropped()).isZero();
        assertThat(sim.numbers("bob")).hasSize(90);
    }

    @Test
    void coDelShouldDropAnIntervalAfterTheDelayWasTooLong() {
        Link link = sim.pair(SLOW.withDiscipline(CoDel.DEFAULT));
        IntStream.range(0, 400).forEach(i -> sim.send("alice", i, 1000));
        sim.time.runFor(Duration.ofNanos(104_999_999));
        assertThat(link.forward().statistics().dropped()).isZero();
        sim.time.runFor(Duration.ofMillis(1));
        assertThat(link.forward().statistics().dropped(DropCause.CODEL)).isOne();
        sim.time.runFor(Duration.ofMillis(99));
        assertThat(link.forward().statistics().dropped(DropCause.CODEL)).isOne();
        sim.time.runFor(Duration.ofMillis(1));
        assertThat(link.forward().statistics().dropped(DropCause.CODEL)).as("after an interval").isEqualTo(2);
        sim.time.runFor(Duration.ofMillis(71));
        assertThat(link.forward().statistics().dropped(DropCause.CODEL)).as("after 100 ms / √2").isEqualTo(3);
        sim.run();
        assertConserved(link.forward().statistics());
    }

    @Test
    void coDelShouldMarkInsteadOfDropping() {
        Link link = sim.pair(SLOW.withDiscipline(new CoDel(Duration.ofMillis(5), Duration.ofMillis(100), true)));
        LinkStatistics statistics = load(link, 1000, Duration.ofNanos(800_000), Ecn.ECT_0, 1);

        assertThat(statistics.dropped()).isZero();
        assertThat(statistics.marked()).isGreaterThan(10);
        assertThat(load(link, 1000, Duration.ofNanos(800_000), Ecn.NOT_ECT, 1).dropped(DropCause.CODEL)).isPositive();
    }

    @Test
    void coDelShouldHoldTheDelayDownWhenTheLoadIsALittleTooHigh() {
        Link link = sim.pair(SLOW.withDiscipline(CoDel.DEFAULT));
        LinkStatistics statistics = load(link, 60_000, Duration.ofNanos(990_000), 0, 1);

        assertConserved(statistics);
        assertThat(statistics.queueFrames()).as("1 frame is 1 ms").isLessThan(100);
        assertThat(statistics.dropped(DropCause.CODEL)).as("1 % is too much").isBetween(300L, 800L);
    }

    // ---- FQ-CoDel ----

    @Test
    void fqCoDelShouldShareTheLinkFairly() {
        Link link = sim.pair(SLOW.withDiscipline(FqCoDel.DEFAULT).withQueueFrames(100));
        SimulatedNic alice = sim.network.nic("alice");
        for (int i = 0; i < 2000; i++) {
            for (int copy = 0; copy < 9; copy++) {
                SimulationFixture.send(alice, TcpFrames.segment().sourcePort(1).payload(946).build());
            }
            SimulationFixture.send(alice, TcpFrames.segment().sourcePort(2).payload(946).build());
            sim.time.runFor(Duration.ofMillis(2));
        }
        long light = sim.frames("bob").stream().filter(frame -> frame.bytes()[35] == 2).count();

        assertThat(light).as("one of two flows may send 1 of 2 ms").isGreaterThan(1900);
        assertThat(sim.frames("bob").size()).isBetween(3990, 4001);
        LinkStatistics statistics = link.forward().statistics();
        assertConserved(statistics);
        assertThat(statistics.dropped(DropCause.QUEUE_FULL)).isPositive();
        assertThat(statistics.maxQueueFrames()).isLessThanOrEqualTo(101);
    }

    @Test
    void fqCoDelShouldLetANewFlowGoFirst() {
        sim.pair(SLOW.withDiscipline(FqCoDel.DEFAULT));
        SimulatedNic alice = sim.network.nic("alice");
        IntStream.range(0, 50).forEach(i -> SimulationFixture.send(alice,
                TcpFrames.segment().sourcePort(1).payload(946).build()));
        sim.time.runFor(Duration.ofMillis(20));
        SimulationFixture.send(alice, TcpFrames.segment().sourcePort(2).ip("fd77::1", "fd77::2").build());
        sim.time.runFor(Duration.ofMillis(3));

        assertThat(sim.frames("bob").subList(20, 23)).anyMatch(frame -> frame.bytes()[12] == (byte) 0x86);
    }

    @Test
    void fqCoDelShouldPutAFlowUnderCoDel() {
        Link link = sim.pair(SLOW.withDiscipline(FqCoDel.DEFAULT));
        LinkStatistics dropped = load(link, 1000, Duration.ofNanos(800_000), Ecn.NOT_ECT, 1);
        LinkStatistics marked = load(link, 1000, Duration.ofNanos(800_000), Ecn.ECT_1, 2);

        assertThat(dropped.dropped(DropCause.CODEL)).isPositive();
        assertThat(marked.marked()).isPositive();
        sim.run();
        assertConserved(link.forward().statistics());
        assertThat(link.forward().statistics().queueFrames()).isZero();
    }

    @Test
    void shouldKeepTheQueueWhenTheDisciplineChanges() {
        Link link = sim.pair(SLOW);
        List<QueueDiscipline> all = List.of(FqCoDel.DEFAULT, new Red(5, 50, 0.1, false), CoDel.DEFAULT,
                new QueueDiscipline.DropTail());
        sim.sendRange("alice", 0, 40);
        all.forEach(discipline -> link.setConfig(link.forward().config().withDiscipline(discipline)));
        sim.run();
        assertThat(sim.numbers("bob")).isEqualTo(LinkTest.range(0, 40));

        sim.sendRange("alice", 40, 80);
        link.setConfig(SLOW.withDiscipline(CoDel.DEFAULT).withQueueFrames(10));
        sim.run();
        assertThat(sim.numbers("bob")).isEqualTo(LinkTest.range(0, 51));
        assertThat(link.forward().statistics().dropped(DropCause.QUEUE_FULL)).isEqualTo(29);
    }

    @Test
    void shouldRefuseWhatMakesNoSense() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Red(5, 5, 0.1, true))
                .withMessage("link: RED needs 1 <= min < max, not min 5 and max 5");
        assertThatIllegalArgumentException().isThrownBy(() -> new Red(5, 15, 0, true));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CoDel(Duration.ofMillis(100), Duration.ofMillis(100), false));
        assertThatIllegalArgumentException().isThrownBy(() -> new FqCoDel(0, 1514, Duration.ofMillis(5),
                Duration.ofMillis(100), true)).withMessage("link: FQ-CoDel can have 1 to 65536 flows, not 0");
    }
}
