package io.fourtuple.core.ip;

import static io.fourtuple.core.ip.HostFixture.PEER_MAC;
import static io.fourtuple.core.ip.HostFixture.SECOND;
import static io.fourtuple.core.ip.HostFixture.bytes;
import static io.fourtuple.core.ip.HostFixture.ip;
import static io.fourtuple.core.ip.HostFixture.segment;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.core.Counter;
import io.fourtuple.core.Counters;
import io.fourtuple.core.conformance.Attack;
import io.fourtuple.core.conformance.Rfc;
import io.fourtuple.core.ip.IpConfig.HostModel;
import io.fourtuple.core.wire.ArpPacket;
import io.fourtuple.core.wire.EthernetHeader;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IcmpMessage;
import io.fourtuple.core.wire.IcmpMessage.RouterAdvertisement;
import io.fourtuple.core.wire.IcmpV6;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.Ipv6Header;
import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.core.wire.NeighborDiscovery;
import io.fourtuple.core.wire.RouterMessages;
import io.fourtuple.core.wire.SourceRoute;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A host on two Ethernet links and a point-to-point one (RFC 1122 §3.3.4). */
class MultihomedTest {
    private static final LinkProperties LEFT = ethernet("02:00:00:00:00:02", 1500, 0);
    private static final LinkProperties RIGHT = ethernet("02:00:00:00:01:02", 9000, 65_535);
    private static final LinkProperties TUNNEL =
            new LinkProperties(LinkProperties.Medium.IP, MacAddress.NONE, 1400, false, 0);
    private static final IpAddress OURS_LEFT = IpAddress.parse("10.77.0.2");
    private static final IpAddress OURS_RIGHT = IpAddress.parse("10.78.0.2");
    private static final IpAddress OURS_TUNNEL = IpAddress.parse("10.79.0.2");
    private static final IpAddress PEER_LEFT = IpAddress.parse("10.77.0.1");
    private static final IpAddress PEER_RIGHT = IpAddress.parse("10.78.0.1");
    private static final IpAddress FAR = IpAddress.parse("192.0.2.1");
    private static final IpAddress LINK_LOCAL_RIGHT = IpAddress.parse("fe80::ff:fe00:102");
    private static final IpConfig CONFIG = IpConfig.defaults()
            .withAddresses(addresses("10.77.0.2/24", "fd77::2/64"))
            .withFurtherAddresses(List.of(addresses("10.78.0.2/24", "fd78::2/64"), addresses("10.79.0.2/30")))
            .withRoutes(List.of(
                    new Route(Prefix.parse("0.0.0.0/0"), IpAddress.parse("10.77.0.254")),
                    new Route(Prefix.parse("192.0.2.0/24"), IpAddress.parse("10.78.0.254")),
                    new Route(Prefix.parse("0.0.0.0/0"), IpAddress.parse("10.78.0.254")),
                    new Route(Prefix.parse("203.0.113.0/24"), IpAddress.parse("10.79.0.1"))));

    private final FakeLink left = new FakeLink();
    private final FakeLink right = new FakeLink();
    private final FakeLink tunnel = new FakeLink();
    private final Counters counters = new Counters();
    private final long now = Long.MAX_VALUE - 10 * SECOND;
    private IpHost host = host(CONFIG);

    private static LinkProperties ethernet(String mac, int mtu, int segmented) {
        return new LinkProperties(LinkProperties.Medium.ETHERNET, MacAddress.parse(mac), mtu, false, segmented);
    }

    private static List<InterfaceAddress> addresses(String... texts) {
        return List.of(texts).stream().map(InterfaceAddress::parse).toList();
    }

    private IpHost host(IpConfig config) {
        return IpHost.first(
                new Addressing(config, List.of(LEFT, RIGHT, TUNNEL)),
                List.of(Attachment.of(LEFT, left), Attachment.of(RIGHT, right), Attachment.of(TUNNEL, tunnel)),
                counters,
                new Random(1));
    }

    private Ingress receive(int link, byte[] frame) {
        return host.receive(link, new Frame(frame), now);
    }

    private Path send(FourTuple tuple) {
        Path path = host.pathOf(tuple, SourceRoute.NONE);
        assertThat(host.transmit(path, tuple, segment(1), now)).isTrue();
        return path;
    }

