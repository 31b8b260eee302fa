package io.fourtuple.nic.sim;

import static io.fourtuple.nic.sim.LinkConfig.MBIT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SimulatedNicTest {
    private final SimulationFixture sim = new SimulationFixture();

    @AfterEach
    void close() {
        sim.close();
    }

    @Test
    void shouldNeitherSendNorReceiveWithoutPower() {
        Link link = sim.pair(LinkConfig.DEFAULT.withBandwidth(8 * MBIT).withDelay(Duration.ofMillis(1)));
        SimulatedNic alice = sim.network.nic("alice");
        sim.send("alice", 0);
        sim.send("alice", 1);
        sim.send("bob", 2);
        alice.powerOff();
        assertThat(sim.send("alice", 3)).isFalse();
        sim.run();

        assertThat(sim.numbers("bob")).as("was on the wire").containsExactly(0);
        assertThat(sim.numbers("alice")).isEmpty();
        assertThat(alice.statistics().rxDropped()).isOne();
        assertThat(link.backward().statistics().dropped(DropCause.POWER_OFF)).isOne();
        assertThat(link.forward().statistics().dropped(DropCause.POWER_OFF)).isOne();
        alice.powerOn();
        sim.send("alice", 4);
        sim.run();
        assertThat(sim.numbers("bob")).containsExactly(0, 4);
    }

    @Test
    void shouldForgetWhatHadArrivedWhenThePowerFails() {
        SimulatedNic alice = sim.network.addNic("alice");
        sim.network.connect(alice, sim.host("bob"));
        sim.send("bob", 1);
        sim.run();
        alice.powerOff();
        alice.powerOn();

        assertThat(alice.receive(frame -> { }, 1)).isZero();
    }

    @Test
    void shouldGiveAHostThatStartsAnewANicOfItsOwn() {
        sim.pair(LinkConfig.DEFAULT);
        SimulatedNic dead = sim.network.nic("bob");
        SimulatedNic bob = dead.replace();
        sim.watch(bob);
        sim.send("alice", 1);
        sim.send("bob", 2);
        dead.close();
        assertThat(SimulationFixture.send(dead, new byte[60])).isFalse();
        sim.run();

        assertThat(sim.network.nic("bob")).isSameAs(bob);
        assertThat(bob.mac()).isEqualTo(dead.mac());
        assertThat(bob.statistics().rxFrames()).isOne();
        assertThat(sim.numbers("alice")).containsExactly(2);
        assertThat(dead.statistics().rxFrames()).isZero();
        assertThatIllegalStateException().isThrownBy(dead::replace);
    }

    @Test
    void shouldDropWhatNobodyReads() {
        SimulatedNic alice = sim.network.addNic("alice", NicConfig.DEFAULT.withQueueFrames(3));
        sim.network.connect(alice, sim.host("bob"));
        sim.sendRange("bob", 0, 5);
        sim.run();

        assertThat(alice.receive(frame -> { }, 9)).isEqualTo(3);
        assertThat(alice.statistics().rxDropped()).isEqualTo(2);
    }

    @Test
    void shouldSeparateSetsOfHosts() {
        sim.pair(LinkConfig.DEFAULT.withDelay(Duration.ofMillis(1)));
        SimulatedNic alice = sim.network.nic("alice");
        SimulatedNic bob = sim.network.nic("bob");
        sim.send("alice", 0);
        Partition partition = sim.network.partition(List.of(alice), List.of(bob));
        sim.send("bob", 1);
        sim.run();
        assertThat(sim.numbers("bob")).isEmpty();
        assertThat(sim.numbers("alice")).isEmpty();
        assertThat(sim.network.link("alice-bob").forward().statistics().dropped(DropCause.PARTITION)).isOne();

        partition.heal();
        sim.network.partitionOneWay(List.of(bob), List.of(alice));
        sim.send("alice", 2);
        sim.send("bob", 3);
        sim.run();
        assertThat(sim.numbers("bob")).containsExactly(2);
        assertThat(sim.numbers("alice")).isEmpty();

        sim.network.heal();
        sim.send("bob", 4);
        sim.run();
        assertThat(sim.numbers("alice")).containsExactly(4);
    }

    @Test
    void shouldNotSendWithoutALink() {
        sim.host("alice");
        assertThat(sim.send("alice", 1)).isFalse();
        assertThat(sim.network.nic("alice").statistics().txDropped()).isOne();
    }
}
