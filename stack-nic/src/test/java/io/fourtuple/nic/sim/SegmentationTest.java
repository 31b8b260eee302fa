package io.fourtuple.nic.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.TransmitOffload;
import io.fourtuple.core.wire.Ecn;
import io.fourtuple.core.wire.IpHeader;
import io.fourtuple.core.wire.TcpCodec;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.core.wire.TcpSegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SegmentationTest {
    private static final int FLAGS = TcpFlags.ACK | TcpFlags.FIN | TcpFlags.PSH | TcpFlags.CWR;

    private static List<TcpSegment> cut(byte[] frame, int segmentSize) {
        List<TcpSegment> segments = new ArrayList<>();
        Segmentation.cut(new Frame(frame, true, segmentSize), part -> {
            assertThat(TcpFrames.isIntact(part.bytes())).isTrue();
            assertThat(part.checksumVerified()).isFalse();
            assertThat(part.gsoSize()).isZero();
            IpHeader ip = TcpFrames.ip(part.bytes());
            assertThat(ip.end()).isEqualTo(part.bytes().length);
            assertThat(ip.trafficClass()).isEqualTo(Ecn.ECT_0);
            segments.add(TcpCodec.parse(part.bytes(), ip.payloadOffset(), ip.payloadLength(), 0, ip.ecn()));
        });
        return segments;
    }

    @Test
    void shouldCutIntoSegmentsThatStandForTheSame() {
        for (String[] ends : new String[][] {{"10.77.0.1", "10.77.0.2"}, {"fd77::1", "fd77::2"}}) {
            byte[] frame = TcpFrames.segment().ip(ends[0], ends[1]).flags(FLAGS).seq(-1000).payload(3000)
                    .trafficClass(Ecn.ECT_0).unfinished(1400, new TransmitOffload());
            List<TcpSegment> segments = cut(frame, 1400);

            assertThat(segments).extracting(TcpSegment::payloadLength).containsExactly(1400, 1400, 200);
            assertThat(segments).extracting(TcpSegment::seq).containsExactly(-1000, 400, 1800);
            assertThat(segments).extracting(TcpSegment::flags).containsExactly(
                    TcpFlags.ACK | TcpFlags.CWR, TcpFlags.ACK, TcpFlags.ACK | TcpFlags.FIN | TcpFlags.PSH);
        }
    }

    @Test
    void shouldCountTheHeadersOfEachSegmentOnTheWire() {
        byte[] frame = TcpFrames.segment().payload(3000).unfinished(1400, new TransmitOffload());

        assertThat(FrameOctets.wireLength(new Frame(frame, true, 1400))).isEqualTo(3 * 54 + 3000);
        assertThat(FrameOctets.packetLength(new Frame(frame, true, 1400))).isEqualTo(1440);
        assertThat(FrameOctets.wireLength(new Frame(frame))).isEqualTo(3054);
    }
}
