package io.fourtuple.nic.tap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.fourtuple.core.ip.LinkProperties.Medium;
import io.fourtuple.core.ip.TransmitOffload;
import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.nic.sys.VirtioHeader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TapConfigTest {
    private static final MacAddress MAC = MacAddress.parse("02:00:00:00:77:02");

    @Test
    void shouldSayWhatIsWrongWithAName() {
        assertThatIllegalArgumentException().isThrownBy(() -> TapConfig.of("a-name-of-16-oct", MAC))
                .withMessageContaining("1 to 15 octets").withMessageContaining("choose another");
        assertThatIllegalArgumentException().isThrownBy(() -> TapConfig.of("", MAC));
        assertThatIllegalArgumentException().isThrownBy(() -> TapConfig.of("a/b", MAC));
        assertThatIllegalArgumentException().isThrownBy(() -> TapConfig.of("a b", MAC));
        assertThatIllegalArgumentException().isThrownBy(() -> TapConfig.of("tap%d", MAC));
        assertThatIllegalArgumentException().isThrownBy(() -> TapConfig.of("ft0", MAC).withQueues(0))
                .withMessage("a TAP must have 1 to 256 queues, not 0");
        assertThatIllegalArgumentException().isThrownBy(() -> TapConfig.of("ft0", MAC).withQueues(257));
        assertThat(TapConfig.of("ft0", MAC).withQueues(256).withMtu(1400).withOffload(false).queues()).isEqualTo(256);
        assertThat(TapConfig.of("fifteen-octets0", MAC).name()).hasSize(15);
    }

    @Test
    void shouldTakeOnlyAddressesOfStations() {
        assertThatIllegalArgumentException().isThrownBy(() -> TapConfig.of("ft0", MacAddress.BROADCAST));
        assertThatIllegalArgumentException().isThrownBy(() -> TapConfig.of("ft0", MacAddress.NONE));
        Random random = new Random(1);
        for (int i = 0; i < 1000; i++) {
            MacAddress drawn = TapConfig.randomMac(random);
            assertThat(drawn.isMulticast()).isFalse();
            assertThat(drawn.bits() >>> 41 & 1).as("locally administered").isOne();
        }
    }

    @Test
    void shouldKnowWhatATunIs() {
        TapConfig tun = TapConfig.tun("ft0");
        assertThat(tun.medium()).isEqualTo(Medium.IP);
        assertThat(tun.mac()).isEqualTo(MacAddress.NONE);
        assertThat(tun.withMtu(TapConfig.MAX_TUN_MTU).mtu()).isEqualTo(65535);
        assertThatIllegalArgumentException().isThrownBy(() -> tun.withMtu(67))
                .withMessage("the MTU of a TUN must be 68 to 65535, is 67");
        assertThatIllegalArgumentException().isThrownBy(() -> TapConfig.of("ft0", MAC).withMtu(65522))
                .withMessage("the MTU of a TAP must be 68 to 65521, is 65522");
        assertThatIllegalArgumentException().isThrownBy(() -> new TapConfig("ft0", Medium.IP, MAC, 0, true, 1))
                .withMessageContaining("a TUN has no hardware address");
        assertThatIllegalArgumentException().isThrownBy(() -> TapConfig.tun("a b"))
                .withMessageContaining("no name for a TUN");
    }

    @Test
    void shouldNameTheCommandsForTheKernelsEnd() {
        assertThat(new HostEnd("ft0", "10.77.0.1/24").commands())
                .containsExactly("ip address replace 10.77.0.1/24 dev ft0", "ip link set ft0 up");
        assertThat(new HostEnd("ft0", "fd77::1/64").commands())
                .containsExactly("ip address replace fd77::1/64 dev ft0 nodad", "ip link set ft0 up");
        String[] mistakes = {"10.77.0.1", "10.77.0.1/33", "fd77::1/129", "10.77.0/24", "10.77.0.1/x", "/"};
        for (String wrong : mistakes) {
            assertThatIllegalArgumentException().as(wrong).isThrownBy(() -> new HostEnd("ft0", wrong));
        }
    }

    @Test
    void shouldLeaveNothingOfTheLastHeaderInTheNext() {
        TransmitOffload offload = new TransmitOffload();
        offload.checksum = true;
        offload.checksumStart = 34;
        offload.checksumOffset = 16;
        offload.segmentSize = 1448;
        offload.headerLength = 66;
        offload.ipv6 = true;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment header = arena.allocate(VirtioHeader.SIZE, 8);
            header.fill((byte) 0xff);
            VirtioHeader.write(header, offload);
            assertThat(VirtioHeader.isChecksumVerified(header)).isTrue();
            assertThat(VirtioHeader.gsoSize(header)).isEqualTo(1448);
            assertThat(header.get(ValueLayout.JAVA_BYTE, 1)).isEqualTo((byte) 4);
            assertThat(header.get(ValueLayout.JAVA_SHORT, 2)).isEqualTo((short) 66);
            assertThat(header.get(ValueLayout.JAVA_SHORT, 6)).isEqualTo((short) 34);
            assertThat(header.get(ValueLayout.JAVA_SHORT, 8)).isEqualTo((short) 16);
            VirtioHeader.write(header, offload.clear());
            assertThat(header.asSlice(0, VirtioHeader.BASIC_SIZE).toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
            assertThat(header.asSlice(VirtioHeader.BASIC_SIZE).toArray(ValueLayout.JAVA_BYTE)).containsOnly(0xff);
        }
    }
}
