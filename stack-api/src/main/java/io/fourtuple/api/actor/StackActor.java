package io.fourtuple.api.actor;

import io.fourtuple.api.StackConfig;
import io.fourtuple.api.actor.SpawnHook.Role;
import io.fourtuple.api.protocol.ConnectionCommand;
import io.fourtuple.api.protocol.StackCommand;
import io.fourtuple.api.protocol.Unbound;
import io.fourtuple.core.Counter;
import io.fourtuple.core.Counters;
import io.fourtuple.core.Faults;
import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.Ingress;
import io.fourtuple.core.ip.IpHost;
import io.fourtuple.core.ip.Path;
import io.fourtuple.core.tcp.HostTraits;
import io.fourtuple.core.time.Deadline;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.SourceRoute;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.core.wire.TcpSegment;
import io.fourtuple.nic.Nic;
import io.fourtuple.nic.NicActor.FrameBatch;
import io.fourtuple.nic.loop.ShardDispatchers;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.ExtensibleBehavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.Signal;
import org.apache.pekko.actor.typed.TypedActorContext;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The actor of one shard: every frame, command and deadline of it comes here first. The first shard's is the stack's:
 * it is told what the program asks, and has the actors of further shards as children.
 *
 * <pre>
 *   FrameBatch ─▶ IP ─▶ 4-tuple ─▶ connection     told its segments, one message for each batch
 *                              ├─▶ half-open      handled here, from the record
 *                              ├─▶ TIME-WAIT      handled here, from the record
 *                              └─▶ none           SYN: told the listener through its SYN queue; else reset
 * </pre>
 *
 * <p>Connections are its children, so that they outlive their listening socket. It watches each: one that has ended
 * without leaving the table has failed, and its peer gets a reset from the numbers in its entry.
 *
 * <p>An exception costs what is {@link InHand} and nothing else: this object and the {@link Shard} are the same after a
 * restart, and so are the children. When it fails too often ({@link StackConfig.Supervision}) it ends, and all children
 * with it; their last words, such as resets, still find the NIC open: each shard closes its queue when its children
 * have ended, and the first one's is the last.
 */
public final class StackActor extends ExtensibleBehavior<Object> {
    private static final Logger LOG = LoggerFactory.getLogger(StackActor.class);
    /** How many packets to ourselves are seen to before somebody else has a turn. */
    private static final int INGRESS_PER_TURN = 256;
    /** How many packets of other shards are sent before somebody else has a turn. */
    private static final int RELAYS_PER_TURN = 256;

    private final ActorContext<Object> context;
    private final Shards shards;
    private final Shard shard;
    private final CompletableFuture<Done> terminated;
    private final Opens opens;
    private final SocketOpens socketOpens;
    private final PassiveOpens passiveOpens;
    private final Closing closing;
    private final InHand inHand;
    /** None when this shard has no queue of a NIC. */
    private final List<NicReader> nicReaders;
    private final List<ConnectionEntry> collecting = new ArrayList<>();
    private final List<ActorRef<Done>> stoppers = new ArrayList<>();
    private final Steering steering;
    /** The further shards that still have connections. Each goes on with what it is asked until the first one ends. */
    private final BitSet busyShards = new BitSet();
    /** Whose turn it is to open a connection. */
    private int nextToOpen;
    private boolean stopping;
    /** A further shard has said that it has no connections any more. */
    private boolean idleTold;

    private StackActor(ActorContext<Object> context, Shard shard, CompletableFuture<Done> terminated) {
        this.context = context;
        this.shard = shard;
        shards = shard.shards;
        steering = new Steering(shard);
        this.terminated = terminated;
        opens = new Opens(context, shard);
        passiveOpens = new PassiveOpens(shard, opens);
        closing = new Closing(context, shard);
        socketOpens = new SocketOpens(shard, opens, closing);
        inHand = new InHand(shard, opens);
        nicReaders = NicReader.of(context, shard);
        shards.register(shard.index, context.getSelf());
        shard.rearm();
    }

    private void startShard(int index, ShardSecrets secrets) {
        ActorRef<Object> actor = context.spawn(
                further(shard, index, shards.queues.largestFrame(), secrets),
                "shard-" + index,
                DispatcherSelector.fromConfig(ShardDispatchers.of(
                        Adapter.toClassic(context.getSystem()), shard.config.loopDispatcher(), index)));
        context.watchWith(actor, new StackInput.ShardGone(index));
        shards.register(index, actor);
        busyShards.set(index);
    }

