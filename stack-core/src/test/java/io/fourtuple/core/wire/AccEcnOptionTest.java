package io.fourtuple.core.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.conformance.Rfc;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The option of Accurate ECN on the wire: RFC 9768 §3.2.3, table 5. */
class AccEcnOptionTest {
    /** What a segment with these options has. */
    private static AccEcnOption read(String options) {
        byte[] header = new byte[20 + options.length() / 2];
        header[12] = (byte) (header.length << 2);
        System.arraycopy(HexFormat.of().parseHex(options), 0, header, 20, options.length() / 2);
        return TcpCodec.parse(header, 0, header.length, 0, 0).options().accEcn();
    }

    private static String written(OutboundSegment s) {
        ByteBuffer target = ByteBuffer.allocate(60);
        int length = TcpCodec.write(s, 1, 2, target);
        return HexFormat.of().formatHex(Arrays.copyOfRange(target.array(), 20, length));
    }

    @Rfc(number = 9768, rules = "3.2.3")
    @ParameterizedTest
    @CsvSource({
        "ac0b00000100000200000301, ECN e0b 1 ceb 2 e1b 3",
        "ae0b00000100000200000301, ECN e1b 1 ceb 2 e0b 3",
        "ac08ffffff000002, ECN e0b 16777215 ceb 2",
        "ae05000007010101, ECN e1b 7",
        "ac020101, ECN",
        "ac0d000001000002000003ffff010101, ECN e0b 1 ceb 2 e1b 3", // longer: the rest is padding
        "ae04ffff, ECN", // no whole counter
        "ac06000001ff0101, ECN e0b 1"
    })
    void shouldReadTheCountersThatAreThere(String octets, String option) {
        assertThat(read(octets)).hasToString(option);
        assertThat(read(octets).present()).isTrue();
    }

    @Rfc(number = 9768, rules = "3.2.3")
    @Test
    void shouldTellWhichCounterIsWhich() {
        AccEcnOption order0 = read("ac0b00000100000200000301");
        AccEcnOption order1 = read("ae0b00000100000200000301");

        assertThat(new int[] {order0.ect0(), order0.ce(), order0.ect1()}).containsExactly(1, 2, 3);
        assertThat(new int[] {order1.ect0(), order1.ce(), order1.ect1()}).containsExactly(3, 2, 1);
        assertThat(read("ac05000001010101").hasEct0()).isTrue();
        assertThat(read("ac05000001010101").hasCe()).isFalse();
        assertThat(read("ac05000001010101").hasEct1()).isFalse();
        assertThat(read("ae05000001010101").hasEct0()).isFalse();
        assertThat(read("ae05000001010101").hasEct1()).isTrue();
        assertThat(read("ae08000001000001").hasCe()).isTrue();
        assertThat(AccEcnOption.ABSENT.present()).isFalse();
        assertThat(read("01010101").present()).isFalse();
    }

    /** Octets that stick out take the place of NOPs, as in Linux. */
    @Test
    void shouldTakeNoMoreRoomThanItNeeds() {
        OutboundSegment s = new OutboundSegment().clear();
        s.accEcn(3, true, 1, 0, 1);
        assertThat(written(s)).isEqualTo("ae0b00000100000000000101");

        s.sackBlocks = 1;
        s.accEcn(1, false, 1, 0, 1);
        assertThat(written(s)).isEqualTo("ac05000001" + "01" + "050a" + "0000000000000000");
        s.accEcn(0, false, 1, 0, 1);
        assertThat(written(s)).isEqualTo("ac02" + "050a" + "0000000000000000");
        s.accEcn(2, true, 1, 0, 1);
        assertThat(written(s)).isEqualTo("ae08000001000000" + "0101050a" + "0000000000000000");

        s.clear();
        s.mss = 1460;
        s.sackPermitted = true;
        s.windowScale = 7;
        s.accEcn(3, true, 1, 0, 1);
        assertThat(written(s)).isEqualTo("020405b4" + "ae0b00000100000000000101" + "01010402" + "01030307");
    }

    /** A SYN-ACK that gives a cookie of Fast Open has room for two counters. */
    @Test
    void shouldMakeRoomForFastOpen() {
        OutboundSegment s = new OutboundSegment().clear();
        s.mss = 1460;
        s.sackPermitted = true;
        s.timestamps = true;
        s.windowScale = 7;
        s.accEcn(3, true, 1, 0, 1);

        s.fastOpen(FastOpenOption.of(new byte[8], false));

        assertThat(s.accEcnFields).isEqualTo(2);
        assertThat(s.optionsLength()).isEqualTo(40);
        assertThat(written(s)).hasSize(80);
        s.fastOpen(FastOpenOption.of(new byte[16], false));
        assertThat(s.accEcnFields).isEqualTo(-1);
        assertThat(s.optionsLength()).isEqualTo(40);
    }
}
