package io.fourtuple.core.ip;

import static io.fourtuple.core.ip.HostFixture.PEER;
import static io.fourtuple.core.ip.HostFixture.PEER_MAC;
import static io.fourtuple.core.ip.HostFixture.TUPLE;
import static io.fourtuple.core.ip.HostFixture.US;
import static io.fourtuple.core.ip.HostFixture.segment;
import static io.fourtuple.core.ip.HostFixture.syn;
import static io.fourtuple.core.ip.HostFixture.tcp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.core.conformance.Attack;
import io.fourtuple.core.conformance.Rfc;
import io.fourtuple.core.wire.Checksum;
import io.fourtuple.core.wire.EthernetHeader;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.IpHeader;
import io.fourtuple.core.wire.SourceRoute;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** IPv4 source routes (RFC 791 §3.1, RFC 9293 §3.9.2.1): ours are sent, those of others heeded when allowed. */
class SourceRouteTest {
    private static final int IP = EthernetHeader.LENGTH;
    private static final IpAddress FAR = HostFixture.FAR;
    private static final FourTuple TO_FAR = new FourTuple(US, 7, FAR, 40_000);
    private static final IpAddress HOP = IpAddress.parse("192.0.2.77");

    private final HostFixture net = new HostFixture().withKnownPeer();
    private final HostFixture trusting =
            new HostFixture(HostFixture.CONFIG.withAcceptSourceRoutes(true), HostFixture.ETHERNET).withKnownPeer();

    @Test
    @Rfc(number = 9293, rules = {"MUST-16", "MUST-51"})
    void shouldSendToTheFirstHopWithTheRestOfTheWayInAnOption() {
        Path path = net.host.pathTo(FAR, new SourceRoute(false, List.of(PEER, HOP)));
        assertThat(path.properties().mss()).isEqualTo(1460 - 12);
        assertThat(path.properties().maxPayload()).isEqualTo(1460 - 12);

        net.host.transmit(path, TO_FAR, segment(5), net.now);

        byte[] frame = net.takeSent().bytes();
        assertThat(EthernetHeader.destination(frame)).isEqualTo(PEER_MAC); // not the gateway of the destination
        IpHeader header = HostFixture.ip(frame); // its checksum is verified
        assertThat(header.destination()).isEqualTo(PEER);
        assertThat(HexFormat.of().formatHex(frame, IP + 20, header.payloadOffset()))
                .isEqualTo("01830b04" + "c000024d" + "c0000201"); // NOP, loose, 11 octets, pointer 4, hop, destination
        int sum = Checksum.pseudoHeader(US, FAR, 6, header.payloadLength())
                + Checksum.sum(frame, header.payloadOffset(), header.payloadLength());
        assertThat(Checksum.verifies(sum)).as("the checksum is about the last address").isTrue();
    }

    @Test
    @Rfc(number = 9293, rules = "MUST-51")
    void shouldKeepTheWayOfAPacketThatWaitsForTheFirstHop() {
        HostFixture fresh = new HostFixture();
        Path path = fresh.host.pathTo(FAR, new SourceRoute(true, List.of(PEER)));
        fresh.host.transmit(path, TO_FAR, segment(5), fresh.now);
        assertThat(fresh.takeArp().targetIp()).isEqualTo(PEER);

        fresh.receive(HostFixture.arpReply());

        byte[] frame = fresh.takeSent().bytes();
        assertThat(HexFormat.of().formatHex(frame, IP + 20, IP + 28)).isEqualTo("01890704" + "c0000201");
        assertThat(HostFixture.ip(frame).destination()).isEqualTo(PEER);
    }

    @Test
    @Rfc(number = 9293, rules = "MUST-53")
    void shouldAnswerByTheWayThatTheSynHasCome() {
        Ingress.Tcp ingress = (Ingress.Tcp) trusting.receive(
                IpReceiveTest.withOptions(tcp(TO_FAR, syn()), "01830b0cc000024d0a4d0001")); // by HOP, then by PEER
        assertThat(ingress.back()).isEqualTo(new SourceRoute(false, List.of(PEER, HOP)));

        trusting.host.transmit(trusting.host.pathTo(FAR, ingress.back()), TO_FAR, segment(0), trusting.now);

        byte[] frame = trusting.takeSent().bytes();
        assertThat(HostFixture.ip(frame).destination()).isEqualTo(PEER);
        assertThat(HexFormat.of().formatHex(frame, IP + 20, IP + 32)).isEqualTo("01830b04" + "c000024d" + "c0000201");
    }

    @Test
    @Rfc(number = 9293, rules = "MUST-53")
    void shouldHeedNoRouteOfOthersUnlessToldTo() {
        Ingress.Tcp ingress = (Ingress.Tcp) net.receive(
                IpReceiveTest.withOptions(tcp(TO_FAR, syn()), "01830b0cc000024d0a4d0001"));

        assertThat(ingress.back()).isEqualTo(SourceRoute.NONE);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "01830b08c000024d0a4d0001", // has not come to its end
        "01830b00c000024d0a4d0001",
        "01830a0cc000024d0a4d0001", // half an address
        "0183030cc000024d0a4d0001", // no address
        "01830b0ce00000010a4d0001", // by a group
        "01830b0c7f0000010a4d0001", // by loop-back
        "01830b0c000000000a4d0001",
        "018301000000000000000000", // an option that is too short
        "0183ff0cc000024d0a4d0001", // … and one that is too long
        "00830b0cc000024d0a4d0001", // behind the end of options
        "070b0cc000024d0a4d000100", // record route
        "0101010101010183" // cut off
    })
    @Attack(7)
    void shouldTakeNothingElseForAWayBack(String options) {
        Ingress.Tcp ingress = (Ingress.Tcp) trusting.receive(IpReceiveTest.withOptions(tcp(TUPLE, syn()), options));

        assertThat(ingress.back()).isEqualTo(SourceRoute.NONE);
    }

    @Test
    void shouldRefuseWhatIsNoRoute() {
        assertThatThrownBy(() -> new SourceRoute(false, Collections.nCopies(10, PEER)))
                .isInstanceOf(IllegalArgumentException.class).hasMessage("a source route has at most 9 hops, not 10");
        assertThatThrownBy(() -> new SourceRoute(false, List.of(HostFixture.PEER_V6)))
                .hasMessage("a source route cannot pass fd77::1");
        assertThat(new SourceRoute(true, Collections.nCopies(9, PEER)).length()).isEqualTo(40);
        assertThat(net.host.pathTo(FAR, new SourceRoute(false, List.of(IpAddress.parse("10.77.0.7")))).source())
                .isEqualTo(US);
        assertThat(net.host.pathTo(US, new SourceRoute(false, List.of(PEER))).route()).isEqualTo(SourceRoute.NONE);
    }
}
