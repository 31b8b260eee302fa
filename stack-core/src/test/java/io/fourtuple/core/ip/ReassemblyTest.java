package io.fourtuple.core.ip;

import static io.fourtuple.core.ip.HostFixture.CONFIG;
import static io.fourtuple.core.ip.HostFixture.PEER;
import static io.fourtuple.core.ip.HostFixture.PEER_V6;
import static io.fourtuple.core.ip.HostFixture.SECOND;
import static io.fourtuple.core.ip.HostFixture.TUPLE;
import static io.fourtuple.core.ip.HostFixture.TUPLE_V6;
import static io.fourtuple.core.ip.HostFixture.US;
import static io.fourtuple.core.ip.HostFixture.US_V6;
import static io.fourtuple.core.ip.HostFixture.bytes;
import static io.fourtuple.core.ip.HostFixture.ip;
import static io.fourtuple.core.ip.HostFixture.neighborAdvertisement;
import static io.fourtuple.core.ip.HostFixture.segment;
import static io.fourtuple.core.ip.HostFixture.tcp;
import static io.fourtuple.core.ip.HostFixture.tcpPayload;
import static io.fourtuple.core.ip.HostFixture.v4;
import static io.fourtuple.core.ip.HostFixture.v6;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.Counter;
import io.fourtuple.core.conformance.Attack;
import io.fourtuple.core.conformance.Rfc;
import io.fourtuple.core.wire.Bytes;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IcmpMessage;
import io.fourtuple.core.wire.IcmpV4;
import io.fourtuple.core.wire.IcmpV6;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.IpHeader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Datagrams in fragments (RFC 791 §3.2, RFC 8200 §4.5, RFC 5722, RFC 6946, RFC 6980, RFC 7112). */
class ReassemblyTest {
    private static final int IP = 14;
    private static final byte[] DATA = new byte[8192];

    static {
        new Random(3).nextBytes(DATA);
    }

    private final HostFixture net = new HostFixture().withKnownPeer();

    static Stream<FourTuple> tuples() {
        return Stream.of(TUPLE, TUPLE_V6);
    }

    @Rfc(number = 791, rules = "3.2")
    @Rfc(number = 815, rules = "3")
    @Rfc(number = 8200, rules = "4.5")
    @ParameterizedTest
    @MethodSource("tuples")
    void shouldPutASegmentTogetherWhateverTheOrder(FourTuple tuple) {
        byte[] frame = tcp(tuple, segment(1000));
        List<byte[]> fragments = Fragments.cut(frame, 104, 77);
        Collections.shuffle(fragments, new Random(1));

        for (byte[] fragment : fragments.subList(1, fragments.size())) {
            assertThat(net.receive(fragment)).isNull();
        }
        Ingress.Tcp ingress = (Ingress.Tcp) net.receive(fragments.getFirst());

        assertThat(ingress.tuple()).isEqualTo(tuple);
        assertThat(Arrays.copyOfRange(ingress.segment().array(), ingress.segment().payloadOffset(),
                ingress.segment().payloadOffset() + ingress.segment().payloadLength()))
                .isEqualTo(Arrays.copyOfRange(frame, frame.length - 1000, frame.length));
        net.assertCount(Counter.IP_REASM_REQDS, fragments.size());
        net.assertCount(Counter.IP_REASM_HELD, fragments.size() - 1);
        net.assertCount(Counter.IP_REASM_OKS, 1);
        net.assertCount(Counter.IP_IN_DELIVERS, net.counters.get(Counter.ICMP_IN_MSGS) + 1);
        assertThat(net.host.reassembly().charge()).isZero();
        assertThat(net.host.reassembly().sourceCount()).isZero();
    }