    private static FourTuple tuple(IpAddress local, IpAddress remote) {
        return new FourTuple(local, 7, remote, 80);
    }

    private static byte[] arp(int operation, IpAddress sender, LinkProperties to, IpAddress target) {
        return bytes(frame -> {
            EthernetHeader.write(frame, to.mac(), PEER_MAC, EthernetHeader.TYPE_ARP);
            new ArpPacket(operation, PEER_MAC, sender, to.mac(), target).write(frame);
        });
    }

    private static byte[] tcp(LinkProperties to, FourTuple ours) {
        byte[] frame = HostFixture.tcp(ours, segment(0));
        return bytes(target -> {
            EthernetHeader.write(target, to.mac(), PEER_MAC, EthernetHeader.TYPE_IPV4);
            target.put(frame, EthernetHeader.LENGTH, frame.length - EthernetHeader.LENGTH);
        });
    }

    private static ArpPacket takeArp(FakeLink link) {
        byte[] frame = link.sent.remove().bytes();
        assertThat(EthernetHeader.type(frame)).isEqualTo(EthernetHeader.TYPE_ARP);
        return (ArpPacket) ArpPacket.parse(frame, EthernetHeader.LENGTH);
    }

    private void assertSentOnlyBy(FakeLink link) {
        for (FakeLink each : List.of(left, right, tunnel)) {
            assertThat(each.sent.isEmpty()).isEqualTo(each != link);
        }
    }

    // ---- out ----

    @Test
    @Rfc(number = 1122, rules = "3.3.1")
    void shouldSendByTheNicOfTheLongestPrefix() {
        assertThat(host.pathTo(PEER_LEFT).source()).isEqualTo(OURS_LEFT);
        assertThat(host.pathTo(PEER_RIGHT).source()).isEqualTo(OURS_RIGHT);
        assertThat(host.pathTo(FAR).source()).isEqualTo(OURS_RIGHT);
        assertThat(host.pathTo(IpAddress.parse("198.51.100.1")).source()).isEqualTo(OURS_LEFT);
        assertThat(host.pathTo(IpAddress.parse("203.0.113.1")).source()).isEqualTo(OURS_TUNNEL);
        assertThat(host.pathTo(IpAddress.parse("fd78::9")).source()).isEqualTo(IpAddress.parse("fd78::2"));
    }

    @Test
    void shouldAskForANeighbourOnItsLinkFromTheAddressThere() {
        send(tuple(OURS_RIGHT, FAR));
        assertSentOnlyBy(right);
        ArpPacket asked = takeArp(right);
        assertThat(asked.senderMac()).isEqualTo(RIGHT.mac());
        assertThat(asked.senderIp()).isEqualTo(OURS_RIGHT);
        assertThat(asked.targetIp()).isEqualTo(IpAddress.parse("10.78.0.254"));

        receive(1, arp(ArpPacket.REPLY, IpAddress.parse("10.78.0.254"), RIGHT, OURS_RIGHT));
        assertSentOnlyBy(right);
        assertThat(EthernetHeader.source(right.sent.remove().bytes())).isEqualTo(RIGHT.mac());
    }

    @Test
    void shouldSendAPacketWithoutAHeaderByALayer3Link() {
        send(tuple(OURS_TUNNEL, IpAddress.parse("203.0.113.1")));
        assertSentOnlyBy(tunnel);
        assertThat(tunnel.sent.remove().bytes()).hasSize(41);
    }

    @Test
    void shouldCutSegmentsAsEachLinkNeedsIt() {
        assertThat(host.pathTo(PEER_LEFT).properties().mss()).isEqualTo(1460);
        assertThat(host.pathTo(PEER_LEFT).properties().maxPayload()).isEqualTo(1460);
        assertThat(host.pathTo(PEER_RIGHT).properties().mss()).isEqualTo(8960);
        assertThat(host.pathTo(PEER_RIGHT).properties().maxPayload()).isGreaterThan(60_000);
        assertThat(host.pathTo(IpAddress.parse("203.0.113.1")).properties().mss()).isEqualTo(1360);
    }

