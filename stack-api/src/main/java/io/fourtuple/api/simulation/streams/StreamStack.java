package io.fourtuple.api.simulation.streams;

import io.fourtuple.api.Stack;
import io.fourtuple.api.StackConfig;
import io.fourtuple.api.actor.SocketAddresses;
import io.fourtuple.api.protocol.Accepted;
import io.fourtuple.api.protocol.ConnectionCommand;
import io.fourtuple.api.protocol.SocketRequest;
import io.fourtuple.api.protocol.StackCommand;
import io.fourtuple.api.socket.Errno;
import io.fourtuple.api.socket.ErrnoException;
import io.fourtuple.core.Counter;
import io.fourtuple.core.Counters;
import io.fourtuple.core.demux.ListenerTable;
import io.fourtuple.core.ip.InterfaceAddress;
import io.fourtuple.core.ip.IpHost;
import io.fourtuple.core.tcp.TcpEvent;
import io.fourtuple.core.tcp.TcpState;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.nic.loop.EventLoop;
import io.fourtuple.nic.loop.LoopTimer;
import io.fourtuple.nic.sim.SimulatedNic;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.ExtensibleBehavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.Signal;
import org.apache.pekko.actor.typed.TypedActorContext;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * One host of a {@link StreamWorld}, from the time it gets its power until it loses it: its sockets, and the actor that
 * speaks the protocol of a stack. Listening sockets and connections are its children.
 *
 * <p>Of {@link StackConfig} it knows addresses, routes, ports, the queues of listening sockets, how many connections
 * and listening sockets there may be, the two buffers and the times of retransmission, and how long it may take to end.
 * All else is about segments.
 */
public final class StreamStack extends ExtensibleBehavior<Object> {
    private static final Props SAME_LOOP = DispatcherSelector.sameAsParent();
    private static final String REGISTER_TIMEOUT = "pekko.io.tcp.register-timeout";

    private final ActorContext<Object> context;
    private final ActorRef<Object> self;
    private final StreamWorld world;
    private final StackConfig config;
    private final SimulatedNic nic;
    private final CompletableFuture<Done> terminated;
    private final EventLoop loop = EventLoop.current();
    private final Counters counters = new Counters();
    private final ListenerTable<StreamListener> listeners = new ListenerTable<>();
    private final Map<FourTuple, StreamConnection> connections = new LinkedHashMap<>();
    private final List<ActorRef<Done>> stoppers = new ArrayList<>();
    private final StreamOpens opens;
    private final long registerTimeout;
    private int listening;
    private boolean stopping;

    private StreamStack(
            ActorContext<Object> context, StreamWorld world, StackConfig config, SimulatedNic nic,
            CompletableFuture<Done> terminated) {
        this.context = context;
        self = context.getSelf();
        this.world = world;
        this.config = config;
        this.nic = nic;
        this.terminated = terminated;
        RandomGenerator random = world.time().random("secrets of stack " + config.name());
        IpHost ip = new IpHost(config.ip(), nic.link(), nic.sink(), counters, random);
        opens = new StreamOpens(this, ip, random);
        String timeout = context.getSystem().settings().config().getString(REGISTER_TIMEOUT);
        registerTimeout = timeout.equals("infinite")
                ? 0
                : context.getSystem().settings().config().getDuration(REGISTER_TIMEOUT).toNanos();
        world.enter(nic, this);
    }

    /**
     * What runs in place of a stack with this configuration.
     *
     * @param nic where the host is in the network; nothing is sent by it
     */
    public static Stack.Substitute substitute(StreamWorld world, StackConfig config, SimulatedNic nic) {
        return new Stack.Substitute() {
            @Override
            public Behavior<Object> behavior(CompletableFuture<Done> terminated) {
                return Behaviors.setup(context -> new StreamStack(context, world, config, nic, terminated));
            }

            @Override
            public void powerOff(ActorRef<Object> actor) {
                actor.tell(StreamInput.PowerOff.INSTANCE);
            }
        };
    }

    // ---- for those who belong to it ----

    StackConfig config() {
        return config;
    }

    StreamWorld world() {
        return world;
    }

    SimulatedNic nic() {
        return nic;
    }

    ListenerTable<StreamListener> listeners() {
        return listeners;
    }

    /** The host's clock, in nanoseconds. */
    long now() {
        return loop.clock().nanoTime();
    }

    /** A timer by the host's clock. */
    LoopTimer timer(Runnable due) {
        return loop.timer(due);
    }

    void count(Counter counter) {
        counters.increment(counter);
    }

    /** How long the owner of an established connection may take to register, in nanoseconds; 0 for ever. */
    long registerTimeout() {
        return registerTimeout;
    }

    /** All addresses that others may reach it by. */
    List<IpAddress> addresses() {
        return config.ip().addresses().stream().map(InterfaceAddress::address).toList();
    }

    /** Whether there may be one connection more. */
    boolean hasRoom() {
        return connections.size() < config.limits().connections();
    }

    /** Whether there may be one listening socket more. */
    boolean hasRoomForListener() {
        return listening < config.limits().listeners();
    }

    boolean isTaken(FourTuple tuple) {
        return connections.containsKey(tuple);
    }

    // ---- connections ----

    /** Enters a connection that its actor is to open. In a turn of the actor. */
    void open(StreamConnection connection, StackCommand.Connect connect) {
        connections.put(connection.tuple(), connection);
        count(Counter.TCP_ACTIVE_OPENS);
        connection.setActor(
                context.spawnAnonymous(StreamConnectionActor.opening(this, connection, connect), SAME_LOOP));
    }

