package io.fourtuple.nic.sim;

import static io.fourtuple.nic.sim.LinkConfig.MBIT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.fourtuple.nic.sim.SimulationFixture.Arrival;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LinkTest {
    private static final long MS = 1_000_000;
    private final SimulationFixture sim = new SimulationFixture();

    @AfterEach
    void close() {
        sim.close();
    }

    @Test
    void shouldDeliverAfterTheDelay() {
        Link link = sim.pair(LinkConfig.DEFAULT.withDelay(Duration.ofMillis(20)));
        assertThat(sim.send("alice", 1)).isTrue();
        assertThat(sim.send("bob", 2)).isTrue();
        sim.time.runFor(Duration.ofNanos(20 * MS - 1));
        assertThat(sim.arrivals("bob")).isEmpty();
        assertThat(link.forward().statistics().inFlight()).isOne();
        sim.time.runFor(Duration.ofNanos(1));

        assertThat(sim.arrivals("bob")).containsExactly(new Arrival(20 * MS, 1));
        assertThat(sim.arrivals("alice")).containsExactly(new Arrival(20 * MS, 2));
        assertThat(link.name()).isEqualTo("alice-bob");
        assertThat(link.forward().name()).isEqualTo("alice-bob/forward");
        assertThat(sim.network.link("alice-bob")).isSameAs(link);
        assertThat(sim.network.nic("bob").mac().toString()).isEqualTo("02:00:00:00:00:02");
    }

    @Test
    void shouldNeedTimeForEachBit() {
        Link link = sim.pair(LinkConfig.DEFAULT.withBandwidth(8 * MBIT).withDelay(Duration.ofMillis(5)));
        sim.send("alice", 0, 1000);
        sim.send("alice", 1, 500);
        sim.send("alice", 2, 100);
        LinkStatistics sending = link.forward().statistics();
        sim.run();

        assertThat(sim.arrivals("bob")).containsExactly(
                new Arrival(6 * MS, 0), new Arrival(6 * MS + MS / 2, 1), new Arrival(6 * MS + 6 * MS / 10, 2));
        assertThat(sending.queueFrames()).isEqualTo(2);
        assertThat(sending.queueBytes()).isEqualTo(600);
        assertThat(sending.inFlight()).isOne();
        LinkStatistics sent = link.forward().statistics();
        assertThat(sent.queueFrames() + sent.inFlight()).isZero();
        assertThat(sent.maxQueueFrames()).isEqualTo(2);
        assertThat(sent.maxQueueBytes()).isEqualTo(600);
        assertThat(sent.delivered()).isEqualTo(3);
        assertThat(sent.deliveredBytes()).isEqualTo(1600);
    }

    @Test
    void shouldDropWhatDoesNotFitIntoTheQueue() {
        Link link = sim.pair(LinkConfig.DEFAULT.withBandwidth(8 * MBIT).withQueueFrames(10));
        List<Boolean> taken = IntStream.range(0, 13).mapToObj(i -> sim.send("alice", i)).toList();
        sim.run();

        assertThat(taken).startsWith(true, true).endsWith(true, false, false);
        assertThat(sim.numbers("bob")).isEqualTo(range(0, 11));
        assertThat(link.forward().statistics().dropped(DropCause.QUEUE_FULL)).isEqualTo(2);
        assertThat(sim.network.nic("alice").statistics().txDropped()).isEqualTo(2);
        assertThat(sim.network.nic("alice").statistics().txFrames()).isEqualTo(11);

        link.forward().setConfig(link.forward().config().withQueueBytes(250));
        sim.sendRange("alice", 20, 25);
        sim.run();
        assertThat(sim.numbers("bob")).endsWith(20, 21, 22);
    }

    @Test
    void shouldGoOnWithItsQueueWhenTheBandwidthChanges() {
        Link link = sim.pair(LinkConfig.DEFAULT.withBandwidth(8 * MBIT));
        sim.send("alice", 0, 1000);
        sim.send("alice", 1, 1000);
        sim.send("alice", 2, 1000);
        sim.time.runFor(Duration.ofNanos(MS / 2));
        link.forward().setConfig(link.forward().config().withBandwidth(80 * MBIT));
        sim.run();

        assertThat(sim.arrivals("bob")).containsExactly(
                new Arrival(MS, 0), new Arrival(MS + MS / 10, 1), new Arrival(MS + 2 * MS / 10, 2));
    }

    @Test
    void shouldSendTheQueueAtOnceWhenTheBandwidthIsNoLongerLimited() {
        Link link = sim.pair(LinkConfig.DEFAULT.withBandwidth(8 * MBIT));
        IntStream.range(0, 4).forEach(i -> sim.send("alice", i, 1000));
        link.setConfig(LinkConfig.DEFAULT);
        sim.send("alice", 4, 1000);
        sim.run();

        assertThat(sim.arrivals("bob")).extracting(Arrival::nanos).containsExactly(MS, MS, MS, MS, MS);
        assertThat(sim.numbers("bob")).isEqualTo(range(0, 5));
    }

    @Test
    void shouldLoseWhatIsTooLarge() {
        Link link = sim.pair(LinkConfig.DEFAULT.withMtu(576));
        sim.send("alice", 0, 590);
        sim.send("alice", 1, 591);
        sim.run();

        assertThat(sim.numbers("bob")).containsExactly(0);
        assertThat(link.forward().statistics().dropped(DropCause.TOO_BIG)).isOne();
    }

    @Test
    void shouldLoseWhatIsSentIntoABlockedDirectionWithoutTellingTheSender() {
        Link link = sim.pair(LinkConfig.DEFAULT.withDelay(Duration.ofMillis(1)));
        sim.send("alice", 0);
        link.forward().block();
        assertThat(sim.send("alice", 1)).isTrue();
        sim.send("bob", 2);
        sim.run();
        link.forward().unblock();
        sim.send("alice", 3);
        sim.run();

        assertThat(sim.numbers("bob")).containsExactly(0, 3);
        assertThat(sim.numbers("alice")).containsExactly(2);
        assertThat(link.forward().statistics().dropped(DropCause.BLOCKED)).isOne();
    }

    @Test
    void shouldTellTheSenderThatTheLinkIsDown() {
        Link link = sim.pair(LinkConfig.DEFAULT.withBandwidth(8 * MBIT).withDelay(Duration.ofMillis(1)));
        sim.send("alice", 0);
        sim.send("alice", 1);
        link.down();
        assertThat(sim.send("alice", 2)).isFalse();
        sim.run();
        assertThat(sim.numbers("bob")).as("was on the wire").containsExactly(0);
        assertThat(link.forward().statistics().dropped(DropCause.LINK_DOWN)).isEqualTo(2);
        link.up();
        sim.send("alice", 3);
        sim.run();
        assertThat(sim.numbers("bob")).containsExactly(0, 3);
    }

    @Test
    void shouldFlapUntilItIsTold() {
        Link link = sim.pair(LinkConfig.DEFAULT);
        link.flap(Duration.ofMillis(30), Duration.ofMillis(20));
        for (int i = 0; i < 10; i++) {
            sim.send("alice", i);
            sim.time.runFor(Duration.ofMillis(10));
        }
        assertThat(sim.numbers("bob")).containsExactly(0, 1, 2, 5, 6, 7);
        link.up();
        assertThat(link.isUp()).isTrue();
        sim.run();
        assertThat(link.isUp()).isTrue();
        assertThatIllegalArgumentException().isThrownBy(() -> link.flap(Duration.ZERO, Duration.ofMillis(1)))
                .withMessage("link alice-bob can only flap with times above zero, not PT0S and PT0.001S");
    }

    @Test
    void shouldRefuseWhatMakesNoSense() {
        LinkConfig config = LinkConfig.DEFAULT;
        assertThatIllegalArgumentException().isThrownBy(() -> config.withLoss(1.5))
                .withMessage("link: loss must be 0 to 1, is 1.5");
        assertThatIllegalArgumentException().isThrownBy(() -> config.withLoss(Double.NaN));
        assertThatIllegalArgumentException().isThrownBy(() -> config.withDelay(Duration.ofHours(-1)));
        assertThatIllegalArgumentException().isThrownBy(() -> config.withMtu(67));
        assertThatIllegalArgumentException().isThrownBy(() -> config.withBandwidth(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> config.withQueueFrames(0));
        Link link = sim.pair(config);
        assertThatIllegalStateException()
                .isThrownBy(() -> sim.network.connect(sim.network.nic("alice"), sim.host("carol"), config))
                .withMessage("alice has a link already (alice-bob): put a switch between");
        assertThatIllegalArgumentException().isThrownBy(() -> sim.host("bob"))
                .withMessage("there is a \"bob\" in this network already: choose another name");
        assertThatIllegalArgumentException().isThrownBy(() -> sim.network.link("bob-alice"))
                .withMessage("there is no link \"bob-alice\" in this network, only " + link);
    }

    static List<Integer> range(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }
}
