package io.fourtuple.core.ip;

import static io.fourtuple.core.ip.HostFixture.CONFIG;
import static io.fourtuple.core.ip.HostFixture.OUR_MAC;
import static io.fourtuple.core.ip.HostFixture.PEER;
import static io.fourtuple.core.ip.HostFixture.PEER_MAC;
import static io.fourtuple.core.ip.HostFixture.PEER_V6;
import static io.fourtuple.core.ip.HostFixture.TUPLE;
import static io.fourtuple.core.ip.HostFixture.TUPLE_V6;
import static io.fourtuple.core.ip.HostFixture.US;
import static io.fourtuple.core.ip.HostFixture.US_V6;
import static io.fourtuple.core.ip.HostFixture.arpReply;
import static io.fourtuple.core.ip.HostFixture.ip;
import static io.fourtuple.core.ip.HostFixture.segment;
import static io.fourtuple.core.ip.HostFixture.syn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.core.Counter;
import io.fourtuple.core.Counters;
import io.fourtuple.core.Faults;
import io.fourtuple.core.conformance.Rfc;
import io.fourtuple.core.wire.ArpPacket;
import io.fourtuple.core.wire.Bytes;
import io.fourtuple.core.wire.Checksum;
import io.fourtuple.core.wire.Ecn;
import io.fourtuple.core.wire.EthernetHeader;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.IpHeader;
import io.fourtuple.core.wire.OutboundSegment;
import io.fourtuple.core.wire.SendReason;
import io.fourtuple.core.wire.TcpCodec;
import io.fourtuple.core.wire.TcpSegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** How segments are written into frames, which way they take, and the packets to ourselves. */
class TransmitTest {
    private static final LinkProperties OFFLOADING =
            new LinkProperties(LinkProperties.Medium.ETHERNET, OUR_MAC, 1500, true, 65_535);

    private HostFixture net = new HostFixture().withKnownPeer();

    @Test
    @Rfc(number = 9293, rules = "MUST-2")
    void shouldWriteACompleteFrameWithoutOffloads() {
        for (FourTuple tuple : List.of(TUPLE, TUPLE_V6)) {
            assertThat(net.transmit(tuple, segment(101))).isTrue(); // an odd length
            FakeLink.Sent sent = net.takeSent();
            byte[] frame = sent.bytes();
            IpHeader header = ip(frame);

            assertThat(EthernetHeader.source(frame)).isEqualTo(OUR_MAC);
            assertThat(EthernetHeader.destination(frame)).isEqualTo(PEER_MAC);
            assertThat(header.source()).isEqualTo(tuple.local());
            assertThat(header.destination()).isEqualTo(tuple.remote());
            assertThat(header.hopLimit()).isEqualTo(64);
            assertThat(header.end()).isEqualTo(frame.length);
            assertThat(header.isTcpChecksumValid(frame)).isTrue();
            assertThat(TcpCodec.sourcePort(frame, header.payloadOffset())).isEqualTo(7);
            assertThat(TcpCodec.destinationPort(frame, header.payloadOffset())).isEqualTo(40_000);
            TcpSegment segment =
                    TcpCodec.parse(frame, header.payloadOffset(), header.payloadLength(), 0, 0);
            assertThat(segment.payloadLength()).isEqualTo(101);
            assertThat(segment.array()[segment.payloadOffset() + 100]).isEqualTo((byte) 1100);
            assertThat(sent.checksum()).isFalse();
            assertThat(sent.segmentSize()).isZero();
        }
    }

    @Test
    void shouldSayWhichPacketsMayBeMarked() { // RFC 3168 §5
        for (FourTuple tuple : List.of(TUPLE, TUPLE_V6)) {
            OutboundSegment segment = segment(10);
            net.transmit(tuple, segment);
            assertThat(ip(net.takeSent().bytes()).trafficClass()).isZero();
            segment.ecnCapable = true;
            net.transmit(tuple, segment);
            assertThat(ip(net.takeSent().bytes()).trafficClass()).isEqualTo(Ecn.ECT_0);
        }
        OutboundSegment looped = segment(10);
        looped.ecnCapable = true;
        net.transmit(new FourTuple(US, 40_000, US, 7), looped);
        assertThat(((Ingress.Tcp) net.host.pollIngress(net.now)).segment().ecn()).isEqualTo(Ecn.ECT_0);
    }

