package io.fourtuple.core.ip;

import static io.fourtuple.core.ip.HostFixture.PEER;
import static io.fourtuple.core.ip.HostFixture.PEER_MAC;
import static io.fourtuple.core.ip.HostFixture.PEER_V6;
import static io.fourtuple.core.ip.HostFixture.SECOND;
import static io.fourtuple.core.ip.HostFixture.TUPLE;
import static io.fourtuple.core.ip.HostFixture.TUPLE_V6;
import static io.fourtuple.core.ip.HostFixture.US;
import static io.fourtuple.core.ip.HostFixture.US_V6;
import static io.fourtuple.core.ip.HostFixture.bytes;
import static io.fourtuple.core.ip.HostFixture.ethernet;
import static io.fourtuple.core.ip.HostFixture.ip;
import static io.fourtuple.core.ip.HostFixture.segment;
import static io.fourtuple.core.ip.HostFixture.tcpPayload;
import static io.fourtuple.core.ip.HostFixture.v4;
import static io.fourtuple.core.ip.HostFixture.v6;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.Counter;
import io.fourtuple.core.conformance.Attack;
import io.fourtuple.core.conformance.Rfc;
import io.fourtuple.core.tcp.IcmpError;
import io.fourtuple.core.wire.Bytes;
import io.fourtuple.core.wire.Checksum;
import io.fourtuple.core.wire.EthernetHeader;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IcmpMessage;
import io.fourtuple.core.wire.IcmpV4;
import io.fourtuple.core.wire.IcmpV6;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.IpHeader;
import io.fourtuple.core.wire.Ipv6Header;
import io.fourtuple.core.wire.MacAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ping and ICMP errors (RFC 792, RFC 1122 §3.2.2, RFC 4443, RFC 5927). */
class IcmpTest {
    private static final byte[] DATA = "abcdefghijklm".getBytes(StandardCharsets.US_ASCII);

    private final HostFixture net = new HostFixture().withKnownPeer();

    @Test
    void shouldAnswerPingWithItsData() {
        net.receive(ping(PEER, US));

        byte[] frame = net.takeSent().bytes();
        IpHeader header = ip(frame);
        assertThat(EthernetHeader.destination(frame)).isEqualTo(PEER_MAC);
        assertThat(header.source()).isEqualTo(US);
        assertThat(header.destination()).isEqualTo(PEER);
        assertReply(frame, IcmpV4.parse(frame, header));
        net.assertCount(Counter.ICMP_IN_ECHOS, 1);
        net.assertCount(Counter.ICMP_OUT_ECHO_REPS, 1);
    }

    @Test
    void shouldAnswerPing6WithItsData() {
        net.receive(ping6(PEER_V6, US_V6));

        byte[] frame = net.takeSent().bytes();
        IpHeader header = ip(frame);
        assertThat(header.source()).isEqualTo(US_V6);
        assertThat(header.destination()).isEqualTo(PEER_V6);
        assertReply(frame, IcmpV6.parse(frame, header));
        net.assertCount(Counter.ICMP_IN_ECHOS, 1);
    }

    private static void assertReply(byte[] frame, IcmpMessage message) {
        IcmpMessage.EchoReply reply = (IcmpMessage.EchoReply) message;
        assertThat(reply.identifier()).isEqualTo(42);
        assertThat(reply.sequence()).isEqualTo(65_535);
        assertThat(Arrays.copyOfRange(frame, reply.dataOffset(), reply.dataOffset() + reply.dataLength()))
                .isEqualTo(DATA);
    }

    @Test
    void shouldDropPingWithABadChecksum() {
        byte[] frame = ping(PEER, US);
        frame[frame.length - 1] ^= 1;
        net.receive(frame);
        byte[] frameV6 = ping6(PEER_V6, US_V6);
        frameV6[frameV6.length - 1] ^= 1;
        net.receive(frameV6);
        net.assertNothingSent();
        net.assertCount(Counter.ICMP_IN_CSUM_ERRORS, 2);
    }

