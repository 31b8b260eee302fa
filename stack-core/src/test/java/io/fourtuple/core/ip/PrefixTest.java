package io.fourtuple.core.ip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.core.wire.IpAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrefixTest {
    @ParameterizedTest
    @CsvSource({
        "10.77.0.0/16, 10.77.255.1, true",
        "10.77.0.0/16, 10.78.0.1, false",
        "0.0.0.0/0, 192.0.2.1, true",
        "0.0.0.0/0, fd77::1, false",
        "10.77.0.2/32, 10.77.0.2, true",
        "10.77.0.2, 10.77.0.3, false",
        "::/0, fd77::1, true",
        "::/0, 10.77.0.1, false",
        "fd77::/64, fd77::1:2:3:4, true",
        "fd77::/64, fd77:0:0:1::, false",
        "fd77::8/125, fd77::f, true",
        "fd77::8/125, fd77::10, false",
        "fe80::/10, febf::1, true",
        "fd77::1/128, fd77::1, true"
    })
    void shouldContainWhatSharesItsBits(String prefix, String address, boolean expected) {
        assertThat(Prefix.parse(prefix).contains(IpAddress.parse(address))).isEqualTo(expected);
    }

    @Test
    void shouldKnowItsBroadcastAddress() {
        assertThat(Prefix.parse("10.77.0.0/16").broadcast()).isEqualTo(IpAddress.parse("10.77.255.255"));
        assertThat(Prefix.parse("10.77.0.4/30").broadcast()).isEqualTo(IpAddress.parse("10.77.0.7"));
        assertThat(Prefix.parse("10.77.0.4/31").broadcast()).isNull(); // RFC 3021
        assertThat(Prefix.parse("fd77::/64").broadcast()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "fd77::/129", "host/24", "10.0/16/1"})
    void shouldRefuseWhatIsNoPrefix(String text) {
        assertThatThrownBy(() -> Prefix.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldSayWhatIsWrong() {
        assertThatThrownBy(() -> Prefix.parse("10.77.0.2/24")).hasMessageContaining("10.77.0.0/24");
        assertThatThrownBy(() -> InterfaceAddress.parse("10.77.0.x/24")).hasMessageContaining("10.77.0.x/24");
        assertThatThrownBy(() -> new Route(Prefix.parse("::/0"), IpAddress.parse("10.77.0.1")))
                .hasMessageContaining("IPv6");
    }

    @Test
    void shouldReadAnAddressWithItsNetwork() {
        InterfaceAddress address = InterfaceAddress.parse("10.77.0.2/24");
        assertThat(address.onLink()).isEqualTo(Prefix.parse("10.77.0.0/24"));
        assertThat(address).hasToString("10.77.0.2/24");
        assertThat(InterfaceAddress.parse("fd77::2").prefixLength()).isEqualTo(128);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0/8", "224.0.0.1/24", "127.0.0.1/8", "255.255.255.255", "10.77.0.255/24", "::1/128"})
    void shouldRefuseAnAddressThatNoHostCanHave(String text) {
        assertThatThrownBy(() -> InterfaceAddress.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
