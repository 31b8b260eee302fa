package io.fourtuple.api.actor;

import io.fourtuple.core.Counter;
import io.fourtuple.core.Faults;
import io.fourtuple.core.ip.Ingress;
import io.fourtuple.core.wire.FourTuple;
import java.util.ArrayList;
import java.util.List;

/**
 * Gives what came in to the shard that has its tuple: one message for each shard and batch of frames, in the order of
 * arrival. Confined to the loop of the shard where it came in.
 */
final class Steering {
    private final Shard shard;
    private final Shards shards;
    /** One list for each shard. */
    private final List<List<Ingress>> waiting = new ArrayList<>();
    private boolean isEmpty = true;

    Steering(Shard shard) {
        this.shard = shard;
        shards = shard.shards;
        for (int i = 0; i < shards.count(); i++) {
            waiting.add(new ArrayList<>());
        }
    }

    /**
     * Keeps for another shard what is not ours, until {@link #flush}.
     *
     * @return false when it is ours
     */
    boolean steer(FourTuple tuple, Ingress ingress) {
        int owner = shards.owner(tuple);
        if (owner == shard.index) {
            return false;
        }
        if (!shard.fires(Faults.REFUSE_SHARD_QUEUE) && shards.steeredTo(owner).tryTake()) {
            waiting.get(owner).add(ingress);
            isEmpty = false;
        } else {
            shard.counters.increment(Counter.TCP_EXT_BACKLOG_DROP);
        }
        return true;
    }

    /** Tells each shard what was kept for it. */
    void flush() {
        if (isEmpty) {
            return;
        }
        isEmpty = true;
        for (int i = 0; i < waiting.size(); i++) {
            List<Ingress> ingress = waiting.get(i);
            if (!ingress.isEmpty()) {
                waiting.set(i, new ArrayList<>());
                shards.actor(i).tell(new StackInput.Steered(ingress));
            }
        }
    }
}
