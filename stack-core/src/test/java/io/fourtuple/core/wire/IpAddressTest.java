package io.fourtuple.core.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpAddressTest {
    @ParameterizedTest
    @CsvSource({
        "::, ::",
        "::1, ::1",
        "1::, 1::",
        "0:0:0:0:0:0:0:1, ::1",
        "2001:0db8:0000:0000:0001:0000:0000:0001, 2001:db8::1:0:0:1", // RFC 5952 §4.2.3: the first of two equal runs
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1", // §4.2.2: not for one group
        "2001:0:0:1:0:0:0:1, 2001:0:0:1::1", // §4.2.3: the longest run
        "2001:DB8::ABCD, 2001:db8::abcd", // §4.3: lower case
        "fe80:0:0:0:0:0:0:0, fe80::",
        "0:1:2:3:4:5:6:7, 0:1:2:3:4:5:6:7",
        "0:0:2:3:4:5:6:7, ::2:3:4:5:6:7",
        "1:2:3:4:5:6:0:0, 1:2:3:4:5:6::",
        "10.77.0.2, 10.77.0.2",
        "255.255.255.255, 255.255.255.255",
        "::ffff:10.77.0.2, 10.77.0.2",
    })
    void shouldPrintTheOneTextForm(String literal, String text) {
        assertThat(IpAddress.parse(literal)).hasToString(text).isEqualTo(IpAddress.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "10.2", "167772162", "example.org", "1.2.3.256", "1.2.3.4.5", "1::2::3", "12345::", "a.b.c.d"
    })
    void shouldRefuseWhatIsNoLiteral(String text) {
        assertThatThrownBy(() -> IpAddress.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        // address, unspecified, multicast, loop-back, link-local
        "0.0.0.0, true, false, false, false",
        "::, true, false, false, false",
        "224.0.0.1, false, true, false, false",
        "239.255.255.255, false, true, false, false",
        "240.0.0.1, false, false, false, false",
        "255.255.255.255, false, false, false, false",
        "ff02::1, false, true, false, false",
        "127.0.0.1, false, false, true, false",
        "127.255.0.9, false, false, true, false",
        "::1, false, false, true, false",
        "::2, false, false, false, false",
        "169.254.1.1, false, false, false, true",
        "169.255.1.1, false, false, false, false",
        "fe80::1, false, false, false, true",
        "febf::1, false, false, false, true",
        "fec0::1, false, false, false, false",
        "fd77::1, false, false, false, false",
    })
    void shouldKnowItsKind(
            String literal, boolean unspecified, boolean multicast, boolean loopback, boolean linkLocal) {
        IpAddress address = IpAddress.parse(literal);

        assertThat(address.isUnspecified()).isEqualTo(unspecified);
        assertThat(address.isMulticast()).isEqualTo(multicast);
        assertThat(address.isLoopback()).isEqualTo(loopback);
        assertThat(address.isLinkLocal()).isEqualTo(linkLocal);
        assertThat(address.isV4()).isEqualTo(literal.contains("."));
    }

    @Test
    void shouldTakeAMappedAddressForIpv4() {
        assertThat(IpAddress.of(0, 0xffff_0a4d_0002L)).isEqualTo(KernelFrames.V4_2);
        assertThat(KernelFrames.V4_2.v4Bits()).isEqualTo(0x0a4d0002);
        assertThat(IpAddress.of(0, 0x0a4d_0002L).isV4()).isFalse();
    }

    @Test
    void shouldPrintItsPortAsSsDoes() {
        assertThat(KernelFrames.V4_2.toString(7)).isEqualTo("10.77.0.2:7");
        assertThat(KernelFrames.V6_2.toString(7)).isEqualTo("[fd77::2]:7");
    }

    @Test
    void shouldHaveASolicitedNodeAddress() {
        assertThat(IpAddress.parse("fe80::2aa:ff:fe28:9c5a").solicitedNode()).hasToString("ff02::1:ff28:9c5a");
    }

    @Test
    void shouldRefuseOctetsThatAreNeitherFourNorSixteen() {
        assertThatThrownBy(() -> IpAddress.ofBytes(new byte[5])).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldOrderWithoutSign() {
        assertThat(IpAddress.parse("fd77::1")).isGreaterThan(IpAddress.parse("1::1"));
        assertThat(IpAddress.parse("200.0.0.1")).isGreaterThan(IpAddress.parse("10.0.0.1"));
        assertThat(IpAddress.parse("1::ffff:0:0:0")).isGreaterThan(IpAddress.parse("1::1"));
        assertThat(KernelFrames.V4_1).isEqualByComparingTo(IpAddress.parse("10.77.0.1"));
    }

    @Property(seed = "7", tries = 1000)
    void shouldBeReadFromItsTextAndItsOctets(@ForAll long high, @ForAll long low) {
        IpAddress address = IpAddress.of(high, low);

        assertThat(IpAddress.parse(address.toString())).isEqualTo(address).hasSameHashCodeAs(address);
        assertThat(IpAddress.ofBytes(address.toBytes())).isEqualTo(address);
        assertThat(IpAddress.of(address.toInetAddress())).isEqualTo(address);
    }

    @Property(seed = "8", tries = 500)
    void shouldAgreeWithTheJdkAboutIpv4(@ForAll int bits) {
        IpAddress address = IpAddress.ofV4(bits);

        assertThat(address.isV4()).isTrue();
        assertThat(InetAddress.ofLiteral(address.toString())).isEqualTo(address.toInetAddress());
        assertThat(address.toInetAddress().isLoopbackAddress()).isEqualTo(address.isLoopback());
        assertThat(address.toInetAddress().isMulticastAddress()).isEqualTo(address.isMulticast());
    }
}
