package io.fourtuple.benchmarks.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class OctetsTest {
    private static final int LENGTH = 1000;

    private final Octets octets = new Octets(7);

    @Test
    void shouldGiveTheSameOctetsFromAnyOffset() {
        byte[] all = octets.copy(0, LENGTH);

        for (int offset = 0; offset < 20; offset++) {
            assertThat(octets.copy(offset, LENGTH - offset)).isEqualTo(Arrays.copyOfRange(all, offset, LENGTH));
        }
    }

    @Test
    void shouldFindTheFirstWrongOctet() {
        byte[] read = octets.copy(13, LENGTH);
        read[500]++;

        assertThat(octets.mismatch(read, 0, LENGTH, 13)).isEqualTo(500);
        assertThat(octets.mismatch(read, 501, LENGTH - 501, 514)).isEqualTo(-1);
    }

    @Test
    void shouldNoticeWhatIsInAnotherPlace() {
        byte[] read = octets.copy(0, LENGTH);

        assertThat(octets.mismatch(read, 0, LENGTH, 8)).isEqualTo(0);
        assertThat(new Octets(8).mismatch(read, 0, LENGTH, 0)).isNotNegative();
    }
}