    /** RFC 6864 §4.1: "don't fragment" set, so the identification means nothing and is 0. */
    @Test
    @Rfc(number = 1191, rules = "3")
    void shouldNeverAllowFragmentation() {
        net.transmit(TUPLE, segment(1));
        byte[] frame = net.takeSent().bytes();
        assertThat(Bytes.int32(frame, 14 + 4)).isEqualTo(0x0000_4000);
    }

    @Test
    void shouldLeaveTheChecksumToANicThatOffersIt() {
        net = new HostFixture(CONFIG, OFFLOADING).withKnownPeer();
        for (FourTuple tuple : List.of(TUPLE, TUPLE_V6)) {
            net.transmit(tuple, segment(100));
            FakeLink.Sent sent = net.takeSent();
            int tcp = 14 + (tuple.local().isV4() ? 20 : 40);

            assertThat(sent.checksum()).isTrue();
            assertThat(sent.checksumStart()).isEqualTo(tcp);
            assertThat(sent.checksumOffset()).isEqualTo(16);
            assertThat(Bytes.uint16(sent.bytes(), tcp + 16))
                    .isEqualTo(Checksum.fold(Checksum.pseudoHeader(tuple.local(), tuple.remote(), 6, 120)));
            assertThat(sent.segmentSize()).isZero();
            assertThat(ip(finishedByNic(sent)).isTcpChecksumValid(finishedByNic(sent))).isTrue();
        }
    }

    @Test
    void shouldLayOutASuperFrameAsVirtioWantsIt() {
        net = new HostFixture(CONFIG, OFFLOADING).withKnownPeer();
        for (FourTuple tuple : List.of(TUPLE, TUPLE_V6)) {
            OutboundSegment segment = segment(60_000);
            segment.timestamps = true;
            segment.segmentSize = 1448;
            net.transmit(tuple, segment);
            FakeLink.Sent sent = net.takeSent();
            int tcp = 14 + (tuple.local().isV4() ? 20 : 40);

            assertThat(sent.bytes()).hasSize(tcp + 32 + 60_000);
            assertThat(sent.segmentSize()).isEqualTo(1448);
            assertThat(sent.headerLength()).isEqualTo(tcp + 32);
            assertThat(sent.ipv6()).isEqualTo(!tuple.local().isV4());
            assertThat(sent.checksum()).isTrue();
            assertThat(ip(sent.bytes()).payloadLength()).isEqualTo(32 + 60_000);
            assertThat(Bytes.uint16(sent.bytes(), tcp + 16))
                    .isEqualTo(Checksum.fold(Checksum.pseudoHeader(tuple.local(), tuple.remote(), 6, 60_032)));
        }
    }

    @Test
    void shouldNotAskForSegmentationOfOneSegment() {
        net = new HostFixture(CONFIG, OFFLOADING).withKnownPeer();
        OutboundSegment segment = segment(1448);
        segment.segmentSize = 1448;
        net.transmit(TUPLE, segment);
        assertThat(net.takeSent().segmentSize()).isZero();
    }

    @Test
    void shouldShiftTheOffloadOfAFrameThatWaited() {
        net = new HostFixture(CONFIG, OFFLOADING);
        OutboundSegment segment = segment(5000);
        segment.segmentSize = 1460;
        net.transmit(TUPLE, segment);
        net.takeArp();
        net.receive(arpReply());
        FakeLink.Sent sent = net.takeSent();
        assertThat(sent.checksumStart()).isEqualTo(34);
        assertThat(sent.headerLength()).isEqualTo(54);
        assertThat(sent.segmentSize()).isEqualTo(1460);
        assertThat(ip(finishedByNic(sent)).isTcpChecksumValid(finishedByNic(sent))).isTrue();
    }

    @Test
    void shouldTellTheNicWhyEachFrameIsSent() {
        HostFixture fresh = new HostFixture();
        OutboundSegment again = segment(10);
        again.reason = SendReason.RTO;
        again.attempt = 2;
        fresh.transmit(TUPLE, again);
        assertThat(fresh.takeSent().why()).isEqualTo("neighbour request #1");
        fresh.stepToDeadline();
        assertThat(fresh.takeSent().why()).isEqualTo("neighbour request #2");
        fresh.receive(arpReply());
        assertThat(fresh.takeSent().why()).as("which has waited").isEqualTo("RTO #2");

        fresh.transmit(TUPLE, segment(10));
        assertThat(fresh.takeSent().why()).isEqualTo("ACK");
        fresh.receive(HostFixture.arp(ArpPacket.REQUEST, HostFixture.PEER_MAC, PEER, OUR_MAC, US));
        assertThat(fresh.takeSent().why()).isEqualTo("neighbour answer");
        fresh.receive(HostFixture.v4(PEER, US, 200, new byte[8])); // no such protocol
        assertThat(fresh.takeSent().why()).isEqualTo("ICMP");
        fresh.transmit(TUPLE_V6, again);
        assertThat(fresh.takeSent().why()).isEqualTo("neighbour request #1");
    }

