package io.fourtuple.core.ip;

import static io.fourtuple.core.ip.HostFixture.PEER;
import static io.fourtuple.core.ip.HostFixture.PEER_MAC;
import static io.fourtuple.core.ip.HostFixture.PEER_V6;
import static io.fourtuple.core.ip.HostFixture.TUPLE;
import static io.fourtuple.core.ip.HostFixture.TUPLE_V6;
import static io.fourtuple.core.ip.HostFixture.US;
import static io.fourtuple.core.ip.HostFixture.US_V6;
import static io.fourtuple.core.ip.HostFixture.arp;
import static io.fourtuple.core.ip.HostFixture.arpReply;
import static io.fourtuple.core.ip.HostFixture.bytes;
import static io.fourtuple.core.ip.HostFixture.neighborAdvertisement;
import static io.fourtuple.core.ip.HostFixture.segment;
import static io.fourtuple.core.ip.HostFixture.syn;
import static io.fourtuple.core.ip.HostFixture.tcp;
import static io.fourtuple.core.ip.HostFixture.tcpPayload;
import static io.fourtuple.core.ip.HostFixture.v4;
import static io.fourtuple.core.ip.HostFixture.v6;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.Counter;
import io.fourtuple.core.conformance.Attack;
import io.fourtuple.core.wire.ArpPacket;
import io.fourtuple.core.wire.Bytes;
import io.fourtuple.core.wire.IcmpV4;
import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.core.wire.NeighborDiscovery;
import io.fourtuple.core.wire.OutboundSegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Good frames with something wrong in them: whatever it is, nothing throws, each frame is counted in exactly one place,
 * and what {@link Verdict} can see is not delivered.
 */
class IpMutationTest {
    private static final int ETHERNET = 14;
    private static final int FRAMES = 100_000;

    private final HostFixture net = new HostFixture().withKnownPeer();

    @Attack(7)
    @ParameterizedTest
    @ValueSource(longs = {1, 20260101, -7})
    void shouldSurviveMutatedFramesAndCountEachOnce(long seed) {
        Random random = new Random(seed);
        List<byte[]> good = goodFrames();
        long before = net.counters.get(Counter.LINK_IN_FRAMES);
        int delivered = 0;
        for (int i = 0; i < FRAMES; i++) {
            byte[] frame = mutate(good.get(random.nextInt(good.size())).clone(), random);
            long ended = net.terminalSum();
            Ingress ingress = receive(frame);
            if (net.terminalSum() != ended + 1) {
                throw new AssertionError("not counted once: " + HexFormat.of().formatHex(frame));
            }
            if (ingress != null) {
                delivered++;
                if (Verdict.of(frame) != Verdict.GOOD) {
                    throw new AssertionError("delivered: " + HexFormat.of().formatHex(frame));
                }
            }
            step(random);
        }
        assertThat(net.counters.get(Counter.LINK_IN_FRAMES) - before).isEqualTo(FRAMES);
        net.assertCount(Counter.LINK_IN_FRAMES, net.counters.get(Counter.LINK_IN_FRAMES));
        assertThat(delivered).isPositive(); // padding, and what no checksum covers
        assertReachedEverything();
    }

    /** A single flipped bit is always seen by the checksum of whatever it covers. */
    @Test
    void shouldNotDeliverASegmentWithOneFlippedBit() {
        for (byte[] good : List.of(tcp(TUPLE, segment(20)), tcp(TUPLE_V6, segment(20)))) {
            boolean v4 = Bytes.uint16(good, 12) == 0x0800;
            for (int bit = ETHERNET * 8; bit < good.length * 8; bit++) {
                byte[] frame = good.clone();
                frame[bit / 8] ^= (byte) (1 << bit % 8);
                Ingress ingress = net.receive(frame);
                int at = bit / 8 - ETHERNET;
                boolean classOrLabel = at < 4 && (at > 0 || bit % 8 < 4);
                boolean unprotected = !v4 && (classOrLabel || at == 7); // or the hop limit
                assertThat(ingress != null).as("bit %d of octet %d", bit % 8, at).isEqualTo(unprotected);
            }
        }
    }

    @Test
    void shouldNotDeliverATruncatedSegment() {
        for (byte[] good : List.of(tcp(TUPLE, segment(20)), tcp(TUPLE_V6, segment(20)), tcp(TUPLE, syn()))) {
            for (int length = 0; length < good.length; length++) {
                assertThat(net.receive(Arrays.copyOf(good, length))).isNull();
            }
            assertThat(net.receive(good)).isNotNull();
        }
    }

    private Ingress receive(byte[] frame) {
        try {
            return net.receive(frame);
        } catch (RuntimeException e) {
            throw new AssertionError("threw: " + HexFormat.of().formatHex(frame), e);
        }
    }

    /** Time goes on, so that what the frames have set going is carried out too. */
    private void step(Random random) {
        net.link.sent.clear();
        net.now += random.nextInt(10_000_000);
        net.host.handleTimeout(net.now);
        assertThat(net.host.pollIngress(net.now)).isNull();
    }

