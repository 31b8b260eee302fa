package io.fourtuple.api.actor;

import io.fourtuple.api.SpreadNic;
import io.fourtuple.nic.Nic;

/** The same with a queue of the NIC for each event loop: who uses connections cannot tell. */
class MultiQueueConnectionTest extends ShardedConnectionTest {
    @Override
    Nic around(Nic nic) {
        return SpreadNic.byFlow(nic, 1);
    }
}