    /** A SYN has arrived. */
    void onSyn(Lane lane, Parcel syn) {
        FourTuple tuple = lane.tuple().reversed();
        StreamListener listener = listeners.find(tuple.local(), tuple.localPort());
        if (listener == null) {
            count(Counter.TCP_EXT_NO_LISTENER);
            count(Counter.TCP_OUT_RSTS);
            lane.back().send(Parcel.RESET);
            return;
        }
        StreamConnection old = connections.get(tuple);
        if (old != null) {
            old.reset(); // its peer has forgotten it, or there would be no SYN
            lane.lost();
        } else if (listener.admitsSyn()) {
            StreamConnection.halfOpen(this, tuple, listener, lane.back(), syn);
        } else {
            lane.lost();
        }
    }

    /** A connection that a peer has opened needs an actor, which only a turn of this one can make. */
    void establish(StreamConnection connection, StreamListener listener) {
        connections.put(connection.tuple(), connection);
        count(Counter.TCP_PASSIVE_OPENS);
        self.tell(new StreamInput.Establish(connection, listener));
    }

    private void onEstablish(StreamConnection connection, StreamListener listener) {
        if (listener.isClosed()) {
            connection.abort();
            return;
        }
        FourTuple tuple = connection.tuple();
        ActorRef<Object> actor =
                context.spawnAnonymous(StreamConnectionActor.accepted(this, connection), SAME_LOOP);
        connection.setActor(actor);
        listener.established(actor, new Accepted(
                actor.narrow(),
                SocketAddresses.of(tuple.local(), tuple.localPort()),
                SocketAddresses.of(tuple.remote(), tuple.remotePort())));
    }

    /** A connection is over. */
    void left(StreamConnection connection, TcpState before, TcpEvent last) {
        connections.remove(connection.tuple(), connection);
        if (before == TcpState.SYN_SENT || before == TcpState.SYN_RECEIVED) {
            count(Counter.TCP_ATTEMPT_FAILS);
        } else if (last == TcpEvent.RESET) {
            count(Counter.TCP_ESTAB_RESETS);
        }
        if (stopping && connections.isEmpty()) {
            self.tell(StreamInput.Empty.INSTANCE);
        }
    }

    // ---- listening sockets ----

    /** Enters a listening socket and gives it its actor. In a turn of this actor. */
    ActorRef<Object> listen(StreamListener listener) {
        listeners.add(listener.address(), listener.port(), listener);
        listening++;
        return context.spawnAnonymous(listener, SAME_LOOP);
    }

    /** Its port is free again. Twice is no error. */
    void close(StreamListener listener) {
        if (!listener.isClosed()) {
            listeners.remove(listener.address(), listener.port());
            listening--;
            listener.close();
        }
    }

    // ---- the actor ----

    @Override
    public Behavior<Object> receive(TypedActorContext<Object> ctx, Object message) {
        switch (message) {
            case StackCommand.Bind bind -> opens.onBind(bind, stopping);
            case StackCommand.Connect connect -> opens.onConnect(connect, stopping);
            case StackCommand.ForSocket(SocketRequest request) -> request.fail(new ErrnoException(
                    Errno.EOPNOTSUPP, "there are no sockets where hosts exchange octets and no packets"));
            case StackCommand.GetSnapshot ask ->
                    ask.replyTo().tell(StreamSnapshots.take(config.name(), listeners, connections.values(), counters,
                            nic));
            case StackCommand.Stop stop -> {
                stoppers.add(stop.replyTo());
                stop();
            }
            case StreamInput.Establish(StreamConnection connection, StreamListener listener) ->
                    onEstablish(connection, listener);
            case StreamInput.GraceOver _ ->
                    tellAll(ConnectionCommand.Abort.INSTANCE);
            case StreamInput.Empty _ -> { }
            case StreamInput.PowerOff _ -> {
                powerOff();
                return Behaviors.stopped();
            }
            default -> {
                return Behaviors.unhandled();
            }
        }
        return stopping && connections.isEmpty() ? Behaviors.stopped() : this;
    }

    @Override
    public Behavior<Object> receiveSignal(TypedActorContext<Object> ctx, Signal signal) {
        if (signal instanceof PostStop) { // after that of each child
            world.leave(nic, this);
            stoppers.forEach(stopper -> stopper.tell(Done.getInstance()));
            terminated.complete(Done.getInstance());
            return this;
        }
        return Behaviors.unhandled();
    }

    private void stop() {
        if (stopping) {
            return;
        }
        stopping = true;
        List<StreamListener> all = new ArrayList<>();
        listeners.forEach(all::add);
        all.forEach(listener -> context.stop(listener.ref()));
        all.forEach(this::close);
        tellAll(StreamInput.StackEnds.INSTANCE);
        context.scheduleOnce(config.terminateTimeout(), self, StreamInput.GraceOver.INSTANCE);
    }

    private void tellAll(Object message) {
        List.copyOf(connections.values()).forEach(connection -> connection.tell(message));
    }

    /** Nobody is told: the NIC sends nothing any more. Who waits for an answer of this host gets it. */
    private void powerOff() {
        world.leave(nic, this);
        List<StreamConnection> all = List.copyOf(connections.values());
        connections.clear();
        all.forEach(StreamConnection::vanish);
        listeners.forEach(StreamListener::vanish);
    }
}
