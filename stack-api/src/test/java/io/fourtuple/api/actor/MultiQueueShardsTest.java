package io.fourtuple.api.actor;

import io.fourtuple.api.SpreadNic;
import io.fourtuple.nic.Nic;

/** The same with a queue of the NIC for each event loop: what several shards do together, they do so, too. */
class MultiQueueShardsTest extends ShardsTest {
    @Override
    Nic around(Nic nic) {
        return SpreadNic.byFlow(nic, 1);
    }
}
