package io.fourtuple.core.ip;

import static io.fourtuple.core.ip.HostFixture.CONFIG;
import static io.fourtuple.core.ip.HostFixture.ETHERNET;
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
import static io.fourtuple.core.ip.HostFixture.bytes;
import static io.fourtuple.core.ip.HostFixture.ip;
import static io.fourtuple.core.ip.HostFixture.segment;
import static io.fourtuple.core.ip.HostFixture.v6;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.Counter;
import io.fourtuple.core.conformance.Attack;
import io.fourtuple.core.conformance.Rfc;
import io.fourtuple.core.ip.AddressChecks.Defense;
import io.fourtuple.core.ip.AddressChecks.Detection;
import io.fourtuple.core.time.Deadline;
import io.fourtuple.core.wire.ArpPacket;
import io.fourtuple.core.wire.EthernetHeader;
import io.fourtuple.core.wire.IcmpMessage;
import io.fourtuple.core.wire.IcmpV6;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.IpHeader;
import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.core.wire.NeighborDiscovery;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whether an address is somebody else's: RFC 4862 §5.4, RFC 4429 and RFC 5227, as conversations on a link. */
class AddressCheckTest {
    private static final MacAddress OTHER_MAC = MacAddress.parse("02:00:00:00:00:77");
    private static final IpAddress LINK_LOCAL = IpAddress.parse("fe80::ff:fe00:2");
    private static final IpAddress ALL_NODES = IpAddress.parse("ff02::1");

    /** What was sent, and when, counted from the start. */
    private record Sent(long at, byte[] frame) {
        boolean isArp() {
            return EthernetHeader.type(frame) == EthernetHeader.TYPE_ARP;
        }

        ArpPacket arp() {
            return (ArpPacket) ArpPacket.parse(frame, EthernetHeader.LENGTH);
        }

        IcmpMessage.NeighborSolicitation solicitation() {
            return (IcmpMessage.NeighborSolicitation) IcmpV6.parse(frame, ip(frame));
        }
    }

    private HostFixture net;
    private long start;

    private void start(AddressChecks checks) {
        start(CONFIG.withAddressChecks(checks));
    }

    private void start(Detection detection) {
        start(AddressChecks.defaults().withDetection(detection));
    }

    private void start(IpConfig config) {
        net = new HostFixture(config, ETHERNET);
        start = net.now;
        net.host.start(net.now);
    }

    /** Lets time pass until nothing is due any more, and returns all that was sent. */
    private List<Sent> run() {
        return runFor(60 * SECOND);
    }

    private List<Sent> runFor(long nanos) {
        List<Sent> all = new ArrayList<>();
        long end = net.now + nanos;
        take(all);
        while (net.host.deadline() != Deadline.NONE && net.host.deadline() - end <= 0) {
            net.stepToDeadline();
            take(all);
        }
        net.now = end;
        return all;
    }

    private void take(List<Sent> all) {
        while (!net.link.sent.isEmpty()) {
            all.add(new Sent(net.now - start, net.takeSent().bytes()));
        }
    }

    /** Lets time pass until the first probe for {@code address} has been sent, and returns that. */
    private Sent runUntilProbed(IpAddress address) {
        for (int i = 0; i < 100; i++) {
            net.stepToDeadline();
            while (!net.link.sent.isEmpty()) {
                Sent sent = new Sent(net.now - start, net.takeSent().bytes());
                if (sent.isArp() ? sent.arp().targetIp().equals(address)
                        : sent.solicitation().target().equals(address)) {
                    return sent;
                }
            }
        }
        throw new AssertionError("nobody asked for " + address);
    }

    private static byte[] advertised(IpAddress address, MacAddress mac) {
        return v6(address, ALL_NODES, 58, 255, bytes(target ->
                NeighborDiscovery.writeAdvertisement(target, address, ALL_NODES, address, false, true, mac)));
    }

