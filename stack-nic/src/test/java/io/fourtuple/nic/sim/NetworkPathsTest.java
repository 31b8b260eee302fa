package io.fourtuple.nic.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.nic.loop.VirtualTime;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a network says of the ways through it. */
class NetworkPathsTest {
    private static final long MILLIS = 1_000_000;

    private final VirtualTime time = new VirtualTime(5, VirtualTime.Order.FIFO);
    private final SimulatedNetwork network = new SimulatedNetwork(time);
    private final Paths paths = new NetworkPaths(network);
    private SimulatedNic alice;
    private SimulatedNic bob;
    private SimulatedNic carol;

    @BeforeEach
    void make() {
        alice = network.addNic("alice");
        bob = network.addNic("bob");
        carol = network.addNic("carol");
    }

    @AfterEach
    void close() {
        time.close();
    }

    private static LinkConfig millis(int delay) {
        return LinkConfig.DEFAULT.withDelay(Duration.ofMillis(delay));
    }

    @Test
    void shouldFindNoWayWithoutLinks() {
        assertThat(paths.delayNanos(alice, bob)).isEqualTo(Paths.NONE);
        assertThat(paths.delayNanos(alice, alice)).isZero();
    }

    @Test
    void shouldTakeTheDelayOfEachDirection() {
        Link link = network.connect(alice, bob, millis(10));
        link.backward().setConfig(millis(30));
        assertThat(paths.delayNanos(alice, bob)).isEqualTo(10 * MILLIS);
        assertThat(paths.delayNanos(bob, alice)).isEqualTo(30 * MILLIS);
        assertThat(paths.delayNanos(alice, carol)).isEqualTo(Paths.NONE);
    }

    @Test
    void shouldAddTheDelaysOfAllLinksOnTheWay() {
        Switch left = network.addSwitch("left");
        Switch right = network.addSwitch("right");
        network.connect(alice, left, millis(1));
        Link trunk = network.connect(left, right, millis(20));
        network.connect(bob, right, millis(300));
        network.connect(carol, left, millis(4_000));
        assertThat(paths.delayNanos(alice, bob)).isEqualTo(321 * MILLIS);
        assertThat(paths.delayNanos(bob, alice)).isEqualTo(321 * MILLIS);
        trunk.down();
        assertThat(paths.delayNanos(alice, bob)).isEqualTo(Paths.NONE);
        assertThat(paths.delayNanos(alice, carol)).isEqualTo(4_001 * MILLIS);
        trunk.up();
        assertThat(paths.delayNanos(alice, bob)).isEqualTo(321 * MILLIS);
    }

    @Test
    void shouldFindTheWayThroughRouters() {
        Router near = network.addRouter("near");
        Router far = network.addRouter("far");
        network.connect(alice, near.addPort("10.0.1.1/24"), millis(1));
        network.connect(near.addPort("10.0.2.1/24"), far.addPort("10.0.2.2/24"), millis(20));
        network.connect(far.addPort("10.0.3.1/24"), bob, millis(300));
        assertThat(paths.delayNanos(alice, bob)).isEqualTo(321 * MILLIS);
        assertThat(paths.delayNanos(bob, alice)).isEqualTo(321 * MILLIS);
        assertThat(paths.delayNanos(alice, carol)).isEqualTo(Paths.NONE);
    }

    @Test
    void shouldSeeALinkThatIsLaidLater() {
        Switch all = network.addSwitch("all");
        network.connect(alice, all, millis(1));
        assertThat(paths.delayNanos(alice, bob)).isEqualTo(Paths.NONE);
        network.connect(all, bob, millis(2));
        assertThat(paths.delayNanos(alice, bob)).isEqualTo(3 * MILLIS);
    }

    @Test
    void shouldDrawAJitterForEach() {
        network.connect(alice, bob, millis(10).withJitter(Duration.ofMillis(5)));
        long first = paths.delayNanos(alice, bob);
        long second = paths.delayNanos(alice, bob);
        assertThat(List.of(first, second)).allMatch(delay -> delay >= 10 * MILLIS && delay < 15 * MILLIS);
        assertThat(second).isNotEqualTo(first);
    }

    @Test
    void shouldSeeWhatLetsNothingThrough() {
        Link link = network.connect(alice, bob, millis(10));
        link.forward().block();
        assertThat(paths.delayNanos(alice, bob)).isEqualTo(Paths.NONE);
        assertThat(paths.delayNanos(bob, alice)).isEqualTo(10 * MILLIS);
        link.forward().unblock();
        link.setConfig(millis(10).withLoss(1));
        assertThat(paths.delayNanos(alice, bob)).isEqualTo(Paths.NONE);
        link.setConfig(millis(10).withLoss(0.9));
        assertThat(paths.delayNanos(alice, bob)).isEqualTo(10 * MILLIS);
    }

    @Test
    void shouldTellPartitionsAndPowerAtBothEnds() {
        network.connect(alice, bob, millis(10));
        Partition partition = network.partitionOneWay(List.of(alice), List.of(bob));
        assertThat(paths.delayNanos(alice, bob)).isEqualTo(Paths.NONE);
        assertThat(paths.isOpen(alice, bob)).isFalse();
        assertThat(paths.isOpen(bob, alice)).isTrue();
        partition.heal();
        assertThat(paths.isOpen(alice, bob)).isTrue();
        bob.powerOff();
        assertThat(paths.isOpen(alice, bob)).isFalse();
        assertThat(paths.delayNanos(alice, bob)).isEqualTo(10 * MILLIS); // who sends cannot know
        assertThat(paths.delayNanos(bob, alice)).isEqualTo(Paths.NONE);
    }
}
