package io.fourtuple.core.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class EthernetHeaderTest {
    @Test
    void shouldReadAFrameOfTheKernel() {
        byte[] frame = KernelFrames.bytes(KernelFrames.DATA_V6);

        assertThat(EthernetHeader.isComplete(frame)).isTrue();
        assertThat(EthernetHeader.destination(frame)).isEqualTo(KernelFrames.MAC_2);
        assertThat(EthernetHeader.source(frame)).isEqualTo(KernelFrames.MAC_1);
        assertThat(EthernetHeader.type(frame)).isEqualTo(EthernetHeader.TYPE_IPV6);
    }

    @Test
    void shouldWriteAFrameOfTheKernel() {
        ByteBuffer target = ByteBuffer.allocate(14);

        EthernetHeader.write(target, MacAddress.BROADCAST, KernelFrames.MAC_1, EthernetHeader.TYPE_ARP);

        assertThat(target.remaining()).isZero();
        assertThat(target.array())
                .isEqualTo(Arrays.copyOf(KernelFrames.bytes(KernelFrames.ARP_REQUEST), EthernetHeader.LENGTH));
    }

    @Test
    void shouldNotTakeLessThanAHeaderForAFrame() {
        assertThat(EthernetHeader.isComplete(new byte[0])).isFalse();
        assertThat(EthernetHeader.isComplete(new byte[13])).isFalse();
        assertThat(EthernetHeader.isComplete(new byte[14])).isTrue();
    }
}
