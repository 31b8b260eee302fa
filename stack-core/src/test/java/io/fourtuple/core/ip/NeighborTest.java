package io.fourtuple.core.ip;

import static io.fourtuple.core.ip.HostFixture.OUR_MAC;
import static io.fourtuple.core.ip.HostFixture.PEER;
import static io.fourtuple.core.ip.HostFixture.PEER_MAC;
import static io.fourtuple.core.ip.HostFixture.PEER_V6;
import static io.fourtuple.core.ip.HostFixture.SECOND;
import static io.fourtuple.core.ip.HostFixture.TUPLE;
import static io.fourtuple.core.ip.HostFixture.TUPLE_V6;
import static io.fourtuple.core.ip.HostFixture.US;
import static io.fourtuple.core.ip.HostFixture.US_V6;
import static io.fourtuple.core.ip.HostFixture.arp;
import static io.fourtuple.core.ip.HostFixture.arpReply;
import static io.fourtuple.core.ip.HostFixture.bytes;
import static io.fourtuple.core.ip.HostFixture.ip;
import static io.fourtuple.core.ip.HostFixture.neighborAdvertisement;
import static io.fourtuple.core.ip.HostFixture.segment;
import static io.fourtuple.core.ip.HostFixture.syn;
import static io.fourtuple.core.ip.HostFixture.v6;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.Counter;
import io.fourtuple.core.conformance.Attack;
import io.fourtuple.core.conformance.Rfc;
import io.fourtuple.core.tcp.IcmpError;
import io.fourtuple.core.time.Deadline;
import io.fourtuple.core.wire.ArpPacket;
import io.fourtuple.core.wire.EthernetHeader;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IcmpMessage;
import io.fourtuple.core.wire.IcmpV6;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.IpHeader;
import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.core.wire.NeighborDiscovery;
import io.fourtuple.core.wire.OutboundSegment;
import java.util.List;
import org.junit.jupiter.api.Test;

/** ARP (RFC 826, RFC 1122 §2.3.2, RFC 5227) and neighbour discovery (RFC 4861 §7), as conversations on a link. */
class NeighborTest {
    private static final MacAddress OTHER_MAC = MacAddress.parse("02:00:00:00:00:77");

    private HostFixture net = new HostFixture();

    @Test
    void shouldAskOnceAndSendWhatWaitedInOrder() {
        OutboundSegment second = segment(3);
        second.seq = 2000;
        assertThat(net.transmit(TUPLE, syn())).isTrue();
        assertThat(net.transmit(TUPLE, second)).isTrue();

        ArpPacket request = net.takeArp();
        assertThat(request).isEqualTo(new ArpPacket(ArpPacket.REQUEST, OUR_MAC, US, MacAddress.NONE, PEER));
        net.assertNothingSent();

        net.receive(arpReply());
        byte[] first = net.takeSent().bytes();
        assertThat(EthernetHeader.destination(first)).isEqualTo(PEER_MAC);
        assertThat(EthernetHeader.source(first)).isEqualTo(OUR_MAC);
        assertThat(ip(first).isTcpChecksumValid(first)).isTrue();
        byte[] then = net.takeSent().bytes();
        assertThat(ip(then).payloadLength()).isEqualTo(20 + 3);
        net.assertNothingSent();
        assertThat(net.host.deadline()).isEqualTo(Deadline.NONE);
        net.assertCount(Counter.ARP_IN_REPLIES, 1);
    }

    @Test
    void shouldBroadcastTheRequest() {
        net.transmit(TUPLE, syn());
        assertThat(EthernetHeader.destination(net.takeSent().bytes())).isEqualTo(MacAddress.BROADCAST);
    }

