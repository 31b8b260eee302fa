package io.fourtuple.core.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IcmpV4Test {
    /** The start of a segment from 10.77.0.2:7 to 10.77.0.1:58864, as a router quotes it. */
    private static final String QUOTED = "45000034e6264000400600000a4d00020a4d0001 0007e5f0a0bb74bd";

    private static final IcmpMessage.Quote QUOTE = new IcmpMessage.Quote(
            new FourTuple(KernelFrames.V4_2, 7, KernelFrames.V4_1, 58864), 0xa0bb74bd);

    @Test
    void shouldReadThePingOfTheKernel() {
        byte[] frame = KernelFrames.bytes(KernelFrames.PING_V4);

        assertThat(IcmpV4.parse(frame, KernelFrames.ipv4(frame)))
                .isEqualTo(new IcmpMessage.EchoRequest(0x3fc8, 1, 42, 16));
    }

    @Test
    void shouldReadTheAnswerOfTheKernel() {
        byte[] frame = KernelFrames.bytes(KernelFrames.PONG_V4);

        assertThat(IcmpV4.parse(frame, KernelFrames.ipv4(frame)))
                .isEqualTo(new IcmpMessage.EchoReply(0x3fc8, 1, 42, 16));
    }

    @Test
    void shouldAnswerThePingAsTheKernelDid() {
        byte[] frame = KernelFrames.bytes(KernelFrames.PING_V4);
        IcmpMessage.EchoRequest request = (IcmpMessage.EchoRequest) IcmpV4.parse(frame, KernelFrames.ipv4(frame));
        ByteBuffer target = ByteBuffer.allocate(40).position(7);

        assertThat(IcmpV4.writeEchoReply(target, frame, request)).isEqualTo(24);

        byte[] expected = KernelFrames.bytes(KernelFrames.PONG_V4);
        assertThat(Arrays.copyOfRange(target.array(), 7, target.position()))
                .isEqualTo(Arrays.copyOfRange(expected, 34, expected.length));
    }

    @Test
    void shouldPingAsTheKernelDid() {
        byte[] frame = KernelFrames.bytes(KernelFrames.PING_V4);
        ByteBuffer target = ByteBuffer.allocate(24);

        IcmpV4.writeEchoRequest(target, 0x3fc8, 1, Arrays.copyOfRange(frame, 42, 58));

        assertThat(target.array()).isEqualTo(Arrays.copyOfRange(frame, 34, 58));
    }

    @Test
    void shouldReadThatAPortIsUnreachableWithoutAQuoteOfTcp() {
        byte[] frame = KernelFrames.bytes(KernelFrames.PORT_UNREACHABLE_V4); // quotes UDP

        assertThat(IcmpV4.parse(frame, KernelFrames.ipv4(frame)))
                .isEqualTo(new IcmpMessage.Failure(IcmpMessage.Cause.PORT_UNREACHABLE, 0, Optional.empty()));
    }

    @ParameterizedTest
    @CsvSource({
        "3, 0, 0, UNREACHABLE, 0",
        "3, 1, 0, UNREACHABLE, 0",
        "3, 2, 0, PROTOCOL_UNREACHABLE, 0",
        "3, 3, 0, PORT_UNREACHABLE, 0",
        "3, 4, 1400, TOO_BIG, 1400",
        "3, 4, 0, TOO_BIG, 0", // RFC 1191 §5: an old router
        "3, 5, 0, UNREACHABLE, 0",
        "3, 9, 0, PROHIBITED, 0",
        "3, 10, 0, PROHIBITED, 0",
        "3, 12, 0, UNREACHABLE, 0",
        "3, 13, 0, PROHIBITED, 0",
        "3, 14, 0, UNREACHABLE, 0",
        "3, 15, 0, UNREACHABLE, 0",
        "11, 0, 0, TIME_EXCEEDED, 0",
        "11, 1, 0, REASSEMBLY, 0",
        "12, 0, 0, PARAMETER_PROBLEM, 0",
    })
    void shouldReadWhyAPacketOfOursGotLost(int type, int code, int field, IcmpMessage.Cause cause, int mtu) {
        assertThat(parse(String.format("%02x%02x00000000%04x", type, code, field) + QUOTED))
                .isEqualTo(new IcmpMessage.Failure(cause, mtu, Optional.of(QUOTE)));
    }

    @ParameterizedTest
    @CsvSource({"3, 16", "3, 255", "4, 0", "5, 1", "9, 0", "13, 0", "42, 0", "255, 0"})
    void shouldIgnoreOtherMessages(int type, int code) {
        assertThat(parse(String.format("%02x%02x000000000000", type, code) + QUOTED))
                .isEqualTo(new IcmpMessage.Ignored(type, code));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "",
        "45",
        "45000034e6264000400600000a4d00020a4d0001 0007e5f0a0bb74", // 7 octets behind the header
        "65000034e6264000400600000a4d00020a4d0001 0007e5f0a0bb74bd", // version
        "44000034e6264000400600000a4d00020a4d0001 0007e5f0a0bb74bd", // IHL
        "46000034e6264000400600000a4d00020a4d0001 0007e5f0a0bb74bd", // IHL beyond the end
        "45000034e6264000401100000a4d00020a4d0001 0007e5f0a0bb74bd", // UDP
        "45000034e6260001400600000a4d00020a4d0001 0007e5f0a0bb74bd", // a later fragment
    })
    void shouldNotReadAQuoteThatIsNotTheStartOfASegment(String quoted) {
        assertThat(parse("0303000000000000" + quoted))
                .isEqualTo(new IcmpMessage.Failure(IcmpMessage.Cause.PORT_UNREACHABLE, 0, Optional.empty()));
    }

    @Test
    void shouldReadAQuoteWithOptions() {
        IcmpMessage message = parse("0b00000000000000"
                + "46000038e6262000010600000a4d00020a4d000194040000 0007e5f0a0bb74bd");

        assertThat(((IcmpMessage.Failure) message).quote()).contains(QUOTE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "08", "0800f7ff", "080000000000ff"})
    void shouldRejectWhatIsTooShort(String icmp) {
        assertThat(parse(icmp)).isEqualTo(Malformed.ICMP);
    }

    @Test
    void shouldRejectAWrongChecksum() {
        for (int bit = 0; bit < 8 * 24; bit++) {
            byte[] frame = KernelFrames.bytes(KernelFrames.PING_V4);
            frame[34 + bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(IcmpV4.parse(frame, KernelFrames.ipv4(frame))).isEqualTo(Malformed.ICMP_CHECKSUM);
        }
    }

    @Test
    void shouldQuoteWhatItComplainsOf() {
        byte[] frame = KernelFrames.bytes(KernelFrames.DATA_V4);
        IpHeader about = KernelFrames.ipv4(frame);
        ByteBuffer target = ByteBuffer.allocate(100);

        int length = IcmpV4.writeUnreachable(target, IcmpV4.CODE_PROTOCOL_UNREACHABLE, 0, frame, about);

        byte[] written = Arrays.copyOf(target.array(), length);
        assertThat(Arrays.copyOfRange(written, 8, length)).isEqualTo(Arrays.copyOfRange(frame, 14, 71));
        assertThat(IcmpV4.parse(written, ip(length))).isEqualTo(new IcmpMessage.Failure(
                IcmpMessage.Cause.PROTOCOL_UNREACHABLE,
                0,
                Optional.of(new IcmpMessage.Quote(
                        new FourTuple(KernelFrames.V4_1, 58864, KernelFrames.V4_2, 7), 0x55817b38))));
    }

    @Test
    void shouldComplainAsARouterDoes() {
        byte[] frame = KernelFrames.bytes(KernelFrames.DATA_V4);
        IpHeader about = KernelFrames.ipv4(frame);
        ByteBuffer target = ByteBuffer.allocate(200);
        int first = IcmpV4.writeTimeToLiveExceeded(target, frame, about);
        int second = IcmpV4.writeUnreachable(target, IcmpV4.CODE_FRAGMENTATION_NEEDED, 1400, frame, about);

        byte[] expired = Arrays.copyOf(target.array(), first);
        assertThat(expired).startsWith(11, 0);
        assertThat(IcmpV4.parse(expired, ip(first))).isInstanceOfSatisfying(IcmpMessage.Failure.class, failure -> {
            assertThat(failure.cause()).isEqualTo(IcmpMessage.Cause.TIME_EXCEEDED);
            assertThat(failure.quote()).isPresent();
        });
        byte[] tooBig = Arrays.copyOfRange(target.array(), first, first + second);
        assertThat(IcmpV4.parse(tooBig, ip(second))).isInstanceOfSatisfying(IcmpMessage.Failure.class, failure -> {
            assertThat(failure.cause()).isEqualTo(IcmpMessage.Cause.TOO_BIG);
            assertThat(failure.mtu()).isEqualTo(1400);
        });
    }

    @Test
    void shouldQuoteNoMoreThanEveryHostTakes() {
        byte[] frame = new byte[1500];
        IpHeader about = new IpHeader(KernelFrames.V4_1, KernelFrames.V4_2, 6, 0, 20, 1480, 64, 0, false);

        assertThat(IcmpV4.writeUnreachable(ByteBuffer.allocate(1500), 4, 1400, frame, about))
                .isEqualTo(Ipv4Header.MINIMUM_REASSEMBLY - Ipv4Header.LENGTH);
    }

    /** Reads a message whose checksum field is 0 in the text, with the right checksum. */
    private static IcmpMessage parse(String hex) {
        byte[] icmp = KernelFrames.bytes(hex);
        if (icmp.length >= 4) {
            Bytes.putUint16(icmp, 2, 0);
            Bytes.putUint16(icmp, 2, Checksum.finish(Checksum.sum(icmp, 0, icmp.length)));
        }
        return IcmpV4.parse(icmp, ip(icmp.length));
    }

    private static IpHeader ip(int payloadLength) {
        return new IpHeader(KernelFrames.V4_1, KernelFrames.V4_2, IcmpV4.PROTOCOL, 0, 0, payloadLength, 64, 0, false);
    }
}
