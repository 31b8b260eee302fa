package io.fourtuple.core.ip;

import io.fourtuple.core.Counter;
import io.fourtuple.core.Counters;
import io.fourtuple.core.FaultPoints;
import io.fourtuple.core.Faults;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.OutboundSegment;
import java.nio.ByteBuffer;

/** Has the host of the first shard send: IP packets, in front of which that one writes the link-layer header. */
final class RelayOutput implements SegmentOutput {
    private final LinkProperties link;
    private final FrameSink relay;
    private final Counters counters;
    private final TransmitOffload offload = new TransmitOffload();
    private FaultPoints faults = FaultPoints.NEVER;

    RelayOutput(LinkProperties link, FrameSink relay, Counters counters) {
        this.link = link;
        this.relay = relay;
        this.counters = counters;
    }

    @Override
    public void setFaults(FaultPoints points) {
        faults = points;
    }

    @Override
    public boolean transmit(Path path, FourTuple tuple, OutboundSegment segment, long now) {
        counters.increment(Counter.IP_OUT_REQUESTS);
        return relay(path, tuple, segment);
    }

    /** The same for a segment that was counted as asked for. The frame is counted where it goes out. */
    boolean relay(Path path, FourTuple tuple, OutboundSegment segment) {
        ByteBuffer packet = relay.frame();
        PacketOutput.writeSegment(packet, path, tuple, segment, link.checksumOffload(), offload.clear());
        boolean lost = faults != FaultPoints.NEVER && faults.fires(Faults.DROP_OUTGOING_FRAME);
        boolean taken = !lost && relay.transmit(packet.position(), offload);
        if (!taken) {
            counters.increment(Counter.LINK_OUT_DROPS);
        }
        return taken;
    }

    @Override
    public void advise(Path path, long now) {
        // The first host alone asks neighbours, and asks those that are in use before it stops to believe in them.
    }
}
