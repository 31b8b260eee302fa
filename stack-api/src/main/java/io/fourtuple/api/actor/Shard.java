package io.fourtuple.api.actor;

import com.typesafe.config.Config;
import io.fourtuple.api.StackConfig;
import io.fourtuple.core.Clock;
import io.fourtuple.core.Counter;
import io.fourtuple.core.Counters;
import io.fourtuple.core.FaultPoints;
import io.fourtuple.core.demux.Demux;
import io.fourtuple.core.demux.ListenerTable;
import io.fourtuple.core.ip.IpHost;
import io.fourtuple.core.ip.Path;
import io.fourtuple.core.ip.RelayedPacket;
import io.fourtuple.core.tcp.HalfOpen;
import io.fourtuple.core.tcp.IsnGenerator;
import io.fourtuple.core.tcp.PortAllocator;
import io.fourtuple.core.tcp.Reset;
import io.fourtuple.core.tcp.ShardMemory;
import io.fourtuple.core.tcp.SynCookies;
import io.fourtuple.core.tcp.TcpConfig.Tuning;
import io.fourtuple.core.tcp.TcpState;
import io.fourtuple.core.tcp.TimeWaitRecord;
import io.fourtuple.core.tcp.TimestampOffsets;
import io.fourtuple.core.time.Deadline;
import io.fourtuple.core.time.TimerQueue;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.OutboundSegment;
import io.fourtuple.core.wire.SendReason;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.core.wire.TcpSegment;
import io.fourtuple.nic.loop.EventLoop;
import io.fourtuple.nic.loop.LoopTimer;
import java.util.Iterator;
import java.util.LinkedHashSet;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/**
 * What the actors of one shard share because they run on one thread: IP, the table of 4-tuples, the table of listening
 * sockets, the timer queue, the counters and the way out. Nothing here is synchronised and nothing may be touched by
 * any other thread, except the counters, which others may read.
 *
 * <p>Three groups: {@linkplain #transmit sending}, {@linkplain #enter the table of flows}, {@linkplain #schedule
 * time}.
 */
final class Shard {
    /** How many deadlines are seen to before somebody else has a turn. */
    static final int TIMERS_PER_TURN = 256;
    /** By so much a deadline moves on at least for the timer to be armed anew, instead of going off in vain. */
    private static final long VAIN_WAKE_NANOS = 5_000_000;
    /** How many connections are told of memory before somebody else has a turn. */
    private static final int RELIEFS_PER_TURN = 256;

    final Shards shards;
    /** Which one this is, from 0. */
    final int index;
    final StackConfig config;
    final Counters counters;
    /** What the buffers of its connections hold. */
    final ShardMemory memory;
    /** What records packets; for a shard without a queue of the NIC, nothing does. */
    final FailureReports failures;
    final IpHost ip;
    /** What makes rare things happen here. */
    private final FaultPoints faults;
    final Demux<FlowEntry> flows;
    final ListenerTable<ListeningSocket> sockets = new ListenerTable<>();
    final TimerQueue<FlowEntry> timers = new TimerQueue<>();
    final IsnGenerator isns;
    final SynCookies cookies;
    final TimestampOffsets timestampOffsets;
    final PortAllocator ports;
    /** Filled and transmitted within one call, by whoever's turn it is. */
    final OutboundSegment out = new OutboundSegment();

    /** What is put around the actors of this shard. */
    final SpawnHook spawnHook;
    /** How long the owner of an established connection may take to register, in nanoseconds; 0 for ever. */
    final long registerTimeout;

    private final ActorRef<Object> stack;
    private final Clock clock;
    private final LoopTimer timer;
    /** When the loop's timer fires: at or before the earliest deadline, never after it. */
    private long armedFor = Deadline.NONE;
    private boolean timersDueTold;
    private boolean ingressTold;
    private int connections;
    private int listening;

    /** Connections that wait for memory, in the order they came. */
    private final LinkedHashSet<ConnectionEntry> heldBack = new LinkedHashSet<>();
    /** How many of them are still to be told of the memory there is. */
    private int reliefsDue;

    /** On the loop's thread. */
    Shard(
            Shards shards,
            int index,
            IpHost ip,
            Counters counters,
            FailureReports failures,
            ActorContext<Object> context,
            ShardSecrets secrets) {
        this.shards = shards;
        this.index = index;
        config = shards.config;
        this.ip = ip;
        this.counters = counters;
        this.failures = failures;
        stack = context.getSelf();
        spawnHook = SpawnHook.of(context.getSystem());
        registerTimeout = registerTimeout(context.getSystem().settings().config());
        EventLoop loop = EventLoop.current();
        clock = loop.clock();
        faults = loop.faults();
        memory = new ShardMemory(
                shards.memory, counters, () -> stack.tell(StackInput.MemoryRelief.GRANTED), faults);
        ip.setFaults(faults);
        failures.start(context.getSystem().dispatchers().lookup(DispatcherSelector.blocking()));
        timer = loop.timer(this::onTimer);
        flows = new Demux<>(secrets.flowHashKey());
        isns = secrets.isns().with(faults);
        timestampOffsets = secrets.timestampOffsets().with(faults, clock.nanoTime());
        cookies = secrets.cookies();
        ports = secrets.ports();
    }

