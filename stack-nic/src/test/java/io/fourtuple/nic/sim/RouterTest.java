package io.fourtuple.nic.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.fourtuple.core.Counters;
import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.Ingress;
import io.fourtuple.core.ip.InterfaceAddress;
import io.fourtuple.core.ip.IpConfig;
import io.fourtuple.core.ip.IpHost;
import io.fourtuple.core.ip.Prefix;
import io.fourtuple.core.ip.Route;
import io.fourtuple.core.tcp.IcmpError;
import io.fourtuple.core.wire.Bytes;
import io.fourtuple.core.wire.EthernetHeader;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IcmpV4;
import io.fourtuple.core.wire.IcmpV6;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.IpHeader;
import io.fourtuple.core.wire.Ipv4Header;
import io.fourtuple.core.wire.Ipv6Header;
import io.fourtuple.core.wire.OutboundSegment;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.nic.Readiness;
import io.fourtuple.nic.loop.LoopTimer;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Hosts with real IP on both sides of one or two routers. */
class RouterTest {
    private final SimulationFixture sim = new SimulationFixture();
    private final Router router = sim.network.addRouter("r");
    private final Host alice = new Host("alice", NicConfig.DEFAULT, "10.77.1.2/24", "10.77.1.1", "fd77:1::2/64",
            "fd77:1::1");
    private final Host bob = new Host("bob", NicConfig.DEFAULT, "10.77.2.2/24", "10.77.2.1", "fd77:2::2/64",
            "fd77:2::1");
    private final Link left = sim.network.connect(alice.nic, router.addPort("10.77.1.1/24", "fd77:1::1/64"));
    private final Link right = sim.network.connect(router.addPort("10.77.2.1/24", "fd77:2::1/64"), bob.nic);

    @AfterEach
    void close() {
        sim.close();
    }

    /** A host that speaks IP and notes what comes in. */
    private final class Host {
        final SimulatedNic nic;
        final IpHost ip;
        final LoopTimer timer;
        final List<Ingress> received = new ArrayList<>();
        final List<Frame> frames = new ArrayList<>();

        Host(String name, NicConfig config, String v4, String v4Gateway, String v6, String v6Gateway) {
            nic = sim.network.addNic(name, config);
            ip = new IpHost(IpConfig.defaults()
                    .withAddresses(List.of(InterfaceAddress.parse(v4), InterfaceAddress.parse(v6)))
                    .withRoutes(List.of(new Route(Prefix.parse("0.0.0.0/0"), IpAddress.parse(v4Gateway)),
                            new Route(Prefix.parse("::/0"), IpAddress.parse(v6Gateway)))),
                    nic.link(), nic.sink(), new Counters(), new Random(1));
            timer = sim.time.timer(() -> {
                ip.handleTimeout(sim.time.nanoTime());
                settle();
            });
            ((Readiness.Signal) nic.readiness()).onReadable(() -> sim.time.mainLoop().execute(() ->
                    nic.receive(this::receive, Integer.MAX_VALUE)));
        }

        private void receive(Frame frame) {
            frames.add(frame);
            Ingress ingress = ip.receive(frame, sim.time.nanoTime());
            if (ingress != null) {
                received.add(ingress);
            }
            settle();
        }

        private void settle() {
            timer.arm(ip.deadline());
        }

        void send(String to, int seq, int length) {
            send(to, seq, length, 0);
        }

        void send(String to, int seq, int length, int segmentSize) {
            IpAddress remote = IpAddress.parse(to);
            OutboundSegment segment = new OutboundSegment().clear();
            segment.seq = seq;
            segment.flags = TcpFlags.ACK;
            segment.payload = (from, count, target) -> target.put(new byte[count]);
            segment.payloadLength = length;
            segment.segmentSize = segmentSize;
            ip.transmit(ip.pathTo(remote), new FourTuple(ip.pathTo(remote).source(), 1000, remote, 7), segment,
                    sim.time.nanoTime());
            settle();
            sim.time.runFor(Duration.ofSeconds(1));
        }

        List<Integer> seqs() {
            return received.stream().filter(Ingress.Tcp.class::isInstance)
                    .map(ingress -> ((Ingress.Tcp) ingress).segment().seq()).toList();
        }

        List<Ingress.Icmp> errors() {
            return received.stream().filter(Ingress.Icmp.class::isInstance).map(Ingress.Icmp.class::cast).toList();
        }

