package io.fourtuple.packetdrill.host;

import io.fourtuple.api.observe.SocketRow;
import io.fourtuple.api.protocol.Accepted;
import io.fourtuple.api.protocol.AcceptorCommand;
import io.fourtuple.api.protocol.BindReply;
import io.fourtuple.api.protocol.ConnectReply;
import io.fourtuple.api.protocol.ConnectionCommand;
import io.fourtuple.api.protocol.ConnectionEvent;
import io.fourtuple.api.protocol.StackCommand;
import io.fourtuple.api.protocol.Unbound;
import io.fourtuple.core.wire.IpAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.io.Inet;
import org.apache.pekko.io.TcpSO;
import org.apache.pekko.util.ByteString;

/** One socket of {@link ActorSockets}: an actor that others answer, and what it has been told. */
final class ActorSocket {
    private static final Object STOP = new Object();

    ActorRef<StackCommand> stack;
    ActorRef<Object> self;
    Optional<InetSocketAddress> local = Optional.empty();
    Optional<InetSocketAddress> remote = Optional.empty();
    ActorRef<AcceptorCommand> acceptor;
    ActorRef<ConnectionCommand> connection;
    final ArrayDeque<ActorSocket> accepted = new ArrayDeque<>();
    /** The errno that is to be told; null for none. */
    String failure;
    boolean ended;
    private final List<Inet.SocketOption> options = new ArrayList<>();
    private final ArrayDeque<ByteString> writes = new ArrayDeque<>();
    private ByteString received = ByteString.emptyByteString();
    private boolean writing;
    private boolean demanded;
    private boolean resumed;
    private boolean outputEnds;
    private boolean keepAlive;
    private boolean noDelay;

    Behavior<Object> behavior() {
        return Behaviors.receiveMessage(message -> {
            if (message == STOP) {
                return Behaviors.stopped();
            }
            onMessage(message);
            return Behaviors.same();
        });
    }

    private void onMessage(Object message) {
        switch (message) {
            case BindReply.Bound bound -> acceptor = bound.acceptor();
            case BindReply.BindFailed _ -> failure = "EADDRINUSE";
            case Accepted arrived -> {
                demanded = false;
                ActorSocket socket = new ActorSocket();
                socket.connection = arrived.connection();
                socket.local = Optional.of(arrived.local());
                socket.remote = Optional.of(arrived.remote());
                accepted.add(socket);
            }
            case ConnectReply.Connected connected -> {
                connection = connected.connection();
                local = Optional.of(connected.local());
                register();
            }
            case ConnectReply.ConnectFailed(Throwable cause) -> failure = errno(cause);
            case ConnectionEvent.Received(ByteString data) -> {
                resumed = false;
                received = received.concat(data);
            }
            case ConnectionEvent.Written _ -> {
                writing = false;
                writeOn();
            }
            case ConnectionEvent.PeerClosed _ -> ended = true;
            case ConnectionEvent.Closed _ -> ended = true;
            case ConnectionEvent.Failed(Throwable cause) -> {
                failure = errno(cause);
                ended = true;
            }
            case Unbound _ -> { }
            default -> throw new IllegalStateException("no message for a socket: " + message);
        }
    }

    private static String errno(Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        if (message.contains("refused")) {
            return "ECONNREFUSED";
        }
        if (message.contains("timed out") || message.contains("timeout")) {
            return "ETIMEDOUT";
        }
        if (message.contains("No route")) {
            return "EHOSTUNREACH";
        }
        return message.contains("aborted") ? "ECONNABORTED" : "ECONNRESET";
    }

    void listen(int backlog) {
        stack.tell(new StackCommand.Bind(local.orElse(new InetSocketAddress(0)), backlog, options, self.narrow()));
    }

    void demand() {
        if (!demanded && acceptor != null && accepted.isEmpty()) {
            demanded = true;
            acceptor.tell(new AcceptorCommand.Demand(1, self.narrow()));
        }
    }

    void connect(InetSocketAddress to) throws CallException {
        if (remote.isPresent()) {
            throw new CallException(connection == null ? "EALREADY" : "EISCONN");
        }
        remote = Optional.of(to);
        stack.tell(new StackCommand.Connect(to, local, options, Optional.empty(), self.narrow()));
    }

    void register() {
        connection.tell(new ConnectionCommand.Register(self.narrow()));
    }

    boolean isConnected() {
        return connection != null;
    }

    boolean isWriting() {
        return writing;
    }

    void write(ByteString data) throws CallException {
        if (connection == null) {
            throw new CallException("ENOTCONN");
        }
        if (outputEnds) {
            throw new CallException("EPIPE");
        }
        writes.add(data);
        writeOn();
    }

    private void writeOn() {
        if (!writing && !writes.isEmpty()) {
            writing = true;
            connection.tell(new ConnectionCommand.Write(writes.remove()));
        } else if (!writing && outputEnds) {
            connection.tell(ConnectionCommand.CloseOutput.INSTANCE);
        }
    }

    void closeOutput() throws CallException {
        if (connection == null) {
            throw new CallException("ENOTCONN");
        }
        outputEnds = true;
        writeOn();
    }

    void resume() {
        if (!resumed && connection != null && !ended) {
            resumed = true;
            connection.tell(ConnectionCommand.ResumeReading.INSTANCE);
        }
    }

    int buffered() {
        return received.size();
    }

    int take(int max, boolean peek) {
        int taken = Math.min(max, received.size());
        if (!peek) {
            received = received.drop(taken);
        }
        return taken;
    }

    Optional<String> takeFailure() {
        Optional<String> taken = Optional.ofNullable(failure);
        failure = null;
        return taken;
    }

    void throwFailure() throws CallException {
        if (failure != null) {
            throw new CallException(takeFailure().orElseThrow());
        }
    }

    void setOption(String name, long value) {
        boolean on = value != 0;
        switch (name) {
            case "SO_KEEPALIVE" -> {
                keepAlive = on;
                options.add(TcpSO.keepAlive(on));
            }
            case "TCP_NODELAY" -> {
                noDelay = on;
                options.add(TcpSO.tcpNoDelay(on));
            }
            case "SO_RCVBUF" -> options.add(TcpSO.receiveBufferSize((int) value));
            case "SO_SNDBUF" -> options.add(TcpSO.sendBufferSize((int) value));
            default -> { }
        }
    }

    long option(String name) {
        return switch (name) {
            case "SO_KEEPALIVE" -> keepAlive ? 1 : 0;
            case "TCP_NODELAY" -> noDelay ? 1 : 0;
            default -> 0;
        };
    }

    boolean is(SocketRow row) {
        if (remote.isEmpty() || row.remotePort() != remote.get().getPort()) {
            return false;
        }
        int port = local.map(InetSocketAddress::getPort).orElse(0);
        return (port == 0 || row.localPort() == port)
                && row.remote().equals(IpAddress.of(remote.get().getAddress()));
    }

    void close() {
        if (acceptor != null) {
            acceptor.tell(new AcceptorCommand.Unbind(self.narrow()));
        } else if (connection != null) {
            connection.tell(ConnectionCommand.Close.INSTANCE);
        } else {
            self.tell(STOP);
        }
    }
}