    /** The same key as for Pekko's own Tcp, so that a program finds the behaviour it has configured. */
    private static long registerTimeout(Config config) {
        String key = "pekko.io.tcp.register-timeout";
        return config.getString(key).equals("infinite") ? 0 : config.getDuration(key).toNanos();
    }

    /** Whether something rare happens now: a point of {@link io.fourtuple.core.Faults}. */
    boolean fires(String point) {
        return faults != FaultPoints.NEVER && faults.fires(point);
    }

    // ---- sending ----

    /** Sends {@link #out} for a connection. A loss is counted below, and TCP makes up for it. */
    void transmit(Path path, FourTuple tuple, long now) {
        failures.setTime(now);
        ip.transmit(path, tuple, out, now);
    }

    /** Sends {@link #out} for a record or for nobody, which count nothing themselves. */
    void transmitAlone(Path path, FourTuple tuple, long now) {
        switch (out.reason) {
            case RTO -> {
                counters.increment(Counter.TCP_RETRANS_SEGS);
                counters.increment(Counter.TCP_EXT_SYN_RETRANS);
            }
            case RESET -> {
                counters.increment(Counter.TCP_OUT_SEGS);
                counters.increment(Counter.TCP_OUT_RSTS);
            }
            case CHALLENGE_ACK -> {
                counters.increment(Counter.TCP_OUT_SEGS);
                counters.increment(Counter.TCP_EXT_CHALLENGE_ACK);
            }
            case HANDSHAKE, DATA, ACK, DELAYED_ACK, WINDOW_UPDATE, FAST_RETRANSMIT, RACK, TAIL_LOSS_PROBE, PATH_MTU,
                    PATH_MTU_PROBE, WINDOW_PROBE, KEEP_ALIVE -> counters.increment(Counter.TCP_OUT_SEGS);
            case NEIGHBOR, ICMP, NONE -> throw new IllegalStateException(out.reason + " is none of a segment");
        }
        transmit(path, tuple, now);
    }

    /** Answers a segment that belongs to no connection with a reset, unless it is one (RFC 9293 §3.10.7.1). */
    void reset(FourTuple tuple, TcpSegment segment) {
        if (Reset.answer(segment, out)) {
            Tuning tuning = shards.reservations.ofResets(tuple.local(), tuple.localPort());
            out.ofSocket(tuning.trafficClass(), tuning.hopLimit());
            sendReset(tuple);
        }
    }

    /** Resets a connection from its numbers alone. */
    void reset(FourTuple tuple, int sndNxt, int rcvNxt) {
        out.clear();
        out.flags = TcpFlags.RST | TcpFlags.ACK;
        out.seq = sndNxt;
        out.ack = rcvNxt;
        out.reason = SendReason.RESET;
        sendReset(tuple);
    }

    private void sendReset(FourTuple tuple) {
        Path path = shards.isPoweredOff() ? null : ip.pathTo(tuple.remote());
        if (path != null) {
            transmitAlone(path, tuple, now());
        }
    }

    /** Sends what other shards have written. First shard only. */
    void relay(int budget) {
        shards.noteRelaysSeen();
        long now = now();
        failures.setTime(now);
        for (int i = 0; i < budget; i++) {
            RelayedPacket packet = shards.pollRelay();
            if (packet == null) {
                break;
            }
            ip.relay(packet, now);
        }
        shards.tellRelays();
        tellIngress();
    }

    // ---- the table of flows ----

    /** How many connections are in the table. */
    int connections() {
        return connections;
    }

    /**
     * Enters a connection in place of whatever has its tuple, which the caller has put an end to. It has a place of
     * {@link Shards#connections}.
     */
    void enter(ConnectionEntry entry) {
        flows.put(entry);
        connections++;
        entry.hasPlace = true;
    }

    /** Takes a connection out; false when it is not in. Its timer stays, and its place until its actor has ended. */
    boolean leave(ConnectionEntry entry) {
        boolean wasIn = flows.remove(entry);
        entry.leaveFastOpen(now());
        if (wasIn) {
            connections--;
            if (entry.countsForSource) {
                shards.sources.removeEstablished(entry.tuple().remote());
            }
        }
        return wasIn;
    }

