package io.fourtuple.api.actor;

/** The same over three event loops: who uses full queues cannot tell. */
class ShardedOverflowTableTest extends OverflowTableTest {
    @Override
    int shards() {
        return 3;
    }
}
