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
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The NICs of a stack, and the hosts that send by them. Of the first one each shard has a queue, from the first shard
 * on; when there are fewer than shards, the rest has none and sends through the first shard, as all do by the further
 * NICs, which the first shard alone reads and writes.
 *
 * <p>Thread-safe; a queue itself is its shard's alone.
 */
final class NicQueues {
    private final List<Nic> queues;
    private final List<Nic> further;
    private final Addressing addressing;
    /** Who is on the link of the first NIC, as the first host has found. */
    private final ResolvedNeighbors neighbors = new ResolvedNeighbors();

    /**
     * As many queues of the first NIC as it has, but no more than there are shards.
     *
     * @throws IllegalArgumentException with one sentence, when {@code config} contradicts itself or the NICs
     */
    NicQueues(StackConfig config, List<Nic> nics) {
        queues = nics.getFirst().queues(config.shards());
        further = List.copyOf(nics.subList(1, nics.size()));
        addressing = new Addressing(config.ip(), nics.stream().map(Nic::link).toList());
    }

    /** All queues of the first NIC, then the further NICs. */
    List<Nic> all() {
        return Stream.concat(queues.stream(), further.stream()).toList();
    }

    /** What they are called. */
    String names() {
        return Stream.concat(Stream.of(queues.getFirst()), further.stream())
                .map(Nic::name)
                .collect(Collectors.joining("+"));
    }

    /** Octets that a frame of any of them may have. */
    int largestFrame() {
        return all().stream().mapToInt(nic -> nic.sink().frame().capacity()).max().orElseThrow();
    }

    /** Whether a shard has a queue of its own. */
    boolean has(int shard) {
        return shard < queues.size();
    }

    /** What a shard reads: its queue, if it has one, and the further NICs if it is the first. At its link's number. */
    List<Nic> of(int shard) {
        if (!has(shard)) {
            return List.of();
        }
        return shard == 0
                ? Stream.concat(Stream.of(queues.getFirst()), further.stream()).toList()
                : List.of(queues.get(shard));
    }

    /** Closes what a shard reads, whose actors have ended. Those of the first shard are closed last. */
    void close(int shard) {
        of(shard).forEach(Nic::close);
    }

    /** What went through all of them. */
    NicStatistics statistics() {
        return all().stream().map(Nic::statistics).reduce(NicStatistics::plus).orElseThrow();
    }

    /** The host of the first shard. */
    IpHost firstHost(FailureReports failures, Counters counters, RandomGenerator random) {
        List<Attachment> attachments = new ArrayList<>();
        for (Nic nic : of(0)) {
            int link = attachments.size();
            FrameSink sink = failures.recording(link, nic.sink());
            attachments.add(link == 0 && queues.size() > 1
                    ? Attachment.of(nic.link(), sink, neighbors)
                    : Attachment.of(nic.link(), sink));
        }
        return IpHost.first(addressing, attachments, counters, random);
    }

    /** The host of a further shard. */
    IpHost furtherHost(
            int shard, RelaySink relay, FailureReports failures, Counters counters, RandomGenerator random) {
        List<Attachment> attachments = new ArrayList<>();
        attachments.add(has(shard)
                ? Attachment.of(queues.get(shard).link(), failures.recording(0, queues.get(shard).sink()), neighbors)
                : Attachment.without(queues.getFirst().link()));
        further.forEach(nic -> attachments.add(Attachment.without(nic.link())));
        return IpHost.further(addressing, attachments, relay, counters, random);
    }
}