        void sendRaw(byte[] packet) {
            byte[] frame = new byte[EthernetHeader.LENGTH + packet.length];
            EthernetHeader.write(ByteBuffer.wrap(frame), router.ports().getFirst().mac(), nic.mac(),
                    packet[0] >>> 4 == 4 ? EthernetHeader.TYPE_IPV4 : EthernetHeader.TYPE_IPV6);
            System.arraycopy(packet, 0, frame, EthernetHeader.LENGTH, packet.length);
            SimulationFixture.send(nic, frame);
            sim.time.runFor(Duration.ofSeconds(1));
        }
    }

    private static byte[] withoutEthernet(byte[] frame) {
        return Arrays.copyOfRange(frame, EthernetHeader.LENGTH, frame.length);
    }

    @Test
    void shouldForwardBothFamiliesBothWays() {
        alice.send("10.77.2.2", 1, 100);
        alice.send("fd77:2::2", 2, 100);
        bob.send("10.77.1.2", 3, 100);
        bob.send("fd77:1::2", 4, 100);

        assertThat(bob.seqs()).containsExactly(1, 2);
        assertThat(alice.seqs()).containsExactly(3, 4);
        assertThat(router.statistics()).isEqualTo(new RouterStatistics(4, 0, 0, 0, 0, 0, 0));
        assertThat(bob.frames).filteredOn(frame -> TcpFrames.isIntact(frame.bytes()))
                .allSatisfy(frame -> assertThat(TcpFrames.ip(frame.bytes()).hopLimit()).isEqualTo(63));
        assertThat(sim.network.router("r")).isSameAs(router);
    }

    @Test
    void shouldTellWhoseHopLimitIsUsedUp() {
        for (String[] ends : new String[][] {{"10.77.1.2", "10.77.2.2"}, {"fd77:1::2", "fd77:2::2"}}) {
            alice.sendRaw(withoutEthernet(TcpFrames.segment().ip(ends[0], ends[1]).seq(9).hopLimit(1).build()));
        }

        assertThat(router.statistics().hopLimitExceeded()).isEqualTo(2);
        assertThat(bob.frames).isEmpty();
        assertThat(alice.errors()).hasSize(2).allSatisfy(error -> {
            assertThat(error.seq()).isEqualTo(9);
            assertThat(error.error().kind()).isEqualTo(IcmpError.Kind.EXPIRED);
        });
    }

    @Test
    void shouldTellTheMtuOfTheNextLink() {
        right.setConfig(LinkConfig.DEFAULT.withMtu(1300));
        alice.send("10.77.2.2", 1, 1261);
        alice.send("fd77:2::2", 2, 1241);
        alice.send("10.77.2.2", 3, 1260);
        alice.send("fd77:2::2", 4, 1240);

        assertThat(bob.seqs()).containsExactly(3, 4);
        assertThat(alice.errors()).extracting(Ingress.Icmp::seq).containsExactly(1, 2);
        assertThat(alice.errors()).extracting(Ingress.Icmp::error)
                .containsOnly(new IcmpError(IcmpError.Kind.PACKET_TOO_BIG, 1300));
        assertThat(router.statistics().tooBig()).isEqualTo(2);
    }

    @Test
    void shouldCutWhatMayBeCut() {
        right.setConfig(LinkConfig.DEFAULT.withMtu(576));
        byte[] packet = withoutEthernet(
                TcpFrames.segment().ip("10.77.1.2", "10.77.2.2").seq(5).payload(1400).build());
        Bytes.putUint16(packet, 6, 0);
        Bytes.putUint16(packet, 4, 77);
        byte[] frame = new byte[packet.length + EthernetHeader.LENGTH];
        System.arraycopy(packet, 0, frame, EthernetHeader.LENGTH, packet.length);
        FrameOctets.finishIpv4Header(frame);
        alice.sendRaw(withoutEthernet(frame));

        assertThat(bob.seqs()).as("put together again").containsExactly(5);
        assertThat(bob.frames.stream().filter(f -> EthernetHeader.type(f.bytes()) == EthernetHeader.TYPE_IPV4).count())
                .isEqualTo(3);
        assertThat(router.statistics()).isEqualTo(new RouterStatistics(1, 1, 0, 0, 0, 0, 0));
    }

    @Test
    void shouldTellWhenThereIsNoRoute() {
        alice.send("10.99.0.1", 1, 10);
        alice.send("fd99::1", 2, 10);

        assertThat(alice.errors()).extracting(Ingress.Icmp::seq).containsExactly(1, 2);
        assertThat(router.statistics().noRoute()).isEqualTo(2);
    }