    private static byte[] probed(IpAddress address, long nonce) {
        return v6(IpAddress.ANY_V6, address.solicitedNode(), 58, 255,
                bytes(target -> NeighborDiscovery.writeProbe(target, address, nonce)));
    }

    private void assertUsable(IpAddress address, boolean usable) {
        assertThat(net.host.isLocal(address)).as("%s is ours", address).isEqualTo(usable);
    }

    // ---- IPv6 ----

    @Test
    @Rfc(number = 4862, rules = "5.4.2")
    void shouldAskForEachIpv6AddressFromNobodyBeforeItIsUsed() {
        start(Detection.ON);
        assertUsable(US_V6, false);
        assertThat(net.host.pathTo(PEER_V6)).isNull();

        Sent probe = runUntilProbed(US_V6);

        IpHeader header = ip(probe.frame());
        assertThat(probe.at()).isLessThan(SECOND);
        assertThat(header.source()).isEqualTo(IpAddress.ANY_V6);
        assertThat(header.destination()).isEqualTo(US_V6.solicitedNode());
        assertThat(header.hopLimit()).isEqualTo(255);
        assertThat(EthernetHeader.destination(probe.frame())).isEqualTo(MacAddress.parse("33:33:ff:00:00:02"));
        assertThat(probe.solicitation().sourceMac()).isEmpty();
        assertUsable(US_V6, false);
        runFor(SECOND + 1);
        assertUsable(US_V6, true);
        assertThat(net.host.pathTo(PEER_V6).source()).isEqualTo(US_V6);
        assertThat(net.host.pollNotice()).isNull();
    }

    @Test
    @Rfc(number = 4862, rules = "5.4")
    void shouldCheckTheLinkLocalAddressAsWellAndEachOneOnce() {
        start(Detection.ON);
        List<IpAddress> asked = run().stream()
                .filter(sent -> !sent.isArp())
                .map(sent -> sent.solicitation().target())
                .toList();
        assertThat(asked).containsExactlyInAnyOrder(US_V6, LINK_LOCAL);
        assertUsable(LINK_LOCAL, true);
        assertThat(net.host.deadline()).isEqualTo(Deadline.NONE);
    }

    @Test
    @Rfc(number = 4862, rules = {"5.4.4", "5.4.5"})
    void shouldNotUseAnIpv6AddressThatSomebodyHas() {
        start(Detection.ON);
        runUntilProbed(US_V6);

        net.receive(advertised(US_V6, OTHER_MAC));

        run();
        assertUsable(US_V6, false);
        assertUsable(LINK_LOCAL, true);
        AddressNotice notice = net.host.pollNotice();
        assertThat(notice)
                .isEqualTo(new AddressNotice(AddressNotice.Kind.DUPLICATE, US_V6, 0, OTHER_MAC));
        assertThat(notice.isTrouble()).isTrue();
        assertThat(notice.sentence()).contains("fd77::2", "02:00:00:00:00:77");
        assertThat(net.host.pollNotice()).isNull();
        net.assertCount(Counter.ARP_DUPLICATES, 1);
    }

    @Test
    @Rfc(number = 4862, rules = "5.4.3")
    void shouldNotUseAnIpv6AddressThatSomebodyWantsAtTheSameTime() {
        start(Detection.ON);
        long nonce = runUntilProbed(US_V6).solicitation().nonce();
        net.receive(probed(US_V6, nonce ^ 1));
        run();
        assertUsable(US_V6, false);
        net.assertCount(Counter.ARP_DUPLICATES, 1);
    }

    /** RFC 7527 §4.2: a link that gives our own messages back is no reason to be without an address. */
    @Test
    @Rfc(number = 7527, rules = "4.2")
    void shouldKnowItsOwnSolicitationByTheNonce() {
        start(Detection.ON);
        long nonce = runUntilProbed(US_V6).solicitation().nonce();
        net.receive(probed(US_V6, nonce));
        run();
        assertUsable(US_V6, true);
        net.assertCount(Counter.ARP_DUPLICATES, 0);
    }

