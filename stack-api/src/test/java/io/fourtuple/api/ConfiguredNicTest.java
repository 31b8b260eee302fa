package io.fourtuple.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.api.config.NicChoice;
import io.fourtuple.api.config.NicSettings;
import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.nic.Nic;
import io.fourtuple.nic.NicException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfiguredNicTest {
    private static final NicSettings DEFAULTS = NicSettings.defaults();

    @ParameterizedTest
    @ValueSource(strings = {"memory", "tap:ft0", "tun:ft0", "packet:veth0", "pcap:eth0", "vxlan:42@10.77.0.1:4789",
        "vxlan:10.77.0.2:4790/0@10.77.0.1:4791", "vxlan:[fd77::2]:4790/16777215@[fd77::1]:4791"})
    void shouldReadAndWriteTheSame(String text) {
        assertThat(NicChoice.parse(text)).hasToString(text);
    }

    @Test
    void shouldUseTheAssignedPortWhereThereIsNone() {
        assertThat(NicChoice.parse("vxlan:42@10.77.0.1")).hasToString("vxlan:42@10.77.0.1:4789");
        assertThat(NicChoice.parse("vxlan:[fd77::2]/42@[fd77::1]"))
                .hasToString("vxlan:[fd77::2]:4789/42@[fd77::1]:4789");
    }

    @ParameterizedTest
    @CsvSource({"vxlan:42, is not VNI@ADDRESS", "vxlan:x@10.77.0.1, is not VNI@ADDRESS",
        "vxlan:42@fd77::1, is not VNI@ADDRESS", "vxlan:42@[fd77::1, is not VNI@ADDRESS",
        "vxlan:/42@10.77.0.1, is not VNI@ADDRESS", "vxlan:42@host, host", "vxlan:42@10.77.0.300, 10.77.0.300",
        "vxlan:42@10.77.0.1:70000, port", "vxlan:42@10.77.0.1:0, is not where one host can be reached",
        "vxlan:42@239.1.1.1, is not where one host can be reached",
        "vxlan:16777216@10.77.0.1, must be 0 to 16777215", "vxlan:[fd77::2]/42@10.77.0.1, both ends must be IPv4"})
    void shouldSayWhatIsWrongWithATunnel(String text, String part) {
        assertThatIllegalArgumentException().isThrownBy(() -> NicChoice.parse(text)).withMessageContaining(part);
    }

    @Test
    void shouldOpenATunnelAsItIsSetUp() {
        NicChoice free = NicChoice.parse("vxlan:127.0.0.1:0/42@127.0.0.1:4789");
        try (Nic nic = open(free, DEFAULTS.withHardwareAddress("02:00:00:00:00:07"))) {
            assertThat(nic.link().mtu()).isEqualTo(1450);
            assertThat(nic.link().mac()).isEqualTo(MacAddress.parse("02:00:00:00:00:07"));
        }
        try (Nic nic = open(free, DEFAULTS.withMtu(9000))) {
            assertThat(nic.link().mtu()).isEqualTo(9000);
        }
    }

    @Test
    void shouldOpenTheMemoryWire() {
        try (Nic nic = open(new NicChoice.Memory(), DEFAULTS)) {
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
        refuses("vxlan:42@127.0.0.1", DEFAULTS.withMtu(67), "the MTU must be 68 to 65535, is 67");
        refuses("vxlan:42@127.0.0.1", DEFAULTS.withHardwareAddress("interface"), "could be shared");
        refuses("pcap:eth0", DEFAULTS.withMtu(9000), "the MTU of pcap:eth0 is that of the interface");
    }

    private static void refuses(String choice, NicSettings settings, String part) {
        assertThatThrownBy(() -> open(NicChoice.parse(choice), settings))
                .isInstanceOf(NicException.class)
                .hasMessageContaining(part);
    }

    private static Nic open(NicChoice choice, NicSettings settings) {
        return ConfiguredNic.open(StackConfig.defaults().withNic(choice).withNicSettings(settings));
    }
}