    @Test
    void shouldTellWhenAHostDoesNotAnswer() {
        alice.send("10.77.2.99", 1, 10);
        alice.send("fd77:2::99", 2, 10);
        sim.run();

        assertThat(alice.errors()).extracting(Ingress.Icmp::seq).containsExactly(1, 2);
        assertThat(alice.errors()).extracting(error -> error.error().kind()).containsOnly(IcmpError.Kind.UNREACHABLE);
        assertThat(router.statistics().unreachable()).isEqualTo(2);
    }

    @Test
    void shouldAnswerPingsToAnyOfItsAddresses() {
        for (String to : List.of("10.77.1.1", "10.77.2.1")) {
            ByteBuffer ping = ByteBuffer.allocate(60).position(Ipv4Header.LENGTH);
            int length = IcmpV4.writeEchoRequest(ping, 5, 6, new byte[12]);
            Ipv4Header.write(ping.position(0), IpAddress.parse("10.77.1.2"), IpAddress.parse(to), length,
                    IcmpV4.PROTOCOL, 64, 0);
            alice.sendRaw(Arrays.copyOf(ping.array(), Ipv4Header.LENGTH + length));
        }
        for (String to : List.of("fd77:1::1", "fd77:2::1")) {
            ByteBuffer ping = ByteBuffer.allocate(80).position(Ipv6Header.LENGTH);
            int length = IcmpV6.writeEchoRequest(ping, IpAddress.parse("fd77:1::2"), IpAddress.parse(to), 5, 6,
                    new byte[12]);
            Ipv6Header.write(ping.position(0), IpAddress.parse("fd77:1::2"), IpAddress.parse(to), length,
                    IcmpV6.PROTOCOL, 64, 0, 0);
            alice.sendRaw(Arrays.copyOf(ping.array(), Ipv6Header.LENGTH + length));
        }

        List<String> answers = new ArrayList<>();
        for (Frame frame : alice.frames) {
            IpHeader ip = FrameOctets.isIp(frame.bytes()) ? TcpFrames.ip(frame.bytes()) : null;
            if (ip != null && (frame.bytes()[ip.payloadOffset()] & 0xff) == (ip.isV4() ? 0 : 129)) {
                answers.add(ip.source().toString());
            }
        }
        assertThat(answers).containsExactly("10.77.1.1", "10.77.2.1", "fd77:1::1", "fd77:2::1");
    }

    @Test
    void shouldNotForwardWhatMustStayOnItsLink() {
        for (String[] ends : new String[][] {{"127.0.0.1", "10.77.2.2"}, {"10.77.1.2", "127.0.0.1"},
                {"169.254.1.1", "10.77.2.2"}, {"10.77.1.2", "255.255.255.255"}, {"fe80::1", "fd77:2::2"},
                {"::1", "fd77:2::2"}}) {
            alice.sendRaw(withoutEthernet(TcpFrames.segment().ip(ends[0], ends[1]).build()));
        }
        alice.sendRaw(withoutEthernet(TcpFrames.segment().ip("10.77.1.2", "10.77.2.1").build()));
        byte[] damaged = withoutEthernet(TcpFrames.segment().ip("10.77.1.2", "10.77.2.2").build());
        damaged[8]++;
        alice.sendRaw(damaged);

        assertThat(bob.frames).isEmpty();
        assertThat(router.statistics()).isEqualTo(new RouterStatistics(0, 0, 0, 0, 0, 0, 8));
    }

    @Test
    void shouldNotComplainAboutComplaints() {
        ByteBuffer error = ByteBuffer.allocate(200).position(Ipv4Header.LENGTH);
        byte[] quoted = TcpFrames.segment().ip("10.99.0.1", "10.77.1.2").build();
        int length = IcmpV4.writeUnreachable(error, IcmpV4.CODE_PORT_UNREACHABLE, 0, quoted, TcpFrames.ip(quoted));
        Ipv4Header.write(error.position(0), IpAddress.parse("10.77.1.2"), IpAddress.parse("10.99.0.1"), length,
                IcmpV4.PROTOCOL, 64, 0);
        alice.sendRaw(Arrays.copyOf(error.array(), Ipv4Header.LENGTH + length));

        assertThat(router.statistics().noRoute()).isOne();
        assertThat(alice.frames).isEmpty();
    }

