package io.fourtuple.core.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MacAddressTest {
    @Test
    void shouldReadAndPrintText() {
        assertThat(MacAddress.parse("02:00:5E:ff:0a:1")).hasToString("02:00:5e:ff:0a:01");
        assertThat(MacAddress.parse("02:00:00:00:77:01").bits()).isEqualTo(0x0200_0000_7701L);
        assertThat(MacAddress.BROADCAST).hasToString("ff:ff:ff:ff:ff:ff");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "02:00:00:00:77", "02:00:00:00:77:01:02", "02:00:00:00:77:", "02:00:00:00:77:0g", "02:00:00:00:77:001",
        "+1:00:00:00:00:00", "-1:00:00:00:00:00", "02-00-00-00-77-01", "٠٢:00:00:00:77:01"
    })
    void shouldRefuseWhatIsNoAddress(String text) {
        assertThatThrownBy(() -> MacAddress.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not a MAC address: " + text);
    }

    @Test
    void shouldRefuseMoreThan48Bits() {
        assertThatThrownBy(() -> new MacAddress(1L << 48)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new MacAddress(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldKnowGroups() {
        assertThat(MacAddress.BROADCAST.isMulticast()).isTrue();
        assertThat(MacAddress.parse("33:33:00:00:00:01").isMulticast()).isTrue();
        assertThat(MacAddress.parse("02:00:00:00:00:01").isMulticast()).isFalse();
        assertThat(MacAddress.NONE.isMulticast()).isFalse();
    }

    @Test
    void shouldMapAMulticastAddress() {
        assertThat(MacAddress.ofMulticast(IpAddress.parse("ff02::1:ff28:9c5a"))).hasToString("33:33:ff:28:9c:5a");
    }

    @Property(seed = "9", tries = 500)
    void shouldReadWhatItWrote(@ForAll @LongRange(max = 0xffff_ffff_ffffL) long bits) {
        MacAddress mac = new MacAddress(bits);
        ByteBuffer target = ByteBuffer.allocate(8).position(1);

        mac.write(target);

        assertThat(target.position()).isEqualTo(7);
        assertThat(MacAddress.read(target.array(), 1)).isEqualTo(mac);
        assertThat(MacAddress.parse(mac.toString())).isEqualTo(mac);
    }
}