    /** The answer is larger than the link carries, too. */
    @Test
    void shouldAnswerAPingOfEightKibibytesInFragments() {
        Fragments.cut(v4(PEER, US, 1, bytes(to -> IcmpV4.writeEchoRequest(to, 42, 7, DATA))), 1480, 5)
                .forEach(net::receive);
        assertReply(1500, (frame, header) -> IcmpV4.parse(frame, header));

        Fragments.cut(v6(PEER_V6, US_V6, 58, 64,
                        bytes(to -> IcmpV6.writeEchoRequest(to, PEER_V6, US_V6, 42, 7, DATA))), 1448, 5)
                .forEach(net::receive);
        assertReply(1280, (frame, header) -> IcmpV6.parse(frame, header));
        net.assertCount(Counter.IP_REASM_OKS, 2);
        net.assertCount(Counter.IP_FRAG_OKS, 2);
        net.assertCount(Counter.IP_FRAG_CREATES, 6 + 7);
    }

    private interface Parser {
        IcmpMessage parse(byte[] frame, IpHeader header);
    }

    /** Lets another host put the answer together. */
    private void assertReply(int mtu, Parser parser) {
        List<byte[]> packets = new ArrayList<>();
        while (!net.link.sent.isEmpty()) {
            byte[] frame = net.takeSent().bytes();
            assertThat(frame.length - IP).isLessThanOrEqualTo(mtu);
            assertThat(ip(frame).fragment()).isTrue();
            packets.add(frame);
        }
        assertThat(packets).hasSizeGreaterThan(5);
        HostFixture peer = new HostFixture();
        Reassembly reassembly = peer.host.reassembly();
        byte[] whole = null;
        for (byte[] packet : packets) {
            assertThat(whole).isNull();
            whole = reassembly.receive(packet, ip(packet), 0).orElse(null);
        }
        byte[] ethernet = new byte[IP + whole.length];
        System.arraycopy(packets.getFirst(), 0, ethernet, 0, IP);
        System.arraycopy(whole, 0, ethernet, IP, whole.length);
        IcmpMessage.EchoReply reply = (IcmpMessage.EchoReply) parser.parse(ethernet, ip(ethernet));
        assertThat(reply.identifier()).isEqualTo(42);
        assertThat(Arrays.copyOfRange(ethernet, reply.dataOffset(), reply.dataOffset() + reply.dataLength()))
                .isEqualTo(DATA);
    }

    /** The answer waits whole for the neighbour, so that it takes one place of its queue. */
    @Test
    void shouldCutAnAnswerOnlyOnceTheNeighbourIsKnown() {
        HostFixture stranger = new HostFixture();
        Fragments.cut(v4(PEER, US, 1, bytes(to -> IcmpV4.writeEchoRequest(to, 1, 1, new byte[60_000]))), 1480, 5)
                .forEach(stranger::receive);
        assertThat(stranger.takeArp().targetIp()).isEqualTo(PEER);
        stranger.assertNothingSent();
        stranger.receive(HostFixture.arpReply());
        assertThat(stranger.link.sent).hasSize(41);
    }

    @ParameterizedTest
    @MethodSource("tuples")
    void shouldIgnoreCopies(FourTuple tuple) {
        List<byte[]> fragments = Fragments.cut(tcp(tuple, segment(100)), 48, 1);
        net.receive(fragments.get(0));
        net.receive(fragments.get(0).clone());
        net.receive(fragments.get(2));
        net.receive(fragments.get(2).clone());
        assertThat(net.receive(fragments.get(1))).isNotNull();
        net.assertCount(Counter.IP_REASM_DROPPED, 2);
    }

