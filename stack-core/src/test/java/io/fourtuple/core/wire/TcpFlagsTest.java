package io.fourtuple.core.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TcpFlagsTest {
    @ParameterizedTest
    @CsvSource({
        "0, -", "2, S", "18, S.", "16, .", "24, P.", "17, F.", "4, R", "20, R.", "48, U.", "194, SEW", "450, SEWe",
        "511, FSRPUEWe."
    })
    void shouldPrintTheLettersOfTcpdump(int flags, String text) {
        assertThat(TcpFlags.toString(flags)).isEqualTo(text);
    }
}