    /** Each shard starts its own, and none before all are there. */
    private void startReaders() {
        long now = shard.now();
        shard.failures.setTime(now);
        shard.ip.start(now);
        shard.wakeAt(shard.ip.deadline());
        nicReaders.forEach(NicReader::start);
        for (int i = 1; shards.queues.has(i); i++) {
            shards.actor(i).tell(StackInput.AllStarted.INSTANCE);
        }
    }

    /**
     * A stack. To be spawned once, on the loop dispatcher that {@code config} names.
     *
     * @param config how it is set up
     * @param nics its network interfaces, which it owns: at least one
     * @param random where secrets come from, used on the thread of the first shard only: predictable ones make a
     *     simulation and nothing else
     * @param terminated completed at its end; exceptionally, when it could not even start
     * @throws IllegalArgumentException with one sentence, when {@code config} contradicts itself or the NIC
     */
    public static Behavior<Object> create(
            StackConfig config, List<Nic> nics, RandomGenerator random, CompletableFuture<Done> terminated) {
        Counters counters = new Counters();
        NicQueues queues = new NicQueues(config, nics);
        FailureReports failures = new FailureReports(config, queues, counters);
        IpHost ip = queues.firstHost(failures, counters, random);
        return Behaviors.setup(context -> {
            try {
                Shards shards = new Shards(config, queues, random);
                Shard shard = new Shard(shards, 0, ip, counters, failures, context, secrets(config, random));
                StackActor stack = new StackActor(context, shard, terminated);
                for (int i = 1; i < shards.count(); i++) {
                    stack.startShard(i, secrets(config, random));
                }
                stack.startReaders();
                return stack.supervised();
            } catch (RuntimeException e) {
                nics.forEach(Nic::close);
                terminated.completeExceptionally(e);
                throw e;
            }
        });
    }

    private static ShardSecrets secrets(StackConfig config, RandomGenerator random) {
        return ShardSecrets.drawn(random, config.ports().first(), config.ports().last());
    }

    /** A further shard of a stack, on a loop of its own. What it sends is of at most {@code capacity} octets. */
    private static Behavior<Object> further(Shard first, int index, int capacity, ShardSecrets secrets) {
        Shards shards = first.shards;
        FailureReports ofFirst = first.failures;
        return Behaviors.setup(context -> {
            Counters counters = new Counters();
            FailureReports failures = ofFirst.ofShard(index, counters);
            IpHost ip = shards.queues.furtherHost(
                    index, new RelaySink(shards, capacity), failures, counters, secrets.generator());
            Shard shard = new Shard(shards, index, ip, counters, failures, context, secrets);
            return new StackActor(context, shard, new CompletableFuture<>()).supervised();
        });
    }

    private Behavior<Object> supervised() {
        return Supervision.restarting(
                shard.config.supervision(),
                this::onFailure,
                this::onLastFailure,
                shard.spawnHook.around(Role.STACK, Behaviors.setup(_ -> this)));
    }

    @Override
    public Behavior<Object> receive(TypedActorContext<Object> ctx, Object message) {
        inHand.message = message;
        Behavior<Object> next = switch (message) {
            case FrameBatch batch -> {
                onBatch(0, batch.frames());
                yield Behaviors.same();
            }
            case StackInput input -> onInput(input);
            case StackCommand command -> onCommand(command);
            default -> Behaviors.unhandled();
        };
        inHand.clear();
        return next;
    }

    @Override
    public Behavior<Object> receiveSignal(TypedActorContext<Object> ctx, Signal signal) {
        if (signal instanceof PostStop) { // after that of each child
            shard.stopTimers();
            try {
                if (shard.index == 0) {
                    shard.relay(Integer.MAX_VALUE); // the last words of the other shards
                }
            } finally {
                end();
            }
            return Behaviors.same();
        }
        return Behaviors.unhandled();
    }

    private void end() {
        shards.queues.close(shard.index);
        stoppers.forEach(stopper -> stopper.tell(Done.getInstance()));
        terminated.complete(Done.getInstance());
    }

    /**
     * Ends a stack as a power failure does: its NIC sends nothing any more and no peer learns of it.
     *
     * @param stack an actor of {@link #create}
     */
    public static void powerOff(ActorRef<Object> stack) {
        stack.tell(StackInput.PowerOff.INSTANCE);
    }

    // ---- failures ----

    /** Before a restart, which finds everything as this leaves it. */
    private void onFailure(Throwable cause) {
        shard.counters.increment(Counter.ACTOR_STACK_FAILURES);
        collecting.forEach(ConnectionEntry::tellCollected);
        collecting.clear();
        steering.flush();
        try {
            inHand.giveUp(cause, this::onInput);
        } finally {
            shard.recover();
        }
    }

