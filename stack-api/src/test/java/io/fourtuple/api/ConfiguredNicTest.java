package io.fourtuple.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.api.config.NicChoice;
import io.fourtuple.api.config.NicSettings;
import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.nic.Nic;
import io.fourtuple.nic.NicException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfiguredNicTest {
    private static final NicSettings DEFAULTS = NicSettings.defaults();

    @ParameterizedTest
    @ValueSource(strings = {"memory", "tap:ft0", "tun:ft0", "packet:veth0", "pcap:eth0"})
    void shouldReadAndWriteTheSame(String text) {
        assertThat(NicChoice.parse(text)).hasToString(text);
    }

    @Test
    void shouldOpenTheMemoryWire() {
        try (Nic nic = ConfiguredNic.open(new NicChoice.Memory(), DEFAULTS)) {
            assertThat(nic.link().mtu()).isEqualTo(1500);
        }
    }

    @Test
    void shouldDrawAHardwareAddressUnlessThereIsOne() {
        assertThat(DEFAULTS.mac()).isNotEqualTo(DEFAULTS.mac());
        assertThat(DEFAULTS.mac().isMulticast()).isFalse();
        assertThat(DEFAULTS.withHardwareAddress("02:00:00:00:00:07").mac())
                .isEqualTo(MacAddress.parse("02:00:00:00:00:07"));
        assertThat(DEFAULTS.withHardwareAddress("interface").mac()).isEqualTo(MacAddress.NONE);
    }

    @Test
    void shouldSayWhenASettingDoesNotFitTheInterface() {
        refuses("tap:ft0", DEFAULTS.withHardwareAddress("interface"), "set nic-settings.hardware-address to random");
        refuses("tap:ft0", DEFAULTS.withMtu(65535), "the MTU of a TAP must be 68 to 65521, is 65535");
        refuses("tun:ft0", DEFAULTS.withMtu(1), "the MTU of a TUN must be 68 to 65535, is 1");
        refuses("packet:eth0", DEFAULTS.withMtu(9000), "run 'ip link set eth0 mtu 9000'");
        refuses("pcap:eth0", DEFAULTS.withMtu(9000), "the MTU of pcap:eth0 is that of the interface");
    }

    private static void refuses(String choice, NicSettings settings, String part) {
        assertThatThrownBy(() -> ConfiguredNic.open(NicChoice.parse(choice), settings))
                .isInstanceOf(NicException.class)
                .hasMessageContaining(part);
    }
}
