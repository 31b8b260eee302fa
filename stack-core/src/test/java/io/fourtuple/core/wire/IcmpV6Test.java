package io.fourtuple.core.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IcmpV6Test {
    private static final String ADDRESSES = "fd770000000000000000000000000002 fd770000000000000000000000000001";
    /** The start of a segment from fd77::2:7 to fd77::1:44166, as a router quotes it. */
    private static final String QUOTED = "6000000000200640" + ADDRESSES + "0007ac86b537d11d";

    private static final IcmpMessage.Quote QUOTE = new IcmpMessage.Quote(
            new FourTuple(KernelFrames.V6_2, 7, KernelFrames.V6_1, 44166), 0xb537d11d);

    @Test
    void shouldReadThePingOfTheKernelAndItsAnswer() {
        byte[] ping = KernelFrames.bytes(KernelFrames.PING_V6);
        byte[] pong = KernelFrames.bytes(KernelFrames.PONG_V6);

        assertThat(IcmpV6.parse(ping, KernelFrames.ipv6(ping)))
                .isEqualTo(new IcmpMessage.EchoRequest(0x3fca, 1, 62, 16));
        assertThat(IcmpV6.parse(pong, KernelFrames.ipv6(pong)))
                .isEqualTo(new IcmpMessage.EchoReply(0x3fca, 1, 62, 16));
    }

    @Test
    void shouldAnswerThePingAsTheKernelDid() {
        byte[] frame = KernelFrames.bytes(KernelFrames.PING_V6);
        IcmpMessage.EchoRequest request = (IcmpMessage.EchoRequest) IcmpV6.parse(frame, KernelFrames.ipv6(frame));
        ByteBuffer target = ByteBuffer.allocate(24);

        int length = IcmpV6.writeEchoReply(target, KernelFrames.V6_2, KernelFrames.V6_1, frame, request);

        byte[] expected = KernelFrames.bytes(KernelFrames.PONG_V6);
        assertThat(length).isEqualTo(24);
        assertThat(target.array()).isEqualTo(Arrays.copyOfRange(expected, 54, expected.length));
    }

    @Test
    void shouldPingAsTheKernelDid() {
        byte[] frame = KernelFrames.bytes(KernelFrames.PING_V6);
        ByteBuffer target = ByteBuffer.allocate(24);

        IcmpV6.writeEchoRequest(
                target, KernelFrames.V6_1, KernelFrames.V6_2, 0x3fca, 1, Arrays.copyOfRange(frame, 62, 78));

        assertThat(target.array()).isEqualTo(Arrays.copyOfRange(frame, 54, 78));
    }

    @Test
    void shouldReadThatAPortIsUnreachableWithoutAQuoteOfTcp() {
        byte[] frame = KernelFrames.bytes(KernelFrames.PORT_UNREACHABLE_V6); // quotes UDP

        assertThat(IcmpV6.parse(frame, KernelFrames.ipv6(frame)))
                .isEqualTo(new IcmpMessage.Failure(IcmpMessage.Cause.PORT_UNREACHABLE, 0, Optional.empty()));
    }

    @ParameterizedTest
    @CsvSource({
        "1, 0, 0, UNREACHABLE, 0",
        "1, 1, 0, PROHIBITED, 0",
        "1, 2, 0, UNREACHABLE, 0",
        "1, 3, 0, UNREACHABLE, 0",
        "1, 4, 0, PORT_UNREACHABLE, 0",
        "1, 5, 0, PROHIBITED, 0",
        "1, 6, 0, PROHIBITED, 0",
        "2, 0, 1280, TOO_BIG, 1280",
        "2, 0, -1, TOO_BIG, 2147483647",
        "3, 0, 0, TIME_EXCEEDED, 0",
        "3, 1, 0, REASSEMBLY, 0",
        "4, 1, 40, PARAMETER_PROBLEM, 0",
    })
    void shouldReadWhyAPacketOfOursGotLost(int type, int code, int field, IcmpMessage.Cause cause, int mtu) {
        assertThat(parse(String.format("%02x%02x0000%08x", type, code, field) + QUOTED))
                .isEqualTo(new IcmpMessage.Failure(cause, mtu, Optional.of(QUOTE)));
    }

    @ParameterizedTest
    @CsvSource({"1, 7", "100, 0", "130, 0", "133, 0", "137, 0", "143, 0", "255, 0"})
    void shouldIgnoreOtherMessages(int type, int code) {
        assertThat(parse(String.format("%02x%02x000000000000", type, code)))
                .isEqualTo(new IcmpMessage.Ignored(type, code));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "",
        "60",
        "6000000000200640" + ADDRESSES + "0007ac86b537d1", // 7 octets behind the header
        "4000000000200640" + ADDRESSES + "0007ac86b537d11d", // version
        "6000000000201140" + ADDRESSES + "0007ac86b537d11d", // UDP
        "6000000000203c40" + ADDRESSES + "0600010400000000", // nothing behind the options
        "6000000000203c40" + ADDRESSES + "06ff010400000000 0007ac86b537d11d", // options beyond the end
        "6000000000202c40" + ADDRESSES + "0600000800000001 0007ac86b537d11d", // a later fragment
        "6000000000200640 00000000000000000000ffff0a4d0002 fd770000000000000000000000000001 0007ac86b537d11d",
    })
    void shouldNotReadAQuoteThatIsNotTheStartOfASegment(String quoted) {
        assertThat(parse("0104000000000000" + quoted))
                .isEqualTo(new IcmpMessage.Failure(IcmpMessage.Cause.PORT_UNREACHABLE, 0, Optional.empty()));
    }

    @Test
    void shouldReadAQuoteBehindExtensionHeaders() {
        IcmpMessage message = parse("0300000000000000 6000000000303c40" + ADDRESSES
                + "2c00010400000000 0600000100000001 0007ac86b537d11d");

        assertThat(((IcmpMessage.Failure) message).quote()).contains(QUOTE);
    }

    @Test
    void shouldNotWalkOverAQuotedChainWithoutEnd() {
        IcmpMessage message = parse("0300000000000000 6000000000303c40" + ADDRESSES + "3c00010400000000".repeat(100));

        assertThat(((IcmpMessage.Failure) message).quote()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "80", "80000000", "800000000000ff"})
    void shouldRejectWhatIsTooShort(String icmp) {
        assertThat(parse(icmp)).isEqualTo(Malformed.ICMP);
    }

    @Test
    void shouldRejectAWrongChecksum() {
        for (int bit = 0; bit < 8 * 24; bit++) {
            byte[] frame = KernelFrames.bytes(KernelFrames.PING_V6);
            frame[54 + bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(IcmpV6.parse(frame, KernelFrames.ipv6(frame))).isEqualTo(Malformed.ICMP_CHECKSUM);
        }
    }

    @Test
    void shouldCoverTheAddressesWithTheChecksum() {
        byte[] frame = KernelFrames.bytes(KernelFrames.PING_V6);
        frame[37]++;

        assertThat(IcmpV6.parse(frame, KernelFrames.ipv6(frame))).isEqualTo(Malformed.ICMP_CHECKSUM);
    }

    @Test
    void shouldComplainOfAHeader() {
        byte[] frame = KernelFrames.bytes(
                "6000000000082b40" + ADDRESSES + "0600000100000000"); // routing type 0 with a segment left
        Ipv6Problem problem = (Ipv6Problem) Ipv6Header.parse(frame, 0);
        ByteBuffer target = ByteBuffer.allocate(100);

        int length = IcmpV6.writeParameterProblem(target, KernelFrames.V6_1, frame, problem);

        byte[] written = Arrays.copyOf(target.array(), length);
        assertThat(KernelFrames.hex(Arrays.copyOfRange(written, 4, length)))
                .isEqualTo("0000002a" + KernelFrames.hex(frame));
        assertThat(IcmpV6.parse(written, ip(length)))
                .isEqualTo(new IcmpMessage.Failure(IcmpMessage.Cause.PARAMETER_PROBLEM, 0, Optional.empty()));
    }

    @Test
    void shouldComplainAsARouterDoes() {
        byte[] frame = KernelFrames.bytes(KernelFrames.DATA_V6);
        IpHeader about = KernelFrames.ipv6(frame);
        IpAddress router = KernelFrames.V6_1; // where the message comes from in ip(…)
        IpHeader quoted = new IpHeader(KernelFrames.V6_2, KernelFrames.V6_1, about.protocol(), about.offset(),
                about.payloadOffset(), about.payloadLength(), 1, 0, false);

        assertThat(failure(target -> IcmpV6.writeHopLimitExceeded(target, router, frame, quoted)).cause())
                .isEqualTo(IcmpMessage.Cause.TIME_EXCEEDED);
        assertThat(failure(target -> IcmpV6.writeUnreachable(
                target, IcmpV6.CODE_ADDRESS_UNREACHABLE, router, frame, quoted)).cause())
                .isEqualTo(IcmpMessage.Cause.UNREACHABLE);
        IcmpMessage.Failure tooBig =
                failure(target -> IcmpV6.writePacketTooBig(target, 1300, router, frame, quoted));
        assertThat(tooBig.cause()).isEqualTo(IcmpMessage.Cause.TOO_BIG);
        assertThat(tooBig.mtu()).isEqualTo(1300);
        assertThat(tooBig.quote()).isPresent();
    }

    private static IcmpMessage.Failure failure(ToIntFunction<ByteBuffer> writer) {
        ByteBuffer target = ByteBuffer.allocate(200);
        int length = writer.applyAsInt(target);
        return (IcmpMessage.Failure) IcmpV6.parse(Arrays.copyOf(target.array(), length), ip(length));
    }

    @Test
    void shouldQuoteNoMoreThanEveryLinkCarries() {
        Ipv6Problem problem = new Ipv6Problem(KernelFrames.V6_1, KernelFrames.V6_2, 0, 1500, 1, 6, false);

        assertThat(IcmpV6.writeParameterProblem(
                        ByteBuffer.allocate(1500), KernelFrames.V6_2, new byte[1500], problem))
                .isEqualTo(Ipv6Header.MINIMUM_MTU - Ipv6Header.LENGTH);
    }

    /** Reads a message whose checksum field is 0 in the text, with the right checksum. */
    private static IcmpMessage parse(String hex) {
        byte[] icmp = KernelFrames.bytes(hex);
        IpHeader ip = ip(icmp.length);
        if (icmp.length >= 4) {
            int sum = Checksum.pseudoHeader(ip.source(), ip.destination(), IcmpV6.PROTOCOL, icmp.length)
                    + Checksum.sum(icmp, 0, icmp.length);
            Bytes.putUint16(icmp, 2, Checksum.finish(sum));
        }
        return IcmpV6.parse(icmp, ip);
    }

    private static IpHeader ip(int payloadLength) {
        return new IpHeader(KernelFrames.V6_1, KernelFrames.V6_2, IcmpV6.PROTOCOL, 0, 0, payloadLength, 64, 0, false);
    }
}
