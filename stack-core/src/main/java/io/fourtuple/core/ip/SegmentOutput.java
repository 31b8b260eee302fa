package io.fourtuple.core.ip;

import io.fourtuple.core.FaultPoints;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.OutboundSegment;

/** The way of a TCP segment from a host to its link. Confined to the host's thread. */
interface SegmentOutput {
    /** Lets rare things happen, from now on. */
    void setFaults(FaultPoints points);

    /** Sends a segment, which is read before this returns; false when it is lost, which has been counted. */
    boolean transmit(Path path, FourTuple tuple, OutboundSegment segment, long now);

    /** What is sent on this path is not answered: whoever knows the neighbour asks it, when that is its business. */
    void advise(Path path, long now);
}
