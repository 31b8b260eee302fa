package io.fourtuple.core.ip;

import static io.fourtuple.core.ip.HostFixture.CONFIG;
import static io.fourtuple.core.ip.HostFixture.ETHERNET;
import static io.fourtuple.core.ip.HostFixture.OUR_MAC;
import static io.fourtuple.core.ip.HostFixture.SECOND;
import static io.fourtuple.core.ip.HostFixture.US_V6;
import static io.fourtuple.core.ip.HostFixture.bytes;
import static io.fourtuple.core.ip.HostFixture.ip;
import static io.fourtuple.core.ip.HostFixture.segment;
import static io.fourtuple.core.ip.HostFixture.v6;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.core.Counter;
import io.fourtuple.core.conformance.Attack;
import io.fourtuple.core.conformance.Rfc;
import io.fourtuple.core.ip.AddressChecks.Detection;
import io.fourtuple.core.ip.Autoconfiguration.InterfaceIds;
import io.fourtuple.core.time.Deadline;
import io.fourtuple.core.wire.EthernetHeader;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IcmpMessage.PrefixInformation;
import io.fourtuple.core.wire.IcmpMessage.RouterAdvertisement;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.IpHeader;
import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.core.wire.NeighborDiscovery;
import io.fourtuple.core.wire.RouterMessages;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What routers may tell a host: RFC 4861 §6.3 and RFC 4862 §5.5, as conversations on a link. */
class RouterDiscoveryTest {
    private static final IpAddress ROUTER = IpAddress.parse("fe80::1");
    private static final IpAddress OTHER_ROUTER = IpAddress.parse("fe80::2");
    private static final MacAddress ROUTER_MAC = MacAddress.parse("02:00:00:00:00:fe");
    private static final MacAddress OTHER_MAC = MacAddress.parse("02:00:00:00:00:fd");
    private static final IpAddress LINK_LOCAL = IpAddress.parse("fe80::ff:fe00:2");
    private static final IpAddress FAR = IpAddress.parse("2001:db8::1");
    private static final IpAddress MADE = IpAddress.parse("fd77:1::ff:fe00:2");
    private static final long HOUR = 3600;
    private static final Autoconfiguration ON = Autoconfiguration.defaults()
            .withEnabled(true)
            .withInterfaceIds(InterfaceIds.EUI64);
    private static final IpConfig HEEDING = CONFIG
            .withAddressChecks(AddressChecks.defaults().withDetection(Detection.OFF))
            .withAutoconfiguration(ON);
    private static final RouterAdvertisement PLAIN = advertisement(1800, List.of());

    private HostFixture net = started(HEEDING);

    private static HostFixture started(IpConfig config) {
        HostFixture fixture = new HostFixture(config, ETHERNET);
        fixture.host.start(fixture.now);
        return fixture;
    }

    private static RouterAdvertisement advertisement(int lifetime, List<PrefixInformation> prefixes) {
        return new RouterAdvertisement(0, 0, lifetime, 0, 0, Optional.of(ROUTER_MAC), 0, prefixes);
    }

    private static RouterAdvertisement preferred(int preference, MacAddress mac) {
        return new RouterAdvertisement(0, preference, 1800, 0, 0, Optional.of(mac), 0, List.of());
    }

    private static PrefixInformation prefix(String network, long valid, long preferred) {
        return new PrefixInformation(IpAddress.parse(network), 64, true, true, valid, preferred);
    }

    private void receive(RouterAdvertisement message) {
        receive(ROUTER, message);
    }

    private void receive(IpAddress router, RouterAdvertisement message) {
        net.receive(v6(router, RouterMessages.ALL_NODES, 58, 255, bytes(target ->
                RouterMessages.writeAdvertisement(target, router, RouterMessages.ALL_NODES, message))));
    }

    private void announce(String network, long valid, long preferred) {
        receive(advertisement(1800, List.of(prefix(network, valid, preferred))));
    }

    /** Lets time pass, and what is due happen. */
    private void pass(long seconds) {
        long end = net.now + seconds * SECOND;
        while (net.host.deadline() != Deadline.NONE && net.host.deadline() - end <= 0) {
            net.stepToDeadline();
        }
        net.now = end;
        net.link.sent.clear();
    }

    private IpAddress source(IpAddress remote) {
        return net.host.pathTo(remote).source();
    }

