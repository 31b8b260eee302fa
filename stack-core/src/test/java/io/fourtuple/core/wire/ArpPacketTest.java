package io.fourtuple.core.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArpPacketTest {
    private static final ArpPacket REQUEST = new ArpPacket(ArpPacket.REQUEST, KernelFrames.MAC_1, KernelFrames.V4_1,
            MacAddress.NONE, KernelFrames.V4_2);
    private static final ArpPacket REPLY = new ArpPacket(ArpPacket.REPLY, KernelFrames.MAC_2, KernelFrames.V4_2,
            KernelFrames.MAC_1, KernelFrames.V4_1);

    @Test
    void shouldReadPacketsOfTheKernel() {
        assertThat(ArpPacket.parse(KernelFrames.bytes(KernelFrames.ARP_REQUEST), 14)).isEqualTo(REQUEST);
        assertThat(ArpPacket.parse(KernelFrames.bytes(KernelFrames.ARP_REPLY), 14)).isEqualTo(REPLY);
    }

    @Test
    void shouldWriteAPacketOfTheKernel() {
        ByteBuffer target = ByteBuffer.allocate(42).position(14);

        REPLY.write(target);

        assertThat(target.remaining()).isZero();
        assertThat(KernelFrames.hex(target.array())).endsWith(KernelFrames.ARP_REPLY.split(" ", 2)[1].replace(" ", ""));
    }

    @Test
    void shouldTolerateThePaddingOfEthernet() {
        assertThat(ArpPacket.parse(Arrays.copyOf(KernelFrames.bytes(KernelFrames.ARP_REPLY), 60), 14)).isEqualTo(REPLY);
    }

    @Test
    void shouldRejectWhatIsTooShort() {
        byte[] frame = KernelFrames.bytes(KernelFrames.ARP_REQUEST);
        for (int length = 14; length < frame.length; length++) {
            assertThat(ArpPacket.parse(Arrays.copyOf(frame, length), 14)).isEqualTo(Malformed.ARP);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "15, 2", // hardware type
        "16, 134", // protocol type
        "18, 8", // length of a hardware address
        "19, 16", // length of a protocol address
        "21, 0", // operation
        "21, 3",
        "20, 1",
        "22, 3", // sender is a group
    })
    void shouldRejectWhatIsNotForIpv4OverEthernet(int index, int value) {
        byte[] frame = KernelFrames.bytes(KernelFrames.ARP_REQUEST);
        frame[index] = (byte) value;

        assertThat(ArpPacket.parse(frame, 14)).isEqualTo(Malformed.ARP);
    }

    @Test
    void shouldNotBeMadeForIpv6() {
        assertThatThrownBy(() -> new ArpPacket(
                        ArpPacket.REQUEST, KernelFrames.MAC_1, KernelFrames.V6_1, MacAddress.NONE, KernelFrames.V4_2))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