    /** RFC 1122 §3.3.4.2 B: the address of the connection says by which NIC; there the default route is another. */
    @Test
    @Rfc(number = 1122, rules = "3.3.4.2")
    void shouldSendByTheNicThatHasTheAddressOfTheConnection() {
        IpAddress remote = IpAddress.parse("198.51.100.1");
        Path path = send(tuple(OURS_RIGHT, remote));
        assertThat(path.nextHop()).isEqualTo(IpAddress.parse("10.78.0.254"));
        assertSentOnlyBy(right);
        assertThat(host.pathOf(tuple(OURS_TUNNEL, remote), SourceRoute.NONE)).as("no route there").isNull();
        host = host(CONFIG.withHostModel(HostModel.WEAK));
        assertThat(host.pathOf(tuple(OURS_RIGHT, remote), SourceRoute.NONE).nextHop())
                .isEqualTo(IpAddress.parse("10.77.0.254"));
    }

    @Test
    void shouldReachAllItsOwnAddressesWithoutAnyNic() {
        for (IpAddress ours : List.of(OURS_LEFT, OURS_RIGHT, OURS_TUNNEL)) {
            FourTuple tuple = tuple(OURS_LEFT, ours);
            assertThat(host.transmit(host.pathOf(tuple, SourceRoute.NONE), tuple, segment(0), now)).isTrue();
            assertThat(host.pollIngress(now)).isInstanceOf(Ingress.Tcp.class);
        }
        assertSentOnlyBy(null);
    }

    /** The same link-local address means somebody else on each link. */
    @Test
    @Rfc(number = 4291, rules = "2.5.6")
    void shouldAnswerALinkLocalPeerOnItsLink() {
        IpAddress peer = IpAddress.parse("fe80::1");
        Path path = host.pathOf(tuple(LINK_LOCAL_RIGHT, peer), SourceRoute.NONE);
        assertThat(path.link()).isEqualTo(1);
        host = host(CONFIG.withHostModel(HostModel.WEAK));
        assertThat(host.pathOf(tuple(LINK_LOCAL_RIGHT, peer), SourceRoute.NONE).link()).isEqualTo(1);
    }

    // ---- in ----

    @Test
    @Rfc(number = 1122, rules = "3.3.4.2")
    @Attack(20)
    void shouldReceiveWhatIsForAnAddressByItsOwnNicAlone() {
        FourTuple toRight = tuple(OURS_RIGHT, PEER_LEFT);
        assertThat(receive(1, tcp(RIGHT, tuple(OURS_RIGHT, PEER_RIGHT)))).isInstanceOf(Ingress.Tcp.class);
        assertThat(receive(0, tcp(LEFT, toRight))).isNull();
        assertThat(counters.get(Counter.IP_IN_ADDR_ERRORS)).isEqualTo(1);
        host = host(CONFIG.withHostModel(HostModel.WEAK));
        assertThat(receive(0, tcp(LEFT, toRight))).isInstanceOf(Ingress.Tcp.class);
    }

    @Test
    void shouldAnswerArpOnTheLinkOfTheAddressAlone() {
        receive(1, arp(ArpPacket.REQUEST, PEER_RIGHT, RIGHT, OURS_LEFT));
        assertSentOnlyBy(null);
        receive(1, arp(ArpPacket.REQUEST, PEER_RIGHT, RIGHT, OURS_RIGHT));
        assertSentOnlyBy(right);
        assertThat(takeArp(right).senderMac()).isEqualTo(RIGHT.mac());
    }

    @Test
    void shouldAnswerNeighbourSolicitationsOnTheLinkOfTheAddressAlone() {
        IpAddress peer = IpAddress.parse("fe80::1");
        IpAddress ours = IpAddress.parse("fd78::2");
        receive(0, solicitation(peer, ours));
        assertSentOnlyBy(null);
        receive(1, solicitation(peer, ours));
        assertSentOnlyBy(right);
        byte[] answer = right.sent.remove().bytes();
        assertThat(EthernetHeader.source(answer)).isEqualTo(RIGHT.mac());
        assertThat(((IcmpMessage.NeighborAdvertisement) IcmpV6.parse(answer, ip(answer))).targetMac())
                .contains(RIGHT.mac());
    }

    private static byte[] solicitation(IpAddress peer, IpAddress asked) {
        byte[] message = bytes(target -> NeighborDiscovery.writeSolicitation(
                target, peer, asked.solicitedNode(), asked, PEER_MAC));
        return icmp(peer, asked.solicitedNode(), message);
    }