    /** The station to which a segment for {@code remote} is sent, whose link-layer address is known. */
    private MacAddress sentTo(IpAddress remote) {
        net.link.sent.clear();
        Path path = net.host.pathTo(remote);
        net.host.transmit(path, new FourTuple(path.source(), 7, remote, 80), segment(1), net.now);
        return EthernetHeader.destination(net.takeSent().bytes());
    }

    private void assertOurs(IpAddress address, boolean ours) {
        assertThat(net.host.isLocal(address)).as("%s is ours", address).isEqualTo(ours);
    }

    // ---- asking ----

    @Test
    @Rfc(number = 4861, rules = "6.3.7")
    void shouldAskForRoutersThreeTimesFourSecondsApart() {
        long start = net.now;
        long[] at = new long[3];
        for (int i = 0; i < 3; i++) {
            net.stepToDeadline();
            at[i] = net.now - start;
            byte[] frame = net.takeSent().bytes();
            IpHeader header = ip(frame);
            assertThat(header.source()).isEqualTo(LINK_LOCAL);
            assertThat(header.destination()).isEqualTo(IpAddress.parse("ff02::2"));
            assertThat(header.hopLimit()).isEqualTo(255);
            assertThat(frame[header.payloadOffset()]).isEqualTo((byte) 133);
            assertThat(MacAddress.read(frame, header.payloadOffset() + 10)).isEqualTo(OUR_MAC);
        }
        assertThat(at[0]).isBetween(0L, SECOND);
        assertThat(at[1] - at[0]).isEqualTo(4 * SECOND);
        assertThat(at[2] - at[1]).isEqualTo(4 * SECOND);
        assertThat(net.host.deadline()).isEqualTo(Deadline.NONE);
    }

    @Test
    @Rfc(number = 4861, rules = "6.3.7")
    void shouldAskNoMoreWhenARouterHasAnswered() {
        net.stepToDeadline();
        net.takeSent();
        receive(PLAIN);
        long end = net.now + 20 * SECOND;
        assertThat(net.host.deadline() - end).isPositive();
        net.assertNothingSent();
        net.assertCount(Counter.ICMP_IN_ROUTER_ADVERTISEMENTS, 1);
    }

    /** RFC 4861 §4.1: without an address there is nobody to answer, and all hosts hear the answer. */
    @Test
    @Rfc(number = 4861, rules = "4.1")
    void shouldAskFromNobodyAsLongAsItsOwnAddressIsChecked() {
        net = started(HEEDING.withAddressChecks(AddressChecks.defaults().withDetection(Detection.ON)));
        for (int i = 0; i < 20; i++) {
            net.stepToDeadline();
            byte[] frame = net.takeSent().bytes();
            boolean asks = EthernetHeader.type(frame) == EthernetHeader.TYPE_IPV6
                    && frame[ip(frame).payloadOffset()] == (byte) 133;
            if (asks) {
                assertThat(ip(frame).source()).isEqualTo(IpAddress.ANY_V6);
                assertThat(ip(frame).payloadLength()).isEqualTo(8);
                return;
            }
        }
        throw new AssertionError("it did not ask");
    }

    @Test
    @Attack(26)
    void shouldHeedNoRouterUnlessToldTo() {
        net = started(CONFIG.withAddressChecks(AddressChecks.defaults().withDetection(Detection.OFF)));
        assertThat(net.host.deadline()).isEqualTo(Deadline.NONE);
        announce("fd77:1::", HOUR, HOUR);
        assertOurs(MADE, false);
        assertThat(net.host.pathTo(FAR)).isNull();
        net.assertCount(Counter.ICMP_IN_IGNORED, 1);
    }

    // ---- default routers ----

    @Test
    @Rfc(number = 4861, rules = "6.3.4")
    void shouldSendByARouterUntilItsLifetimeEnds() {
        assertThat(net.host.pathTo(FAR)).isNull();
        receive(PLAIN);
        assertThat(sentTo(FAR)).isEqualTo(ROUTER_MAC);
        assertThat(source(FAR)).isEqualTo(US_V6);
        pass(1799);
        assertThat(net.host.pathTo(FAR)).isNotNull();
        pass(1);
        assertThat(net.host.pathTo(FAR)).isNull();
    }

    @Test
    @Rfc(number = 4861, rules = "6.3.4")
    void shouldForgetARouterThatSaysItIsNoneAnyMore() {
        receive(PLAIN);
        receive(advertisement(0, List.of()));
        assertThat(net.host.pathTo(FAR)).isNull();
    }

