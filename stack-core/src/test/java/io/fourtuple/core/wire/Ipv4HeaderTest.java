package io.fourtuple.core.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.core.Counter;
import io.fourtuple.core.conformance.Attack;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Ipv4HeaderTest {
    @Test
    void shouldReadAPacketOfTheKernel() {
        byte[] frame = KernelFrames.bytes(KernelFrames.PORT_UNREACHABLE_V4);

        assertThat(Ipv4Header.parse(frame, 14)).isEqualTo(new IpHeader(
                KernelFrames.V4_2, KernelFrames.V4_1, IcmpV4.PROTOCOL, 14, 34, 37, 64, 0xc0, false));
    }

    @Test
    void shouldWriteAPacketOfTheKernel() {
        byte[] frame = KernelFrames.bytes(KernelFrames.SYN_ACK_V4); // the kernel's SYN-ACK has identification 0 and DF
        ByteBuffer target = ByteBuffer.allocate(30).position(5);

        Ipv4Header.write(target, KernelFrames.V4_2, KernelFrames.V4_1, 40, TcpCodec.PROTOCOL, 64, 0);

        assertThat(target.position()).isEqualTo(25);
        assertThat(Arrays.copyOfRange(target.array(), 5, 25)).isEqualTo(Arrays.copyOfRange(frame, 14, 34));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1480, 65515})
    void shouldReadWhatItWrote(int payloadLength) {
        ByteBuffer target = ByteBuffer.allocate(Ipv4Header.LENGTH + payloadLength);

        Ipv4Header.write(target, IpAddress.ANY_V4, IpAddress.BROADCAST, payloadLength, 255, 1, 3);

        assertThat(Ipv4Header.parse(target.array(), 0)).isEqualTo(new IpHeader(
                IpAddress.ANY_V4, IpAddress.BROADCAST, 255, 0, 20, payloadLength, 1, 3, false));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 65516, Integer.MAX_VALUE})
    void shouldNotWriteWhatHasNoLength(int payloadLength) {
        assertThatThrownBy(() -> Ipv4Header.write(
                        ByteBuffer.allocate(20), KernelFrames.V4_1, KernelFrames.V4_2, payloadLength, 6, 64, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldCutThePaddingOfEthernet() {
        byte[] padded = Arrays.copyOf(KernelFrames.bytes(KernelFrames.FIN_V4), 80);

        IpHeader ip = KernelFrames.ipv4(padded);

        assertThat(ip.end()).isEqualTo(66);
        assertThat(ip.payloadLength()).isEqualTo(32);
        assertThat(ip.isTcpChecksumValid(padded)).isTrue();
    }

    @Test
    void shouldSkipOptions() {
        byte[] packet = packet("4700001e 00004000 40060000 0a4d0001 0a4d0002 94040000 01010100 aabb");

        IpHeader ip = (IpHeader) Ipv4Header.parse(packet, 0);

        assertThat(ip.payloadOffset()).isEqualTo(28);
        assertThat(ip.payloadLength()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({
        "4000, false", // don't fragment
        "0000, false",
        "2000, true", // more fragments
        "0001, true", // an offset
        "3fff, true",
        "8000, false", // reserved, and ignored
    })
    void shouldRecogniseFragments(String flagsAndOffset, boolean fragment) {
        byte[] packet = packet("45000014 0000" + flagsAndOffset + " 40060000 0a4d0001 0a4d0002");

        assertThat(((IpHeader) Ipv4Header.parse(packet, 0)).fragment()).isEqualTo(fragment);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1", "2, 2", "3, 3", "ff, 3", "fc, 0"})
    void shouldSeeTheMarkOfCongestion(String trafficClass, int expected) {
        byte[] packet = packet("45" + (trafficClass.length() < 2 ? "0" : "") + trafficClass
                + "0014 00004000 40060000 0a4d0001 0a4d0002");

        assertThat(((IpHeader) Ipv4Header.parse(packet, 0)).ecn()).isEqualTo(expected);
    }

    @Attack({6, 7})
    @ParameterizedTest
    @CsvSource({
        "55000014, IP_HEADER", // version
        "65000014, IP_HEADER",
        "05000014, IP_HEADER",
        "44000014, IP_HEADER", // IHL below 5
        "40000014, IP_HEADER",
        "4f000014, IP_HEADER", // header beyond the frame
        "46000014, IP_HEADER", // header beyond the total length
        "45000013, IP_HEADER", // total length below the header
        "45000000, IP_HEADER",
        "45000019, IP_TRUNCATED", // total length beyond the frame
        "4500ffff, IP_TRUNCATED",
    })
    void shouldRejectLengthsThatDoNotFit(String first, Malformed expected) {
        byte[] packet = packet(first + " 00004000 40060000 0a4d0001 0a4d0002 00000000");

        assertThat(Ipv4Header.parse(packet, 0)).isEqualTo(expected);
    }

    @Test
    void shouldRejectAWrongChecksum() {
        for (int bit = 0; bit < 8 * Ipv4Header.LENGTH; bit++) {
            byte[] frame = KernelFrames.bytes(KernelFrames.SYN_V4);
            frame[14 + bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(Ipv4Header.parse(frame, 14)).as("bit %d", bit).isEqualTo(Malformed.IP_HEADER);
        }
    }

    @Test
    void shouldRejectWhatIsShorterThanAHeader() {
        byte[] frame = KernelFrames.bytes(KernelFrames.SYN_V4);
        for (int length = 14; length < 34; length++) {
            assertThat(Ipv4Header.parse(Arrays.copyOf(frame, length), 14)).isEqualTo(Malformed.IP_HEADER);
        }
        for (int length = 34; length < frame.length; length++) {
            assertThat(Ipv4Header.parse(Arrays.copyOf(frame, length), 14)).isEqualTo(Malformed.IP_TRUNCATED);
        }
    }

    @Test
    void shouldNameACounterForEachDefect() {
        assertThat(Malformed.values()).extracting(Malformed::counter).doesNotHaveDuplicates().doesNotContainNull();
        assertThat(Malformed.IP_TRUNCATED.counter()).isEqualTo(Counter.IP_IN_TRUNCATED_PKTS);
    }

    /** A packet whose header checksum is right, if there is such a header. */
    private static byte[] packet(String hex) {
        byte[] packet = KernelFrames.bytes(hex);
        int headerLength = Math.min(packet.length, Math.max((packet[0] & 0xf) * 4, Ipv4Header.LENGTH));
        Bytes.putUint16(packet, 10, Checksum.finish(Checksum.sum(packet, 0, headerLength)));
        return packet;
    }
}
