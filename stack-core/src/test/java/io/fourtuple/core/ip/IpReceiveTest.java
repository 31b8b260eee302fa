package io.fourtuple.core.ip;

import static io.fourtuple.core.ip.HostFixture.OUR_MAC;
import static io.fourtuple.core.ip.HostFixture.PEER;
import static io.fourtuple.core.ip.HostFixture.TUPLE;
import static io.fourtuple.core.ip.HostFixture.TUPLE_V6;
import static io.fourtuple.core.ip.HostFixture.US;
import static io.fourtuple.core.ip.HostFixture.ethernet;
import static io.fourtuple.core.ip.HostFixture.segment;
import static io.fourtuple.core.ip.HostFixture.syn;
import static io.fourtuple.core.ip.HostFixture.tcp;
import static io.fourtuple.core.ip.HostFixture.tcpPayload;
import static io.fourtuple.core.ip.HostFixture.v4;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.Counter;
import io.fourtuple.core.conformance.Attack;
import io.fourtuple.core.conformance.Rfc;
import io.fourtuple.core.wire.Bytes;
import io.fourtuple.core.wire.Checksum;
import io.fourtuple.core.wire.Ecn;
import io.fourtuple.core.wire.EthernetHeader;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.core.wire.TcpCodec;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.core.wire.TcpSegment;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which packets reach TCP, and where the others end (RFC 1122 §3.2.1, RFC 8200, RFC 9293 §3.9.2). */
class IpReceiveTest {
    private static final int IP = EthernetHeader.LENGTH;
    private static final int V4_TCP = IP + 20;

    private final HostFixture net = new HostFixture();

    @Test
    void shouldHandUpASegmentAsWeSeeIt() {
        for (FourTuple tuple : new FourTuple[] {TUPLE, TUPLE_V6}) {
            Ingress.Tcp ingress = (Ingress.Tcp) net.receive(tcp(tuple, segment(5)));

            assertThat(ingress.tuple()).isEqualTo(tuple);
            TcpSegment segment = ingress.segment();
            assertThat(segment.seq()).isEqualTo(1000);
            assertThat(segment.ack()).isEqualTo(500);
            assertThat(segment.has(TcpFlags.ACK | TcpFlags.PSH)).isTrue();
            assertThat(segment.payloadLength()).isEqualTo(5);
            assertThat(segment.array()[segment.payloadOffset()]).isEqualTo((byte) 1000);
        }
        net.assertCount(Counter.TCP_IN_DELIVERS, 2);
        net.assertCount(Counter.TCP_IN_SEGS, 2);
        net.assertCount(Counter.IP_IN_DELIVERS, 2);
        net.assertCount(Counter.IP_IN_RECEIVES, 2);
        net.assertNothingSent();
    }

    @Test
    void shouldHandUpTheOptionsOfASyn() {
        Ingress.Tcp ingress = (Ingress.Tcp) net.receive(tcp(TUPLE, syn()));
        assertThat(ingress.segment().options().mss()).isEqualTo(1460);
        assertThat(ingress.segment().options().windowScale()).isEqualTo(7);
        assertThat(ingress.segment().options().sackPermitted()).isTrue();
        assertThat(ingress.segment().options().hasTimestamps()).isTrue();
    }

    /** RFC 894: short packets are padded to 46 octets, and the padding is no payload. */
    @Test
    void shouldNotTakePaddingForPayload() {
        byte[] frame = tcp(TUPLE, segment(1));
        Ingress.Tcp ingress = (Ingress.Tcp) net.receive(Arrays.copyOf(frame, 60));
        assertThat(ingress.segment().payloadLength()).isEqualTo(1);
    }