    @Test
    @Rfc(number = 4861, rules = "7.2.5")
    void shouldForgetARouterThatHasBecomeAHost() {
        receive(PLAIN);
        net.receive(v6(ROUTER, LINK_LOCAL, 58, 255, bytes(target -> NeighborDiscovery.writeAdvertisement(
                target, ROUTER, LINK_LOCAL, ROUTER, true, true, ROUTER_MAC))));
        assertThat(net.host.pathTo(FAR)).isNull();
    }

    @Test
    @Rfc(number = 4191, rules = "3.2")
    void shouldPreferTheRouterThatSaysSo() {
        receive(ROUTER, preferred(0, ROUTER_MAC));
        receive(OTHER_ROUTER, preferred(1, OTHER_MAC));
        assertThat(sentTo(FAR)).isEqualTo(OTHER_MAC);
        receive(OTHER_ROUTER, preferred(-1, OTHER_MAC));
        assertThat(sentTo(FAR)).isEqualTo(ROUTER_MAC);
    }

    /** RFC 4861 §6.3.6: a connection that exists goes by the other router when the first one is silent. */
    @Test
    @Rfc(number = 4861, rules = "6.3.6")
    void shouldSendByAnotherRouterWhenOneDoesNotAnswer() {
        receive(ROUTER, preferred(1, ROUTER_MAC));
        receive(OTHER_ROUTER, preferred(0, OTHER_MAC));
        Path path = net.host.pathTo(FAR);
        FourTuple tuple = new FourTuple(path.source(), 7, FAR, 80);
        net.link.sent.clear();
        net.host.transmit(path, tuple, segment(1), net.now); // a stale neighbour is asked from now on
        assertThat(EthernetHeader.destination(net.takeSent().bytes())).isEqualTo(ROUTER_MAC);

        pass(10); // three questions to the router, and three to everybody

        net.host.transmit(path, tuple, segment(1), net.now);
        assertThat(EthernetHeader.destination(net.takeSent().bytes())).isEqualTo(OTHER_MAC);
        receive(ROUTER, preferred(1, ROUTER_MAC));
        assertThat(sentTo(FAR)).as("it is back").isEqualTo(ROUTER_MAC);
    }

    @Test
    @Rfc(number = 4861, rules = "6.3.6")
    void shouldTryRoutersInTurnWhenNoneOfThemAnswers() {
        receive(ROUTER, preferred(0, ROUTER_MAC));
        receive(OTHER_ROUTER, preferred(0, OTHER_MAC));
        sentTo(FAR);
        pass(10);
        assertThat(sentTo(FAR)).isEqualTo(OTHER_MAC);
        pass(10);
        net.link.sent.clear();
        Path path = net.host.pathTo(FAR);
        assertThat(path.nextHop()).isEqualTo(ROUTER);
    }

    @Test
    @Attack(26)
    void shouldKnowABoundedNumberOfRouters() {
        for (int i = 1; i <= 40; i++) {
            receive(IpAddress.parse("fe80::" + Integer.toHexString(0x100 + i)), PLAIN);
        }
        net.assertCount(Counter.ICMP_IN_ROUTERS_IGNORED, 40 - 16);
    }

    // ---- what the link is like ----

    @Test
    @Rfc(number = 4861, rules = "6.3.4")
    void shouldSendWithTheHopLimitAndTheMtuOfTheRouter() {
        receive(new RouterAdvertisement(17, 0, 1800, 0, 0, Optional.of(ROUTER_MAC), 1300, List.of()));
        Path path = net.host.pathTo(FAR);
        assertThat(path.properties().mss()).isEqualTo(1300 - 60);
        net.link.sent.clear();
        net.host.transmit(path, new FourTuple(path.source(), 7, FAR, 80), segment(1), net.now);
        assertThat(ip(net.takeSent().bytes()).hopLimit()).isEqualTo(17);
        assertThat(net.host.pathTo(HostFixture.PEER).properties().mss()).as("IPv4").isEqualTo(1460);
    }

    @Test
    @Rfc(number = 4861, rules = "6.3.4")
    @Attack(11)
    void shouldNotBelieveAnMtuThatCannotBe() {
        for (long mtu : new long[] {1279, 1501, 0xffff_ffffL}) {
            receive(new RouterAdvertisement(0, 0, 1800, 0, 0, Optional.empty(), mtu, List.of()));
            assertThat(net.host.pathTo(FAR).properties().mss()).isEqualTo(1440);
        }
    }