    /** RFC 1122 §3.2.2.6, RFC 4443 §2.4 e: an answer to or for a group would amplify. */
    @Test
    @Rfc(number = 1122, rules = "3.2.2.6")
    @Rfc(number = 4443, rules = "2.4")
    @Attack(27)
    void shouldNotAnswerPingToOrFromAGroup() {
        net.receive(ping(PEER, IpAddress.parse("10.77.0.255")));
        net.receive(ping(PEER, IpAddress.BROADCAST));
        net.receive(ping(IpAddress.parse("10.77.0.255"), US));
        net.receive(ping6(PEER_V6, IpAddress.parse("ff02::1")));
        net.receive(ping6(IpAddress.parse("ff02::1"), US_V6));
        net.assertNothingSent();
        net.assertCount(Counter.ICMP_OUT_ECHO_REPS, 0);
    }

    @Test
    void shouldWaitForTheAddressOfWhoPings() {
        IpAddress stranger = IpAddress.parse("10.77.0.9");
        net.receive(ping(stranger, US));
        assertThat(net.takeArp().targetIp()).isEqualTo(stranger);
        for (int i = 0; i < 3; i++) {
            net.stepToDeadline();
        }
        assertThat(net.host.pollIngress(net.now)).isNull(); // nobody above asked for it
        net.assertCount(Counter.IP_OUT_DISCARDS, 1);
    }

    @Test
    void shouldNotAnswerWhereThereIsNoRoute() {
        net.receive(ping6(IpAddress.parse("2001:db8::1"), US_V6));
        net.assertNothingSent();
        net.assertCount(Counter.IP_OUT_NO_ROUTES, 1);
    }

    @Test
    @Attack(27)
    void shouldLimitTheRateOfAnswers() {
        HostFixture limited = new HostFixture(
                HostFixture.CONFIG.withIcmpRate(new IpConfig.IcmpRate(10, 5)), HostFixture.ETHERNET).withKnownPeer();
        for (int i = 0; i < 100; i++) {
            limited.receive(ping(PEER, US));
        }
        limited.assertCount(Counter.ICMP_OUT_ECHO_REPS, 5);
        limited.assertCount(Counter.ICMP_OUT_RATE_LIMITED, 95);
        for (int i = 0; i < 30; i++) {
            limited.now += SECOND / 20;
            limited.receive(ping(PEER, US));
        }
        limited.assertCount(Counter.ICMP_OUT_ECHO_REPS, 5 + 15);
        limited.now += 100 * SECOND;
        for (int i = 0; i < 10; i++) {
            limited.receive(ping(PEER, US));
        }
        limited.assertCount(Counter.ICMP_OUT_ECHO_REPS, 5 + 15 + 5);
    }

    /** RFC 1122 §3.2.2.1. */
    @Rfc(number = 9293, rules = "MUST-54")
    @Rfc(number = 1122, rules = "3.2.2.1")
    @ParameterizedTest
    @CsvSource({
        "0, UNREACHABLE", "1, UNREACHABLE", "2, REFUSED", "3, REFUSED", "5, UNREACHABLE", "9, REFUSED", "10, REFUSED",
        "11, UNREACHABLE", "12, UNREACHABLE", "13, REFUSED"
    })
    void shouldTellTcpWhatIsUnreachable(int code, IcmpError.Kind kind) {
        Ingress ingress = net.receive(error(3, code, 0));
        assertThat(ingress).isEqualTo(new Ingress.Icmp(TUPLE, 1000, new IcmpError(kind, 0)));
        net.assertCount(Counter.ICMP_IN_DEST_UNREACHS, 1);
    }

    @Test
    void shouldTellTcpThatTimeWasExceeded() {
        assertThat(net.receive(error(11, 0, 0)))
                .isEqualTo(new Ingress.Icmp(TUPLE, 1000, new IcmpError(IcmpError.Kind.EXPIRED, 0)));
        net.assertCount(Counter.ICMP_IN_TIME_EXCDS, 1);
        assertThat(net.receive(error6(3, 0, 0)))
                .isEqualTo(new Ingress.Icmp(TUPLE_V6, 1000, new IcmpError(IcmpError.Kind.EXPIRED, 0)));
        assertThat(net.receive(error(11, 1, 0))) // fragments that did not come are no loop
                .isEqualTo(new Ingress.Icmp(TUPLE, 1000, new IcmpError(IcmpError.Kind.UNREACHABLE, 0)));
    }