    /** RFC 5722 §4: the whole datagram goes, with what is still to come of it, and nobody is told. */
    @Rfc(number = 5722, rules = "4")
    @Rfc(number = 8200, rules = "4.5")
    @Attack(6)
    @ParameterizedTest
    @CsvSource({
        "40, 88, true, false", // begins inside
        "8, 40, true, false", // lies inside
        "0, 96, true, false", // lies around
        "16, 48, true, true", // the same place, other octets
        "16, 48, false, false", // the same octets, but the end
        "0, 24, true, false" // ends inside
    })
    void shouldGiveUpADatagramWhoseFragmentsOverlap(int start, int end, boolean more, boolean other) {
        for (FourTuple tuple : List.of(TUPLE, TUPLE_V6)) {
            byte[] frame = tcp(tuple, segment(100));
            net.receive(Fragments.part(frame, 16, 48, true, 9));
            byte[] overlapping = Fragments.part(frame, start, end, more, 9);
            if (other) {
                overlapping[overlapping.length - 1] ^= 1;
            }
            net.receive(overlapping);
            Fragments.cut(frame, 40, 9).forEach(fragment -> assertThat(net.receive(fragment)).isNull());
            Fragments.cut(frame, 40, 10).subList(0, 2).forEach(net::receive);
            assertThat(net.receive(Fragments.part(frame, 80, 120, false, 10))).isNotNull();
        }
        net.assertCount(Counter.IP_REASM_OVERLAPS, 2);
        net.assertCount(Counter.IP_REASM_FAILS, 2);
        net.now += 61 * SECOND;
        net.host.handleTimeout(net.now);
        net.assertCount(Counter.IP_REASM_TIMEOUT, 0);
        net.assertNothingSent();
        assertThat(net.host.reassembly().size()).isZero();
    }

    @Attack(6)
    @ParameterizedTest
    @MethodSource("tuples")
    void shouldGiveUpADatagramWithTwoEnds(FourTuple tuple) {
        byte[] frame = tcp(tuple, segment(100));
        net.receive(Fragments.part(frame, 40, 80, false, 1));
        net.receive(Fragments.part(frame, 80, 120, false, 1));
        net.receive(Fragments.part(frame, 40, 80, false, 2));
        net.receive(Fragments.part(frame, 80, 120, true, 2));
        net.receive(Fragments.part(frame, 80, 120, true, 3));
        net.receive(Fragments.part(frame, 40, 80, false, 3));
        net.assertCount(Counter.IP_REASM_OVERLAPS, 3);
    }

    @Test
    @Rfc(number = 8200, rules = "4.5")
    @Attack(5)
    void shouldGiveUpInTimeAndQuoteTheFirstFragment() {
        byte[] frame = tcp(TUPLE, segment(2000));
        net.receive(Fragments.part(frame, 0, 1480, true, 1));
        byte[] frameV6 = tcp(TUPLE_V6, segment(2000));
        net.receive(Fragments.part(frameV6, 0, 1400, true, 1));
        net.receive(Fragments.part(frameV6, 1408, 1416, true, 2)); // without a first one nobody is told

        long start = net.now;
        net.stepToDeadline();
        assertThat(net.now - start).isEqualTo(30 * SECOND);
        assertTimeExceeded(11, 576, PEER);
        net.stepToDeadline();
        assertThat(net.now - start).isEqualTo(60 * SECOND);
        assertTimeExceeded(3, 1280, PEER_V6);
        net.assertCount(Counter.ICMP_OUT_MSGS, 2 + net.counters.get(Counter.ARP_OUT_REQUESTS) - 1); // one was ARP
        net.assertCount(Counter.IP_REASM_TIMEOUT, 3);
        net.assertCount(Counter.IP_REASM_FAILS, 3);
        assertThat(net.host.reassembly().charge()).isZero();
    }

    private void assertTimeExceeded(int type, int longest, IpAddress to) {
        byte[] answer = net.takeSent().bytes();
        IpHeader header = ip(answer);
        assertThat(header.destination()).isEqualTo(to);
        assertThat(header.end() - header.offset()).isEqualTo(longest);
        assertThat(Bytes.uint16(answer, header.payloadOffset())).isEqualTo(type << 8 | 1);
        assertThat(Verdict.of(answer)).isEqualTo(Verdict.GOOD);
    }