    /** A router that wants neighbours to be asked a thousand times a second is not obeyed. */
    @Test
    @Rfc(number = 4861, rules = "6.3.4")
    @Attack(26)
    void shouldAskNeighboursAsOftenAsTheRouterSaysWithinReason() {
        receive(new RouterAdvertisement(0, 0, 1800, 0, 2000, Optional.empty(), 0, List.of()));
        assertThat(betweenQuestions("fd77::9")).isEqualTo(2 * SECOND);
        receive(new RouterAdvertisement(0, 0, 1800, 0, 1, Optional.empty(), 0, List.of()));
        assertThat(betweenQuestions("fd77::a")).isEqualTo(SECOND / 10);
        receive(PLAIN);
        assertThat(betweenQuestions("fd77::b")).isEqualTo(SECOND);
    }

    private long betweenQuestions(String neighbor) {
        pass(30);
        Path path = net.host.pathTo(IpAddress.parse(neighbor));
        net.host.transmit(path, new FourTuple(path.source(), 7, IpAddress.parse(neighbor), 80), segment(1), net.now);
        return net.host.deadline() - net.now;
    }

    @Test
    @Rfc(number = 4861, rules = "6.3.4")
    void shouldReachANetworkThatIsOnTheLinkWithoutTheRouter() {
        IpAddress neighbor = IpAddress.parse("fd77:1::9");
        PrefixInformation onLink = new PrefixInformation(IpAddress.parse("fd77:1::"), 64, true, false, HOUR, HOUR);
        receive(advertisement(1800, List.of(onLink)));
        assertThat(net.host.pathTo(neighbor).nextHop()).isEqualTo(neighbor);
        receive(advertisement(1800, List.of(new PrefixInformation(onLink.prefix(), 64, true, false, 0, 0))));
        assertThat(net.host.pathTo(neighbor).nextHop()).isEqualTo(ROUTER);
    }

    /** RFC 5942 §4: to have an address of a network does not mean that the network is on the link. */
    @Test
    @Rfc(number = 5942, rules = "4")
    void shouldReachTheNeighboursOfItsOwnNetworkByTheRouterUnlessTheyAreOnTheLink() {
        receive(advertisement(1800, List.of(
                new PrefixInformation(IpAddress.parse("fd77:1::"), 64, false, true, HOUR, HOUR))));
        assertOurs(MADE, true);
        assertThat(net.host.pathTo(IpAddress.parse("fd77:1::9")).nextHop()).isEqualTo(ROUTER);
    }

    // ---- addresses ----

    @Test
    @Rfc(number = 4862, rules = {"5.5.3", "5.5.4"})
    void shouldMakeAnAddressUseItForWhatIsNewAndLetItExpire() {
        announce("fd77:1::", 2 * HOUR, HOUR);
        assertOurs(MADE, true);
        assertThat(net.host.pollNotice())
                .isEqualTo(new AddressNotice(AddressNotice.Kind.AUTOCONFIGURED, MADE, 0, MacAddress.NONE));
        IpAddress near = IpAddress.parse("fd77:1::9");
        assertThat(source(near)).isEqualTo(MADE);

        pass(HOUR); // not preferred any more
        assertOurs(MADE, true);
        assertThat(source(near)).isEqualTo(US_V6);

        pass(HOUR);
        assertOurs(MADE, false);
        AddressNotice notice = net.host.pollNotice();
        assertThat(notice.kind()).isEqualTo(AddressNotice.Kind.EXPIRED);
        assertThat(notice.isTrouble()).isFalse();
    }

    @Test
    @Rfc(number = 4862, rules = "5.5.3")
    void shouldKeepAnAddressAsLongAsItsNetworkIsAnnounced() {
        announce("fd77:1::", 3 * HOUR, HOUR);
        for (int i = 0; i < 10; i++) {
            pass(HOUR - 1);
            announce("fd77:1::", 3 * HOUR, HOUR);
            assertThat(source(IpAddress.parse("fd77:1::9"))).isEqualTo(MADE);
        }
        pass(3 * HOUR);
        assertOurs(MADE, false);
    }

    /** RFC 4862 §5.5.3 e: who pretends to be the router cannot take an address away at once. */
    @Test
    @Rfc(number = 4862, rules = "5.5.3")
    @Attack(26)
    void shouldKeepAnAddressForTwoHoursWhateverSomebodySays() {
        announce("fd77:1::", 24 * HOUR, 12 * HOUR);
        announce("fd77:1::", 1, 0);
        pass(2 * HOUR - 1);
        assertOurs(MADE, true);
        announce("fd77:1::", 1, 0); // less than two hours are left: nothing changes
        assertOurs(MADE, true);
        pass(2);
        assertOurs(MADE, false);
    }

