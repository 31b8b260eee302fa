package io.fourtuple.core.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.core.conformance.Attack;
import io.fourtuple.core.conformance.Rfc;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Ipv6HeaderTest {
    private static final String ADDRESSES =
            "fd770000000000000000000000000001 fd770000000000000000000000000002";

    @Test
    void shouldReadAPacketOfTheKernel() {
        byte[] frame = KernelFrames.bytes(KernelFrames.DATA_V6);

        assertThat(Ipv6Header.parse(frame, 14)).isEqualTo(new IpHeader(
                KernelFrames.V6_1, KernelFrames.V6_2, TcpCodec.PROTOCOL, 14, 54, 37, 64, 0, false));
    }

    @Test
    void shouldWriteAPacketOfTheKernel() {
        byte[] frame = KernelFrames.bytes(KernelFrames.SYN_V6);
        ByteBuffer target = ByteBuffer.allocate(50).position(3);

        Ipv6Header.write(target, KernelFrames.V6_1, KernelFrames.V6_2, 40, TcpCodec.PROTOCOL, 64, 0, 0x2ced0);

        assertThat(target.position()).isEqualTo(43);
        assertThat(Arrays.copyOfRange(target.array(), 3, 43)).isEqualTo(Arrays.copyOfRange(frame, 14, 54));
    }

    @Test
    void shouldReadWhatItWrote() {
        ByteBuffer target = ByteBuffer.allocate(40 + 65535);

        Ipv6Header.write(target, IpAddress.ANY_V6, KernelFrames.V6_2, 65535, 255, 1, 0xff, 0xfffff);

        assertThat(Ipv6Header.parse(target.array(), 0)).isEqualTo(new IpHeader(
                IpAddress.ANY_V6, KernelFrames.V6_2, 255, 0, 40, 65535, 1, 0xff, false));
    }

    @Test
    void shouldNotWriteWhatIsNotIpv6() {
        ByteBuffer target = ByteBuffer.allocate(100);

        assertThatThrownBy(() ->
                        Ipv6Header.write(target, KernelFrames.V6_1, KernelFrames.V6_2, 65536, 6, 64, 0, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() ->
                        Ipv6Header.write(target, KernelFrames.V4_1, KernelFrames.V6_2, 0, 6, 64, 0, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldWalkOverTheHopByHopHeaderOfTheKernel() {
        byte[] frame = KernelFrames.bytes(KernelFrames.MULTICAST_LISTENER_REPORT);

        IpHeader ip = KernelFrames.ipv6(frame);

        assertThat(ip.protocol()).isEqualTo(IcmpV6.PROTOCOL);
        assertThat(ip.payloadOffset()).isEqualTo(62);
        assertThat(ip.payloadLength()).isEqualTo(48);
        assertThat(ip.hopLimit()).isOne();
        assertThat(IcmpV6.parse(frame, ip)).isEqualTo(new IcmpMessage.Ignored(143, 0));
    }

    @Test
    void shouldCutThePaddingOfEthernet() {
        byte[] padded = Arrays.copyOf(KernelFrames.bytes(KernelFrames.DATA_V6), 100);

        assertThat(KernelFrames.ipv6(padded).end()).isEqualTo(91);
        assertThat(KernelFrames.ipv6(padded).isTcpChecksumValid(padded)).isTrue();
    }

    @Test
    void shouldRejectWhatIsShorterThanItSays() {
        byte[] frame = KernelFrames.bytes(KernelFrames.DATA_V6);
        for (int length = 14; length < 54; length++) {
            assertThat(Ipv6Header.parse(Arrays.copyOf(frame, length), 14)).isEqualTo(Malformed.IP_HEADER);
        }
        for (int length = 54; length < frame.length; length++) {
            assertThat(Ipv6Header.parse(Arrays.copyOf(frame, length), 14)).isEqualTo(Malformed.IP_TRUNCATED);
        }
    }

    @Test
    void shouldRejectAnotherVersion() {
        byte[] frame = KernelFrames.bytes(KernelFrames.DATA_V6);
        frame[14] = 0x50;

        assertThat(Ipv6Header.parse(frame, 14)).isEqualTo(Malformed.IP_HEADER);
    }

    @ParameterizedTest
    @CsvSource({
        "00000000000000000000ffff0a4d0001 fd770000000000000000000000000002",
        "fd770000000000000000000000000001 00000000000000000000ffff0a4d0002",
    })
    void shouldRejectMappedAddresses(String addresses) {
        assertThat(Ipv6Header.parse(KernelFrames.bytes("6000000000000640" + addresses), 0))
                .isEqualTo(Malformed.IP_HEADER);
    }

    @ParameterizedTest
    @CsvSource({
        // first next header, what is behind the addresses, protocol, payload octets
        "00, 06 00 010400000000, 6, 0", // hop-by-hop, padded
        "3c, 06 00 000000000000, 6, 0", // destination options, padded one by one
        "3c, 06 01 1e0400000000 0000 010400000000, 6, 0", // an option that may be skipped
        "2b, 06 00 0000 00000000, 6, 0", // RFC 5095 §3: type 0 with nothing left to do
        "2b, 06 00 fd00 00000000, 6, 0",
        "2c, 06 00 0000 00000001 aabb, 6, 2", // RFC 6946: an atomic fragment is none
        "2c, 06 ff 0006 00000001, 6, 0", // reserved bits
        "00, 3c00010400000000 2b00010400000000 3c00000000000000 3a00010400000000 aa, 58, 1",
        "3b, ff, 59, 1", // no next header
        "33, 0000000000000000, 51, 8", // not one to walk over
    })
    void shouldWalkOverExtensionHeaders(String first, String rest, int protocol, int payloadLength) {
        IpHeader ip = (IpHeader) parse(first, rest);

        assertThat(ip.protocol()).isEqualTo(protocol);
        assertThat(ip.payloadLength()).isEqualTo(payloadLength);
        assertThat(ip.fragment()).isFalse();
        assertThat(ip.hopLimit()).isEqualTo(0x40);
        assertThat(ip.trafficClass()).isEqualTo(0xab);
    }

    @ParameterizedTest
    @CsvSource({"0001", "0008", "fff8", "fff9"})
    void shouldRecogniseFragments(String offsetAndMore) {
        IpHeader ip = (IpHeader) parse("2c", "0600" + offsetAndMore + "00000001 aabbccdd");

        assertThat(ip.fragment()).isTrue();
        assertThat(ip.protocol()).isEqualTo(TcpCodec.PROTOCOL);
        assertThat(ip.payloadLength()).isEqualTo(4);
    }

    @Rfc(number = 8200, rules = "4")
    @Attack(7)
    @ParameterizedTest
    @CsvSource({
        "00, ''", // not there
        "3c, 06000104000000", // seven octets
        "2c, 06000000",
        "2b, 0601000000000000", // 16 octets, of which 8 are there
        "3c, 06ff010400000000",
        "3c, 0600010500000000", // padding beyond the header
        "3c, 0600000000000001", // a type without a length
        "3c, 0600010300000001",
        "3c, 06001eff00000000",
        "3c, 06004000 01020000", // an unknown option that says: discard
        "00, 0600c2040001000000", // jumbogram: the packet is not as long as it says
    })
    void shouldRejectExtensionHeadersThatDoNotFit(String first, String rest) {
        IpResult result = parse(first, rest);

        assertThat(result).isNotInstanceOf(IpHeader.class);
        if (!first.equals("00") || rest.isEmpty()) {
            assertThat(result).isEqualTo(Malformed.IP_HEADER);
        }
    }

    @Rfc(number = 8200, rules = {"4.2", "4.4"})
    @Attack(28)
    @ParameterizedTest
    @CsvSource({
        "2b, 0600000100000000, 0, 42, false", // RFC 5095: routing type 0
        "2b, 0602020100000000 00000000 00000000 00000000 00000000, 0, 42, false",
        "3c, 0600010080000000, 2, 44, true", // option that says: complain, even about multicast
        "3c, 0600c00000000000, 2, 42, false", // option that says: complain unless multicast
        "3c, 0000010400000000 0600010400000000, 1, 40, false", // hop-by-hop not in the first place
    })
    void shouldComplainOfWhatTheRfcWantsToBeComplainedOf(
            String first, String rest, int code, int pointer, boolean evenIfMulticast) {
        assertThat(parse(first, rest)).isEqualTo(new Ipv6Problem(KernelFrames.V6_1, KernelFrames.V6_2, 0,
                40 + KernelFrames.bytes(rest).length, code, pointer, evenIfMulticast));
    }

    @Test
    @Attack(28)
    void shouldWalkOverNoMoreThanABoundedNumberOfHeaders() {
        String header = "3c00010400000000";
        String last = "0600010400000000";

        assertThat(parse("3c", header.repeat(7) + last)).isInstanceOf(IpHeader.class);
        assertThat(parse("3c", header.repeat(8) + last)).isEqualTo(Malformed.IP_HEADER);
    }

    @Test
    @Attack(28)
    void shouldReadNoMoreThanABoundedNumberOfOptions() {
        assertThat(parse("3c", "0602" + "1e00".repeat(8) + "010400000000")).isInstanceOf(IpHeader.class);
        assertThat(parse("3c", "0602" + "1e00".repeat(9) + "01020000")).isEqualTo(Malformed.IP_HEADER);
    }

    private static IpResult parse(String nextHeader, String rest) {
        String length = String.format("%04x", KernelFrames.bytes(rest).length);
        byte[] packet = KernelFrames.bytes("6ab00000" + length + nextHeader + "40" + ADDRESSES + rest);
        return Ipv6Header.parse(packet, 0);
    }
}