    /** RFC 4443 §3.1. */
    @Rfc(number = 9293, rules = "MUST-54")
    @Rfc(number = 4443, rules = "3.1")
    @ParameterizedTest
    @CsvSource({"0, UNREACHABLE", "1, REFUSED", "3, UNREACHABLE", "4, REFUSED"})
    void shouldTellTcpWhatIsUnreachableByIpv6(int code, IcmpError.Kind kind) {
        assertThat(net.receive(error6(1, code, 0)))
                .isEqualTo(new Ingress.Icmp(TUPLE_V6, 1000, new IcmpError(kind, 0)));
    }

    @Test
    @Rfc(number = 1191, rules = {"3", "5"})
    @Rfc(number = 8201, rules = "4")
    void shouldPassOnTheMtuOfTheNextHop() {
        assertThat(net.receive(error(3, 4, 1400)))
                .isEqualTo(new Ingress.Icmp(TUPLE, 1000, new IcmpError(IcmpError.Kind.PACKET_TOO_BIG, 1400)));
        assertThat(net.receive(error(3, 4, 0))) // RFC 1191 §5: an old router does not say
                .isEqualTo(new Ingress.Icmp(TUPLE, 1000, new IcmpError(IcmpError.Kind.PACKET_TOO_BIG, 0)));
        assertThat(net.receive(error6(2, 0, 1280)))
                .isEqualTo(new Ingress.Icmp(TUPLE_V6, 1000, new IcmpError(IcmpError.Kind.PACKET_TOO_BIG, 1280)));
    }

    /** RFC 1191 §3, RFC 8201 §4: every link carries more than that. */
    @Test
    @Rfc(number = 1191, rules = "3")
    @Rfc(number = 8201, rules = "4")
    @Attack(11)
    void shouldNotBelieveAnImpossibleMtu() {
        assertThat(net.receive(error(3, 4, 67))).isNull();
        assertThat(net.receive(error6(2, 0, 1279))).isNull();
        net.assertCount(Counter.ICMP_IN_DEST_UNREACHS, 2);
    }

    /** RFC 5927: who quotes a packet that we cannot have sent is guessing. */
    @Test
    @Rfc(number = 9293, rules = "MUST-54")
    @Attack(11)
    void shouldIgnoreErrorsAboutSomebodyElsesPackets() {
        FourTuple others = new FourTuple(IpAddress.parse("10.77.0.3"), 7, PEER, 40_000);
        byte[] quoted = v4(others.local(), PEER, 6, tcpPayload(others, segment(0)));
        assertThat(net.receive(v4(PEER, US, 1, icmp(3, 3, 0, quoted)))).isNull();
        net.assertCount(Counter.ICMP_IN_DEST_UNREACHS, 1);
    }

    @Test
    void shouldIgnoreErrorsThatQuoteTooLittle() {
        byte[] quoted = v4(US, PEER, 6, tcpPayload(TUPLE, segment(0)));
        assertThat(net.receive(v4(PEER, US, 1, icmp(3, 3, 0, Arrays.copyOf(quoted, 14 + 27))))).isNull();
        assertThat(net.receive(v4(PEER, US, 1, new byte[7]))).isNull();
        net.assertCount(Counter.ICMP_IN_ERRORS, 1);
        net.assertNothingSent();
    }

    /** RFC 1122 §3.2.2: an ICMP error is never answered, nor is a reply. */
    @Rfc(number = 9293, rules = "MUST-55")
    @ParameterizedTest
    @ValueSource(ints = {0, 4, 5, 9, 10, 14, 255})
    void shouldIgnoreWhatItHasNoUseFor(int type) {
        assertThat(net.receive(v4(PEER, US, 1, icmp(type, 0, 0, new byte[40])))).isNull();
        net.assertNothingSent();
        net.assertCount(Counter.ICMP_IN_IGNORED, 1);
    }