    /** RFC 1122 §3.2.2, RFC 4443 §2.4 e. */
    @Test
    void shouldReportNoErrorAboutAnError() {
        byte[] error = new byte[64];
        error[0] = 3;
        net.receive(Fragments.part(v4(PEER, US, 1, error), 0, 48, true, 1));
        net.receive(Fragments.part(v6(PEER_V6, US_V6, 58, 64, error), 0, 48, true, 1));
        net.receive(Fragments.part(v6(PEER_V6, US_V6, 58, 64, error), 0, 47, true, 2));
        net.now += 61 * SECOND;
        net.host.handleTimeout(net.now);
        net.assertNothingSent();
        net.assertCount(Counter.IP_REASM_TIMEOUT, 2);
    }

    @Test
    void shouldLimitTheRateOfWhatItSaysAboutMissingFragments() {
        HostFixture limited = new HostFixture(
                CONFIG.withIcmpRate(new IpConfig.IcmpRate(0, 3)), HostFixture.ETHERNET).withKnownPeer();
        byte[] frame = tcp(TUPLE, segment(100));
        for (int id = 0; id < 10; id++) {
            limited.receive(Fragments.part(frame, 0, 40, true, id));
        }
        limited.stepToDeadline();
        assertThat(limited.link.sent).hasSize(3);
        limited.assertCount(Counter.ICMP_OUT_RATE_LIMITED, 7);
    }

    /** RFC 8200 §4.5; in IPv4 nobody is told. */
    @Test
    @Attack(6)
    void shouldRefuseLengthsThatMakeNoSense() {
        for (FourTuple tuple : List.of(TUPLE, TUPLE_V6)) {
            byte[] frame = tcp(tuple, segment(100));
            net.receive(Fragments.part(frame, 0, 47, true, 1));
            net.receive(Fragments.part(frame, new byte[16], 65_528, false, 1));
            net.receive(Fragments.part(frame, new byte[8], 65_528, true, 1));
            net.receive(Fragments.part(frame, new byte[0], 800, false, 1));
            net.receive(Fragments.part(frame, new byte[0], 0, true, 1));
        }
        net.assertCount(Counter.IP_IN_HDR_ERRORS, 10);
        assertThat(net.host.reassembly().size()).isZero();
        assertParameterProblem(0, 4);
        assertParameterProblem(0, 42);
        assertParameterProblem(0, 42);
        assertParameterProblem(3, 0);
        net.assertNothingSent();
    }

    private void assertParameterProblem(int code, int pointer) {
        byte[] answer = net.takeSent().bytes();
        int icmp = ip(answer).payloadOffset();
        assertThat(Bytes.uint16(answer, icmp)).isEqualTo(4 << 8 | code);
        assertThat(Bytes.int32(answer, icmp + 4)).isEqualTo(pointer);
    }

    /** RFC 7112 §5. */
    @ParameterizedTest
    @ValueSource(ints = {8, 16, 24, 32})
    void shouldRefuseAFirstFragmentWithoutAllHeaders(int length) {
        byte[] payload = new byte[16 + 120];
        payload[0] = 60; // destination options, twice, then TCP
        payload[8] = 6;
        System.arraycopy(tcpPayload(TUPLE_V6.reversed(), segment(100)), 0, payload, 16, 120);
        byte[] frame = v6(PEER_V6, US_V6, 60, 64, payload);

        net.receive(Fragments.part(frame, 0, length, true, 1));
        assertParameterProblem(3, 0);
        net.assertCount(Counter.IP_IN_HDR_ERRORS, 1);

        net.receive(Fragments.part(frame, 0, 40, true, 1)); // the same with all headers is good
        assertThat(net.receive(Fragments.part(frame, 40, payload.length, false, 1))).isNotNull();
    }

    @Test
    void shouldRefuseAPacketThatWasCutTwice() {
        byte[] inner = Fragments.payload(Fragments.part(tcp(TUPLE_V6, segment(100)), 0, 48, true, 5));
        byte[] frame = v6(PEER_V6, US_V6, 44, 64, inner);
        net.receive(Fragments.part(frame, 0, 40, true, 1));
        assertThat(net.receive(Fragments.part(frame, 40, inner.length, false, 1))).isNull();
        net.assertCount(Counter.IP_IN_HDR_ERRORS, 1);
        assertThat(net.host.reassembly().size()).isZero();
    }

