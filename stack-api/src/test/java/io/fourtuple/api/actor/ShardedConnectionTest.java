package io.fourtuple.api.actor;

/** The same over three event loops: who uses connections cannot tell. */
class ShardedConnectionTest extends ConnectionTest {
    @Override
    int shards() {
        return 3;
    }
}
