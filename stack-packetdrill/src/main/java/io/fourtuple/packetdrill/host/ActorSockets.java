package io.fourtuple.packetdrill.host;

import io.fourtuple.api.Stack;
import io.fourtuple.api.observe.SocketRow;
import io.fourtuple.api.observe.StackSnapshot;
import io.fourtuple.core.tcp.TcpInfo;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.nic.loop.VirtualTime;
import io.fourtuple.packetdrill.script.UnsupportedFeatureException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.util.ByteString;

/** Sockets by the protocol of the actors. Each call runs whatever is ready, so that it is done when it returns. */
public final class ActorSockets implements HostSockets {
    private static final int FIRST_FD = 3;

    private final ActorSystem<Void> system;
    private final VirtualTime time;
    private final Stack stack;
    /** By descriptor; null where it is closed. */
    private final List<ActorSocket> sockets = new ArrayList<>();
    private int made;

    public ActorSockets(ActorSystem<Void> system, VirtualTime time, Stack stack) {
        this.system = system;
        this.time = time;
        this.stack = stack;
    }

    @Override
    public int socket() {
        return add(new ActorSocket());
    }

    private int add(ActorSocket socket) {
        socket.stack = stack.ref();
        socket.self = system.systemActorOf(socket.behavior(), stack.name() + "-socket-" + made++,
                DispatcherSelector.defaultDispatcher());
        for (int i = 0; i < sockets.size(); i++) {
            if (sockets.get(i) == null) {
                sockets.set(i, socket);
                return FIRST_FD + i;
            }
        }
        sockets.add(socket);
        return FIRST_FD + sockets.size() - 1;
    }

    private ActorSocket find(int fd) throws CallException {
        int index = fd - FIRST_FD;
        if (index < 0 || index >= sockets.size() || sockets.get(index) == null) {
            throw new CallException("EBADF");
        }
        return sockets.get(index);
    }

    @Override
    public void bind(int fd, IpAddress address, int port) throws CallException {
        find(fd).local = Optional.of(new InetSocketAddress(address.toInetAddress(), port));
    }

    @Override
    public void listen(int fd, int backlog) throws CallException {
        find(fd).listen(Math.max(1, backlog));
        time.runReady();
        find(fd).throwFailure();
    }

    @Override
    public int accept(int fd) throws CallException {
        ActorSocket socket = find(fd);
        socket.demand();
        time.runReady();
        ActorSocket accepted = socket.accepted.poll();
        if (accepted == null) {
            throw new CallException("EAGAIN");
        }
        int made = add(accepted);
        accepted.register();
        time.runReady();
        return made;
    }

    @Override
    public void connect(int fd, IpAddress address, int port) throws CallException {
        ActorSocket socket = find(fd);
        socket.connect(new InetSocketAddress(address.toInetAddress(), port));
        time.runReady();
        socket.throwFailure();
        if (socket.connection == null) {
            throw new CallException("EINPROGRESS");
        }
    }

    @Override
    public int send(int fd, int length) throws CallException {
        ActorSocket socket = find(fd);
        socket.throwFailure();
        socket.write(ByteString.fromArrayUnsafe(new byte[length]));
        time.runReady();
        return length;
    }

    @Override
    public int receive(int fd, int max, boolean peek) throws CallException {
        ActorSocket socket = find(fd);
        if (peek) {
            int there = socket.buffered() + info(fd).map(TcpInfo::receiveQueue).orElse(0);
            if (there > 0) {
                return Math.min(max, there);
            }
        } else if (socket.buffered() == 0) {
            socket.resume();
            time.runReady();
        }
        int taken = socket.take(max, peek);
        if (taken > 0) {
            return taken;
        }
        socket.throwFailure();
        if (socket.ended) {
            return 0;
        }
        throw new CallException(socket.remote.isPresent() ? "EAGAIN" : "ENOTCONN");
    }

    @Override
    public void shutdown(int fd, boolean input, boolean output) throws CallException {
        if (output) {
            find(fd).closeOutput();
            time.runReady();
        }
    }

    @Override
    public void close(int fd) throws CallException {
        ActorSocket socket = find(fd);
        socket.close();
        sockets.set(fd - FIRST_FD, null);
        time.runReady();
    }

    @Override
    public boolean isReadable(int fd) {
        try {
            ActorSocket socket = find(fd);
            if (socket.acceptor != null) {
                socket.demand();
                return !socket.accepted.isEmpty();
            }
            if (socket.buffered() == 0) {
                socket.resume();
            }
            return socket.buffered() > 0 || socket.ended || socket.failure != null;
        } catch (CallException _) {
            return false;
        }
    }

    @Override
    public boolean isWritable(int fd) {
        try {
            ActorSocket socket = find(fd);
            return socket.failure != null || (socket.isConnected() && !socket.isWriting());
        } catch (CallException _) {
            return false;
        }
    }

    @Override
    public boolean isBroken(int fd) {
        try {
            return find(fd).failure != null;
        } catch (CallException _) {
            return true;
        }
    }

    @Override
    public void setOption(int fd, String level, String name, long value) throws CallException {
        ActorSocket socket = find(fd);
        switch (name) {
            case "SO_REUSEADDR", "SO_REUSEPORT", "SO_KEEPALIVE", "SO_RCVBUF", "SO_SNDBUF", "TCP_NODELAY" ->
                    socket.setOption(name, value);
            default -> throw new UnsupportedFeatureException("the socket option " + name);
        }
    }

    @Override
    public long option(int fd, String level, String name) throws CallException {
        ActorSocket socket = find(fd);
        return switch (name) {
            case "SO_RCVBUF" -> info(fd).map(TcpInfo::receiveBuffer)
                    .orElse(stack.config().tcp().receiveBuffer().initial());
            case "SO_SNDBUF" -> info(fd).map(TcpInfo::sendBuffer).orElse(stack.config().tcp().sendBuffer().initial());
            case "TCP_KEEPIDLE" -> stack.config().tcp().keepAlive().idle() / 1_000_000_000L;
            case "TCP_KEEPINTVL" -> stack.config().tcp().keepAlive().interval() / 1_000_000_000L;
            case "TCP_KEEPCNT" -> stack.config().tcp().keepAlive().probes();
            case "SO_REUSEADDR", "SO_KEEPALIVE", "TCP_NODELAY" -> socket.option(name);
            default -> throw new UnsupportedFeatureException("the socket option " + name);
        };
    }

    @Override
    public Optional<String> takeError(int fd) throws CallException {
        time.runReady();
        return find(fd).takeFailure();
    }

    @Override
    public Optional<TcpInfo> info(int fd) throws CallException {
        return row(find(fd)).flatMap(SocketRow::info);
    }

    @Override
    public String state(int fd) {
        try {
            ActorSocket socket = find(fd);
            if (socket.acceptor != null) {
                return SocketRow.LISTEN;
            }
            return row(socket).map(SocketRow::state).orElse("CLOSED");
        } catch (CallException _) {
            return "CLOSED";
        }
    }

    @Override
    public int remotePort(int fd) {
        try {
            return find(fd).remote.map(InetSocketAddress::getPort).orElse(0);
        } catch (CallException _) {
            return 0;
        }
    }

    private Optional<SocketRow> row(ActorSocket socket) {
        StackSnapshot snapshot = snapshot();
        return snapshot.sockets().stream()
                .filter(row -> !row.isListening() && socket.is(row))
                .findFirst();
    }

    /** What the stack looks like now. */
    public StackSnapshot snapshot() {
        return time.await(stack.snapshot(), Duration.ofSeconds(1));
    }
}
