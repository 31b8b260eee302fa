package io.fourtuple.api.actor;

import io.fourtuple.core.Counter;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.TcpSegment;

/** A SYN for a listening socket, told to its listener through the SYN queue. */
record SynArrived(Shard shard, FourTuple tuple, TcpSegment segment) implements LaneData {
    /** The SYN queue is full: the peer will try again (RFC 9293 §3.10.7.2 lets a listener be busy). */
    @Override
    public void onOverflow() {
        shard.counters.increment(Counter.TCP_EXT_REQ_Q_FULL_DROP);
        shard.counters.increment(Counter.TCP_EXT_LISTEN_DROPS);
    }

    @Override
    public void onDiscarded() {
        shard.reset(tuple, segment);
    }
}
