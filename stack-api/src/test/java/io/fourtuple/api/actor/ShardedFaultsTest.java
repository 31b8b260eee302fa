package io.fourtuple.api.actor;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.api.actor.SpawnHook.Role;
import io.fourtuple.core.Counter;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The same over three event loops: the fault of one shard costs the connections of the others nothing. */
class ShardedFaultsTest extends FaultsTest {
    @Override
    int shards() {
        return 3;
    }

    @Override
    String failing() {
        return "shard-1";
    }

    @Test
    void shouldLoseNoConnectionWhenTheFirstShardFailsOverPacketsOfTheOthers() {
        BusyConnections busy = busy();
        faults.over = StackInput.RelaysPending.class;
        faults.arm(Role.STACK, 20, 2);

        stacks.eventually(() -> assertThat(count(Counter.ACTOR_STACK_FAILURES)).isEqualTo(2));
        expectToDie(busy, List.of());
    }
}
