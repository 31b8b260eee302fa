package io.fourtuple.api.actor;

import io.fourtuple.api.actor.SpawnHook.Role;
import io.fourtuple.api.protocol.BindReply;
import io.fourtuple.api.protocol.ConnectReply;
import io.fourtuple.api.protocol.StackCommand;
import io.fourtuple.core.Counter;
import io.fourtuple.core.ip.Path;
import io.fourtuple.core.tcp.PortAllocator;
import io.fourtuple.core.tcp.TcpConfig;
import io.fourtuple.core.tcp.TcpConnection;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IpAddress;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.IntPredicate;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The opens of a stack: bind and connect. Each ends in a reply, good or bad. Confined to the stack actor. */
final class Opens {
    private static final Logger LOG = LoggerFactory.getLogger(Opens.class);
    private static final Props SAME_LOOP = DispatcherSelector.sameAsParent();
    private static final Props LISTENER = SAME_LOOP.withMailboxFromConfig(SynQueueMailbox.ID);
    private static final Props ACCEPTOR = SAME_LOOP.withMailboxFromConfig(AcceptQueueMailbox.ID);

    /** After so many ports to one target that are not free, those in TIME-WAIT are taken as well. */
    private static final int WILLING_TO_LOOK = 64;

    private final ActorContext<Object> context;
    private final Shard shard;

    Opens(ActorContext<Object> context, Shard shard) {
        this.context = context;
        this.shard = shard;
    }

    /** Enters a connection and gives it its actor. */
    void spawn(ConnectionEntry entry, Behavior<Object> behavior) {
        entry.actor = context.spawnAnonymous(shard.spawnHook.around(Role.CONNECTION, behavior), SAME_LOOP);
        context.watchWith(entry.actor, new StackInput.ConnectionGone(entry));
        shard.enter(entry);
    }

    // ---- bind ----

    void onBind(StackCommand.Bind bind, boolean stopping) {
        try {
            if (stopping) {
                throw new BindException("the stack is being terminated");
            }
            bind.replyTo().tell(listen(bind));
        } catch (IOException e) {
            fail(bind, e.getMessage());
        }
    }

    private BindReply listen(StackCommand.Bind bind) throws IOException {
        IpAddress address = SocketAddresses.literal(bind.local())
                .orElseThrow(() -> new UnknownHostException("a stack listens on addresses, not on names"));
        requireLocal(address);
        if (!shard.hasRoomForSocket()) {
            throw new BindException("there are " + shard.config.limits().listeners()
                    + " listening sockets already, which is the configured limit");
        }
        int port = bind.local().getPort();
        if (port == 0) {
            port = shard.ports.allocate(address, IpAddress.ANY_V4, 0, p -> isBound(address, p, true));
            if (port == PortAllocator.EXHAUSTED) {
                throw new BindException("all ephemeral ports are taken");
            }
        } else if (isBound(address, port, true)) {
            throw new BindException("the port is in use by another listening socket");
        }
        TcpConfig tcp = SocketOptions.applied(shard.config.tcp(), bind.options());
        ListeningSocket socket = listen(address, port, true, tcp, bind.backlog());
        return new BindReply.Bound(SocketAddresses.of(address, port), socket.acceptor.narrow());
    }

    /** A socket that listens from now on, where nobody else does. */
    ListeningSocket listen(IpAddress address, int port, boolean dualStack, TcpConfig tcp, int backlog) {
        ListenQueues queues = new ListenQueues(shard.config.listen(), backlog, new FastOpenQueue(
                tcp.fastOpen(), shard.shards.fastOpenKeys, shard.config.listen().somaxconn()));
        ListeningSocket socket = new ListeningSocket(address, port, dualStack, tcp, queues);
        socket.acceptor = spawn(Role.ACCEPTOR, new AcceptorActor(shard, socket), ACCEPTOR, socket);
        enter(socket);
        for (int i = 1; i < shard.shards.count(); i++) {
            shard.shards.actor(i).tell(
                    new StackInput.OpenReplica(address, port, dualStack, tcp, queues, socket.acceptor));
        }
        return socket;
    }

    /** Whether a listening socket, or one that does not listen yet, has that address and port. */
    private boolean isBound(IpAddress address, int port, boolean dualStack) {
        return shard.sockets.isBound(address, port, dualStack)
                || shard.shards.reservations.conflicts(address, port, dualStack, false);
    }