    /** RFC 1122 §2.3.2.1: not more than one request per second and destination. */
    @Test
    void shouldAskThreeTimesASecondApartAndThenFailEachQueuedSegment() {
        OutboundSegment second = segment(0);
        second.seq = 2000;
        long start = net.now;
        net.transmit(TUPLE, syn());
        net.transmit(TUPLE, second);
        net.takeArp();
        for (int retry = 1; retry <= 2; retry++) {
            net.stepToDeadline();
            assertThat(net.now - start).isEqualTo(retry * SECOND);
            net.takeArp();
        }
        assertThat(net.host.pollIngress(net.now)).isNull();
        net.stepToDeadline();

        assertThat(net.now - start).isEqualTo(3 * SECOND);
        IcmpError failed = new IcmpError(IcmpError.Kind.NEIGHBOR_FAILED, 0);
        assertThat(net.host.hasIngress()).isTrue();
        assertThat(net.host.pollIngress(net.now)).isEqualTo(new Ingress.Icmp(TUPLE, 1000, failed));
        assertThat(net.host.pollIngress(net.now)).isEqualTo(new Ingress.Icmp(TUPLE, 2000, failed));
        assertThat(net.host.pollIngress(net.now)).isNull();
        assertThat(net.host.hasIngress()).isFalse();
        net.assertNothingSent();
        assertThat(net.host.deadline()).isEqualTo(Deadline.NONE);
        net.assertCount(Counter.ARP_FAILED, 1);
        net.assertCount(Counter.IP_OUT_DISCARDS, 2);
        net.assertCount(Counter.ARP_OUT_REQUESTS, 3);
    }

    @Test
    void shouldStartOverAfterAFailureOnAPathThatExists() {
        Path path = net.host.pathTo(PEER);
        net.host.transmit(path, TUPLE, syn(), net.now);
        for (int i = 0; i < 3; i++) {
            net.stepToDeadline();
        }
        net.link.sent.clear();
        net.host.transmit(path, TUPLE, syn(), net.now);
        net.takeArp();
        net.receive(arpReply());
        assertThat(ip(net.takeSent().bytes()).source()).isEqualTo(US);
    }

    /** RFC 1122 §2.3.2.2: at least the latest packet is saved. */
    @Test
    void shouldKeepTheLatestSixteenPackets() {
        for (int i = 0; i < 20; i++) {
            OutboundSegment segment = segment(i);
            net.transmit(TUPLE, segment);
        }
        net.takeArp();
        net.receive(arpReply());
        assertThat(net.link.sent).hasSize(16);
        assertThat(ip(net.takeSent().bytes()).payloadLength()).isEqualTo(20 + 4);
        net.assertCount(Counter.IP_OUT_DISCARDS, 4);
    }

    @Test
    void shouldBoundTheOctetsThatWaitForAllNeighbours() {
        IpConfig.Neighbors bounds = new IpConfig.Neighbors(1024, 16, 3000, 3, SECOND, 30 * SECOND);
        net = new HostFixture(HostFixture.CONFIG.withNeighbors(bounds), HostFixture.ETHERNET);
        assertThat(net.transmit(TUPLE, segment(1400))).isTrue();
        assertThat(net.transmit(TUPLE_V6, segment(1400))).isTrue();
        assertThat(net.transmit(TUPLE, segment(1400))).isFalse();
        assertThat(net.transmit(TUPLE, segment(0))).isTrue();
        net.assertCount(Counter.IP_OUT_DISCARDS, 1);
    }

    @Test
    void shouldAnswerARequestForUsAndRememberWhoAsked() {
        net.receive(arp(ArpPacket.REQUEST, PEER_MAC, PEER, MacAddress.BROADCAST, US));

        FakeLink.Sent reply = net.link.sent.peek();
        assertThat(EthernetHeader.destination(reply.bytes())).isEqualTo(PEER_MAC);
        assertThat(net.takeArp()).isEqualTo(new ArpPacket(ArpPacket.REPLY, OUR_MAC, US, PEER_MAC, PEER));
        net.transmit(TUPLE, syn());
        assertThat(ip(net.takeSent().bytes()).destination()).isEqualTo(PEER); // at once; then it is probed
        assertThat(net.takeArp().operation()).isEqualTo(ArpPacket.REQUEST);
        net.assertCount(Counter.ARP_IN_REQUESTS, 1);
        net.assertCount(Counter.ARP_OUT_REPLIES, 1);
    }

    @Test
    void shouldIgnoreARequestForSomebodyElse() {
        net.receive(arp(ArpPacket.REQUEST, PEER_MAC, PEER, MacAddress.BROADCAST, IpAddress.parse("10.77.0.3")));
        net.assertNothingSent();
        net.assertCount(Counter.ARP_IN_REQUESTS, 1);
        assertThat(resolvesAnew(TUPLE)).isTrue();
    }

    /** RFC 5227 §2.1.1: a probe has the sender 0.0.0.0, must be answered and teaches nothing. */
    @Test
    void shouldAnswerAProbeWithoutLearningFromIt() {
        net.receive(arp(ArpPacket.REQUEST, PEER_MAC, IpAddress.ANY_V4, MacAddress.BROADCAST, US));
        assertThat(net.takeArp().targetIp()).isEqualTo(IpAddress.ANY_V4);
    }

