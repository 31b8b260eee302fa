package io.fourtuple.api.actor;

import io.fourtuple.api.SpreadNic;
import io.fourtuple.nic.Nic;

/** The same with a queue of the NIC for each event loop, and each segment by another: more reordering, no more. */
class MultiQueueLossyWireTest extends ShardedLossyWireTest {
    @Override
    Nic around(Nic nic) {
        return SpreadNic.atRandom(nic, 1);
    }
}