    /** RFC 6946 §4: at once, and whatever waits under the same identification. */
    @Test
    @Rfc(number = 8200, rules = "4.5")
    void shouldTakeAnAtomicFragmentForAWholePacket() {
        byte[] frame = tcp(TUPLE_V6, segment(100));
        net.receive(Fragments.part(frame, 0, 48, true, 1));
        assertThat(net.receive(Fragments.part(frame, 0, 120, false, 1))).isNotNull();
        assertThat(net.receive(Fragments.part(frame, 48, 120, false, 1))).isNotNull();
        net.assertCount(Counter.IP_REASM_REQDS, 2);
    }

    /** RFC 6980 §5. */
    @Test
    void shouldIgnoreNeighbourDiscoveryInFragments() {
        byte[] advertisement = neighborAdvertisement(HostFixture.OUR_MAC, true, true);
        Fragments.cut(advertisement, 24, 1).forEach(net::receive);
        net.assertCount(Counter.IP_IN_HDR_ERRORS, 1);
        net.receive(Fragments.part(advertisement, 0, Fragments.payload(advertisement).length, false, 1));
        net.assertCount(Counter.ICMP_IN_ERRORS, 1);
        net.assertCount(Counter.ICMP_IN_NEIGHBOR_MESSAGES, 1); // the fixture's
    }

    @Test
    void shouldNotTakeFragmentsThatAreNotForUs() {
        FourTuple others = new FourTuple(IpAddress.parse("10.77.0.3"), 7, PEER, 9);
        net.receive(Fragments.part(tcp(others, segment(100)), 0, 48, true, 1));
        net.assertCount(Counter.IP_IN_ADDR_ERRORS, 1);
        assertThat(net.host.reassembly().size()).isZero();
    }

    /** RFC 3168 §5.3. */
    @ParameterizedTest
    @CsvSource({"2, 3, 3", "3, 1, 3", "2, 2, 2", "0, 2, 0", "0, 3, -1"})
    void shouldKeepACongestionMark(int first, int second, int whole) {
        for (FourTuple tuple : List.of(TUPLE, TUPLE_V6)) {
            byte[] frame = tcp(tuple, segment(100));
            net.receive(marked(Fragments.part(frame, 0, 64, true, 1), first));
            Ingress.Tcp ingress = (Ingress.Tcp) net.receive(marked(Fragments.part(frame, 64, 120, false, 1), second));
            if (whole < 0) {
                assertThat(ingress).isNull();
            } else {
                assertThat(ingress.segment().ecn()).isEqualTo(whole);
            }
        }
        assertThat(net.counters.get(Counter.IP_REASM_FAILS)).isEqualTo(whole < 0 ? 2 : 0);
    }

    private static byte[] marked(byte[] frame, int ecn) {
        if (Fragments.isV4(frame)) {
            frame[IP + 1] |= (byte) ecn;
            Fragments.putChecksum(frame);
        } else {
            frame[IP + 1] |= (byte) (ecn << 4);
        }
        return frame;
    }

    @Test
    void shouldKeepIpv4OptionsOfTheFirstFragment() {
        byte[] plain = Fragments.part(tcp(TUPLE, segment(100)), 0, 64, true, 1);
        byte[] first = new byte[plain.length + 4];
        System.arraycopy(plain, 0, first, 0, 34);
        Arrays.fill(first, 34, 38, (byte) 1);
        System.arraycopy(plain, 34, first, 38, plain.length - 34);
        first[IP] = 0x46;
        Bytes.putUint16(first, IP + 2, first.length - IP);
        Bytes.putUint16(first, IP + 10, 0);
        Bytes.putUint16(first, IP + 10, 0xffff - Verdict.onesComplementSum(0, first, IP, 24));
        net.receive(first);
        assertThat(net.receive(Fragments.part(tcp(TUPLE, segment(100)), 64, 120, false, 1))).isNotNull();
    }
}