    @Test
    @Attack(26)
    void shouldMakeNoEntryFromAnUnsolicitedReply() {
        net.receive(arpReply());
        net.receive(arp(ArpPacket.REQUEST, PEER_MAC, PEER, MacAddress.BROADCAST, PEER)); // gratuitous
        net.receive(neighborAdvertisement(PEER_MAC, true, true));
        assertThat(resolvesAnew(TUPLE)).isTrue();
        assertThat(resolvesAnew(TUPLE_V6)).isTrue();
    }

    @Test
    void shouldFollowAGratuitousRequestOnAnExistingPath() {
        net.withKnownPeer();
        Path path = net.host.pathTo(PEER);
        net.host.transmit(path, TUPLE, segment(0), net.now);
        assertThat(EthernetHeader.destination(net.takeSent().bytes())).isEqualTo(PEER_MAC);
        net.receive(arp(ArpPacket.REQUEST, OTHER_MAC, PEER, MacAddress.BROADCAST, PEER));
        net.host.transmit(path, TUPLE, segment(0), net.now);
        assertThat(EthernetHeader.destination(net.takeSent().bytes())).isEqualTo(OTHER_MAC);
    }

    @Test
    void shouldNotLetAStrangerTakeOurAddress() {
        net.withKnownPeer();
        net.receive(arp(ArpPacket.REQUEST, OTHER_MAC, US, MacAddress.BROADCAST, US));
        assertThat(net.host.isLocal(US)).isTrue();
        net.transmit(TUPLE, segment(0));
        assertThat(net.takeArp().operation()).isEqualTo(ArpPacket.REQUEST); // the address is defended
        assertThat(net.takeArp().operation()).isEqualTo(ArpPacket.REPLY);
        assertThat(ip(net.takeSent().bytes()).source()).isEqualTo(US);
    }

    /** RFC 4861 §7.3.3: what is known is used while it is checked; no answer to unicast starts over by broadcast. */
    @Test
    void shouldProbeAnOldNeighbourAndStartOverWhenItIsSilent() {
        net.withKnownPeer();
        net.now += 46 * SECOND; // 1.5 times the reachable time at most
        net.transmit(TUPLE, segment(1));
        assertThat(ip(net.takeSent().bytes()).destination()).isEqualTo(PEER);
        for (int probe = 0; probe < 3; probe++) {
            FakeLink.Sent sent = net.link.sent.peek();
            assertThat(EthernetHeader.destination(sent.bytes())).isEqualTo(PEER_MAC);
            net.takeArp();
            net.stepToDeadline();
        }
        assertThat(EthernetHeader.destination(net.link.sent.peek().bytes())).isEqualTo(MacAddress.BROADCAST);
        net.takeArp();
        assertThat(net.transmit(TUPLE, segment(1))).isTrue();
        net.assertNothingSent();
        net.receive(arp(ArpPacket.REPLY, OTHER_MAC, PEER, OUR_MAC, US));
        assertThat(EthernetHeader.destination(net.takeSent().bytes())).isEqualTo(OTHER_MAC);
    }

    /** RFC 9293 §3.8.3: from R1 on IP is to look whether the first hop is to blame. */
    @Test
    @Rfc(number = 9293, rules = "MUST-20")
    void shouldAskANeighbourAgainWhenSegmentsAreSentToItInVain() {
        net.withKnownPeer();
        Path path = net.host.pathTo(PEER);
        net.host.transmit(path, TUPLE, segment(1), net.now);
        net.link.sent.clear();

        net.host.advise(path, net.now);
        net.host.advise(path, net.now);

        assertThat(EthernetHeader.destination(net.link.sent.peek().bytes())).isEqualTo(MacAddress.BROADCAST);
        assertThat(net.takeArp().targetIp()).isEqualTo(PEER);
        net.assertNothingSent(); // once is enough
        net.host.transmit(path, TUPLE, segment(1), net.now);
        assertThat(EthernetHeader.destination(net.takeSent().bytes())).as("as before").isEqualTo(PEER_MAC);
        net.receive(arp(ArpPacket.REPLY, OTHER_MAC, PEER, OUR_MAC, US));
        net.host.transmit(path, TUPLE, segment(1), net.now);
        assertThat(EthernetHeader.destination(net.takeSent().bytes())).isEqualTo(OTHER_MAC);
        net.now += 2 * SECOND;
        net.host.advise(path, net.now);
        assertThat(net.takeArp().targetIp()).isEqualTo(PEER);
        net.host.advise(net.host.pathTo(US), net.now); // nobody to ask
        net.assertNothingSent();
    }