    private void onLastFailure(Throwable cause) {
        StackConfig.Supervision limits = shard.config.supervision();
        LOG.error("stack {} ends, as it failed more than {} times within {}: {}", shard.config.name(),
                limits.restarts(), limits.within(), cause.toString());
    }

    // ---- what comes in ----

    private void onBatch(int link, List<Frame> frames) {
        int size = frames.size();
        if (size > 1 && shard.fires(Faults.SPLIT_BATCH)) {
            onFrames(link, frames.subList(0, size / 2));
            context.getSelf().tell(new StackInput.FurtherBatch(link, frames.subList(size / 2, size)));
        } else {
            onFrames(link, frames);
        }
    }

    private void onFrames(int link, List<Frame> frames) {
        long now = shard.now();
        shard.failures.setTime(now);
        for (int i = 0, count = frames.size(); i < count; i++) {
            Frame frame = frames.get(i);
            shard.failures.received(link, frame);
            if (shard.index == 0 || shard.ip.isSegment(link, frame)) {
                receive(link, frame, now);
            } else {
                steering.handOn(frame);
            }
        }
        finishIngress(now);
    }

    private void receive(int link, Frame frame, long now) {
        Ingress ingress = shard.ip.receive(link, frame, now);
        if (ingress != null) {
            onIngress(ingress, now);
        }
    }

    /** What other shards got and recorded. */
    private void onHandedOn(List<Frame> frames) {
        long now = shard.now();
        shard.failures.setTime(now);
        shards.steeredTo(shard.index).giveBack(frames.size());
        for (int i = 0, count = frames.size(); i < count; i++) {
            receive(0, frames.get(i), now); // of the first NIC alone others have queues
        }
        finishIngress(now);
    }

    /** Sees to what came in without a frame, then tells connections what was collected for them. */
    private void finishIngress(long now) {
        shard.noteIngressSeen();
        for (int i = 0; i < INGRESS_PER_TURN; i++) {
            Ingress ingress = shard.ip.pollIngress(now);
            if (ingress == null) {
                break;
            }
            onIngress(ingress, now);
        }
        AddressLog.write(shard);
        steering.flush();
        shard.tellIngress();
        for (int i = 0, count = collecting.size(); i < count; i++) {
            ConnectionEntry entry = collecting.get(i);
            inHand.flow = entry.tuple();
            entry.tellCollected();
        }
        inHand.flow = null;
        collecting.clear();
        shard.wakeAt(shard.ip.deadline());
    }

    private void onIngress(Ingress ingress, long now) {
        switch (ingress) {
            case Ingress.Tcp tcp -> {
                if (!steering.steer(tcp.tuple(), tcp)) {
                    onSegment(tcp.tuple(), tcp.segment(), tcp.back(), now);
                }
            }
            case Ingress.Icmp icmp -> {
                if (steering.steer(icmp.tuple(), icmp)) {
                    return;
                }
                inHand.flow = icmp.tuple();
                if (shard.flows.find(icmp.tuple()) instanceof ConnectionEntry entry) {
                    entry.actor.tell(new ConnectionInput.Icmp(icmp.error(), icmp.seq()));
                }
            }
        }
        inHand.flow = null;
    }

    private void onSegment(FourTuple tuple, TcpSegment segment, SourceRoute back, long now) {
        inHand.flow = tuple;
        switch (shard.flows.find(tuple)) {
            case ConnectionEntry entry -> {
                if (entry.collect(segment)) {
                    collecting.add(entry);
                }
            }
            case HalfOpenEntry entry -> passiveOpens.onSegment(entry, segment, now);
            case TimeWaitEntry entry -> onTimeWait(entry, segment, back, now);
            case null -> onNoFlow(tuple, segment, back, now);
        }
    }

    private void onTimeWait(TimeWaitEntry entry, TcpSegment segment, SourceRoute back, long now) {
        switch (entry.record.handleSegment(segment, shard.out, now)) {
            case IGNORE -> shard.schedule(entry, entry.record.deadline());
            case REPLY -> {
                Path path = shard.ip.pathOf(entry.tuple(), entry.route);
                if (path != null) {
                    shard.transmitAlone(path, entry.tuple(), now);
                }
                shard.schedule(entry, entry.record.deadline());
            }
            case REMOVE -> shard.leave(entry);
            case RESET -> {
                Path path = shard.ip.pathOf(entry.tuple(), entry.route);
                if (path != null) {
                    shard.transmitAlone(path, entry.tuple(), now);
                }
                shard.leave(entry);
            }
            case REOPEN -> {
                shard.leave(entry);
                shard.counters.increment(Counter.TCP_EXT_TW_RECYCLED);
                onNoFlow(entry.tuple(), segment, back, now);
            }
        }
    }

