package io.fourtuple.api.actor;

import io.fourtuple.api.StackConfig;
import io.fourtuple.core.Counters;
import io.fourtuple.core.ip.Addressing;
import io.fourtuple.core.ip.Attachment;
import io.fourtuple.core.ip.FrameSink;
import io.fourtuple.core.ip.IpHost;
import io.fourtuple.core.ip.ResolvedNeighbors;
import io.fourtuple.nic.Nic;
import io.fourtuple.nic.NicStatistics;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The queues of a stack's NIC, one for each shard from the first one on, and the hosts that send by them. When there
 * are fewer than shards, the rest has none and sends through the first shard.
 *
 * <p>Thread-safe; a queue itself is its shard's alone.
 */
final class NicQueues {
    private final List<Nic> queues;
    private final Addressing addressing;
    /** Who is on the link, as the first host has found. */
    private final ResolvedNeighbors neighbors = new ResolvedNeighbors();

    /**
     * As many queues of a NIC as it has, but no more than there are shards.
     *
     * @throws IllegalArgumentException with one sentence, when {@code config} contradicts itself or the NIC
     */
    NicQueues(StackConfig config, Nic nic) {
        queues = nic.queues(config.shards());
        addressing = new Addressing(config.ip(), List.of(nic.link()));
    }

    /** All of them. */
    List<Nic> all() {
        return queues;
    }

    /** The NIC itself, which is the queue of the first shard. */
    Nic nic() {
        return queues.getFirst();
    }

    /** Whether a shard has a queue of its own. */
    boolean has(int shard) {
        return shard < queues.size();
    }

    /** The queue of a shard that has one. */
    Nic of(int shard) {
        return queues.get(shard);
    }

    /** Closes the queue of a shard whose actors have ended, if it has one. That of the first shard is closed last. */
    void close(int shard) {
        if (has(shard)) {
            of(shard).close();
        }
    }

    /** What went through all of them. */
    NicStatistics statistics() {
        return queues.stream().map(Nic::statistics).reduce(NicStatistics::plus).orElseThrow();
    }

    /** The host of the first shard. */
    IpHost firstHost(FailureReports failures, Counters counters, RandomGenerator random) {
        FrameSink sink = failures.recording(nic().sink());
        Attachment attachment = queues.size() == 1
                ? Attachment.of(nic().link(), sink)
                : Attachment.of(nic().link(), sink, neighbors);
        return IpHost.first(addressing, List.of(attachment), counters, random);
    }

    /** The host of a further shard. */
    IpHost furtherHost(
            int shard, RelaySink relay, FailureReports failures, Counters counters, RandomGenerator random) {
        Attachment attachment = has(shard)
                ? Attachment.of(nic().link(), failures.recording(of(shard).sink()), neighbors)
                : Attachment.without(nic().link());
        return IpHost.further(addressing, List.of(attachment), relay, counters, random);
    }
}
