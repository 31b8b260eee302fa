package io.fourtuple.api.actor;

import io.fourtuple.core.Counter;
import io.fourtuple.core.Faults;
import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.Ingress;
import io.fourtuple.core.wire.FourTuple;
import java.util.ArrayList;
import java.util.List;

/**
 * Gives what came in to the shard that has its tuple: one message for each shard and batch of frames, in the order of
 * arrival. What is no segment goes to the first shard as it came. Confined to the loop of the shard where it came in.
 */
final class Steering {
    private final Shard shard;
    private final Shards shards;
    /** One list for each shard. */
    private final List<List<Ingress>> waiting = new ArrayList<>();
    private boolean isEmpty = true;
    /** For the first shard. */
    private List<Frame> frames = new ArrayList<>();

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
            shard.counters.increment(Counter.TCP_EXT_STEERED);
        } else {
            shard.counters.increment(Counter.TCP_EXT_BACKLOG_DROP);
        }
        return true;
    }

    /** Keeps a frame for the first shard, until {@link #flush}. */
    void handOn(Frame frame) {
        if (shards.steeredTo(0).tryTake()) {
            frames.add(frame);
            shard.counters.increment(Counter.LINK_HANDED_ON);
        } else {
            shard.counters.increment(Counter.LINK_IN_FRAMES);
            shard.counters.increment(Counter.LINK_IN_DISCARDS);
        }
    }

    /** Tells each shard what was kept for it. */
    void flush() {
        if (!frames.isEmpty()) {
            shards.actor(0).tell(new StackInput.HandedOn(frames));
            frames = new ArrayList<>();
        }
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