    private void onNoFlow(FourTuple tuple, TcpSegment segment, SourceRoute back, long now) {
        int flags = segment.flags() & (TcpFlags.SYN | TcpFlags.ACK | TcpFlags.RST);
        ListeningSocket socket = shard.sockets.find(tuple.local(), tuple.localPort());
        HostTraits traits = shard.config.tcp().traits();
        boolean synFin = segment.has(TcpFlags.SYN | TcpFlags.FIN);
        if (synFin && traits.synFin() == HostTraits.SynFin.DROPPED) {
            return;
        }
        if (socket != null && flags == TcpFlags.SYN) {
            passiveOpens.onSyn(socket, tuple, segment, back);
        } else if (socket != null && flags == 0) {
            shard.counters.increment(Counter.TCP_EXT_OUT_OF_WINDOW); // RFC 9293 §3.10.7.2, fourth: not to be answered
        } else if (socket != null && flags == (TcpFlags.SYN | TcpFlags.ACK) && traits.silentToSynAck()) {
            shard.counters.increment(Counter.TCP_EXT_OUT_OF_WINDOW);
        } else if (socket != null && flags == TcpFlags.ACK) {
            passiveOpens.onCookie(socket, tuple, segment, back, now);
        } else {
            if (flags == TcpFlags.SYN) {
                shard.counters.increment(Counter.TCP_EXT_NO_LISTENER);
            }
            shard.reset(tuple, segment);
        }
    }

    // ---- what the actors of this stack tell ----

    private Behavior<Object> onInput(StackInput input) {
        switch (input) {
            case StackInput.TimersDue _ -> onTimersDue();
            case StackInput.IngressPending _ -> finishIngress(shard.now());
            case StackInput.Steered(List<Ingress> ingress) -> onSteered(ingress);
            case StackInput.AllStarted _ -> nicReaders.forEach(NicReader::start);
            case StackInput.HandedOn(List<Frame> frames) -> onHandedOn(frames);
            case StackInput.RelaysPending _ -> shard.relay(RELAYS_PER_TURN);
            case StackInput.OpenReplica replica -> opens.listen(replica);
            case StackInput.CloseReplica replica -> closing.onReplicaCloses(replica);
            case StackInput.ReplicaGone replica -> closing.onReplicaGone(replica);
            case StackInput.TakePart(Snapshots.Gathering gathering) ->
                    shards.actor(0).tell(new StackInput.Part(gathering, Snapshots.take(shard)));
            case StackInput.Part(Snapshots.Gathering gathering, Snapshots.Of part) -> gathering.add(part, shards);
            case StackInput.Report report -> {
                // The reset of the flow may be among them, and belongs to its recording.
                shard.relay(shards.packetsToRelay());
                shard.report(report);
            }
            case StackInput.EndShard _ -> stop();
            case StackInput.ShardIdle(int index) -> busyShards.clear(index);
            case StackInput.ShardGone(int index) -> {
                LOG.error("stack {} ends: its shard {} has failed", shard.config.name(), index);
                return Behaviors.stopped();
            }
            case StackInput.Redeliver(FourTuple tuple, TcpSegment segment) -> {
                long now = shard.now();
                onSegment(tuple, segment, SourceRoute.NONE, now);
                inHand.flow = null;
                finishIngress(now);
            }
            case StackInput.ConnectionGone(ConnectionEntry entry) -> {
                if (shard.abandon(entry)) {
                    LOG.error("connection {} is reset, as its actor did not even start", entry.tuple());
                }
                opens.failed(entry);
            }
            case StackInput.SocketGone(ListeningSocket socket) -> closing.onSocketGone(socket);
            case StackInput.CloseSocket close -> {
                closing.close(close.socket(), false);
                close.replyTo().tell(Unbound.INSTANCE);
            }
            case StackInput.MemoryRelief relief -> shard.onRelief(relief);
            case StackInput.GraceOver _ -> forEachConnection(ConnectionCommand.Abort.INSTANCE);
            case StackInput.PowerOff _ -> {
                powerOff();
                return Behaviors.stopped();
            }
            case StackInput.NicGone(NicReader reader) -> {
                if (shard.index == 0) {
                    return endWithoutNic(reader.whyEnded());
                }
                shards.actor(0).tell(new StackInput.QueueGone(reader.whyEnded()));
            }
            case StackInput.FurtherBatch(int link, List<Frame> frames) -> onBatch(link, frames);
            case StackInput.QueueGone(String why) -> {
                return endWithoutNic(why);
            }
        }
        return stopWhenDone();
    }