    /** This shard's half of a socket that listens on all shards. */
    void listen(StackInput.OpenReplica replica) {
        ListeningSocket socket =
                new ListeningSocket(
                        replica.address(), replica.port(), replica.dualStack(), replica.tcp(), replica.queues());
        socket.acceptor = replica.acceptor();
        enter(socket);
    }

    private void enter(ListeningSocket socket) {
        socket.listener = spawn(Role.LISTENER, new ListenerActor(shard, socket), LISTENER, socket);
        shard.enter(socket);
    }

    private ActorRef<Object> spawn(Role role, Behavior<Object> behavior, Props props, ListeningSocket socket) {
        Behavior<Object> supervised = Supervision.restarting(
                shard.config.supervision(),
                failure -> {
                    shard.counters.increment(Counter.ACTOR_LISTENER_FAILURES);
                    LOG.error("the {} of listening socket {} of stack {} failed",
                            role.name().toLowerCase(Locale.ROOT), socket, shard.config.name(), failure);
                },
                _ -> { }, // SocketGone says it
                shard.spawnHook.around(role, behavior));
        ActorRef<Object> ref = context.spawnAnonymous(supervised, props);
        context.watchWith(ref, new StackInput.SocketGone(socket));
        ref.tell(new Attach(socket.queues()));
        return ref;
    }

    // ---- connect ----

    void onConnect(StackCommand.Connect connect, boolean stopping) {
        if (stopping) {
            fail(connect, new IOException("the stack is being terminated"));
            return;
        }
        try {
            open(connect, SocketAddresses.literal(connect.remote())
                    .orElseThrow(() -> new UnknownHostException("a stack connects to addresses, not to names")));
        } catch (IOException e) {
            fail(connect, e);
        }
    }

    private void open(StackCommand.Connect connect, IpAddress remote) throws IOException {
        int remotePort = connect.remote().getPort();
        if (remotePort == 0 || remote.isUnspecified() || remote.isMulticast() || remote.equals(IpAddress.BROADCAST)) {
            throw new BindException("Cannot assign requested address");
        }
        Path path = shard.ip.pathTo(remote);
        if (path == null) {
            throw new NoRouteToHostException("Network is unreachable");
        }
        IpAddress local = localAddress(connect, remote, path);
        int owner = ownerOf(connect, local, remote);
        if (owner != shard.index) {
            shard.shards.actor(owner).tell(connect);
            return;
        }
        int port = localPort(wantedPort(connect), local, remote, remotePort);
        TcpConfig tcp = SocketOptions.applied(shard.config.tcp(), connect.options());
        FourTuple tuple = new FourTuple(local, port, remote, remotePort);
        open(tuple, path, tcp, entry -> {
            entry.opening = connect;
            return ConnectionActor.opening(shard, entry, connect);
        });
    }

    /** Opens a connection, whose actor is made for its entry; {@code found} is a path from whatever address. */
    ConnectionEntry open(
            FourTuple tuple, Path found, TcpConfig tcp, Function<ConnectionEntry, Behavior<Object>> behavior)
            throws IOException {
        Path path = tuple.local().equals(found.source()) ? found : shard.ip.pathOf(tuple, found.route());
        if (path == null) {
            throw new NoRouteToHostException("Network is unreachable");
        }
        if (!shard.shards.connections.tryTake()) {
            throw new IOException("there are " + shard.config.limits().connections()
                    + " connections already, which is the configured limit");
        }
        long now = shard.now();
        int iss = shard.isns.next(tuple, now);
        if (shard.flows.find(tuple) instanceof TimeWaitEntry old) {
            iss = old.record.reuseIss();
            shard.leave(old);
            shard.counters.increment(Counter.TCP_EXT_TW_RECYCLED);
        }
        TcpConnection connection = TcpConnection.connect(
                tuple,
                iss,
                shard.timestampOffsets.of(tuple),
                path.properties(),
                tcp,
                shard.memory,
                now);
        ConnectionEntry entry = new ConnectionEntry(connection, path);
        try {
            spawn(entry, behavior.apply(entry));
        } catch (RuntimeException e) {
            shard.shards.connections.giveBack();
            connection.release(); // what was to go with the SYN is charged
            throw e;
        }
        return entry;
    }

