package io.fourtuple.api.actor;

import io.fourtuple.api.StackConfig;
import io.fourtuple.core.ip.RelayedPacket;
import io.fourtuple.core.tcp.FastOpenCache;
import io.fourtuple.core.tcp.FastOpenKey;
import io.fourtuple.core.tcp.MemoryBudget;
import io.fourtuple.core.tcp.SipHash;
import io.fourtuple.core.wire.FourTuple;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * What the shards of one stack share, each on its own thread: who has which 4-tuple, the queues of the NIC, and the
 * bounds that hold for all of them together. A shard that has a queue reads and writes it:
 *
 * <pre>
 *   queue n ─▶ shard n: IP ─▶ {@link #owner} of the 4-tuple ─┬▶ itself
 *                   │                                      └▶ shard m: a message with its segments
 *                   └▶ shard 0: ARP, ICMP, fragments: a message with the frames
 *   queue n ◀─ shard n: segments, to neighbours that shard 0 has found
 * </pre>
 *
 * <p>What a shard without a queue sends, or one with a queue to a neighbour that is not known yet, the first one sends:
 *
 * <pre>
 *   queue 0 ◀─ shard 0: ARP and the like ◀─ {@link #relay} ◀─ shard n: IP packets
 * </pre>
 *
 * <p>Thread-safe.
 */
final class Shards {
    final StackConfig config;
    /** The stack's NIC. */
    final NicQueues queues;
    /** What all buffers may hold. */
    final MemoryBudget memory;
    /** What one peer may hold. */
    final SourceLimits sources;
    /** Connections that have an actor. */
    final Slots connections;
    /** TIME-WAIT records. */
    final Slots timeWaits;
    /** What is known of servers that take data with a SYN. */
    final FastOpenCache fastOpenPeers;
    /** The keys of cookies for clients that send data with a SYN. */
    final List<FastOpenKey> fastOpenKeys;

    /** What sockets that do not listen are bound to. */
    final Reservations reservations = new Reservations();

    private final SipHash steering;
    private final AtomicReferenceArray<ActorRef<Object>> actors;
    /** Segments on their way to each shard, and frames to the first one. */
    private final Slots[] steered;
    /** Packets on their way to the first shard. */
    private final Slots relayed;
    private final Queue<RelayedPacket> relays = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean relaysTold = new AtomicBoolean();
    private volatile boolean poweredOff;

    /** {@code random} gives the secret that says which tuple is whose. */
    Shards(StackConfig config, NicQueues queues, RandomGenerator random) {
        this.config = config;
        this.queues = queues;
        StackConfig.Limits limits = config.limits();
        memory = new MemoryBudget(limits.memory(), limits.orphans());
        sources = new SourceLimits(limits.perSource());
        connections = new Slots(limits.connections());
        timeWaits = new Slots(limits.timeWait());
        long secret0 = random.nextLong();
        long secret1 = random.nextLong();
        steering = SipHash.of13(secret0, secret1);
        fastOpenPeers = new FastOpenCache(limits.fastOpenPeers());
        fastOpenKeys = fastOpenKeys(config, SipHash.of24(secret0, secret1));
        actors = new AtomicReferenceArray<>(config.shards());
        relayed = new Slots(limits.shardQueue());
        steered = new Slots[config.shards()];
        for (int i = 0; i < steered.length; i++) {
            steered[i] = new Slots(limits.shardQueue());
        }
    }

    /** Those that are configured, or else one that is derived from a secret with a function of its own. */
    private static List<FastOpenKey> fastOpenKeys(StackConfig config, SipHash derivation) {
        List<FastOpenKey> configured = config.tcp().fastOpen().keys();
        return configured.isEmpty()
                ? List.of(new FastOpenKey(
                        derivation.hash("fast open key, first half".getBytes(StandardCharsets.UTF_8)),
                        derivation.hash("fast open key, last half".getBytes(StandardCharsets.UTF_8))))
                : configured;
    }

    /** From now on nobody is told of what ends. */
    void powerOff() {
        poweredOff = true;
    }

    /** Whether what ends does so because the host has lost its power. */
    boolean isPoweredOff() {
        return poweredOff;
    }

    /** How many there are. */
    int count() {
        return steered.length;
    }

    /** Whose actor this is. To be called for each shard before a frame is read. */
    void register(int shard, ActorRef<Object> actor) {
        actors.set(shard, actor);
    }

    /** The actor of a shard. */
    ActorRef<Object> actor(int shard) {
        return actors.get(shard);
    }

    /** The shard that has this tuple, as seen from here, as long as the stack lives. */
    int owner(FourTuple tuple) {
        return count() == 1 ? 0 : (int) Math.unsignedMultiplyHigh(steering.hash(tuple), count());
    }

    // ---- in ----

    /** Places for segments, and frames, on their way to a shard; whoever sees to them gives the places back. */
    Slots steeredTo(int shard) {
        return steered[shard];
    }

    // ---- out ----

    /**
     * Has the first shard send a packet.
     *
     * @return false when too many are on their way: it is lost
     */
    boolean relay(RelayedPacket packet) {
        if (!relayed.tryTake()) {
            return false;
        }
        relays.add(packet);
        tellRelays();
        return true;
    }

    /** Has the first shard send what there is to relay, if it has not been told so. */
    void tellRelays() {
        if (!relays.isEmpty() && relaysTold.compareAndSet(false, true)) {
            actor(0).tell(StackInput.RelaysPending.INSTANCE);
        }
    }

    /** How many packets are on their way to the first shard. */
    int packetsToRelay() {
        return relayed.taken();
    }

    /** The next turn of {@link #pollRelay} sees to all that was there before this: later ones are told again. */
    void noteRelaysSeen() {
        relaysTold.set(false);
    }

    /** The next packet to send, or null. For the first shard. */
    RelayedPacket pollRelay() {
        RelayedPacket packet = relays.poll();
        if (packet != null) {
            relayed.giveBack();
        }
        return packet;
    }
}