    /** Of the queues of a device that is gone, the first one to say so is the last that is heard. */
    private Behavior<Object> endWithoutNic(String why) {
        LOG.error("stack {} ends: {}", shard.config.name(), why);
        return Behaviors.stopped();
    }

    private void onTimersDue() {
        long now = shard.now();
        if (Deadline.isDue(shard.ip.deadline(), now)) {
            shard.ip.handleTimeout(now);
        }
        for (int i = 0; i < Shard.TIMERS_PER_TURN; i++) {
            FlowEntry due = shard.timers.pollDue(now);
            if (due == null) {
                break;
            }
            inHand.flow = due.tuple();
            switch (due) {
                case ConnectionEntry entry -> entry.actor.tell(ConnectionInput.TimerDue.INSTANCE);
                case HalfOpenEntry entry -> passiveOpens.onTimeout(entry, now);
                case TimeWaitEntry entry -> shard.leave(entry);
            }
        }
        inHand.flow = null;
        finishIngress(now);
        shard.rearm(); // a deadline that is still due makes the timer fire at once
    }

    private void onSteered(List<Ingress> ingress) {
        long now = shard.now();
        shards.steeredTo(shard.index).giveBack(ingress.size());
        for (int i = 0, count = ingress.size(); i < count; i++) {
            onIngress(ingress.get(i), now);
        }
        finishIngress(now);
    }

    // ---- what the program asks ----

    private Behavior<Object> onCommand(StackCommand command) {
        switch (command) {
            case StackCommand.Bind bind -> opens.onBind(bind, stopping);
            case StackCommand.Connect connect -> onConnect(connect);
            case StackCommand.ForSocket asked -> socketOpens.onRequest(asked, stopping);
            case StackCommand.GetSnapshot ask -> Snapshots.gather(shard, ask.replyTo());
            case StackCommand.Stop stop -> {
                Behavior<Object> next = stop();
                stoppers.add(stop.replyTo());
                return next;
            }
        }
        inHand.message = null; // answered, or it will be
        finishIngress(shard.now());
        return Behaviors.same();
    }

    /** The first shard gives the opens to all in turn, but those that say themselves whose they are. */
    private void onConnect(StackCommand.Connect connect) {
        int turn = shard.index;
        if (turn == 0 && !stopping && Opens.wantedPort(connect) == 0) {
            turn = nextToOpen;
            nextToOpen = (nextToOpen + 1) % shards.count();
        }
        if (turn == shard.index) {
            opens.onConnect(connect, stopping);
        } else {
            shards.actor(turn).tell(connect);
        }
    }

    private Behavior<Object> stop() {
        if (!stopping) {
            List<ListeningSocket> all = new ArrayList<>();
            shard.sockets.forEach(all::add);
            all.forEach(socket -> closing.close(socket, false));
            for (int i = 1; shard.index == 0 && i < shards.count(); i++) {
                shards.actor(i).tell(StackInput.EndShard.INSTANCE);
            }
            forEachConnection(ConnectionInput.StackEnds.INSTANCE);
            context.scheduleOnce(
                    shard.config.terminateTimeout(), context.getSelf(), StackInput.GraceOver.INSTANCE);
            stopping = true;
        }
        return stopWhenDone();
    }

    /** First, so that the last words of the connections reach nobody. */
    private void powerOff() {
        shards.powerOff();
        shard.flows.forEach(flow -> {
            if (flow instanceof ConnectionEntry entry) {
                opens.failed(entry); // in the order of the table: the signals of actors that end come in any
            }
        });
    }

    private void forEachConnection(Object message) {
        shard.flows.forEach(flow -> {
            if (flow instanceof ConnectionEntry entry) {
                entry.actor.tell(message);
            }
        });
    }

    private Behavior<Object> stopWhenDone() {
        if (!stopping || shard.connections() != 0 || !busyShards.isEmpty()) {
            return Behaviors.same();
        }
        if (shard.index == 0) {
            return Behaviors.stopped();
        }
        if (!idleTold) {
            idleTold = true;
            shards.actor(0).tell(new StackInput.ShardIdle(shard.index));
        }
        return Behaviors.same();
    }
}