    /** The local port that the program asks for; 0 when it leaves the choice. */
    static int wantedPort(StackCommand.Connect connect) {
        return connect.local().map(InetSocketAddress::getPort).orElse(0);
    }

    /** The shard that has to open a connection: its own when the program leaves the choice of the port. */
    private int ownerOf(StackCommand.Connect connect, IpAddress local, IpAddress remote) {
        int wanted = wantedPort(connect);
        return wanted == 0
                ? shard.index
                : shard.shards.owner(new FourTuple(local, wanted, remote, connect.remote().getPort()));
    }

    private IpAddress localAddress(StackCommand.Connect connect, IpAddress remote, Path path) throws IOException {
        if (connect.local().isEmpty()) {
            return path.source();
        }
        IpAddress wanted = SocketAddresses.literal(connect.local().get())
                .orElseThrow(() -> new UnknownHostException("the local address must be an address, not a name"));
        if (wanted.isUnspecified()) {
            return path.source();
        }
        requireLocal(wanted);
        if (wanted.isV4() != remote.isV4()) {
            throw new BindException("the local address is of the other IP version");
        }
        return wanted;
    }

    /** The port of our end: {@code wanted}, when that is not 0. */
    int localPort(int wanted, IpAddress local, IpAddress remote, int remotePort) throws BindException {
        long now = shard.now();
        if (wanted != 0) {
            if (isTaken(new FourTuple(local, wanted, remote, remotePort), true, now)) {
                throw new BindException("Address already in use");
            }
            return wanted;
        }
        IntPredicate takenOrHurried = new IntPredicate() {
            private int tried;

            @Override
            public boolean test(int port) {
                FourTuple tuple = new FourTuple(local, port, remote, remotePort);
                return isElsewhere(tuple) || shard.shards.reservations.hasPort(port)
                        || isTaken(tuple, ++tried > WILLING_TO_LOOK, now);
            }
        };
        int port = shard.ports.allocate(local, remote, remotePort, takenOrHurried);
        if (port == PortAllocator.EXHAUSTED) { // fewer ports than it was willing to look at
            port = shard.ports.allocate(local, remote, remotePort, p -> {
                FourTuple tuple = new FourTuple(local, p, remote, remotePort);
                return isElsewhere(tuple) || isTaken(tuple, true, now);
            });
        }
        if (port == PortAllocator.EXHAUSTED) {
            throw new BindException("all ephemeral ports to this target are taken");
        }
        return port;
    }

    private boolean isElsewhere(FourTuple tuple) {
        return shard.shards.owner(tuple) != shard.index;
    }

    /**
     * Whether a new connection cannot have this tuple: because a connection has it, or a listening socket its end.
     *
     * @param hurried whether a TIME-WAIT record that can do so has to make room
     */
    private boolean isTaken(FourTuple tuple, boolean hurried, long now) {
        if (shard.sockets.isBound(tuple.local(), tuple.localPort())) {
            return true;
        }
        return switch (shard.flows.find(tuple)) {
            case TimeWaitEntry old -> !(hurried && old.record.isReusable(now));
            case ConnectionEntry _, HalfOpenEntry _ -> true;
            case null -> false;
        };
    }

    /** Answers an open whose actor has failed before it could do so itself. */
    void failed(ConnectionEntry entry) {
        if (entry.opening != null) {
            fail(entry.opening, new IOException("the connection has failed: see the log"));
            entry.opening = null;
        }
        entry.endLink();
    }

    /** Answers an open over which the stack actor has failed. */
    void failed(StackCommand.Connect connect) {
        fail(connect, new IOException("the stack has failed over it: see the log"));
    }

    /** Answers a bind over which the stack actor has failed. */
    void failed(StackCommand.Bind bind) {
        fail(bind, "the stack has failed over it: see the log");
    }

    private static void fail(StackCommand.Bind bind, String why) {
        bind.replyTo().tell(Failures.ofBind(bind.local(), why));
    }

    private static void fail(StackCommand.Connect connect, IOException cause) {
        connect.replyTo().tell(new ConnectReply.ConnectFailed(Failures.ofConnect(connect.remote(), cause)));
    }

    // ---- both ----

    private void requireLocal(IpAddress address) throws BindException {
        if (!address.isUnspecified() && !shard.ip.isLocal(address)) {
            throw new BindException("the stack does not have this address");
        }
    }
}
