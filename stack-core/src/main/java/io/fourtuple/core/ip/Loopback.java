package io.fourtuple.core.ip;

import io.fourtuple.core.Counter;
import io.fourtuple.core.Counters;
import io.fourtuple.core.FaultPoints;
import io.fourtuple.core.Faults;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.OutboundSegment;
import io.fourtuple.core.wire.TcpCodec;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * Packets to ourselves: written like any other, without a link-layer header, and kept until they are received. As many
 * segments as TCP hands down at once travel in one packet, and nobody computes a checksum.
 */
final class Loopback {
    private final int bound;
    private final Counters counters;
    private final TransmitOffload ignored = new TransmitOffload();
    private final ArrayDeque<Frame> queue = new ArrayDeque<>();
    private FaultPoints faults = FaultPoints.NEVER;

    Loopback(int bound, Counters counters) {
        this.bound = bound;
        this.counters = counters;
    }

    void setFaults(FaultPoints points) {
        faults = points;
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }

    Frame poll() {
        return queue.poll();
    }

    boolean transmit(Path path, FourTuple tuple, OutboundSegment segment) {
        counters.increment(Counter.IP_OUT_REQUESTS);
        if (queue.size() == bound || (faults != FaultPoints.NEVER && faults.fires(Faults.REFUSE_LOOPBACK))) {
            counters.increment(Counter.LINK_OUT_DROPS);
            return false;
        }
        int headers = PacketOutput.ipHeaderLength(tuple.local()) + TcpCodec.HEADER_LENGTH + segment.optionsLength();
        ByteBuffer packet = ByteBuffer.allocate(headers + segment.payloadLength);
        PacketOutput.writeSegment(packet, path, tuple, segment, true, ignored);
        boolean merged = segment.segmentSize > 0 && segment.payloadLength > segment.segmentSize;
        counters.increment(Counter.LINK_OUT_FRAMES);
        return queue.add(new Frame(packet.array(), true, merged ? segment.segmentSize : 0));
    }
}
