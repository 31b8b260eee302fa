package io.fourtuple.api.actor;

import io.fourtuple.core.wire.FastOpenOption;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.SourceRoute;
import io.fourtuple.core.wire.TcpSegment;

/**
 * A SYN for a listening socket, told to its listener through the SYN queue.
 *
 * @param answer what its SYN-ACK says of Fast Open
 * @param back the source route that it came by, turned round
 */
record SynArrived(PassiveOpens opens, ListeningSocket socket, FourTuple tuple, TcpSegment segment,
        FastOpenOption answer, SourceRoute back)
        implements LaneData {
    /** The source route for the answers. */
    SourceRoute way() {
        return socket.wayBack(back);
    }

    @Override
    public void onOverflow(Overflow cause) {
        opens.onSynOverflow(this, cause);
    }

    @Override
    public void onLetOut(ListenQueues queues) {
        socket.synInHand = this;
    }

    @Override
    public void onDiscarded() {
        opens.reset(tuple, segment);
    }
}
