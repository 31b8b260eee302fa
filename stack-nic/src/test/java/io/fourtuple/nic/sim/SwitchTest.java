package io.fourtuple.nic.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.fourtuple.core.wire.MacAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SwitchTest {
    private final SimulationFixture sim = new SimulationFixture();
    private final Switch lan = sim.network.addSwitch("lan", 3);
    private final SimulatedNic alice = join("alice");
    private final SimulatedNic bob = join("bob");
    private final SimulatedNic carol = join("carol");

    @AfterEach
    void close() {
        sim.close();
    }

    private SimulatedNic join(String name) {
        SimulatedNic nic = sim.host(name);
        sim.network.connect(nic, lan, LinkConfig.DEFAULT.withDelay(Duration.ofMillis(1)));
        return nic;
    }

    private void send(SimulatedNic from, MacAddress to, int number) {
        SimulationFixture.send(from, SimulationFixture.numbered(from, to, number, 60));
        sim.time.runFor(Duration.ofMillis(10));
    }

    @Test
    void shouldSendEverywhereUntilItKnowsBetter() {
        send(alice, bob.mac(), 1);
        assertThat(sim.numbers("bob")).containsExactly(1);
        assertThat(sim.numbers("carol")).containsExactly(1);
        assertThat(sim.numbers("alice")).isEmpty();
        send(bob, alice.mac(), 2);
        send(alice, bob.mac(), 3);

        assertThat(sim.numbers("alice")).containsExactly(2);
        assertThat(sim.numbers("bob")).containsExactly(1, 3);
        assertThat(sim.numbers("carol")).containsExactly(1);
        assertThat(lan.addresses()).isEqualTo(2);
        assertThat(lan.flooded()).isOne();
        assertThat(sim.arrivals("bob").getFirst().nanos()).isEqualTo(2_000_000);
    }

    @Test
    void shouldSendBroadcastsAndMulticastsToAllOthers() {
        send(alice, MacAddress.BROADCAST, 1);
        send(bob, MacAddress.parse("33:33:00:00:00:01"), 2);

        assertThat(sim.numbers("alice")).containsExactly(2);
        assertThat(sim.numbers("bob")).containsExactly(1);
        assertThat(sim.numbers("carol")).containsExactly(1, 2);
    }

    @Test
    void shouldKnowABoundedNumberOfAddresses() {
        send(alice, bob.mac(), 1);
        send(bob, alice.mac(), 2);
        for (int i = 0; i < 100; i++) {
            byte[] forged = SimulationFixture.numbered(carol, alice.mac(), 3 + i, 60);
            forged[11] = (byte) (100 + i);
            SimulationFixture.send(carol, forged);
        }
        sim.run();
        assertThat(lan.addresses()).isEqualTo(3);
        assertThat(sim.numbers("bob")).as("alice was in use all the time").containsExactly(1);
        send(carol, bob.mac(), 200);
        assertThat(sim.numbers("alice")).as("bob had to make room").contains(200);
    }

    @Test
    void shouldForgetWhoWasNotHeardForLong() {
        send(alice, bob.mac(), 1);
        sim.time.runFor(Switch.AGEING_TIME.minusMillis(100));
        send(bob, alice.mac(), 2);
        assertThat(sim.numbers("carol")).containsExactly(1);
        sim.time.runFor(Duration.ofMillis(100));
        send(bob, alice.mac(), 3);
        assertThat(sim.numbers("carol")).containsExactly(1, 3);
    }

    @Test
    void shouldForgetWhoWasBehindALinkThatIsDown() {
        send(alice, bob.mac(), 1);
        sim.network.link("alice-lan").down();
        assertThat(lan.addresses()).isZero();
    }

    @Test
    void shouldFollowAHostThatMoves() {
        send(alice, bob.mac(), 1);
        byte[] frame = SimulationFixture.numbered(alice, bob.mac(), 2, 60);
        SimulationFixture.send(carol, frame);
        sim.run();
        send(bob, alice.mac(), 3);

        assertThat(sim.numbers("carol")).containsExactly(1, 3);
        assertThat(sim.numbers("alice")).as("the switch did not know bob").containsExactly(2);
    }

    @Test
    void shouldKeepPartitionsBetweenHostsBehindIt() {
        Partition partition = sim.network.partition(List.of(alice, carol), List.of(bob));
        send(alice, MacAddress.BROADCAST, 1);
        send(bob, MacAddress.BROADCAST, 2);
        assertThat(sim.numbers("carol")).containsExactly(1);
        assertThat(sim.numbers("bob")).isEmpty();
        partition.heal();
        send(bob, MacAddress.BROADCAST, 3);
        assertThat(sim.numbers("carol")).containsExactly(1, 3);
    }

    @Test
    void shouldBeFoundByItsName() {
        assertThat(sim.network.switchNamed("lan")).isSameAs(lan);
        assertThatIllegalArgumentException().isThrownBy(() -> sim.network.switchNamed("wan"))
                .withMessage("there is no switch \"wan\" in this network, only lan");
        assertThatIllegalArgumentException().isThrownBy(() -> sim.network.addSwitch("s", 0));
    }
}