    @Test
    void shouldTellWhyAPacketOfAnotherShardIsSent() {
        List<RelayedPacket> relayed = new ArrayList<>();
        LinkProperties link = HostFixture.ETHERNET;
        Addressing addressing = new Addressing(CONFIG, List.of(link));
        IpHost behind = IpHost.further(addressing, List.of(Attachment.without(link)), new FrameSink() {
            private final ByteBuffer packet = ByteBuffer.allocate(2000);

            @Override
            public ByteBuffer frame() {
                return packet.clear();
            }

            @Override
            public boolean transmit(int length, TransmitOffload offload) {
                return relayed.add(new RelayedPacket(Arrays.copyOf(packet.array(), length), offload.copy()));
            }
        }, new Counters(), new Random(1));
        OutboundSegment probe = segment(1);
        probe.reason = SendReason.WINDOW_PROBE;
        probe.attempt = 3;
        behind.transmit(behind.pathTo(PEER), TUPLE, probe, net.now);

        net.host.relay(relayed.getFirst(), net.now);
        assertThat(net.takeSent().why()).isEqualTo("zero-window probe #3");
        HostFixture fresh = new HostFixture();
        fresh.host.relay(relayed.getFirst(), fresh.now);
        fresh.takeArp();
        fresh.receive(arpReply());
        assertThat(fresh.takeSent().why()).isEqualTo("zero-window probe #3");
    }

    @Test
    @Rfc(number = 9293, rules = "MUST-67")
    void shouldSayWhatFitsIntoASegment() {
        assertThat(net.host.pathTo(PEER).properties().mss()).isEqualTo(1460);
        assertThat(net.host.pathTo(PEER).properties().maxPayload()).isEqualTo(1460);
        assertThat(net.host.pathTo(PEER_V6).properties().mss()).isEqualTo(1440);
        HostFixture offloading = new HostFixture(CONFIG, OFFLOADING);
        assertThat(offloading.host.pathTo(PEER).properties().mss()).isEqualTo(1460);
        assertThat(offloading.host.pathTo(PEER).properties().maxPayload()).isEqualTo(65_535 - 20 - 60);
        assertThat(offloading.host.pathTo(PEER_V6).properties().maxPayload()).isEqualTo(65_535 - 40 - 60);
    }

    @Test
    void shouldCountWhatTheNicDoesNotTake() {
        net.link.full = true;
        assertThat(net.transmit(TUPLE, segment(1))).isFalse();
        net.assertCount(Counter.LINK_OUT_DROPS, 1);
    }

    @Test
    @Rfc(number = 9293, rules = "MUST-46")
    void shouldHaveNoPathToWhatIsNoHostOrHasNoRoute() {
        for (String nowhere : List.of("0.0.0.0", "255.255.255.255", "224.0.0.1", "10.77.0.255", "::", "ff02::1",
                "2001:db8::1")) {
            assertThat(net.host.pathTo(IpAddress.parse(nowhere))).as(nowhere).isNull();
        }
    }

    @Test
    @Rfc(number = 9293, rules = "MUST-44")
    void shouldPreferTheLongestPrefixAndTheAddressOfTheSameNetwork() {
        IpConfig config = IpConfig.defaults()
                .withAddresses(List.of(
                        InterfaceAddress.parse("10.77.0.2/16"),
                        InterfaceAddress.parse("10.78.0.2/24"),
                        InterfaceAddress.parse("fd77::2/64")))
                .withRoutes(List.of(
                        new Route(Prefix.parse("0.0.0.0/0"), IpAddress.parse("10.77.0.254")),
                        new Route(Prefix.parse("192.0.2.0/24"), IpAddress.parse("10.78.0.254")),
                        new Route(Prefix.parse("::/0"), IpAddress.parse("fe80::1"))));
        HostFixture routed = new HostFixture(config, HostFixture.ETHERNET);
        assertThat(source(routed, "10.77.9.9")).isEqualTo("10.77.0.2");
        assertThat(source(routed, "10.78.0.9")).isEqualTo("10.78.0.2");
        assertThat(source(routed, "192.0.2.1")).isEqualTo("10.78.0.2");
        assertThat(source(routed, "198.51.100.1")).isEqualTo("10.77.0.2");
        assertThat(source(routed, "fd77::9")).isEqualTo("fd77::2");
        assertThat(source(routed, "2001:db8::1")).isEqualTo("fd77::2"); // no link-local source (RFC 6724 rule 2)
        assertThat(source(routed, "fe80::9")).isEqualTo("fe80::ff:fe00:2");
    }

