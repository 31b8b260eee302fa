package io.fourtuple.core.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.core.tcp.FastOpenCookies.Verdict;
import io.fourtuple.core.wire.IpAddress;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class FastOpenCookiesTest {
    private static final IpAddress CLIENT = IpAddress.parse("192.0.2.1");
    private static final IpAddress SERVER = IpAddress.parse("192.168.0.1");
    private static final List<FastOpenKey> KEY = FastOpenKey.parse("a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4");
    private static final List<FastOpenKey> ZERO = FastOpenKey.parse(new byte[16]);

    /** What the tests of the kernel expect of these addresses and keys. */
    @Test
    void shouldBeThoseOfLinux() {
        assertThat(new FastOpenCookies(KEY).cookie(CLIENT, SERVER))
                .isEqualTo(HexFormat.of().parseHex("3021b9d889017eeb"));
        assertThat(new FastOpenCookies(ZERO).cookie(CLIENT, SERVER))
                .isEqualTo(HexFormat.of().parseHex("b7c12350a90dc8f5"));
        assertThat(new FastOpenCookies(KEY).cookie(
                IpAddress.parse("fd3d:fa7b:d17d::1"), IpAddress.parse("fd3d:a0b:17d6::1")))
                .isEqualTo(HexFormat.of().parseHex("c1d1e9742a47a9bc"));
    }

    @Test
    void shouldBeGoodForTheirClientAndServerOnly() {
        FastOpenCookies cookies = new FastOpenCookies(KEY);
        byte[] cookie = cookies.cookie(CLIENT, SERVER);

        assertThat(cookies.check(cookie, CLIENT, SERVER)).isEqualTo(Verdict.GOOD);
        assertThat(cookies.check(cookie, IpAddress.parse("192.0.2.2"), SERVER)).isEqualTo(Verdict.BAD);
        assertThat(cookies.check(cookie, CLIENT, IpAddress.parse("192.168.0.2"))).isEqualTo(Verdict.BAD);
        assertThat(cookies.check(cookie, SERVER, CLIENT)).isEqualTo(Verdict.BAD);
        assertThat(cookies.check(new byte[4], CLIENT, SERVER)).isEqualTo(Verdict.BAD);
    }

    @Test
    void shouldStillBeGoodAfterOneChangeOfTheKey() {
        byte[] old = new FastOpenCookies(ZERO).cookie(CLIENT, SERVER);
        FastOpenCookies changed = new FastOpenCookies(List.of(KEY.getFirst(), ZERO.getFirst()));

        assertThat(changed.check(old, CLIENT, SERVER)).isEqualTo(Verdict.OLD);
        assertThat(changed.check(changed.cookie(CLIENT, SERVER), CLIENT, SERVER)).isEqualTo(Verdict.GOOD);
        assertThat(new FastOpenCookies(KEY).check(old, CLIENT, SERVER)).isEqualTo(Verdict.BAD);
    }

    @Test
    void shouldTakeOneKeyOrTwo() {
        String two = "00000001-00000002-00000003-00000004,00000005-00000006-00000007-00000008";

        assertThat(FastOpenKey.parse(two)).hasSize(2);
        assertThat(FastOpenKey.parse("00000001-00000002-00000003-00000004").getFirst().toHex())
                .isEqualTo("01000000020000000300000004000000");
        assertThat(KEY.getFirst()).hasToString("secret");
        assertThatThrownBy(() -> FastOpenKey.parse("1-2-3-4")).hasMessageContaining("eight hexadecimal digits");
        assertThatThrownBy(() -> FastOpenKey.parse(new byte[17])).hasMessageContaining("not 17");
        assertThatThrownBy(() -> new FastOpenCookies(List.of())).hasMessageContaining("not 0");
    }
}
