package io.fourtuple.api.actor;

import io.fourtuple.api.observe.SocketRow;
import io.fourtuple.api.observe.StackSnapshot;
import io.fourtuple.core.Counter;
import io.fourtuple.core.tcp.TcpInfo;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IpAddress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;

/** Takes {@link StackSnapshot}s. On the loop, between two messages. */
final class Snapshots {
    private Snapshots() {}

    /** One shard's part of a snapshot. */
    record Of(List<SocketRow> sockets, Map<Counter, Long> counters) {}

    /** The parts of one snapshot, on their way to the first shard, who alone looks inside. */
    static final class Gathering {
        private final ActorRef<StackSnapshot> replyTo;
        private final List<SocketRow> sockets = new ArrayList<>();
        private final Map<Counter, Long> counters = new EnumMap<>(Counter.class);
        private int missing;

        Gathering(ActorRef<StackSnapshot> replyTo, int parts) {
            this.replyTo = replyTo;
            missing = parts;
        }

        /** Adds a part, and answers when it was the last one. */
        void add(Of part, Shards shards) {
            sockets.addAll(part.sockets);
            part.counters.forEach((counter, value) -> counters.merge(counter, value, Long::sum));
            if (--missing == 0) {
                NicQueues queues = shards.queues;
                replyTo.tell(new StackSnapshot(
                        shards.config.name(), sockets, counters, queues.names(), queues.statistics()));
            }
        }
    }

    /** Has each shard look at itself. On the first one's loop. */
    static void gather(Shard first, ActorRef<StackSnapshot> replyTo) {
        Shards shards = first.shards;
        Gathering gathering = new Gathering(replyTo, shards.count());
        for (int i = 1; i < shards.count(); i++) {
            shards.actor(i).tell(new StackInput.TakePart(gathering));
        }
        gathering.add(take(first), shards);
    }

    /** What a shard looks like. The first one has the listening sockets, which all share. */
    static Of take(Shard shard) {
        List<SocketRow> rows = new ArrayList<>(shard.flows.size() + 1);
        if (shard.index == 0) {
            shard.sockets.forEach(socket -> rows.add(row(socket)));
        }
        long now = shard.now();
        shard.flows.forEach(flow -> rows.add(row(flow, now)));
        Map<Counter, Long> counters = new EnumMap<>(Counter.class);
        for (Counter counter : Counter.values()) {
            counters.put(counter, shard.counters.get(counter));
        }
        return new Of(rows, counters);
    }

    private static SocketRow row(ListeningSocket socket) {
        ListenQueues queues = socket.queues();
        return new SocketRow(
                SocketRow.LISTEN,
                queues.accept().taken(),
                queues.backlog(),
                socket.address(),
                socket.port(),
                socket.address().isV4() ? IpAddress.ANY_V4 : IpAddress.ANY_V6,
                0,
                queues.syn().taken(),
                queues.syn().bound(),
                Optional.empty());
    }

    private static SocketRow row(FlowEntry flow, long now) {
        return switch (flow) {
            case ConnectionEntry entry -> {
                TcpInfo info = entry.connection().info(now);
                yield row(
                        flow.tuple(),
                        info.state().label(),
                        info.receiveQueue(),
                        (long) info.unacknowledged() + info.unsent(),
                        Optional.of(info));
            }
            case HalfOpenEntry _ -> row(flow.tuple(), SocketRow.SYN_RECV, 0, 0, Optional.empty());
            case TimeWaitEntry _ -> row(flow.tuple(), SocketRow.TIME_WAIT, 0, 0, Optional.empty());
        };
    }

    private static SocketRow row(FourTuple tuple, String state, long recvQ, long sendQ, Optional<TcpInfo> info) {
        return new SocketRow(
                state, recvQ, sendQ, tuple.local(), tuple.localPort(), tuple.remote(), tuple.remotePort(), 0, 0, info);
    }
}
