package io.fourtuple.core.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TcpOptionsTest {
    private static final TcpOptions ALL = new TcpOptions(1460, 7, true, true, 1, -1, new int[] {1, 2, -2, 3});

    @Test
    void shouldPrintAsTcpdumpDoes() {
        assertThat(ALL).hasToString(
                "<mss 1460,wscale 7,sackOK,TS val 1 ecr 4294967295,sack 1:2,sack 4294967294:3>");
        assertThat(TcpOptions.NONE).hasToString("<>");
    }

    @Test
    void shouldCompareSackEdgesByValue() {
        TcpOptions same = new TcpOptions(1460, 7, true, true, 1, -1, new int[] {1, 2, -2, 3});
        TcpOptions other = new TcpOptions(1460, 7, true, true, 1, -1, new int[] {1, 2, -2, 4});

        assertThat(ALL).isEqualTo(same).hasSameHashCodeAs(same).isNotEqualTo(other).isNotEqualTo(TcpOptions.NONE);
        assertThat(ALL.sackBlocks()).isEqualTo(2);
    }

    @Test
    void shouldTellTimestampsOfZeroFromNone() {
        assertThat(TcpOptions.timestamps(0, 0)).isNotEqualTo(TcpOptions.NONE);
        assertThat(TcpOptions.timestamps(3, 4)).hasToString("<TS val 3 ecr 4>");
    }
}