    /**
     * Puts an end to a connection whose actor has ended. When that has not done so itself, its peer gets a reset.
     *
     * @return false when there was nothing to do, as the connection had left
     */
    boolean abandon(ConnectionEntry entry) {
        timers.cancel(entry);
        heldBack.remove(entry);
        entry.leaveQueue();
        boolean wasIn = leave(entry);
        if (entry.hasPlace) {
            entry.hasPlace = false;
            shards.connections.giveBack();
        }
        TcpState state = entry.connection().state();
        entry.connection().release();
        if (!wasIn) {
            return false;
        }
        reset(entry.tuple(), entry.sndNxt, entry.rcvNxt);
        if (state == TcpState.ESTABLISHED || state == TcpState.CLOSE_WAIT) {
            counters.increment(Counter.TCP_ESTAB_RESETS);
            counters.add(Counter.TCP_CURR_ESTAB, -1);
        }
        return true;
    }

    /** Puts an end to a connection whose actor has thrown: its peer gets a reset, and the log a line. */
    void fail(ConnectionEntry entry, Throwable cause) {
        counters.increment(Counter.ACTOR_CONNECTION_FAILURES);
        abandon(entry);
        FourTuple tuple = entry.tuple();
        report(new StackInput.Report(
                "connection " + tuple + " of stack " + config.name() + " has failed and is reset", tuple, cause));
    }

    /** Reports a flow that has failed, with its last packets; the first shard does. */
    void report(StackInput.Report report) {
        if (index == 0) {
            failures.report(report.what(), report.tuple(), report.cause(), now());
        } else {
            shards.actor(0).tell(report);
        }
    }

    /** Puts a record in the place of a connection in TIME-WAIT, if there is room for one. */
    void enterTimeWait(ConnectionEntry entry, long now) {
        if (!leave(entry)) {
            return;
        }
        if (!shards.timeWaits.tryTake()) {
            counters.increment(Counter.TCP_EXT_TIME_WAIT_OVERFLOW);
            return;
        }
        TimeWaitEntry record = new TimeWaitEntry(
                TimeWaitRecord.of(entry.connection(), now), entry.path().route());
        flows.put(record);
        counters.increment(Counter.TCP_EXT_TW);
        schedule(record, record.record.deadline());
    }

    /** Ends TIME-WAIT. */
    void leave(TimeWaitEntry entry) {
        timers.cancel(entry);
        if (flows.remove(entry)) {
            shards.timeWaits.giveBack();
        }
    }

    /** Enters a half-open connection; it has its slot of the SYN queue and counts for its source. */
    void enter(HalfOpenEntry entry) {
        flows.put(entry);
        entry.socket.add(entry);
        schedule(entry, entry.record.deadline());
    }

    /** Takes a half-open connection out, with its timer and its slot. */
    void leave(HalfOpenEntry entry) {
        timers.cancel(entry);
        if (flows.remove(entry)) {
            entry.socket.remove(entry);
            entry.socket.queues().syn().giveBack();
            shards.sources.removeHalfOpen(entry.tuple().remote());
        }
    }

    /** Puts an end to a half-open connection: its peer gets a reset. */
    void abandon(HalfOpenEntry entry) {
        leave(entry);
        entry.record.fillReset(out);
        sendReset(entry.tuple());
    }

    /** What a segment of a half-open connection means. True when the connection is complete: make it. */
    boolean handle(HalfOpenEntry entry, TcpSegment segment, long now) {
        HalfOpen.Verdict verdict = entry.record.handleSegment(segment, out, now);
        switch (verdict) {
            case COMPLETE -> {
                return true;
            }
            case REPLY -> {
                transmitAlone(entry.path, entry.tuple(), now);
                schedule(entry, entry.record.deadline());
            }
            case IGNORE -> schedule(entry, entry.record.deadline());
            case SKIPPED -> {
                counters.increment(Counter.TCP_EXT_ACK_SKIPPED_SYN_RECV);
                schedule(entry, entry.record.deadline());
            }
            case REMOVE -> {
                counters.increment(Counter.TCP_EXT_EMBRYONIC_RSTS);
                counters.increment(Counter.TCP_ATTEMPT_FAILS);
                leave(entry);
            }
        }
        return false;
    }

    // ---- memory ----

    /** After each turn of a connection: notes whether it waits for memory. */
    void noteHeldBack(ConnectionEntry entry) {
        if (entry.connection().isHeldBack()) {
            heldBack.add(entry);
        } else if (!heldBack.isEmpty()) {
            heldBack.remove(entry);
        }
    }

