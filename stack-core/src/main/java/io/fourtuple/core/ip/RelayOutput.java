package io.fourtuple.core.ip;

import io.fourtuple.core.Counter;
import io.fourtuple.core.Counters;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.OutboundSegment;
import java.nio.ByteBuffer;

/** Has the host of the first shard send: IP packets, in front of which that one writes the link-layer header. */
final class RelayOutput implements SegmentOutput {
    private final LinkProperties link;
    private final FrameSink relay;
    private final Counters counters;
    private final TransmitOffload offload = new TransmitOffload();

    RelayOutput(LinkProperties link, FrameSink relay, Counters counters) {
        this.link = link;
        this.relay = relay;
        this.counters = counters;
    }

    @Override
    public boolean transmit(Path path, FourTuple tuple, OutboundSegment segment, long now) {
        counters.increment(Counter.IP_OUT_REQUESTS);
        return relay(tuple, segment);
    }

    /** The same for a segment that was counted as asked for. The frame is counted where it goes out. */
    boolean relay(FourTuple tuple, OutboundSegment segment) {
        ByteBuffer packet = relay.frame();
        PacketOutput.writeSegment(packet, tuple, segment, link.checksumOffload(), offload.clear());
        boolean taken = relay.transmit(packet.position(), offload);
        if (!taken) {
            counters.increment(Counter.LINK_OUT_DROPS);
        }
        return taken;
    }
}
