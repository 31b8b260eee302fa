package io.fourtuple.core.ip;

import io.fourtuple.core.Counter;
import io.fourtuple.core.Counters;
import io.fourtuple.core.FaultPoints;
import io.fourtuple.core.Faults;
import io.fourtuple.core.wire.EthernetHeader;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.core.wire.OutboundSegment;
import java.nio.ByteBuffer;

/** Sends by a queue of the NIC, to neighbours that the host of the first shard has found, and relays the rest. */
final class QueueOutput implements SegmentOutput {
    private final LinkProperties link;
    private final FrameSink queue;
    private final ResolvedNeighbors neighbors;
    private final RelayOutput unresolved;
    private final Counters counters;
    private final boolean ethernet;
    private final TransmitOffload offload = new TransmitOffload();
    private FaultPoints faults = FaultPoints.NEVER;

    QueueOutput(
            LinkProperties link,
            FrameSink queue,
            ResolvedNeighbors neighbors,
            RelayOutput unresolved,
            Counters counters) {
        this.link = link;
        this.queue = queue;
        this.neighbors = neighbors;
        this.unresolved = unresolved;
        this.counters = counters;
        ethernet = link.medium() == LinkProperties.Medium.ETHERNET;
    }

    @Override
    public void setFaults(FaultPoints points) {
        faults = points;
        unresolved.setFaults(points);
    }

    private boolean fires(String point) {
        return faults != FaultPoints.NEVER && faults.fires(point);
    }

    @Override
    public boolean transmit(Path path, FourTuple tuple, OutboundSegment segment, long now) {
        counters.increment(Counter.IP_OUT_REQUESTS);
        if (!ethernet) {
            return send(queue.frame(), path, tuple, segment);
        }
        MacAddress neighbor = fires(Faults.FORGET_NEIGHBOR) ? null : neighbors.use(path.nextHop());
        if (neighbor == null) {
            return unresolved.relay(path, tuple, segment);
        }
        ByteBuffer frame = queue.frame();
        int type = tuple.local().isV4() ? EthernetHeader.TYPE_IPV4 : EthernetHeader.TYPE_IPV6;
        EthernetHeader.write(frame, neighbor, link.mac(), type);
        return send(frame, path, tuple, segment);
    }

    private boolean send(ByteBuffer frame, Path path, FourTuple tuple, OutboundSegment segment) {
        PacketOutput.writeSegment(frame, path, tuple, segment, link.checksumOffload(), offload.clear());
        boolean taken = !fires(Faults.DROP_OUTGOING_FRAME) && queue.transmit(frame.position(), offload);
        counters.increment(taken ? Counter.LINK_OUT_FRAMES : Counter.LINK_OUT_DROPS);
        return taken;
    }

    @Override
    public void advise(Path path, long now) {
        // The first host alone asks neighbours, and asks those that are in use before it stops to believe in them.
    }
}