    /** There is memory: all connections that wait for it now are told, once each, those first that came first. */
    void onRelief(StackInput.MemoryRelief relief) {
        reliefsDue = relief == StackInput.MemoryRelief.GRANTED ? heldBack.size() : reliefsDue;
        Iterator<ConnectionEntry> waiting = heldBack.iterator();
        for (int i = 0; i < RELIEFS_PER_TURN && reliefsDue > 0 && waiting.hasNext(); i++) {
            waiting.next().actor.tell(ConnectionInput.MemoryRelief.INSTANCE);
            waiting.remove();
            reliefsDue--;
        }
        if (reliefsDue > 0 && waiting.hasNext()) {
            stack.tell(StackInput.MemoryRelief.CONTINUED);
        }
    }

    // ---- listening sockets ----

    /** Whether another socket may listen. */
    boolean hasRoomForSocket() {
        return listening < config.limits().listeners();
    }

    /** Enters a listening socket; false when its address and port are taken. */
    boolean enter(ListeningSocket socket) {
        boolean added = sockets.add(socket.address(), socket.port(), socket.isDualStack(), socket);
        if (added) {
            listening++;
        }
        return added;
    }

    /** Takes a listening socket out; its half-open connections are reset. False when that was done already. */
    boolean close(ListeningSocket socket) {
        if (socket.closed) {
            return false;
        }
        socket.closed = true;
        sockets.remove(socket.address(), socket.port());
        listening--;
        for (HalfOpenEntry entry = socket.anyHalfOpen(); entry != null; entry = socket.anyHalfOpen()) {
            abandon(entry);
        }
        return true;
    }

    // ---- time ----

    /** The time, in nanoseconds of the loop's clock. */
    long now() {
        return clock.nanoTime();
    }

    /** Sets the deadline of a flow, in place of the one it has. */
    void schedule(FlowEntry entry, long deadline) {
        boolean armedForIt = armedFor != Deadline.NONE && entry.scheduledFor() == armedFor;
        timers.schedule(entry, deadline);
        if (armedForIt && (deadline == Deadline.NONE || deadline - armedFor > VAIN_WAKE_NANOS)) {
            armFor(Deadline.earlier(timers.nextDeadline(), ip.deadline()));
        } else {
            wakeAt(deadline);
        }
    }

    /** Makes sure that what is due then is seen to, and not later. */
    void wakeAt(long deadline) {
        if (deadline != Deadline.NONE && (armedFor == Deadline.NONE || deadline - armedFor < 0)) {
            armFor(deadline);
        }
    }

    private void armFor(long deadline) {
        armedFor = deadline;
        timer.arm(deadline);
    }

    /** After everything due was seen to: waits for the next deadline. */
    void rearm() {
        timersDueTold = false;
        armFor(Deadline.earlier(timers.nextDeadline(), ip.deadline()));
    }

    /**
     * Has the stack actor look at what came in without a frame, and at neighbours that sending has asked for. For
     * everybody but itself, after sending.
     */
    void tellIngress() {
        wakeAt(ip.deadline());
        if (!ingressTold && ip.hasIngress()) {
            ingressTold = true;
            stack.tell(StackInput.IngressPending.INSTANCE);
        }
    }

    /** The stack actor is looking. */
    void noteIngressSeen() {
        ingressTold = false;
    }

    /** Gives a segment back to the stack actor: its connection has left the tuple. */
    void redeliver(FourTuple tuple, TcpSegment segment) {
        stack.tell(new StackInput.Redeliver(tuple, segment));
    }

    /** Gives a message back to the stack actor, which has failed over it and cannot do without. */
    void tellAgain(Object message) {
        stack.tell(message);
    }

    /** The stack actor has failed amid something: what it was going to do last is done now. */
    void recover() {
        ingressTold = false;
        tellIngress();
        if (index == 0) {
            shards.noteRelaysSeen();
            shards.tellRelays();
        }
        rearm();
    }

    /** Tells the stack actor that the owner closes a socket. */
    void tell(StackInput.CloseSocket close) {
        stack.tell(close);
    }

    /** No more timers. */
    void stopTimers() {
        timer.disarm();
    }

    /**
     * On the loop, in nobody's turn: tells connections themselves that they are due, and the stack actor only when it
     * has something to do. Mostly nothing is due at all, as deadlines move on without the timer being armed again.
     */
    private void onTimer() {
        if (timersDueTold) {
            return;
        }
        long now = now();
        for (int i = 0; i < TIMERS_PER_TURN && timers.peekDue(now) instanceof ConnectionEntry entry; i++) {
            timers.cancel(entry);
            entry.actor.tell(ConnectionInput.TimerDue.INSTANCE);
        }
        if (timers.peekDue(now) == null && !Deadline.isDue(ip.deadline(), now)) {
            rearm();
        } else {
            timersDueTold = true;
            stack.tell(StackInput.TimersDue.INSTANCE);
        }
    }
}
