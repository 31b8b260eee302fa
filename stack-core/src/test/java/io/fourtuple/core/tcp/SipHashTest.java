package io.fourtuple.core.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IpAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SipHashTest {
    // Key 00 01 … 0f, as in the paper's appendix A.
    private static final long K0 = 0x0706050403020100L;
    private static final long K1 = 0x0f0e0d0c0b0a0908L;

    /** Message 00 01 … of the given length; the results of the authors' reference code, octet by octet. */
    @ParameterizedTest
    @CsvSource({
        "0, 310e0edd47db6f72",
        "1, fd67dc93c539f874",
        "2, 5a4fa9d909806c0d",
        "3, 2d7efbd796666785",
        "4, b7877127e09427cf",
        "5, 8da699cd64557618",
        "6, cee3fe586e46c9cb",
        "7, 37d1018bf50002ab",
        "8, 6224939a79f5f593",
        "9, b0e4a90bdf82009e",
        "15, e545be4961ca29a1"
    })
    void shouldMatchTheReferenceVectors(int length, String expectedOctets) {
        byte[] message = new byte[length];
        for (int i = 0; i < length; i++) {
            message[i] = (byte) i;
        }

        long hash = SipHash.of24(K0, K1).hash(message);

        assertThat(String.format("%016x", Long.reverseBytes(hash))).isEqualTo(expectedOctets);
    }

    @Test
    void shouldHashAnIpv4TupleAsTwelveOctets() {
        FourTuple tuple = new FourTuple(IpAddress.parse("10.77.0.2"), 7, IpAddress.parse("10.77.0.1"), 40_000);
        byte[] message = ByteBuffer.allocate(12)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(0x0a4d0002_0a4d0001L)
                .putInt(7 << 16 | 40_000)
                .array();

        assertThat(SipHash.of24(K0, K1).hash(tuple)).isEqualTo(SipHash.of24(K0, K1).hash(message));
    }

    @Test
    void shouldHashAnIpv6TupleAsThirtySixOctets() {
        FourTuple tuple = new FourTuple(IpAddress.parse("fd77::2"), 7, IpAddress.parse("fd77::1"), 40_000);
        byte[] message = ByteBuffer.allocate(36)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(0xfd77_0000_0000_0000L)
                .putLong(2)
                .putLong(0xfd77_0000_0000_0000L)
                .putLong(1)
                .putInt(7 << 16 | 40_000)
                .array();

        assertThat(SipHash.of13(K0, K1).hash(tuple)).isEqualTo(SipHash.of13(K0, K1).hash(message));
    }

    @Test
    void shouldDependOnTheKey() {
        assertThat(SipHash.of24(K0, K1).hash(new byte[8])).isNotEqualTo(SipHash.of24(K0 ^ 1, K1).hash(new byte[8]));
        assertThat(SipHash.of24(K0, K1).hash(new byte[8])).isNotEqualTo(SipHash.of24(K0, K1 ^ 1).hash(new byte[8]));
    }
}