    private void assertReachedEverything() {
        for (Counter counter : List.of(Counter.TCP_IN_CSUM_ERRORS, Counter.TCP_IN_ERRS, Counter.IP_IN_HDR_ERRORS,
                Counter.IP_IN_TRUNCATED_PKTS, Counter.IP_IN_ADDR_ERRORS, Counter.IP_IN_UNKNOWN_PROTOS,
                Counter.IP_REASM_HELD, Counter.IP_REASM_DROPPED, Counter.IP_REASM_TIMEOUT, Counter.LINK_IN_ERRORS,
                Counter.LINK_IN_OTHER_HOST, Counter.LINK_IN_UNKNOWN_PROTOS, Counter.ARP_IN_ERRORS,
                Counter.ARP_IN_REQUESTS, Counter.ICMP_IN_CSUM_ERRORS, Counter.ICMP_IN_ERRORS, Counter.ICMP_IN_ECHOS)) {
            assertThat(net.counters.get(counter)).as(counter.name()).isPositive();
        }
    }

    private static List<byte[]> goodFrames() {
        OutboundSegment sack = segment(0);
        sack.timestamps = true;
        sack.sackBlocks = 3;
        Arrays.setAll(sack.sackEdges, i -> 3000 + 100 * i);
        List<byte[]> frames = new ArrayList<>();
        for (var tuple : List.of(TUPLE, TUPLE_V6)) {
            frames.add(tcp(tuple, syn()));
            frames.add(tcp(tuple, segment(0)));
            frames.add(tcp(tuple, segment(7)));
            frames.add(tcp(tuple, segment(1400)));
            frames.add(tcp(tuple, sack));
        }
        frames.add(IcmpTest.ping(PEER, US));
        frames.add(IcmpTest.ping6(PEER_V6, US_V6));
        frames.add(v4(PEER, US, IcmpV4.PROTOCOL, unreachable()));
        frames.add(arpReply());
        frames.add(arp(ArpPacket.REQUEST, PEER_MAC, PEER, MacAddress.BROADCAST, US));
        frames.add(neighborAdvertisement(PEER_MAC, true, true));
        frames.add(v6(PEER_V6, US_V6, 58, 255, bytes(target ->
                NeighborDiscovery.writeSolicitation(target, PEER_V6, US_V6, US_V6, PEER_MAC))));
        byte[] options = new byte[24 + 40];
        options[0] = 43; // destination options, then routing, then TCP
        options[8] = 6;
        System.arraycopy(tcpPayload(TUPLE_V6.reversed(), syn()), 0, options, 16, 40);
        frames.add(v6(PEER_V6, US_V6, 60, 64, Arrays.copyOf(options, 16 + 40)));
        return frames;
    }

    private static byte[] unreachable() {
        byte[] about = v4(US, PEER, 6, tcpPayload(TUPLE, segment(100)));
        byte[] message = new byte[8 + 28];
        message[0] = 3;
        message[1] = 3;
        System.arraycopy(about, ETHERNET, message, 8, 28);
        Bytes.putUint16(message, 2, 0xffff - Verdict.onesComplementSum(0, message, 0, message.length));
        return message;
    }

    private static byte[] mutate(byte[] frame, Random random) {
        if (frame.length == 0) {
            return frame;
        }
        return switch (random.nextInt(8)) {
            case 0 -> Arrays.copyOf(frame, random.nextInt(frame.length));
            case 1 -> Arrays.copyOf(frame, frame.length + 1 + random.nextInt(64)); // padding
            case 2 -> wrongLength(frame, random);
            case 3 -> mutate(mutate(frame, random), random);
            case 4 -> noise(frame, random);
            default -> flip(frame, 1 + random.nextInt(4), random);
        };
    }

    private static byte[] flip(byte[] frame, int bits, Random random) {
        int reach = random.nextBoolean() ? frame.length : Math.min(frame.length, 80); // headers more often
        for (int i = 0; i < bits; i++) {
            frame[random.nextInt(reach)] ^= (byte) (1 << random.nextInt(8));
        }
        return frame;
    }

    /** One of the fields that say how long something is, with the IPv4 header checksum put right half of the time. */
    private static byte[] wrongLength(byte[] frame, Random random) {
        if (frame.length < ETHERNET + 60) {
            return frame;
        }
        boolean v4 = Bytes.uint16(frame, 12) == 0x0800;
        switch (random.nextInt(4)) {
            case 0 -> Bytes.putUint16(frame, ETHERNET + (v4 ? 2 : 4), random.nextInt(65_536));
            case 1 -> frame[ETHERNET] = (byte) random.nextInt(256);
            case 2 -> frame[ETHERNET + (v4 ? 20 : 40) + 12] = (byte) random.nextInt(256);
            default -> Bytes.putUint16(frame, ETHERNET + (v4 ? 6 : 40), random.nextInt(65_536));
        }
        if (v4 && random.nextBoolean()) {
            int length = Math.min((frame[ETHERNET] & 0xf) * 4, frame.length - ETHERNET);
            Bytes.putUint16(frame, ETHERNET + 10, 0);
            Bytes.putUint16(frame, ETHERNET + 10, 0xffff - Verdict.onesComplementSum(0, frame, ETHERNET, length));
        }
        return frame;
    }

    private static byte[] noise(byte[] frame, Random random) {
        int from = random.nextInt(frame.length);
        int to = Math.min(frame.length, from + 1 + random.nextInt(32));
        for (int i = from; i < to; i++) {
            frame[i] = (byte) random.nextInt(256);
        }
        return frame;
    }
}
