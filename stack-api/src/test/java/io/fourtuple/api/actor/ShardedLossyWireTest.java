package io.fourtuple.api.actor;

/** The same over three event loops: who uses a lossy wire cannot tell. */
class ShardedLossyWireTest extends LossyWireTest {
    @Override
    int shards() {
        return 3;
    }
}
