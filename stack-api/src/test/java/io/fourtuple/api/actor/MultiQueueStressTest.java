package io.fourtuple.api.actor;

import io.fourtuple.api.SpreadNic;
import io.fourtuple.nic.Nic;

/** The same with a queue of the NIC for each event loop: nothing may be left of it, either. */
class MultiQueueStressTest extends ShardedStressTest {
    @Override
    Nic around(Nic nic) {
        return SpreadNic.byFlow(nic, 1);
    }
}
