package io.fourtuple.nic.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.wire.TcpFlags;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RuleTest {
    private final SimulationFixture sim = new SimulationFixture();
    private final SimulatedNic alice = sim.host("alice");
    private final Switch lan = sim.network.addSwitch("lan");
    private final SimulatedNic bob = sim.host("bob");
    private final Link first = sim.network.connect(alice, lan);
    private final Link second = sim.network.connect(lan, bob);

    @AfterEach
    void close() {
        sim.close();
    }

    private void syn(int port, int seq) {
        SimulationFixture.send(alice, TcpFrames.segment().flags(TcpFlags.SYN).sourcePort(port).seq(seq).build());
        sim.time.runFor(Duration.ofMillis(1));
    }

    private List<Integer> arrivedPorts() {
        return sim.frames("bob").stream().map(RuleTest::sourcePort).toList();
    }

    private static int sourcePort(Frame frame) {
        return (frame.bytes()[34] & 0xff) << 8 | (frame.bytes()[35] & 0xff);
    }

    @Test
    void shouldDropTheThirdSyn() {
        Rule rule = sim.network.rule(PacketView::isSyn, Verdict.drop()).skip(2).limit(1);
        IntStream.range(1, 6).forEach(port -> syn(port, 1));

        assertThat(arrivedPorts()).containsExactly(1, 2, 4, 5);
        assertThat(rule.matches()).isEqualTo(3);
        assertThat(rule.applied()).isOne();
        assertThat(first.forward().statistics().dropped(DropCause.RULE)).isOne();
    }

    @Test
    void shouldDropEachSynOnce() {
        sim.network.rule(p -> p.isSyn() && p.isFirst(), Verdict.drop());
        syn(1, 5);
        syn(1, 5);
        syn(2, 5);
        syn(1, 6);
        syn(2, 5);

        assertThat(arrivedPorts()).containsExactly(1, 2);
    }

    @Test
    void shouldLookAtAPacketOnceForTheNetworkAndOnEachLinkForItsOwnRules() {
        Rule everywhere = sim.network.rule(p -> true, Verdict.pass());
        Rule there = second.forward().rule(p -> p.sender().equals("alice"), Verdict.pass());
        syn(1, 1);

        assertThat(everywhere.applied()).isOne();
        assertThat(there.applied()).isOne();
    }

    @Test
    void shouldLetTheFirstRuleThatAppliesDecide() {
        sim.network.rule(p -> true, Verdict.drop());
        first.forward().rule(p -> p.sourcePort() == 1, Verdict.pass());
        Rule unused = first.forward().rule(p -> p.sourcePort() == 1, Verdict.drop());
        syn(1, 1);
        syn(2, 1);

        assertThat(arrivedPorts()).containsExactly(1);
        assertThat(unused.matches()).isZero();
    }

    @Test
    void shouldEndARuleThatIsRemovedEvenByItself() {
        List<Rule> rules = new ArrayList<>();
        rules.add(sim.network.rule(p -> {
            rules.getFirst().remove();
            return true;
        }, Verdict.drop()));
        syn(1, 1);
        syn(2, 1);
        rules.getFirst().remove();

        assertThat(arrivedPorts()).containsExactly(2);
    }

    @Test
    void shouldDeliverWhenItIsToldWhateverTheLinkIsLike() {
        first.forward().setConfig(LinkConfig.DEFAULT.withLoss(1).withDelay(Duration.ofMillis(70)));
        first.forward().rule(p -> p.sourcePort() <= 2, Verdict.deliver(Duration.ofMillis(30))).limit(1);
        first.forward().rule(p -> p.sourcePort() <= 2, Verdict.deliver(Duration.ofMillis(5)));
        syn(1, 1);
        syn(2, 1);
        syn(3, 1);
        sim.run();

        assertThat(arrivedPorts()).containsExactly(2, 1);
        assertThat(sim.arrivals("bob")).extracting(SimulationFixture.Arrival::nanos)
                .containsExactly(6_000_000L, 30_000_000L);
        assertThat(first.forward().statistics().delivered()).isEqualTo(2);
    }

    @Test
    void shouldCorrupt() {
        sim.network.rule(PacketView::isTcp, Verdict.corrupt()).limit(1);
        syn(1, 1);
        syn(2, 1);

        assertThat(sim.frames("bob")).hasSize(2);
        assertThat(TcpFrames.isIntact(sim.frames("bob").getFirst().bytes())).isFalse();
        assertThat(TcpFrames.isIntact(sim.frames("bob").getLast().bytes())).isTrue();
        assertThat(first.forward().statistics().corrupted()).isOne();
    }

    @Test
    void shouldReadHeaders() {
        List<String> seen = new ArrayList<>();
        sim.network.rule(p -> {
            seen.add(p.toString());
            assertThat(p.isIpv4()).isTrue();
            assertThat(p.isFrom("10.77.0.1") && p.isTo("10.77.0.2")).isTrue();
            assertThat(p.hasPort(7) && p.hasPort(40_000) && !p.hasPort(8)).isTrue();
            assertThat(p.isData() && p.isFin() && p.hasFlags(TcpFlags.PSH | TcpFlags.ACK)).isTrue();
            assertThat(p.isSyn() || p.isSynAck() || p.isRst() || p.isPureAck() || p.isUdp() || p.isIcmp()).isFalse();
            assertThat(p.seq()).isEqualTo(-5);
            assertThat(p.ack()).isEqualTo(9);
            assertThat(p.payloadLength()).isEqualTo(10);
            assertThat(p.hopLimit()).isEqualTo(64);
            assertThat(p.trafficClass()).isEqualTo(2);
            assertThat(p.window()).isEqualTo(1000);
            assertThat(p.length()).isEqualTo(64);
            assertThat(p.sourceMac()).isEqualTo(alice.mac());
            assertThat(p.destinationMac()).isEqualTo(bob.mac());
            assertThat(p.direction()).isSameAs(first.forward());
            assertThat(p.isRetransmission()).isEqualTo(seen.size() > 1);
            return false;
        }, Verdict.drop());
        for (int i = 0; i < 2; i++) {
            SimulationFixture.send(alice, TcpFrames.segment().flags(TcpFlags.FIN | TcpFlags.PSH | TcpFlags.ACK).seq(-5)
                    .ack(9).payload(10).trafficClass(2).build());
        }
        assertThat(seen).hasSize(2).first()
                .isEqualTo("10.77.0.1:40000 > 10.77.0.2:7 FP. seq 4294967291 ack 9 length 10");
    }

    @Test
    void shouldReadWhatHasNoSuchHeaders() {
        List<String> seen = new ArrayList<>();
        sim.network.rule(p -> {
            seen.add(p.toString());
            assertThat(p.isTcp() || p.isIpv4() || p.isIpv6() || p.isArp() || p.isFragment() || p.isSyn()).isFalse();
            assertThat(p.source().isUnspecified() && p.destination().isUnspecified()).isTrue();
            assertThat(p.sourcePort() + p.seq() + p.ack() + p.flags() + p.payloadLength() + p.hopLimit()).isZero();
            assertThat(p.isFirst()).isEqualTo(seen.size() != 2);
            return false;
        }, Verdict.drop());
        sim.send("alice", 1);
        sim.send("alice", 1);
        SimulationFixture.send(alice, new byte[5]);
        assertThat(seen).containsExactly("02:00:00:00:00:01 > 02:ff:ff:ff:ff:ff type 88b5",
                "02:00:00:00:00:01 > 02:ff:ff:ff:ff:ff type 88b5", "00:00:00:00:00:00 > 00:00:00:00:00:00 type 0");
    }

    @Test
    void shouldReadIpv6() {
        sim.network.rule(p -> p.isIpv6() && p.isFrom("fd77::1") && p.isPureAck() && p.isFirst(), Verdict.drop());
        byte[] ack = TcpFrames.segment().ip("fd77::1", "fd77::2").build();
        SimulationFixture.send(alice, ack);
        SimulationFixture.send(alice, ack);
        SimulationFixture.send(alice, TcpFrames.segment().ip("fd77::1", "fd77::2").ack(2).build());
        sim.run();

        assertThat(sim.frames("bob")).as("each acknowledgment once").hasSize(1);
    }

    @Test
    void shouldRefuseNonsense() {
        Rule rule = sim.network.rule(p -> true, Verdict.pass());
        assertThatIllegalArgumentException().isThrownBy(() -> rule.skip(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> rule.limit(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> Verdict.deliver(Duration.ofMillis(-1)));
    }
}