    /** RFC 1122 §3.2.2.1: protocol unreachable; RFC 4443 §3.4: unrecognised next header. */
    @Test
    @Rfc(number = 1122, rules = "3.2.2.1")
    @Rfc(number = 4443, rules = "3.4")
    void shouldSayThatAProtocolIsUnknown() {
        net.receive(v4(PEER, US, 17, new byte[12]));
        byte[] frame = net.takeSent().bytes();
        assertThat(frame[34]).isEqualTo((byte) 3);
        assertThat(frame[35]).isEqualTo((byte) 2);
        assertThat(ip(frame).destination()).isEqualTo(PEER);

        net.receive(v6(PEER_V6, US_V6, 17, 64, new byte[12]));
        byte[] frameV6 = net.takeSent().bytes();
        assertThat(frameV6[54]).isEqualTo((byte) 4);
        assertThat(frameV6[55]).isEqualTo((byte) 1);
        assertThat(Bytes.int32(frameV6, 58)).isEqualTo(6);
        net.assertCount(Counter.IP_IN_UNKNOWN_PROTOS, 2);
        net.receive(v6(PEER_V6, US_V6, Ipv6Header.NO_NEXT_HEADER, 64, new byte[0]));
        net.assertNothingSent();
    }

    /** RFC 8200 §4.2: option type bits 10 ask for an answer even to a group, 11 only when it was for one host. */
    @Test
    @Rfc(number = 8200, rules = "4.2")
    @Attack(28)
    void shouldComplainAboutAnUnknownIpv6OptionAsItsBitsSay() {
        net.receive(v6(PEER_V6, US_V6, 60, 64, option(0xc5)));
        byte[] frame = net.takeSent().bytes();
        assertThat(frame[54]).isEqualTo((byte) 4);
        assertThat(frame[55]).isEqualTo((byte) 2);
        assertThat(Bytes.int32(frame, 58)).isEqualTo(42);
        net.receive(v6(PEER_V6, IpAddress.parse("ff02::1"), 60, 64, option(0xc5)));
        net.assertNothingSent();
        net.receive(v6(PEER_V6, IpAddress.parse("ff02::1"), 60, 64, option(0x85)));
        assertThat(ip(net.takeSent().bytes()).source()).isEqualTo(US_V6);
        net.receive(v6(PEER_V6, US_V6, 60, 64, option(0x45)));
        net.assertNothingSent();
        net.assertCount(Counter.IP_IN_HDR_ERRORS, 4);
    }

    private static byte[] option(int type) {
        return new byte[] {59, 0, (byte) type, 4, 0, 0, 0, 0};
    }

    static byte[] ping(IpAddress source, IpAddress destination) {
        byte[] packet = bytes(target -> IcmpV4.writeEchoRequest(target, 42, 65_535, DATA));
        byte[] frame = v4(source, destination, 1, packet);
        boolean broadcast = destination.toString().endsWith("255");
        return broadcast ? ethernet(MacAddress.BROADCAST, 0x0800, Arrays.copyOfRange(frame, 14, frame.length)) : frame;
    }

    static byte[] ping6(IpAddress source, IpAddress destination) {
        return v6(source, destination, 58, 64,
                bytes(target -> IcmpV6.writeEchoRequest(target, source, destination, 42, 65_535, DATA)));
    }

    private static byte[] error(int type, int code, int mtu) {
        return v4(PEER, US, 1, icmp(type, code, mtu, v4(US, PEER, 6, tcpPayload(TUPLE, segment(100)))));
    }

    private static byte[] error6(int type, int code, int mtu) {
        byte[] quoted = v6(US_V6, PEER_V6, 6, 64, tcpPayload(TUPLE_V6, segment(100)));
        byte[] message = icmp(type, code, mtu, quoted);
        Bytes.putUint16(message, 2, 0);
        int sum = Checksum.pseudoHeader(PEER_V6, US_V6, 58, message.length) + Checksum.sum(message, 0, message.length);
        Bytes.putUint16(message, 2, Checksum.finish(sum));
        return v6(PEER_V6, US_V6, 58, 64, message);
    }

    /** An ICMP message about the packet in {@code frame}. */
    private static byte[] icmp(int type, int code, int rest, byte[] frame) {
        byte[] message = new byte[8 + frame.length - 14];
        System.arraycopy(frame, 14, message, 8, frame.length - 14);
        message[0] = (byte) type;
        message[1] = (byte) code;
        Bytes.putInt32(message, 4, rest);
        Bytes.putUint16(message, 2, Checksum.finish(Checksum.sum(message, 0, message.length)));
        return message;
    }
}