    @Test
    @Rfc(number = 4862, rules = "5.5.3")
    void shouldMakeNoAddressFromWhatIsNoNetworkForOne() {
        IpAddress network = IpAddress.parse("fd77:1::");
        receive(advertisement(1800, List.of(
                new PrefixInformation(network, 64, false, true, HOUR, HOUR + 1), // preferred for longer than valid
                new PrefixInformation(network, 56, false, true, HOUR, HOUR),
                new PrefixInformation(network, 64, false, false, HOUR, HOUR),
                new PrefixInformation(network, 64, false, true, 0, 0),
                new PrefixInformation(IpAddress.parse("fe80::"), 64, true, true, HOUR, HOUR))));
        assertOurs(MADE, false);
        assertThat(net.host.pollNotice()).isNull();
    }

    @Test
    @Attack(26)
    void shouldMakeABoundedNumberOfAddressesAndKnowABoundedNumberOfNetworks() {
        for (int i = 0; i < 50; i++) {
            announce("fd77:" + Integer.toHexString(i + 1) + "::", HOUR, HOUR);
        }
        assertOurs(IpAddress.parse("fd77:10::ff:fe00:2"), true);
        assertOurs(IpAddress.parse("fd77:11::ff:fe00:2"), false);
        net.assertCount(Counter.ICMP_IN_PREFIXES_IGNORED, 50 - 16 + 50 - 32);
    }

    /** RFC 7217: the same each time on the same network, another one on another network, nothing of the MAC address. */
    @Test
    @Rfc(number = 7217, rules = "5")
    void shouldMakeStableInterfaceIdsThatDifferFromNetworkToNetwork() {
        List<IpAddress> once = stable("000102030405060708090a0b0c0d0e0f");
        assertThat(once).hasSize(2).doesNotContain(MADE).allMatch(address -> address.high() >>> 48 == 0xfd77);
        assertThat(once.get(0).low()).isNotEqualTo(once.get(1).low());
        assertThat(stable("000102030405060708090a0b0c0d0e0f")).isEqualTo(once);
        assertThat(stable("000102030405060708090a0b0c0d0e10")).doesNotContainAnyElementsOf(once);
    }

    private List<IpAddress> stable(String secret) {
        net = started(HEEDING.withAutoconfiguration(
                ON.withInterfaceIds(InterfaceIds.STABLE_PRIVACY).withSecret(StableSecret.parse(secret))));
        announce("fd77:1::", HOUR, HOUR);
        announce("fd77:2::", HOUR, HOUR);
        return List.of(net.host.pollNotice().address(), net.host.pollNotice().address());
    }

    /** RFC 7217 §6: somebody has the address, so another one is made, but not for ever. */
    @Test
    @Rfc(number = 7217, rules = "6")
    void shouldMakeAnotherAddressWhenSomebodyHasTheFirst() {
        net = started(HEEDING.withAutoconfiguration(ON.withInterfaceIds(InterfaceIds.STABLE_PRIVACY))
                .withAddressChecks(AddressChecks.defaults().withDetection(Detection.ON)));
        announce("fd77:1::", HOUR, HOUR);
        int tried = 0;
        for (AddressNotice notice = net.host.pollNotice(); notice != null; notice = net.host.pollNotice()) {
            if (notice.kind() == AddressNotice.Kind.AUTOCONFIGURED) {
                tried++;
                IpAddress made = notice.address();
                net.receive(v6(made, RouterMessages.ALL_NODES, 58, 255, bytes(target ->
                        NeighborDiscovery.writeAdvertisement(
                                target, made, RouterMessages.ALL_NODES, made, false, true, OTHER_MAC))));
                assertOurs(made, false);
            }
        }
        assertThat(tried).isEqualTo(4);
        announce("fd77:1::", HOUR, HOUR);
        assertThat(net.host.pollNotice()).as("it is not made again").isNull();
    }

    @Test
    void shouldRefuseASecretThatIsNone() {
        assertThat(new StableSecret(1, 2)).hasToString("StableSecret");
        assertThat(StableSecret.parse("00000000000000010000000000000002")).isEqualTo(new StableSecret(1, 2));
        for (String wrong : List.of("", "12", "0000000000000001000000000000000g")) {
            assertThatThrownBy(() -> StableSecret.parse(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("32 hexadecimal digits");
        }
    }
}
