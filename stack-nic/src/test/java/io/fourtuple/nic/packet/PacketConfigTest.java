package io.fourtuple.nic.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.fourtuple.core.wire.MacAddress;
import org.junit.jupiter.api.Test;

class PacketConfigTest {
    private static final MacAddress MAC = MacAddress.parse("02:00:00:00:77:02");

    @Test
    void shouldSayWhatIsWrong() {
        assertThatIllegalArgumentException().isThrownBy(() -> PacketConfig.of("", MAC))
                .withMessageContaining("the name of an interface has 1 to 15 octets");
        assertThatIllegalArgumentException().isThrownBy(() -> PacketConfig.of("veth 0", MAC))
                .withMessageContaining("\"veth 0\" is no name for an interface");
        assertThatIllegalArgumentException().isThrownBy(() -> PacketConfig.of("veth0", MacAddress.BROADCAST))
                .withMessageContaining("no address of a station");
        PacketConfig config = PacketConfig.of("veth0", MAC);
        assertThatIllegalArgumentException().isThrownBy(() -> config.withSocketBuffer(4095))
                .withMessage("the buffer of a packet socket must be 4096 to 1073741824 octets, is 4095");
        assertThatIllegalArgumentException().isThrownBy(() -> config.withSocketBuffer((1 << 30) + 1));
    }

    @Test
    void shouldTakeTheInterfacesOwnAddress() {
        assertThat(PacketConfig.of("veth0", MacAddress.NONE).mac()).isEqualTo(MacAddress.NONE);
    }
}