    @Test
    @Rfc(number = 4861, rules = "7.3.3")
    void shouldStopProbingWhenTheNeighbourAnswers() {
        net.withKnownPeer();
        net.now += 46 * SECOND;
        net.transmit(TUPLE, segment(1));
        net.link.sent.clear();
        net.receive(arpReply());
        assertThat(net.host.deadline()).isEqualTo(Deadline.NONE);
        net.transmit(TUPLE, segment(1));
        assertThat(net.link.sent).hasSize(1);
    }

    /** A stranger who pretends to be a whole network must not push out a neighbour in use. */
    @Test
    @Attack(26)
    void shouldBoundTheTableAndKeepANeighbourInUse() {
        net.withKnownPeer();
        Path path = net.host.pathTo(PEER);
        net.host.transmit(path, TUPLE, segment(0), net.now);
        net.link.sent.clear();
        HostFixture wide = new HostFixture(
                HostFixture.CONFIG.withAddresses(List.of(InterfaceAddress.parse("10.77.0.2/16"))),
                HostFixture.ETHERNET);
        wide.receive(arp(ArpPacket.REQUEST, PEER_MAC, PEER, MacAddress.BROADCAST, US));
        Path used = wide.host.pathTo(PEER);
        for (int i = 0; i < 5000; i++) {
            IpAddress spoofed = IpAddress.ofV4(PEER.v4Bits() + 256 + i);
            wide.host.transmit(used, TUPLE, segment(0), wide.now);
            wide.receive(arp(ArpPacket.REQUEST, OTHER_MAC, spoofed, MacAddress.BROADCAST, US));
            wide.link.sent.clear();
        }
        wide.host.transmit(used, TUPLE, segment(0), wide.now);
        assertThat(EthernetHeader.destination(wide.takeSent().bytes())).isEqualTo(PEER_MAC);
        wide.assertCount(Counter.ARP_TABLE_FULL, 5001 - 1024);
    }

    @Test
    @Rfc(number = 4861, rules = "7.2.2")
    void shouldResolveIpv6ByMulticastAndSendWhatWaited() {
        net.transmit(TUPLE_V6, syn());

        byte[] frame = net.takeSent().bytes();
        IpHeader header = ip(frame);
        assertThat(EthernetHeader.destination(frame)).isEqualTo(MacAddress.parse("33:33:ff:00:00:01"));
        assertThat(header.destination()).isEqualTo(IpAddress.parse("ff02::1:ff00:1"));
        assertThat(header.source()).isEqualTo(US_V6);
        assertThat(header.hopLimit()).isEqualTo(255);
        IcmpMessage.NeighborSolicitation asked = (IcmpMessage.NeighborSolicitation) IcmpV6.parse(frame, header);
        assertThat(asked.target()).isEqualTo(PEER_V6);
        assertThat(asked.sourceMac()).contains(OUR_MAC);

        net.receive(neighborAdvertisement(PEER_MAC, true, true));
        byte[] segment = net.takeSent().bytes();
        assertThat(EthernetHeader.destination(segment)).isEqualTo(PEER_MAC);
        assertThat(ip(segment).isTcpChecksumValid(segment)).isTrue();
        net.assertCount(Counter.ICMP_IN_NEIGHBOR_MESSAGES, 1);
    }

    @Test
    void shouldFailIpv6AsIpv4() {
        net.transmit(TUPLE_V6, syn());
        for (int i = 0; i < 3; i++) {
            net.stepToDeadline();
        }
        assertThat(net.host.pollIngress(net.now)).isEqualTo(
                new Ingress.Icmp(TUPLE_V6, 1000, new IcmpError(IcmpError.Kind.NEIGHBOR_FAILED, 0)));
        net.assertCount(Counter.ARP_OUT_REQUESTS, 3);
    }

