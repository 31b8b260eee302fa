package io.fourtuple.nic.loop;

import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.dispatch.DispatcherConfigurator;
import org.apache.pekko.dispatch.Dispatchers;

/** The dispatchers of the further shards of a stack: each like that of the first, on an event loop of its own. */
public final class ShardDispatchers {
    private ShardDispatchers() {}

    /**
     * The dispatcher of a shard, which is made known to the system when it is not yet. Any thread may ask.
     *
     * @param id the dispatcher of the first shard, as configured
     * @param shard number of the shard, from 0
     * @return {@code id} itself for shard 0, else {@code id-SHARD}; the same for all stacks of a system
     */
    public static String of(ActorSystem system, String id, int shard) {
        if (shard == 0) {
            return id;
        }
        String own = id + "-" + shard;
        Dispatchers dispatchers = system.dispatchers();
        if (!dispatchers.hasDispatcher(own)) {
            // When somebody else was faster, theirs stays.
            dispatchers.registerConfigurator(own, new DispatcherConfigurator(
                    dispatchers.config(own, system.settings().config().getConfig(id)), dispatchers.prerequisites()));
        }
        return own;
    }
}
