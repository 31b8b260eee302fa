package io.fourtuple.api.actor;

import io.fourtuple.core.wire.FastOpenOption;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.TcpSegment;

/**
 * A SYN for a listening socket, told to its listener through the SYN queue.
 *
 * @param answer what its SYN-ACK says of Fast Open
 */
record SynArrived(
        PassiveOpens opens, ListeningSocket socket, FourTuple tuple, TcpSegment segment, FastOpenOption answer)
        implements LaneData {
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