    private static String source(HostFixture host, String remote) {
        return host.host.pathTo(IpAddress.parse(remote)).source().toString();
    }

    @Test
    void shouldRefuseAGatewayThatIsNotOnTheLink() {
        IpConfig wrong = CONFIG.withRoutes(
                List.of(new Route(Prefix.parse("0.0.0.0/0"), IpAddress.parse("192.168.1.1"))));
        assertThatThrownBy(() -> new HostFixture(wrong, HostFixture.ETHERNET))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("192.168.1.1")
                .hasMessageContaining("not on the link");
    }

    @Test
    void shouldLoopPacketsToOurselvesBack() {
        for (IpAddress ours : List.of(US, US_V6, IpAddress.parse("127.0.0.1"), IpAddress.parse("::1"))) {
            FourTuple tuple = new FourTuple(ours, 40_000, ours, 7);
            assertThat(net.host.isLocal(ours)).isTrue();
            assertThat(net.host.pathTo(ours).source()).isEqualTo(ours);
            assertThat(net.transmit(tuple, syn())).isTrue();
            assertThat(net.host.hasIngress()).isTrue();
            Ingress.Tcp ingress = (Ingress.Tcp) net.host.pollIngress(net.now);
            assertThat(ingress.tuple()).isEqualTo(tuple.reversed());
            assertThat(ingress.segment().options().mss()).isEqualTo(1460);
            assertThat(net.host.pollIngress(net.now)).isNull();
        }
        net.assertNothingSent();
        net.assertCount(Counter.TCP_IN_DELIVERS, 4);
    }

    @Test
    void shouldLoopASuperSegmentBackAsOne() {
        OutboundSegment segment = segment(50_000);
        segment.segmentSize = 1460;
        FourTuple tuple = new FourTuple(US, 40_000, US, 7);
        assertThat(net.host.pathTo(US).properties().maxPayload()).isGreaterThan(60_000);
        net.transmit(tuple, segment);
        TcpSegment looped = ((Ingress.Tcp) net.host.pollIngress(net.now)).segment();
        assertThat(looped.payloadLength()).isEqualTo(50_000);
        assertThat(looped.gsoSize()).isEqualTo(1460);
    }

    @Test
    void shouldBoundPacketsToOurselves() {
        HostFixture bounded = new HostFixture(CONFIG.withLoopbackQueue(3), HostFixture.ETHERNET);
        FourTuple tuple = new FourTuple(US, 40_000, US, 7);
        for (int i = 0; i < 3; i++) {
            assertThat(bounded.transmit(tuple, syn())).isTrue();
        }
        assertThat(bounded.transmit(tuple, syn())).isFalse();
        assertThat(bounded.counters.get(Counter.LINK_OUT_DROPS)).isEqualTo(1);
    }

    @Test
    void shouldLosePacketsToOurselvesWhenAFaultSaysSo() {
        net.host.setFaults(Faults.REFUSE_LOOPBACK::equals);
        FourTuple tuple = new FourTuple(US, 40_000, US, 7);
        assertThat(net.transmit(tuple, syn())).isFalse();
        assertThat(net.transmit(TUPLE, syn())).isTrue();
        net.assertCount(Counter.LINK_OUT_DROPS, 1);
    }

    @Test
    void shouldAskAgainForANeighbourThatAFaultMakesItForget() {
        net.host.setFaults(Faults.FORGET_NEIGHBOR::equals);
        Path path = net.host.pathTo(PEER);
        net.host.transmit(path, TUPLE, segment(1), net.now);
        net.takeSent();

        net.host.transmit(path, TUPLE, segment(1), net.now);

        assertThat(net.takeArp().targetIp()).isEqualTo(PEER);
        net.assertNothingSent();
    }

    /** Does what a NIC with checksum offload does. */
    private static byte[] finishedByNic(FakeLink.Sent sent) {
        byte[] frame = sent.bytes().clone();
        int sum = Checksum.sum(frame, sent.checksumStart(), frame.length - sent.checksumStart());
        Bytes.putUint16(frame, sent.checksumStart() + sent.checksumOffset(), Checksum.finish(sum));
        return frame;
    }
}
