package io.fourtuple.core.ip;

import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.OutboundSegment;

/** The way of a TCP segment from a host to its link. Confined to the host's thread. */
interface SegmentOutput {
    /** Sends a segment, which is read before this returns; false when it is lost, which has been counted. */
    boolean transmit(Path path, FourTuple tuple, OutboundSegment segment, long now);
}
