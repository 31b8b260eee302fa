package io.fourtuple.core.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The Fast Open option on the wire (RFC 7413 §4.1.1). */
class FastOpenOptionTest {
    private static final HexFormat HEX = HexFormat.of();
    private static final String MSS = "020405b4";

    private static String written(boolean bsd, boolean all, FastOpenOption option) {
        OutboundSegment s = new OutboundSegment().clear();
        s.flags = TcpFlags.SYN;
        s.mss = 1460;
        s.bsdOrder = bsd;
        s.sackPermitted = true;
        s.timestamps = all;
        s.tsVal = 1;
        s.windowScale = all ? 7 : -1;
        s.fastOpen = option;
        ByteBuffer target = ByteBuffer.allocate(100);
        int length = TcpCodec.write(s, 1, 2, target);
        assertThat(length).isEqualTo(TcpCodec.HEADER_LENGTH + s.optionsLength());
        byte[] segment = Arrays.copyOf(target.array(), length);
        assertThat(TcpCodec.parse(segment, 0, length, 0, 0).options().fastOpen()).isEqualTo(option);
        return HEX.formatHex(segment, TcpCodec.HEADER_LENGTH, length);
    }

    private static FastOpenOption read(String options) {
        byte[] octets = HEX.parseHex(options);
        byte[] segment = new byte[TcpCodec.HEADER_LENGTH + octets.length];
        segment[12] = (byte) ((segment.length / 4) << 4);
        System.arraycopy(octets, 0, segment, TcpCodec.HEADER_LENGTH, octets.length);
        return TcpCodec.parse(segment, 0, segment.length, 0, 0).options().fastOpen();
    }

    @Test
    void shouldComeLastAndBeFilledUpWithNopsInTheOrderOfLinux() {
        assertThat(written(false, true, FastOpenOption.REQUEST))
                .isEqualTo(MSS + "0402080a0000000100000000" + "01030307" + "2202" + "0101");
        assertThat(written(false, false, FastOpenOption.of(HEX.parseHex("0102030405060708"), false)))
                .isEqualTo(MSS + "01010402" + "220a0102030405060708" + "0101");
    }

    @Test
    void shouldComeLastAndBeFollowedByEndsInTheOrderOfBsd() {
        assertThat(written(true, true, FastOpenOption.REQUEST))
                .isEqualTo(MSS + "01030307" + "0402080a0000000100000000" + "2202" + "0000");
        assertThat(written(true, false, FastOpenOption.of(HEX.parseHex("0102030405060708"), false)))
                .isEqualTo(MSS + "0402" + "220a0102030405060708");
    }

    @Test
    void shouldComeAsAnExperiment() {
        assertThat(written(false, false, FastOpenOption.EXPERIMENTAL_REQUEST))
                .isEqualTo(MSS + "01010402" + "fe04f989");
        assertThat(written(false, false, FastOpenOption.of(HEX.parseHex("01020304"), true)))
                .isEqualTo(MSS + "01010402" + "fe08f98901020304");
    }

    @Test
    void shouldLeaveRoomForTheLongestCookieWithAllOptions() {
        FastOpenOption longest = FastOpenOption.of(new byte[FastOpenOption.MAX_COOKIE], false);

        assertThat(written(false, true, longest)).hasSize(2 * TcpCodec.MAX_OPTIONS_LENGTH);
        assertThat(written(true, true, longest)).hasSize(2 * TcpCodec.MAX_OPTIONS_LENGTH);
    }

    @ParameterizedTest
    @CsvSource({
        "2203000000000000, ''",
        "2204010200000000, ''",
        "2206010203040000, FO 01020304",
        "2207010203040500, ''",
        "2202010101010101, FO",
        "221201020304050607080910111213141516, FO 01020304050607080910111213141516",
        "22140102030405060708091011121314151617180101, ''",
        "fe04f98900000000, FOEXP",
        "fe06f98901020000, ''",
        "fe08f98a01020304, ''",
        "fe03f90000000000, ''"
    })
    void shouldCountOnlyWithACookieThatCanBe(String options, String expected) {
        String words = options + "00".repeat((8 - options.length() % 8) % 8 / 2);

        assertThat(read(words)).hasToString(expected);
    }

    @Test
    void shouldNotBeMadeWithACookieThatCannotBe() {
        assertThatThrownBy(() -> FastOpenOption.of(new byte[5], false)).hasMessageContaining("not 5");
        assertThatThrownBy(() -> FastOpenOption.of(new byte[18], false)).hasMessageContaining("not 18");
    }
}
