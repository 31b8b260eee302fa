package io.fourtuple.core.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.core.conformance.Rfc;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ChecksumTest {
    /** RFC 1071 §3. */
    private static final byte[] RFC_EXAMPLE = KernelFrames.bytes("0001f203f4f5f6f7");

    @Test
    void shouldSumTheExampleOfTheRfc() {
        assertThat(Checksum.sum(RFC_EXAMPLE, 0, 8)).isEqualTo(0xddf2);
        assertThat(Checksum.finish(0xddf2)).isEqualTo(0x220d);
    }

    @Test
    void shouldPadAnOddLastOctetWithZero() {
        assertThat(Checksum.sum(KernelFrames.bytes("0001f2"), 0, 3)).isEqualTo(0xf201);
    }

    @Test
    void shouldSumNothingToZero() {
        assertThat(Checksum.sum(RFC_EXAMPLE, 8, 0)).isZero();
        assertThat(Checksum.finish(0)).isEqualTo(0xffff);
    }

    @Test
    void shouldVerifyWhatItFinished() {
        byte[] bytes = KernelFrames.bytes("0001f203f4f5f6f70000");
        Bytes.putUint16(bytes, 8, Checksum.finish(Checksum.sum(bytes, 0, 8)));

        assertThat(Checksum.verifies(Checksum.sum(bytes, 0, 10))).isTrue();
        bytes[3] ^= 0x40;
        assertThat(Checksum.verifies(Checksum.sum(bytes, 0, 10))).isFalse();
    }

    @Test
    void shouldLoseNoCarryOfTheLargestPacket() {
        byte[] ones = new byte[65535];
        Arrays.fill(ones, (byte) 0xff);

        assertThat(Checksum.sum(ones, 0, ones.length)).isEqualTo(naive(ones, 0, ones.length));
        assertThat(Checksum.sum(ones, 1, ones.length - 1)).isEqualTo(0xffff);
    }

    @Test
    void shouldAddManyPartialSums() {
        int sum = 0;
        for (int i = 0; i < 32768; i++) {
            sum += 0xffff;
        }
        assertThat(Checksum.fold(sum)).isEqualTo(0xffff);
        assertThat(Checksum.verifies(sum)).isTrue();
    }

    @Test
    void shouldRefuseWhatIsNotInside() {
        ByteBuffer buffer = ByteBuffer.allocate(8).limit(4);

        assertThatThrownBy(() -> Checksum.sum(RFC_EXAMPLE, 1, 8)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Checksum.sum(RFC_EXAMPLE, -1, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Checksum.sum(buffer, 0, 5)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    @Rfc(number = 9293, rules = "MUST-3")
    void shouldVerifyFramesOfTheKernel() {
        byte[] v4 = KernelFrames.bytes(KernelFrames.DATA_V4);
        byte[] v6 = KernelFrames.bytes(KernelFrames.DATA_V6);

        assertThat(KernelFrames.ipv4(v4).isTcpChecksumValid(v4)).isTrue();
        assertThat(KernelFrames.ipv6(v6).isTcpChecksumValid(v6)).isTrue();
        v4[v4.length - 1]++;
        v6[v6.length - 1]++;
        assertThat(KernelFrames.ipv4(v4).isTcpChecksumValid(v4)).isFalse();
        assertThat(KernelFrames.ipv6(v6).isTcpChecksumValid(v6)).isFalse();
    }

    @Test
    @Rfc(number = 9293, rules = {"MUST-2", "MUST-3"})
    void shouldSumThePseudoHeaderLikeTheOctetsOfTheRfc() {
        byte[] v4 = KernelFrames.bytes("0a4d0001 0a4d0002 0006 0019");
        byte[] v6 = KernelFrames.bytes(
                "fd770000000000000000000000000001 fd770000000000000000000000000002 0000ffff 0000003a");

        assertThat(Checksum.pseudoHeader(KernelFrames.V4_1, KernelFrames.V4_2, 6, 0x19))
                .isEqualTo(naive(v4, 0, v4.length));
        assertThat(Checksum.pseudoHeader(KernelFrames.V6_1, KernelFrames.V6_2, 58, 0xffff))
                .isEqualTo(naive(v6, 0, v6.length));
    }

    @Property(seed = "1", tries = 2000)
    void shouldEqualTheSimpleLoopInEveryKindOfBuffer(
            @ForAll long content, @ForAll @IntRange(max = 17) int offset, @ForAll @IntRange(max = 700) int length) {
        byte[] array = new byte[offset + length + 9];
        new Random(content).nextBytes(array);
        ByteBuffer direct = ByteBuffer.allocateDirect(array.length).put(array).clear();
        ByteBuffer slice = ByteBuffer.wrap(array, 3, array.length - 3).slice();
        int expected = naive(array, offset, length);

        assertThat(Checksum.sum(array, offset, length)).isEqualTo(expected);
        assertThat(Checksum.sum(ByteBuffer.wrap(array), offset, length)).isEqualTo(expected);
        assertThat(Checksum.sum(ByteBuffer.wrap(array).asReadOnlyBuffer(), offset, length)).isEqualTo(expected);
        assertThat(Checksum.sum(direct, offset, length)).isEqualTo(expected);
        assertThat(direct.position()).isZero();
        assertThat(Checksum.sum(slice, offset, length)).isEqualTo(naive(array, offset + 3, length));
    }

    @Property(seed = "2", tries = 500)
    void shouldNotCareWhereEvenPartsAreCut(
            @ForAll long content, @ForAll @IntRange(max = 300) int length, @ForAll @IntRange(max = 150) int cut) {
        byte[] array = new byte[length];
        new Random(content).nextBytes(array);
        int first = Math.min(2 * cut, length & ~1);

        assertThat(Checksum.fold(Checksum.sum(array, 0, first) + Checksum.sum(array, first, length - first)))
                .isEqualTo(Checksum.sum(array, 0, length));
    }

    /** RFC 1071 §1, word by word. */
    private static int naive(byte[] bytes, int offset, int length) {
        int sum = 0;
        for (int i = 0; i < length; i++) {
            sum += (bytes[offset + i] & 0xff) << ((i & 1) == 0 ? 8 : 0);
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return sum;
    }
}
