package io.fourtuple.api.actor;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.api.SpreadNic;
import io.fourtuple.api.actor.SpawnHook.Role;
import io.fourtuple.core.Counter;
import io.fourtuple.nic.Nic;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The same with a queue of the NIC for each of three event loops: whichever of them fails, the others go on. */
class MultiQueueFaultsTest extends FaultsTest {
    @Override
    int shards() {
        return 3;
    }

    @Override
    String failing() {
        return "shard-1";
    }

    @Override
    String reader() {
        return "/shard-1/nic";
    }

    @Override
    Nic around(Nic nic) {
        return SpreadNic.byFlow(nic, 1);
    }

    @Test
    void shouldLoseNoConnectionWhenAShardFailsOverSegmentsThatCameInAtAnother() {
        BusyConnections busy = busy();
        faults.over = StackInput.Steered.class;
        faults.in = failing();
        faults.arm(Role.STACK, 20, 2);

        stacks.eventually(() -> assertThat(count(Counter.ACTOR_STACK_FAILURES)).isEqualTo(2));
        expectToDie(busy, List.of());
    }
}
