package io.fourtuple.core.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TcpSegmentTest {
    @Test
    void shouldCountSynAndFinAsSequenceSpace() {
        byte[] payload = new byte[10];
        TcpSegment segment = new TcpSegment(0xfffffffe, 0, TcpFlags.SYN | TcpFlags.FIN, 0, 0, TcpOptions.NONE,
                payload, 0, 10, 0, Ecn.NOT_ECT);

        assertThat(segment.length()).isEqualTo(12);
        assertThat(segment.payloadSeq()).isEqualTo(-1);
        assertThat(segment.end()).isEqualTo(10);
    }

    @Test
    void shouldCountWhatIsSentAlike() {
        OutboundSegment s = new OutboundSegment().clear();
        s.flags = TcpFlags.SYN | TcpFlags.FIN;
        s.payloadLength = 10;

        assertThat(s.length()).isEqualTo(12);
        assertThat(s.clear().length()).isZero();
        assertThat(s.optionsLength()).isZero();
    }

    @Test
    void shouldAskForAllFlagsOfAMask() {
        TcpSegment segment = TcpSegment.of(1, 2, TcpFlags.SYN, 3, TcpOptions.NONE);

        assertThat(segment.has(TcpFlags.SYN)).isTrue();
        assertThat(segment.has(TcpFlags.SYN | TcpFlags.ACK)).isFalse();
        assertThat(segment).hasToString("S 1:1(0) win 3");
    }

    @Test
    void shouldTurnATupleRound() {
        FourTuple tuple = new FourTuple(KernelFrames.V4_1, 1, KernelFrames.V4_2, 65535);

        assertThat(tuple.reversed()).isEqualTo(new FourTuple(KernelFrames.V4_2, 65535, KernelFrames.V4_1, 1));
        assertThat(tuple).hasToString("10.77.0.1:1-10.77.0.2:65535");
    }

    @Test
    void shouldRefuseAPortOutOfRange() {
        assertThatThrownBy(() -> new FourTuple(KernelFrames.V4_1, -1, KernelFrames.V4_2, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new FourTuple(KernelFrames.V4_1, 1, KernelFrames.V4_2, 65536))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
