package io.fourtuple.api.actor;

import io.fourtuple.api.SpreadNic;
import io.fourtuple.nic.Nic;

/** The same with a queue of the NIC for each event loop: who uses full queues cannot tell. */
class MultiQueueOverflowTableTest extends ShardedOverflowTableTest {
    @Override
    Nic around(Nic nic) {
        return SpreadNic.byFlow(nic, 1);
    }
}
