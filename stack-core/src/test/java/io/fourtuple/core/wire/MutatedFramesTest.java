package io.fourtuple.core.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.conformance.Attack;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames of the kernel, damaged in every way: no parser throws, and none believes in octets that are not there. */
class MutatedFramesTest {
    private static final int FRAMES = 100_000;
    private static final byte[][] GOOD = KernelFrames.all();

    @Attack(7)
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldSurviveMutations(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < FRAMES; i++) {
            byte[] frame = mutated(random);
            try {
                parseAsReceived(frame);
                parseAsAnything(frame, random);
            } catch (RuntimeException e) {
                throw new AssertionError("frame " + i + ": " + KernelFrames.hex(frame), e);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 5})
    void shouldSurviveNoise(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < FRAMES; i++) {
            byte[] frame = new byte[random.nextInt(200)];
            random.nextBytes(frame);
            try {
                parseAsReceived(frame);
                parseAsAnything(frame, random);
            } catch (RuntimeException e) {
                throw new AssertionError("frame " + i + ": " + KernelFrames.hex(frame), e);
            }
        }
    }

    private static byte[] mutated(Random random) {
        byte[] frame = GOOD[random.nextInt(GOOD.length)].clone();
        int mutations = 1 + random.nextInt(4);
        for (int i = 0; i < mutations; i++) {
            frame = mutate(frame, random);
        }
        if (random.nextBoolean()) {
            repairIpv4Checksum(frame); // so that the damage behind it is seen
        }
        return frame;
    }

    private static byte[] mutate(byte[] frame, Random random) {
        if (frame.length == 0) {
            return frame;
        }
        int at = random.nextInt(frame.length);
        switch (random.nextInt(6)) {
            case 0 -> frame[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> frame[at] = (byte) random.nextInt();
            case 2 -> frame[at] = (byte) (random.nextBoolean() ? 0 : 0xff);
            case 3 -> {
                return Arrays.copyOf(frame, at);
            }
            case 4 -> {
                return Arrays.copyOf(frame, frame.length + random.nextInt(64));
            }
            default -> System.arraycopy(frame, 0, frame, at, random.nextInt(frame.length - at) + 1);
        }
        return frame;
    }

    private static void repairIpv4Checksum(byte[] frame) {
        if (frame.length >= 34 && IpHeader.version(frame, 14) == 4) {
            int length = Math.min((frame[14] & 0xf) * 4, frame.length - 14);
            Bytes.putUint16(frame, 24, 0);
            Bytes.putUint16(frame, 24, Checksum.finish(Checksum.sum(frame, 14, length)));
        }
    }

    private static void parseAsReceived(byte[] frame) {
        if (!EthernetHeader.isComplete(frame)) {
            return;
        }
        assertThat(EthernetHeader.destination(frame)).isNotNull();
        assertThat(EthernetHeader.source(frame)).isNotNull();
        switch (EthernetHeader.type(frame)) {
            case EthernetHeader.TYPE_ARP -> assertThat(ArpPacket.parse(frame, EthernetHeader.LENGTH)).isNotNull();
            case EthernetHeader.TYPE_IPV4 -> parsePayload(frame, Ipv4Header.parse(frame, EthernetHeader.LENGTH));
            case EthernetHeader.TYPE_IPV6 -> parsePayload(frame, Ipv6Header.parse(frame, EthernetHeader.LENGTH));
            default -> assertThat(EthernetHeader.type(frame)).isBetween(0, 0xffff);
        }
    }

    /** Every parser at any place, whatever is there. */
    private static void parseAsAnything(byte[] frame, Random random) {
        int offset = random.nextInt(frame.length + 1);
        assertThat(ArpPacket.parse(frame, offset)).isNotNull();
        parsePayload(frame, Ipv4Header.parse(frame, offset));
        parsePayload(frame, Ipv6Header.parse(frame, offset));
        int rest = frame.length - offset;
        parseSegment(frame, offset, rest);
        parseIcmp(frame, new IpHeader(
                KernelFrames.V6_1, KernelFrames.V6_2, IcmpV6.PROTOCOL, 0, offset, rest, 255, 0, false));
        assertThat(QuotedPacket.parseV4(frame, offset, frame.length)).isNotNull();
        assertThat(QuotedPacket.parseV6(frame, offset, frame.length)).isNotNull();
    }

    private static void parsePayload(byte[] frame, IpResult result) {
        switch (result) {
            case IpHeader ip -> {
                assertThat(ip.offset()).isBetween(0, frame.length);
                assertThat(ip.payloadOffset()).isBetween(ip.offset(), frame.length);
                assertThat(ip.payloadLength()).isBetween(0, frame.length - ip.payloadOffset());
                parseSegment(frame, ip.payloadOffset(), ip.payloadLength());
                parseIcmp(frame, ip);
                assertThat(ip.isTcpChecksumValid(frame)).isIn(true, false);
            }
            case Ipv6Problem problem -> {
                assertThat(problem.end()).isBetween(problem.offset(), frame.length);
                assertThat(problem.pointer()).isBetween(0, problem.end() - problem.offset() - 1);
            }
            case Malformed malformed -> assertThat(malformed.counter()).isNotNull();
        }
    }

    private static void parseSegment(byte[] frame, int offset, int length) {
        TcpSegment segment = TcpCodec.parse(frame, offset, length, 0, 0);
        if (segment != null) {
            assertThat(segment.payloadOffset() + segment.payloadLength()).isEqualTo(offset + length);
            assertThat(segment.payloadLength()).isBetween(0, length - TcpCodec.HEADER_LENGTH);
            assertThat(segment.options().sackBlocks()).isBetween(0, OutboundSegment.MAX_SACK_BLOCKS);
            assertThat(segment.toString()).isNotEmpty();
        }
    }

    /** With a checksum made right, so that what is behind it is read. */
    private static void parseIcmp(byte[] frame, IpHeader ip) {
        checkIcmp(frame, IcmpV4.parse(frame, ip));
        checkIcmp(frame, IcmpV6.parse(frame, ip));
        if (ip.payloadLength() < 4) {
            return;
        }
        byte[] repaired = frame.clone();
        Bytes.putUint16(repaired, ip.payloadOffset() + 2, 0);
        int sum = Checksum.sum(repaired, ip.payloadOffset(), ip.payloadLength());
        Bytes.putUint16(repaired, ip.payloadOffset() + 2, Checksum.finish(sum));
        checkIcmp(repaired, IcmpV4.parse(repaired, ip));
        int pseudoHeader =
                Checksum.pseudoHeader(ip.source(), ip.destination(), IcmpV6.PROTOCOL, ip.payloadLength());
        Bytes.putUint16(repaired, ip.payloadOffset() + 2, Checksum.finish(pseudoHeader + sum));
        checkIcmp(repaired, IcmpV6.parse(repaired, ip));
    }

    private static void checkIcmp(byte[] frame, IcmpMessage message) {
        switch (message) {
            case IcmpMessage.EchoRequest echo ->
                    assertThat(echo.dataOffset() + echo.dataLength()).isBetween(echo.dataOffset(), frame.length);
            case IcmpMessage.EchoReply echo ->
                    assertThat(echo.dataOffset() + echo.dataLength()).isBetween(echo.dataOffset(), frame.length);
            case IcmpMessage.NeighborSolicitation solicitation ->
                    assertThat(solicitation.target().isMulticast()).isFalse();
            case IcmpMessage.NeighborAdvertisement advertisement ->
                    assertThat(advertisement.target().isMulticast()).isFalse();
            case IcmpMessage.RouterAdvertisement advertisement -> assertThat(advertisement.prefixes())
                    .hasSizeLessThanOrEqualTo(RouterMessages.MOST_PREFIXES)
                    .allSatisfy(prefix -> assertThat(prefix.length()).isBetween(0, 128));
            case IcmpMessage.Failure failure -> assertThat(failure.mtu()).isNotNegative();
            case IcmpMessage.Ignored ignored -> assertThat(ignored.type()).isBetween(0, 255);
            case Malformed malformed -> assertThat(malformed.counter()).isNotNull();
        }
    }
}