    /** RFC 4862 §5.4.3: somebody who asks for the link-layer address of a tentative one gets no answer. */
    @Test
    @Rfc(number = 4862, rules = "5.4.3")
    void shouldNotAnswerForAnAddressThatIsNotYetOurs() {
        start(Detection.ON);
        runUntilProbed(US_V6);
        IpAddress group = US_V6.solicitedNode();
        net.receive(v6(PEER_V6, group, 58, 255, bytes(target ->
                NeighborDiscovery.writeSolicitation(target, PEER_V6, group, US_V6, PEER_MAC))));
        net.assertNothingSent();
        net.assertCount(Counter.ARP_DUPLICATES, 0);
        run();
        assertUsable(US_V6, true);
    }

    @Test
    @Rfc(number = 4429, rules = "3.3")
    void shouldUseAnOptimisticAddressWithoutMakingNeighboursForgetAnother() {
        start(Detection.OPTIMISTIC);
        assertUsable(US_V6, true);

        assertThat(net.transmit(TUPLE_V6, segment(1))).isTrue();
        Sent asked = new Sent(0, net.takeSent().bytes());
        assertThat(ip(asked.frame()).source()).isEqualTo(US_V6);
        assertThat(asked.solicitation().sourceMac()).as("what others would remember").isEmpty();
        IpAddress group = US_V6.solicitedNode();
        byte[] question = v6(PEER_V6, group, 58, 255, bytes(target ->
                NeighborDiscovery.writeSolicitation(target, PEER_V6, group, US_V6, PEER_MAC)));
        net.receive(question);
        byte[] waited = net.takeSent().bytes();
        assertThat(ip(waited).protocol()).as("what waited for the neighbour, who has just been heard").isEqualTo(6);
        byte[] answer = net.takeSent().bytes();
        assertThat(((IcmpMessage.NeighborAdvertisement) IcmpV6.parse(answer, ip(answer))).override()).isFalse();

        run();
        net.receive(question);
        byte[] later = net.takeSent().bytes();
        assertThat(((IcmpMessage.NeighborAdvertisement) IcmpV6.parse(later, ip(later))).override()).isTrue();
    }

    @Test
    @Rfc(number = 4429, rules = "3.3")
    void shouldSendNothingMoreFromAnOptimisticAddressThatIsSomebodyElses() {
        start(Detection.OPTIMISTIC);
        net.withKnownPeer();
        Path path = net.host.pathTo(PEER_V6);
        assertThat(net.host.transmit(path, TUPLE_V6, segment(1), net.now)).isTrue();
        net.link.sent.clear();

        net.receive(advertised(US_V6, OTHER_MAC));

        assertUsable(US_V6, false);
        assertThat(net.host.transmit(path, TUPLE_V6, segment(1), net.now)).isFalse();
        net.assertNothingSent();
        net.assertCount(Counter.IP_OUT_NO_ROUTES, 1);
    }

    // ---- IPv4 ----

    @Test
    @Rfc(number = 5227, rules = {"2.1.1", "2.3"})
    void shouldProbeAnIpv4AddressThreeTimesAndThenAnnounceItTwice() {
        start(Detection.ON);
        assertUsable(US, false);
        List<Sent> arp = run().stream().filter(Sent::isArp).toList();

        assertThat(arp).hasSize(5).allSatisfy(sent -> {
            assertThat(EthernetHeader.destination(sent.frame())).isEqualTo(MacAddress.BROADCAST);
            assertThat(sent.arp().operation()).isEqualTo(ArpPacket.REQUEST);
            assertThat(sent.arp().senderMac()).isEqualTo(OUR_MAC);
            assertThat(sent.arp().targetIp()).isEqualTo(US);
        });
        assertThat(arp.subList(0, 3)).allMatch(sent -> sent.arp().senderIp().equals(IpAddress.ANY_V4));
        assertThat(arp.subList(3, 5)).allMatch(sent -> sent.arp().senderIp().equals(US));
        assertThat(arp.get(0).at()).isBetween(0L, SECOND);
        assertThat(arp.get(1).at() - arp.get(0).at()).isBetween(SECOND, 2 * SECOND);
        assertThat(arp.get(2).at() - arp.get(1).at()).isBetween(SECOND, 2 * SECOND);
        assertThat(arp.get(3).at() - arp.get(2).at()).isEqualTo(2 * SECOND);
        assertThat(arp.get(4).at() - arp.get(3).at()).isEqualTo(2 * SECOND);
        assertUsable(US, true);
        net.assertCount(Counter.ARP_OUT_ANNOUNCEMENTS, 2);
        assertThat(net.host.deadline()).isEqualTo(Deadline.NONE);
    }