    @Test
    void shouldFollowTheLongestPrefixThroughOtherRouters() {
        Router second = sim.network.addRouter("r2");
        sim.network.connect(router.addPort("10.77.9.1/30"), second.addPort("10.77.9.2/30"));
        Host carol = new Host("carol", NicConfig.DEFAULT, "10.77.3.2/24", "10.77.3.1", "fd77:3::2/64", "fd77:3::1");
        sim.network.connect(second.addPort("10.77.3.1/24"), carol.nic);
        second.addRoute("0.0.0.0/0", "10.77.9.1");
        router.addRoute("10.77.0.0/16", "10.77.2.2").addRoute("10.77.3.0/24", "10.77.9.2");
        alice.send("10.77.3.2", 1, 10);
        carol.send("10.77.1.2", 2, 10);
        assertThat(carol.seqs()).containsExactly(1);
        assertThat(alice.seqs()).containsExactly(2);
        assertThat(carol.frames).filteredOn(frame -> FrameOctets.isIp(frame.bytes()))
                .allSatisfy(frame -> assertThat(TcpFrames.ip(frame.bytes()).hopLimit()).as("two hops").isEqualTo(62));

        router.removeRoute("10.77.3.0/24");
        alice.send("10.77.3.2", 3, 10);
        assertThat(carol.seqs()).containsExactly(1);
        assertThat(bob.frames).as("the shorter prefix leads there").anyMatch(frame ->
                EthernetHeader.type(frame.bytes()) == EthernetHeader.TYPE_IPV4);
    }

    @Test
    void shouldCarrySuperFramesAndLeaveChecksumsToNics() {
        NicConfig fast = NicConfig.DEFAULT.withSuperFrames(65535);
        Host dora = new Host("dora", fast, "10.77.4.2/24", "10.77.4.1", "fd77:4::2/64", "fd77:4::1");
        Host emil = new Host("emil", fast, "10.77.5.2/24", "10.77.5.1", "fd77:5::2/64", "fd77:5::1");
        sim.network.connect(dora.nic, router.addPort("10.77.4.1/24", "fd77:4::1/64"));
        sim.network.connect(router.addPort("10.77.5.1/24", "fd77:5::1/64"), emil.nic);
        dora.send("10.77.5.2", 1, 10_000, 1460);
        dora.send("fd77:5::2", 2, 10_000, 1440);
        dora.send("10.77.2.2", 3, 10_000, 1460);

        assertThat(emil.frames).filteredOn(frame -> frame.gsoSize() > 0).hasSize(2)
                .allSatisfy(frame -> assertThat(frame.checksumVerified()).isTrue());
        assertThat(emil.seqs()).containsExactly(1, 2);
        assertThat(bob.seqs()).as("cut").containsExactly(3, 1463, 2923, 4383, 5843, 7303, 8763);
    }

    @Test
    void shouldKeepPartitionsBetweenHosts() {
        Partition partition = sim.network.partition(List.of(alice.nic), List.of(bob.nic));
        alice.send("10.77.2.2", 1, 10);
        alice.send("10.77.2.2", 2, 10);
        bob.send("10.77.1.2", 3, 10);
        assertThat(bob.seqs()).isEmpty();
        assertThat(alice.seqs()).isEmpty();
        assertThat(right.forward().statistics().dropped(DropCause.PARTITION)).isEqualTo(2);
        partition.heal();
        alice.send("10.77.2.2", 4, 10);
        assertThat(bob.seqs()).containsExactly(4);
    }

    @Test
    void shouldLetRulesSeeItsOwnPacketsAndNotThoseItForwards() {
        Rule all = sim.network.rule(PacketView::isTcp, Verdict.pass());
        sim.network.rule(PacketView::isIcmp, Verdict.drop());
        alice.send("10.77.2.2", 1, 10);
        right.setConfig(LinkConfig.DEFAULT.withMtu(500));
        alice.send("10.77.2.2", 2, 1000);

        assertThat(all.applied()).isEqualTo(2);
        assertThat(router.statistics().tooBig()).isOne();
        assertThat(alice.errors()).as("a black hole").isEmpty();
        assertThat(left.backward().statistics().dropped(DropCause.RULE)).isOne();
    }

    @Test
    void shouldRefuseWhatMakesNoSense() {
        assertThatIllegalArgumentException().isThrownBy(() -> router.addRoute("10.0.0.0/8", "10.1.1.1"))
                .withMessage("the gateway 10.1.1.1 of 10.0.0.0/8 is in the network of no port of router r");
        assertThatIllegalArgumentException().isThrownBy(() -> sim.network.addRouter("alice"));
        assertThatIllegalArgumentException().isThrownBy(() -> router.addPort("10.77.1.255/24"));
        assertThatIllegalStateException()
                .isThrownBy(() -> sim.network.connect(router.ports().getFirst(), sim.network.addSwitch("s")))
                .withMessage("r:0 has a link already (alice-r:0): make another port");
    }
}