    @Test
    void shouldAnswerASolicitationForEachOfOurAddresses() {
        IpAddress linkLocal = IpAddress.parse("fe80::ff:fe00:2"); // RFC 4291 appendix A, of 02:00:00:00:00:02
        for (IpAddress ours : new IpAddress[] {US_V6, linkLocal}) {
            IpAddress group = ours.solicitedNode();
            net.receive(v6(PEER_V6, group, 58, 255, bytes(target ->
                    NeighborDiscovery.writeSolicitation(target, PEER_V6, group, ours, PEER_MAC))));
            byte[] frame = net.takeSent().bytes();
            IpHeader header = ip(frame);
            IcmpMessage.NeighborAdvertisement answer =
                    (IcmpMessage.NeighborAdvertisement) IcmpV6.parse(frame, header);
            assertThat(EthernetHeader.destination(frame)).isEqualTo(PEER_MAC);
            assertThat(header.destination()).isEqualTo(PEER_V6);
            assertThat(header.hopLimit()).isEqualTo(255);
            assertThat(answer.target()).isEqualTo(ours);
            assertThat(answer.targetMac()).contains(OUR_MAC);
            assertThat(answer.solicited()).isTrue();
            assertThat(answer.override()).isTrue();
        }
        net.assertCount(Counter.ARP_OUT_REPLIES, 2);
    }

    /** RFC 4861 §7.2.4: somebody checks whether the address is free; everybody is told that it is not. */
    @Test
    void shouldTellAllNodesWhenTheSolicitationHasNoSource() {
        IpAddress group = US_V6.solicitedNode();
        net.receive(v6(IpAddress.ANY_V6, group, 58, 255, bytes(target ->
                NeighborDiscovery.writeSolicitation(target, IpAddress.ANY_V6, group, US_V6, PEER_MAC))));
        byte[] frame = net.takeSent().bytes();
        assertThat(ip(frame).destination()).isEqualTo(IpAddress.parse("ff02::1"));
        assertThat(EthernetHeader.destination(frame)).isEqualTo(MacAddress.parse("33:33:00:00:00:01"));
        assertThat(((IcmpMessage.NeighborAdvertisement) IcmpV6.parse(frame, ip(frame))).solicited()).isFalse();
    }

    /** RFC 4861 §7.1.1: hop limit 255 proves that it comes from this link. */
    @Test
    void shouldDropNeighbourMessagesThatPassedARouter() {
        net.receive(v6(PEER_V6, US_V6, 58, 254, bytes(target ->
                NeighborDiscovery.writeSolicitation(target, PEER_V6, US_V6, US_V6, PEER_MAC))));
        net.assertNothingSent();
        net.assertCount(Counter.ICMP_IN_ERRORS, 1);
    }

    /** RFC 4861 §7.2.5: without the override flag another MAC address is only a reason to ask. */
    @Test
    @Rfc(number = 4861, rules = "7.2.5")
    @Attack(26)
    void shouldNotReplaceAnAddressWithoutTheOverrideFlag() {
        net.withKnownPeer();
        net.receive(neighborAdvertisement(OTHER_MAC, false, false));
        net.transmit(TUPLE_V6, segment(0));
        assertThat(EthernetHeader.destination(net.takeSent().bytes())).isEqualTo(PEER_MAC);
        assertThat(ip(net.takeSent().bytes()).protocol()).isEqualTo(58); // a probe
        net.receive(neighborAdvertisement(OTHER_MAC, true, true));
        net.transmit(TUPLE_V6, segment(0));
        assertThat(EthernetHeader.destination(net.takeSent().bytes())).isEqualTo(OTHER_MAC);
    }

    @Test
    void shouldGoThroughTheGatewayToWhatIsNotOnTheLink() {
        FourTuple far = new FourTuple(US, 7, HostFixture.FAR, 80);
        net.transmit(far, syn());
        assertThat(net.takeArp().targetIp()).isEqualTo(IpAddress.parse("10.77.0.254"));
        net.receive(arp(ArpPacket.REPLY, OTHER_MAC, IpAddress.parse("10.77.0.254"), OUR_MAC, US));
        byte[] frame = net.takeSent().bytes();
        assertThat(EthernetHeader.destination(frame)).isEqualTo(OTHER_MAC);
        assertThat(ip(frame).destination()).isEqualTo(HostFixture.FAR);
    }

    private boolean resolvesAnew(FourTuple tuple) {
        net.link.sent.clear();
        net.transmit(tuple, segment(0));
        byte[] first = net.takeSent().bytes();
        return EthernetHeader.type(first) == EthernetHeader.TYPE_ARP || ip(first).protocol() == IcmpV6.PROTOCOL;
    }
}