    /** RFC 5227 §2.1.1: any packet whose sender has the address, and a probe of somebody else for it. */
    @ParameterizedTest
    @EnumSource(Claim.class)
    @Rfc(number = 5227, rules = "2.1.1")
    void shouldNotUseAnIpv4AddressThatSomebodyHasOrWants(Claim claim) {
        start(Detection.ON);
        runUntilProbed(US);
        net.receive(claim.frame(OTHER_MAC));
        List<Sent> after = run();
        assertUsable(US, false);
        assertThat(after).noneMatch(Sent::isArp);
        assertThat(net.host.pollNotice().kind()).isEqualTo(AddressNotice.Kind.DUPLICATE);
        net.receive(arp(ArpPacket.REQUEST, PEER_MAC, PEER, MacAddress.BROADCAST, US));
        net.assertNothingSent();
    }

    /** How somebody says that an address is, or shall be, its own. */
    private enum Claim {
        ANSWER,
        QUESTION,
        PROBE;

        byte[] frame(MacAddress from) {
            return switch (this) {
                case ANSWER -> arp(ArpPacket.REPLY, from, US, OUR_MAC, IpAddress.ANY_V4);
                case QUESTION -> arp(ArpPacket.REQUEST, from, US, MacAddress.BROADCAST, PEER);
                case PROBE -> arp(ArpPacket.REQUEST, from, IpAddress.ANY_V4, MacAddress.BROADCAST, US);
            };
        }
    }

    @ParameterizedTest
    @EnumSource(Claim.class)
    void shouldNotTakeItsOwnFramesForThoseOfAnother(Claim claim) {
        start(Detection.ON);
        runUntilProbed(US);
        net.receive(claim.frame(OUR_MAC));
        run();
        assertUsable(US, true);
    }

    /** Who uses an address already answers a probe, so that the other one does not take it. */
    @Test
    void shouldAnswerAProbeForAnOptimisticAddress() {
        start(Detection.OPTIMISTIC);
        runUntilProbed(US);
        net.receive(Claim.PROBE.frame(OTHER_MAC));
        assertThat(net.takeArp().operation()).isEqualTo(ArpPacket.REPLY);
        assertUsable(US, true);
        net.receive(Claim.ANSWER.frame(OTHER_MAC));
        assertUsable(US, false);
    }

    // ---- in use ----

    @Test
    @Rfc(number = 5227, rules = "2.4")
    @Attack(26)
    void shouldDefendAnAddressOnceInTenSecondsAndKeepIt() {
        start(Detection.OFF);
        for (int second = 0; second < 25; second++) {
            net.receive(Claim.QUESTION.frame(OTHER_MAC));
            net.now += SECOND;
        }
        assertThat(net.link.sent).hasSize(3); // at 0, 10 and 20 s
        assertThat(net.takeArp())
                .isEqualTo(new ArpPacket(ArpPacket.REQUEST, OUR_MAC, US, MacAddress.NONE, US));
        assertUsable(US, true);
        assertThat(net.host.pollNotice())
                .isEqualTo(new AddressNotice(AddressNotice.Kind.DEFENDED, US, 0, OTHER_MAC));
        net.assertCount(Counter.ARP_CONFLICTS, 25);
        net.assertCount(Counter.ARP_OUT_ANNOUNCEMENTS, 3);
    }