    @Test
    @Rfc(number = 9293, rules = "MUST-50")
    @Rfc(number = 1122, rules = "3.2.1.8")
    void shouldSkipIpv4Options() {
        byte[] plain = tcp(TUPLE, segment(4));
        byte[] frame = new byte[plain.length + 8];
        System.arraycopy(plain, 0, frame, 0, V4_TCP);
        System.arraycopy(plain, V4_TCP, frame, V4_TCP + 8, plain.length - V4_TCP);
        Arrays.fill(frame, V4_TCP, V4_TCP + 8, (byte) 1); // no operation
        frame[IP] = 0x47;
        Bytes.putUint16(frame, IP + 2, frame.length - IP);
        Bytes.putUint16(frame, IP + 10, 0);
        Bytes.putUint16(frame, IP + 10, Checksum.finish(Checksum.sum(frame, IP, 28)));

        assertThat(((Ingress.Tcp) net.receive(frame)).segment().payloadLength()).isEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "83070c0a4d00090a4d0001 00", // loose source route, at its end
        "89070c0a4d00090a4d0001 00", // strict
        "070b04000000000000000000", // record route
        "440c0500000000000000000000000000", // timestamp
        "8804123400000000", // stream identifier
        "5d08000000000000", // unknown
        "8300000000000000", // a length of 0
    })
    @Rfc(number = 9293, rules = "MUST-50")
    @Attack(7)
    void shouldIgnoreAnyIpv4OptionAndRouteItsAnswersByItself(String options) {
        net.withKnownPeer();

        Ingress.Tcp ingress = (Ingress.Tcp) net.receive(withOptions(tcp(TUPLE, syn()), options.replace(" ", "")));

        assertThat(ingress.tuple()).isEqualTo(TUPLE);
        assertThat(ingress.segment().options().mss()).isEqualTo(1460);
        net.transmit(TUPLE, segment(1));
        byte[] answer = net.takeSent().bytes();
        assertThat(answer[IP]).as("no options").isEqualTo((byte) 0x45);
        assertThat(HostFixture.ip(answer).destination()).isEqualTo(PEER);
    }

    static byte[] withOptions(byte[] plain, String hex) {
        byte[] options = HexFormat.of().parseHex(hex);
        int padded = (options.length + 3) / 4 * 4;
        byte[] frame = new byte[plain.length + padded];
        System.arraycopy(plain, 0, frame, 0, V4_TCP);
        System.arraycopy(options, 0, frame, V4_TCP, options.length);
        System.arraycopy(plain, V4_TCP, frame, V4_TCP + padded, plain.length - V4_TCP);
        frame[IP] = (byte) (0x45 + padded / 4);
        Bytes.putUint16(frame, IP + 2, frame.length - IP);
        Bytes.putUint16(frame, IP + 10, 0);
        Bytes.putUint16(frame, IP + 10, Checksum.finish(Checksum.sum(frame, IP, 20 + padded)));
        return frame;
    }

    @ParameterizedTest
    @CsvSource({
        "0, IP_EXT_IN_NO_ECT_PKTS", "1, IP_EXT_IN_ECT_1_PKTS", "2, IP_EXT_IN_ECT_0_PKTS", "3, IP_EXT_IN_CE_PKTS"
    })
    void shouldCountPacketsByTheirMark(int ecn, Counter counter) {
        byte[] frame = tcp(TUPLE_V6, segment(10));
        frame[IP + 1] |= (byte) (ecn << 4);

        assertThat(((Ingress.Tcp) net.receive(frame)).segment().ecn()).isEqualTo(ecn);

        net.assertCount(counter, 1);
        assertThat(net.counters.get(Counter.IP_IN_RECEIVES)).isEqualTo(1);
    }

    @Test
    void shouldPassOnTheCongestionMarkAndWhatTheNicMerged() {
        byte[] frame = tcp(TUPLE_V6, segment(2900));
        frame[IP + 1] |= 0x30; // ECN bits of the traffic class
        TcpSegment segment = ((Ingress.Tcp) net.host.receive(new Frame(frame, false, 1448), net.now)).segment();
        assertThat(segment.ecn()).isEqualTo(Ecn.CE);
        assertThat(segment.gsoSize()).isEqualTo(1448);
        assertThat(segment.payloadLength()).isEqualTo(2900);
    }

    /** RFC 9293 MUST-3. */
    @Test
    @Rfc(number = 9293, rules = "MUST-3")
    void shouldVerifyTheChecksumUnlessTheNicHas() {
        byte[] frame = tcp(TUPLE, segment(5));
        frame[frame.length - 1] ^= 1;
        assertThat(net.receive(frame)).isNull();
        net.assertCount(Counter.TCP_IN_CSUM_ERRORS, 1);

        assertThat(net.host.receive(new Frame(frame, true, 0), net.now)).isInstanceOf(Ingress.Tcp.class);
        net.assertCount(Counter.TCP_IN_DELIVERS, 1);
    }

    @Attack(7)
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 19})
    void shouldDropASegmentShorterThanItsHeader(int length) {
        assertThat(net.receive(v4(PEER, US, 6, new byte[length]))).isNull();
        net.assertCount(Counter.TCP_IN_ERRS, 1);
    }

    @Attack(7)
    @ParameterizedTest
    @ValueSource(ints = {0, 4, 7, 15})
    void shouldDropASegmentWithAWrongDataOffset(int words) {
        byte[] payload = tcpPayload(TUPLE.reversed(), segment(4));
        payload[12] = (byte) (words << 4);
        Bytes.putUint16(payload, 16, 0);
        int sum = Checksum.pseudoHeader(PEER, US, 6, payload.length) + Checksum.sum(payload, 0, payload.length);
        Bytes.putUint16(payload, 16, Checksum.finish(sum));
        assertThat(net.receive(v4(PEER, US, 6, payload))).isNull();
        net.assertCount(Counter.TCP_IN_ERRS, 1);
    }

    @Test
    void shouldIgnoreFramesForOtherStations() {
        byte[] frame = tcp(TUPLE, segment(5));
        frame[5] ^= 1;
        assertThat(net.receive(frame)).isNull();
        net.assertCount(Counter.LINK_IN_OTHER_HOST, 1);
        net.assertCount(Counter.IP_IN_RECEIVES, 0);
    }

    /** RFC 1122 §3.3.6: a broadcast frame must not carry a packet to one host. */
    @Test
    void shouldDropUnicastPacketsInBroadcastFrames() {
        byte[] frame = tcp(TUPLE, segment(5));
        Arrays.fill(frame, 0, 6, (byte) 0xff);
        assertThat(net.receive(frame)).isNull();
        net.assertCount(Counter.IP_IN_ADDR_ERRORS, 1);
    }

    @Test
    void shouldDropWhatIsNoFrame() {
        net.receive(new byte[0]);
        net.receive(new byte[13]);
        net.assertCount(Counter.LINK_IN_ERRORS, 2);
        byte[] fromGroup = tcp(TUPLE, segment(5));
        fromGroup[6] |= 1;
        net.receive(fromGroup);
        net.assertCount(Counter.LINK_IN_ERRORS, 3);
        net.receive(ethernet(OUR_MAC, 0x88cc, new byte[46]));
        net.assertCount(Counter.LINK_IN_UNKNOWN_PROTOS, 1);
    }

    @Rfc(number = 9293, rules = {"MUST-57", "MUST-63"})
    @Attack({20, 27})
    @ParameterizedTest
    @CsvSource({
        "10.77.0.1, 10.77.0.3", // not ours
        "10.77.0.1, 10.77.0.255", // broadcast of the subnet
        "10.77.0.1, 255.255.255.255",
        "10.77.0.1, 224.0.0.1",
        "10.77.0.1, 127.0.0.1", // loop-back from outside, RFC 1122 §3.2.1.3 g
        "127.0.0.1, 10.77.0.2",
        "224.0.0.1, 10.77.0.2",
        "255.255.255.255, 10.77.0.2",
        "10.77.0.255, 10.77.0.2",
        "0.0.0.0, 10.77.0.2",
        "0.1.2.3, 10.77.0.2",
        "10.77.0.2, 10.77.0.2", // LAND
        "fd77::1, fd77::3",
        "fd77::1, ff02::1", // TCP to a group, RFC 9293 §3.9.2.3
        "fd77::1, ::1",
        "::1, fd77::2",
        "::, fd77::2",
        "ff02::1, fd77::2",
        "fd77::2, fd77::2"
    })
    void shouldDropAddressesThatCannotBeAnswered(String source, String destination) {
        FourTuple tuple = new FourTuple(IpAddress.parse(destination), 7, IpAddress.parse(source), 7);
        assertThat(net.receive(tcp(tuple, syn()))).isNull();
        net.assertCount(Counter.IP_IN_ADDR_ERRORS, 1);
        net.assertNothingSent();
    }

    @Test
    void shouldTakePacketsFromFarAway() {
        assertThat(net.receive(tcp(new FourTuple(US, 7, HostFixture.FAR, 9), syn()))).isInstanceOf(Ingress.Tcp.class);
    }

    @Test
    @Attack({6, 7})
    void shouldDropWhatItsLengthsContradict() {
        byte[] frame = tcp(TUPLE, segment(40));
        assertThat(net.receive(Arrays.copyOf(frame, frame.length - 1))).isNull();
        byte[] frameV6 = tcp(TUPLE_V6, segment(40));
        assertThat(net.receive(Arrays.copyOf(frameV6, frameV6.length - 1))).isNull();
        net.assertCount(Counter.IP_IN_TRUNCATED_PKTS, 2);
        assertThat(net.receive(Arrays.copyOf(frame, IP + 19))).isNull();
        assertThat(net.receive(Arrays.copyOf(frameV6, IP + 39))).isNull();
        net.assertCount(Counter.IP_IN_HDR_ERRORS, 2);
    }

    @Test
    void shouldDropABadIpHeaderChecksum() {
        byte[] frame = tcp(TUPLE, segment(40));
        frame[IP + 8] ^= 1; // TTL
        assertThat(net.receive(frame)).isNull();
        net.assertCount(Counter.IP_IN_HDR_ERRORS, 1);
    }

    @Test
    void shouldDropAVersionThatTheEthernetTypeContradicts() {
        byte[] frame = tcp(TUPLE, segment(40));
        Bytes.putUint16(frame, 12, EthernetHeader.TYPE_IPV6);
        assertThat(net.receive(frame)).isNull();
        net.assertCount(Counter.IP_IN_HDR_ERRORS, 1);
    }

    @Test
    void shouldReadTheVersionFromThePacketOnALayer3Link() {
        LinkProperties tun = new LinkProperties(LinkProperties.Medium.IP, MacAddress.NONE, 1500, false, 0);
        HostFixture tunnel = new HostFixture(HostFixture.CONFIG, tun);
        for (FourTuple tuple : new FourTuple[] {TUPLE, TUPLE_V6}) {
            byte[] frame = tcp(tuple, segment(5));
            assertThat(tunnel.receive(Arrays.copyOfRange(frame, IP, frame.length))).isInstanceOf(Ingress.Tcp.class);
            tunnel.transmit(tuple, segment(5));
            int ipHeader = tuple.local().isV4() ? 20 : 40;
            assertThat(tunnel.takeSent().bytes()).hasSize(ipHeader + TcpCodec.HEADER_LENGTH + 5);
        }
        tunnel.receive(new byte[0]);
        tunnel.assertCount(Counter.LINK_IN_ERRORS, 1);
        tunnel.receive(new byte[] {0x50});
        tunnel.assertCount(Counter.LINK_IN_UNKNOWN_PROTOS, 1);
    }
}