    private static byte[] icmp(IpAddress peer, IpAddress destination, byte[] message) {
        return bytes(frame -> {
            EthernetHeader.write(frame, MacAddress.ofMulticast(destination), PEER_MAC, EthernetHeader.TYPE_IPV6);
            Ipv6Header.write(frame, peer, destination, message.length, IcmpV6.PROTOCOL, 255, 0, 0);
            frame.put(message);
        });
    }

    /** Each link has neighbours of its own: one that pretends on another link changes nothing. */
    @Test
    @Attack(26)
    void shouldNotLearnANeighbourFromAnotherLink() {
        send(tuple(OURS_LEFT, PEER_LEFT));
        takeArp(left);
        receive(1, arp(ArpPacket.REPLY, PEER_LEFT, RIGHT, OURS_RIGHT));
        assertSentOnlyBy(null);
        receive(0, arp(ArpPacket.REPLY, PEER_LEFT, LEFT, OURS_LEFT));
        assertSentOnlyBy(left);
    }

    @Test
    void shouldTellOfNeighboursThatDoNotAnswerOnAnyLink() {
        send(tuple(OURS_RIGHT, PEER_RIGHT));
        for (int i = 0; i < 3; i++) {
            host.handleTimeout(host.deadline());
        }
        assertThat(host.hasIngress()).isTrue();
        assertThat(host.pollIngress(now)).isInstanceOf(Ingress.Icmp.class);
    }

    @Test
    void shouldKeepWhatARouterSaysToItsLink() {
        host = host(CONFIG
                .withAddressChecks(AddressChecks.defaults().withDetection(AddressChecks.Detection.OFF))
                .withAutoconfiguration(Autoconfiguration.defaults()
                        .withEnabled(true)
                        .withInterfaceIds(Autoconfiguration.InterfaceIds.EUI64)));
        host.start(now);
        IpAddress router = IpAddress.parse("fe80::1");
        RouterAdvertisement message = new RouterAdvertisement(
                0, 0, 1800, 0, 0, Optional.of(PEER_MAC), 1300, List.of(new IcmpMessage.PrefixInformation(
                        IpAddress.parse("2001:db8::"), 64, true, true, 3600, 3600)));
        receive(1, icmp(router, RouterMessages.ALL_NODES, bytes(target ->
                RouterMessages.writeAdvertisement(target, router, RouterMessages.ALL_NODES, message))));

        Path path = host.pathTo(IpAddress.parse("2001:db8:1::1"));
        assertThat(path.link()).isEqualTo(1);
        assertThat(path.nextHop()).isEqualTo(router);
        assertThat(path.source()).isEqualTo(IpAddress.parse("2001:db8::ff:fe00:102"));
        assertThat(path.properties().mss()).isEqualTo(1240);
        assertThat(host.pathTo(IpAddress.parse("fd77::9")).properties().mss()).as("the other link").isEqualTo(1440);
    }

    // ---- shards ----

    @Test
    void shouldSendPacketsOfAFurtherShardByTheRightNic() {
        Addressing addressing = new Addressing(CONFIG, List.of(LEFT, RIGHT, TUNNEL));
        FakeLink relay = new FakeLink();
        IpHost further = IpHost.further(addressing,
                List.of(Attachment.without(LEFT), Attachment.without(RIGHT), Attachment.without(TUNNEL)),
                relay, new Counters(), new Random(2));
        FourTuple tuple = tuple(OURS_RIGHT, IpAddress.parse("198.51.100.1"));
        assertThat(further.transmit(further.pathOf(tuple, SourceRoute.NONE), tuple, segment(3), now)).isTrue();
        host.relay(new RelayedPacket(relay.sent.remove().bytes(), new TransmitOffload()), now);
        assertSentOnlyBy(right);
        assertThat(takeArp(right).targetIp()).isEqualTo(IpAddress.parse("10.78.0.254"));
    }

    @Test
    void shouldRefuseAddressesForMoreNicsThanThereAre() {
        assertThatThrownBy(() -> new Addressing(CONFIG, List.of(LEFT, RIGHT)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("there are addresses for 3 network interfaces, but the stack has 2");
    }
}