    @Test
    @Rfc(number = 5227, rules = "2.4")
    void shouldGiveAnAddressUpThatIsClaimedAgainWithinTenSeconds() {
        start(AddressChecks.defaults().withDetection(Detection.OFF).withDefense(Defense.ONCE));
        net.receive(Claim.QUESTION.frame(OTHER_MAC));
        net.takeArp();
        net.now += 11 * SECOND;
        net.receive(Claim.QUESTION.frame(OTHER_MAC));
        net.takeArp();
        assertUsable(US, true);
        net.now += 9 * SECOND;
        net.receive(Claim.QUESTION.frame(OTHER_MAC));
        net.assertNothingSent();
        assertUsable(US, false);
        net.host.pollNotice();
        net.host.pollNotice();
        assertThat(net.host.pollNotice().kind()).isEqualTo(AddressNotice.Kind.GIVEN_UP);
    }

    @Test
    @Rfc(number = 5227, rules = "2.4")
    void shouldGiveAnAddressUpAtOnceWhereThatIsWanted() {
        start(AddressChecks.defaults().withDetection(Detection.OFF).withDefense(Defense.GIVE_UP));
        net.withKnownPeer();
        net.receive(Claim.ANSWER.frame(OTHER_MAC));
        net.assertNothingSent();
        assertUsable(US, false);
        assertThat(net.host.pathTo(PEER)).isNull();
        assertThat(net.transmit(TUPLE_V6, segment(1))).isTrue();
    }

    /** A neighbour that is being asked while our only address goes is given up like one that does not answer. */
    @Test
    void shouldNotAskForNeighboursFromAnAddressThatIsGone() {
        start(AddressChecks.defaults().withDetection(Detection.OFF).withDefense(Defense.GIVE_UP));
        net.transmit(TUPLE, segment(1));
        net.takeArp();
        net.receive(Claim.QUESTION.frame(OTHER_MAC));
        assertThat(run()).isEmpty();
        assertThat(net.host.pollIngress(net.now)).isInstanceOf(Ingress.Icmp.class);
        net.assertCount(Counter.ARP_FAILED, 1);
    }

    @Test
    @Attack(26)
    void shouldKeepABoundedNumberOfNotices() {
        start(AddressChecks.defaults().withDetection(Detection.OFF));
        for (int i = 0; i < 100; i++) {
            net.receive(Claim.QUESTION.frame(OTHER_MAC));
            net.now += 10 * SECOND;
        }
        int notices = 0;
        while (net.host.pollNotice() != null) {
            notices++;
        }
        assertThat(notices).isEqualTo(64);
    }

    // ---- where nothing is checked ----

    @Test
    void shouldAskNobodyWhereItIsOff() {
        start(Detection.OFF);
        assertUsable(US, true);
        assertUsable(US_V6, true);
        assertThat(run()).isEmpty();
    }

    @Test
    void shouldAskNobodyOnALinkWithoutStations() {
        net = new HostFixture(
                CONFIG.withAddressChecks(AddressChecks.defaults().withDetection(Detection.ON)),
                new LinkProperties(LinkProperties.Medium.IP, MacAddress.NONE, 1500, false, 0));
        net.host.start(net.now);
        assertUsable(US, true);
        assertThat(net.host.deadline()).isEqualTo(Deadline.NONE);
    }

    /** An advertisement for an address that is ours for good is counted; IPv6 has no defence. */
    @Test
    @Attack(26)
    void shouldNotLoseAnIpv6AddressThatItHasChecked() {
        start(Detection.ON);
        run();
        net.receive(advertised(US_V6, OTHER_MAC));
        net.receive(probed(US_V6, 1));
        assertUsable(US_V6, true);
        assertThat(ip(net.takeSent().bytes()).destination()).isEqualTo(ALL_NODES);
        net.assertCount(Counter.ARP_CONFLICTS, 1);
    }
}
