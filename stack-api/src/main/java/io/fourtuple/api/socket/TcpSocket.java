package io.fourtuple.api.socket;

import io.fourtuple.api.protocol.ConnectionCommand;
import io.fourtuple.api.protocol.SendNotices;
import io.fourtuple.api.protocol.SocketLink;
import io.fourtuple.api.protocol.SocketRequest;
import io.fourtuple.api.protocol.SocketRequest.FastData;
import io.fourtuple.api.protocol.SocketRequest.Listening;
import io.fourtuple.api.protocol.SocketRequest.Reserved;
import io.fourtuple.api.protocol.StackCommand;
import io.fourtuple.core.tcp.CongestionControlSupplier;
import io.fourtuple.core.tcp.FastOpenKey;
import io.fourtuple.core.tcp.FastOpenRules;
import io.fourtuple.core.tcp.TcpConfig;
import io.fourtuple.core.tcp.TcpConfig.Tuning;
import io.fourtuple.core.tcp.TcpConnection;
import io.fourtuple.core.tcp.TcpEvent;
import io.fourtuple.core.tcp.TcpInfo;
import io.fourtuple.core.tcp.TcpState;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.SourceRoute;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/**
 * One TCP socket: unbound, bound, listening or with a connection. What changes which of these it is takes turns on its
 * monitor; reading, writing and polling look at volatile fields alone. Thread-safe.
 */
final class TcpSocket extends Descriptor {
    /** See {@link #connectFast}. */
    static final int CONNECTED = -1;

    private static final int UNCONNECTED = Posix.POLLOUT | Posix.POLLWRNORM | Posix.POLLHUP;

    private static final int IN = Posix.POLLIN | Posix.POLLRDNORM;

    private final Surroundings surroundings;
    private final Waiting waiting;
    private final Personality personality;
    private final int domain;
    private volatile SocketSettings settings;
    /** Null while the socket has no address. */
    private volatile Reserved reserved;
    /** Null while it does not listen. */
    private volatile Listening listening;
    /** Null while there is no connection. */
    private volatile SocketLink link;
    /** Where the first write connects to ({@code TCP_FASTOPEN_CONNECT}); null when nothing waits for it. */
    private volatile InetSocketAddress deferred;
    /** A program has been told that the connection is there. */
    private boolean connectTold;
    private boolean closed;
    /** IP_RECVERR. */
    private volatile boolean receivesErrors;

    TcpSocket(Surroundings surroundings, int domain, SocketSettings settings) {
        this.surroundings = surroundings;
        personality = surroundings.personality();
        waiting = surroundings.waiting();
        this.domain = domain;
        this.settings = settings;
    }

    // ---- getters ----

    int domain() {
        return domain;
    }

    SocketSettings settings() {
        return settings;
    }

    boolean receivesErrors() {
        return receivesErrors;
    }

    boolean isListening() {
        return listening != null;
    }

    /** Null while there is no connection. */
    SocketLink link() {
        return link;
    }

    @Override
    int readiness() {
        Listening listens = listening;
        if (listens != null) {
            int over = listens.line().isClosed() ? IN | Posix.POLLERR | Posix.POLLHUP : 0;
            return listens.line().waiting() > 0 ? IN : over;
        }
        SocketLink connected = link;
        if (connected == null && deferred != null) {
            return Posix.POLLOUT | Posix.POLLWRNORM;
        }
        return connected == null ? UNCONNECTED : connected.readiness();
    }

    /** getsockname(2). */
    InetSocketAddress localAddress() {
        SocketLink connected = link;
        if (connected != null) {
            FourTuple tuple = connected.tuple();
            return address(tuple.local(), tuple.localPort());
        }
        Reserved bound = reserved;
        return bound == null ? new InetSocketAddress(wildcard().toInetAddress(), 0) : bound.local();
    }

    /** getpeername(2). */
    InetSocketAddress peerAddress() {
        SocketLink connected = link;
        boolean isPeer = connected != null && connected.wasEstablished()
                && connected.state() != TcpState.CLOSED;
        if (!isPeer) {
            throw notConnected();
        }
        FourTuple tuple = connected.tuple();
        return address(tuple.remote(), tuple.remotePort());
    }

    /** Where the connection goes, or went when it is over. */
    InetSocketAddress farEnd() {
        SocketLink connected = link;
        if (connected == null) {
            throw notConnected();
        }
        return address(connected.tuple().remote(), connected.tuple().remotePort());
    }

    private static InetSocketAddress address(IpAddress address, int port) {
        return new InetSocketAddress(address.toInetAddress(), port);
    }

    private IpAddress wildcard() {
        return domain == Posix.AF_INET ? IpAddress.ANY_V4 : IpAddress.ANY_V6;
    }

    private boolean isDualStack() {
        return domain == Posix.AF_INET6 && !settings.has(SocketOption.IPV6_V6ONLY);
    }

    // ---- bind, listen, accept ----

    synchronized void bind(InetSocketAddress wanted) {
        if (reserved != null || link != null) {
            throw new ErrnoException(Errno.EINVAL, "the socket has an address already");
        }
        reserved = reserve(new InetSocketAddress(ofDomain(wanted.getAddress()), wanted.getPort()));
    }

    private Reserved reserve(InetSocketAddress wanted) {
        CompletableFuture<Reserved> reply = new CompletableFuture<>();
        Tuning ofResets = personality == Personality.FREEBSD ? settings.tcp().tuning() : Tuning.NONE;
        return ask(new SocketRequest.Bind(
                new Reserved(wanted, isDualStack(), settings.shares(), ofResets), reply), reply);
    }

    /** The address as one of this socket's domain; the wildcard of the other stands for its own. */
    private InetAddress ofDomain(InetAddress address) {
        if (address == null) {
            throw new ErrnoException(Errno.EINVAL, "a socket has an address and no name");
        }
        boolean fits = address instanceof Inet4Address
                ? domain == Posix.AF_INET || isDualStack()
                : domain == Posix.AF_INET6;
        if (address.isAnyLocalAddress()) {
            return wildcard().toInetAddress();
        }
        if (!fits) {
            throw new ErrnoException(Errno.EAFNOSUPPORT, address.getHostAddress() + " is of another IP version");
        }
        return address;
    }

    synchronized void listen(int backlog) {
        if (link != null) {
            throw new ErrnoException(Errno.EINVAL, "the socket is connected");
        }
        if (listening != null) {
            listening.line().setBacklog(backlog);
            return;
        }
        if (reserved == null) {
            reserved = reserve(new InetSocketAddress(wildcard().toInetAddress(), 0));
        }
        CompletableFuture<Listening> reply = new CompletableFuture<>();
        Listening begun = ask(
                new SocketRequest.Listen(reserved, Math.max(1, backlog), settings.tcp(), reply), reply);
        begun.line().onArrival(() -> signal(IN));
        listening = begun;
    }

    /** A socket for the next connection, with these settings. Whoever has a number for it has it {@link #accept}. */
    TcpSocket forNext() {
        Listening listens = listening;
        if (listens == null) {
            throw new ErrnoException(Errno.EINVAL, "the socket does not listen");
        }
        if (listens.line().waiting() == 0) {
            throw listens.line().isClosed()
                    ? new ErrnoException(Errno.ENETDOWN, "the listening socket has failed, or the stack has ended")
                    : noneWaits();
        }
        return new TcpSocket(surroundings, domain, settings);
    }

    private SocketLink newLink() {
        int bound = surroundings.stack().config().limits().errorQueue();
        return new SocketLink(this::signal, new SendNotices(bound, surroundings.droppedNotices()));
    }

    private static ErrnoException noneWaits() {
        return new ErrnoException(Errno.EAGAIN, "no connection waits");
    }

    /** Becomes the owner of the next connection of a listening socket, unless another thread was faster. */
    void accept(TcpSocket listener) {
        Listening listens = listener.listening;
        SocketLink made = newLink();
        receivesErrors = listener.receivesErrors;
        made.wantTrouble(receivesErrors);
        if (listens == null || !listens.line().take(made)) {
            throw noneWaits();
        }
        connectTold = true;
        link = made;
        boolean corked = settings.has(SocketOption.TCP_CORK);
        perform((connection, _) -> {
            connection.cork(corked);
            return true;
        });
    }

    // ---- connect ----

    synchronized void connect(InetSocketAddress remote) {
        if (listening != null) {
            throw new ErrnoException(Errno.EISCONN, "the socket listens");
        }
        if (link != null) {
            connectAgain();
            return;
        }
        if (deferred != null) { // as Linux
            throw new ErrnoException(Errno.EISCONN, "the first write connects to " + deferred);
        }
        InetSocketAddress peer = peer(remote);
        boolean fast = settings.tcp().fastOpen().deferConnect();
        if (fast && takesData(peer)) {
            deferred = peer;
            return;
        }
        open(peer, fast ? Optional.of(new FastData(ByteBuffer.allocate(0), false)) : Optional.empty());
        throw new ErrnoException(Errno.EINPROGRESS, "connect to " + remote);
    }

    private InetSocketAddress peer(InetSocketAddress remote) {
        InetAddress address = ofDomain(remote.getAddress());
        return address.isAnyLocalAddress() // as Linux: this host
                ? new InetSocketAddress(
                        InetAddress.ofLiteral(domain == Posix.AF_INET ? "127.0.0.1" : "::1"), remote.getPort())
                : new InetSocketAddress(address, remote.getPort());
    }

    private boolean takesData(InetSocketAddress peer) {
        CompletableFuture<Boolean> reply = new CompletableFuture<>();
        return ask(new SocketRequest.AskFastOpen(peer, settings.tcp().fastOpen(), reply), reply);
    }

    /** Whether the first write opens the connection. */
    boolean isDeferred() {
        return deferred != null && link == null;
    }

    /**
     * Opens a connection with data in the SYN, as far as the peer takes them (RFC 7413): {@code MSG_FASTOPEN}, and the
     * first write after a connect that waits for it.
     *
     * @param remote where to; empty for where connect has said
     * @param octets nobody changes them any more
     * @param zeroCopy whether the program wants to know when they are acknowledged
     * @return how many octets were taken; {@link #CONNECTED} when the connection has come about since
     * @throws ErrnoException EINPROGRESS when none were: they can be written when the connection is there. Not with
     *     FreeBSD's answers, where they wait in the send buffer
     */
    synchronized int connectFast(Optional<InetSocketAddress> remote, ByteBuffer octets, boolean zeroCopy) {
        if (listening != null) {
            throw new ErrnoException(Errno.EISCONN, "the socket listens");
        }
        if (link != null) {
            connectAgain();
            return CONNECTED;
        }
        InetSocketAddress waited = deferred;
        if (waited == null && remote.isEmpty()) {
            throw new ErrnoException(Errno.EINVAL, "nobody has said where to");
        }
        boolean whole = personality == Personality.FREEBSD;
        int taken = open(waited == null ? peer(remote.orElseThrow()) : waited,
                Optional.of(new FastData(octets, whole)));
        if (taken > 0) {
            markSent(zeroCopy);
        }
        if (taken == 0 && !whole) {
            throw new ErrnoException(Errno.EINPROGRESS, "connect to " + link.tuple());
        }
        return taken;
    }

    private void markSent(boolean zeroCopy) {
        int stamps = settings.timestamping();
        if (zeroCopy || stamps != 0) {
            SendNotices notices = link.notices();
            perform((connection, _) -> {
                notices.mark(connection, stamps, zeroCopy);
                return true;
            });
        }
    }

    /** With FreeBSD's answers any write may open a connection, but only one that asks for it does so fast. */
    private TcpConfig ofOpen() {
        TcpConfig tcp = settings.tcp();
        FastOpenRules rules = tcp.fastOpen();
        boolean plain = personality == Personality.FREEBSD && rules.queue() == 0;
        return plain ? tcp.withFastOpen(rules.withClient(false, false)) : tcp;
    }

    /** Opens a connection; how many octets it has taken. */
    private int open(InetSocketAddress peer, Optional<FastData> fast) {
        SocketLink made = newLink();
        made.wantTrouble(receivesErrors);
        CompletableFuture<SocketRequest.Opening> reply = new CompletableFuture<>();
        SocketRequest.Opening opening = ask(new SocketRequest.Connect(
                peer, Optional.ofNullable(reserved), ofOpen(), fast, made, reply), reply);
        connectTold = false;
        link = made;
        deferred = null;
        if (settings.has(SocketOption.TCP_CORK)) {
            perform((connection, _) -> {
                connection.cork(true);
                return true;
            });
        }
        return opening.taken();
    }

    /** As Linux: nothing, once, for a connection that has come about; else its error, after which one may try. */
    private void connectAgain() {
        if (link.wasEstablished()) {
            if (connectTold) {
                throw new ErrnoException(Errno.EISCONN, link.tuple().toString());
            }
            connectTold = true;
            return;
        }
        if (link.state() != TcpState.CLOSED) {
            throw new ErrnoException(Errno.EALREADY, "connect to " + link.tuple());
        }
        TcpEvent failure = link.takeFailure();
        link.tell(ConnectionCommand.Close.INSTANCE);
        link = null;
        throw failure == null
                ? new ErrnoException(Errno.ECONNABORTED, "the last connect has failed")
                : Errors.of(failure, "connect");
    }

    // ---- shutdown, close ----

    synchronized void shutdown(int how) {
        if (how < Posix.SHUT_RD || how > Posix.SHUT_RDWR) {
            throw new ErrnoException(Errno.EINVAL, "shutdown is 0 to 2, not " + how);
        }
        if (listening != null) {
            if (how != Posix.SHUT_WR) { // as Linux: it listens no more, and may again
                unlisten();
            }
            return;
        }
        if (link == null || link.state() == TcpState.CLOSED) {
            throw notConnected();
        }
        if (link.state() == TcpState.SYN_SENT) { // as Linux: the open is given up
            link.tell(ConnectionCommand.Close.INSTANCE);
            link = null;
            return;
        }
        if (how != Posix.SHUT_WR) {
            link.endReading();
        }
        boolean endOutput = how != Posix.SHUT_RD;
        perform((connection, now) -> {
            if (endOutput) {
                connection.shutdownOutput(now);
            }
            return true;
        });
    }

    private void unlisten() {
        CompletableFuture<Reserved> reply = new CompletableFuture<>();
        Listening before = listening;
        listening = null;
        ask(new SocketRequest.Unlisten(reserved, before.line(), reply), reply);
    }

    @Override
    synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        forgetWatchers();
        try {
            if (link != null) {
                link.tell(settings.lingerSeconds() == 0
                        ? ConnectionCommand.Abort.INSTANCE
                        : ConnectionCommand.Close.INSTANCE);
            }
            if (listening != null) {
                unlisten();
            }
            if (reserved != null) {
                CompletableFuture<Reserved> reply = new CompletableFuture<>();
                ask(new SocketRequest.Release(reserved, reply), reply);
            }
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ENETDOWN) { // with the stack everything is given back
                throw e;
            }
        }
    }

    // ---- options ----

    /** setsockopt(2) of a number. */
    synchronized void set(SocketOption option, long value) {
        if (option == SocketOption.IPV6_V6ONLY && (reserved != null || link != null)) {
            throw new ErrnoException(Errno.EINVAL, "the socket has an address already");
        }
        if (option == SocketOption.IP_RECVERR || option == SocketOption.IPV6_RECVERR) {
            receivesErrors = value != 0;
            if (link != null) {
                link.wantTrouble(receivesErrors);
            }
            return;
        }
        boolean counts = option == SocketOption.SO_TIMESTAMPING && (value & Posix.SOF_TIMESTAMPING_OPT_ID) != 0
                && (settings.timestamping() & Posix.SOF_TIMESTAMPING_OPT_ID) == 0;
        if (counts && link == null) {
            throw new ErrnoException(Errno.EINVAL, "SOF_TIMESTAMPING_OPT_ID counts octets of a connection");
        }
        boolean doubled = personality == Personality.LINUX && option == SocketOption.SO_SNDBUF;
        settings = settings.with(option, doubled ? 2 * value : value);
        if (option == SocketOption.TCP_FASTOPEN && listening != null) {
            listening.line().setFastOpen((int) value, List.of());
        }
        SocketSettings now = settings;
        if (listening != null) {
            listening.line().configure(now.tcp());
        }
        if (link == null) {
            return;
        }
        SendNotices notices = link.notices();
        perform((connection, time) -> {
            switch (option) {
                case SO_TIMESTAMPING -> {
                    boolean written = (value & Posix.SOF_TIMESTAMPING_OPT_ID_TCP) != 0;
                    if (counts) {
                        notices.countFrom(written ? connection.bytesQueued() : connection.bytesReleased());
                    }
                }
                case TCP_CORK -> connection.cork(now.has(option));
                case TCP_QUICKACK -> connection.acknowledgeQuickly(now.has(option));
                default -> connection.reconfigure(now.tcp(), time);
            }
            if (option == SocketOption.TCP_NODELAY && now.tcp().noDelay()) { // tcp(7): also what is corked
                connection.push();
            }
            return true;
        });
    }

    /** Changes what TCP does with it, whatever its options say. */
    synchronized void retune(UnaryOperator<TcpConfig> change) {
        settings = settings.with(change.apply(settings.tcp()));
        TcpConfig tcp = settings.tcp();
        if (listening != null) {
            listening.line().configure(tcp);
        }
        if (link != null) {
            perform((connection, time) -> {
                connection.reconfigure(tcp, time);
                return true;
            });
        }
    }

    /** Says that a write waits for the connection, if that is not there yet. */
    void expectWrite() {
        if (link != null) {
            perform((connection, _) -> {
                connection.expectWrite();
                return true;
            });
        }
    }

    /** TCP_FASTOPEN_KEY, also of a socket that listens. */
    synchronized void setFastOpenKeys(List<FastOpenKey> keys) {
        settings = settings.withFastOpenKeys(keys);
        if (listening != null) {
            listening.line().setFastOpen(settings.tcp().fastOpen().queue(), keys);
        }
    }

    /** The keys of a socket that listens, or those it was given; none when it will have the stack's. */
    List<FastOpenKey> fastOpenKeys() {
        Listening listens = listening;
        return listens == null ? settings.tcp().fastOpen().keys() : listens.line().fastOpenKeys();
    }

    /** TCP_CONGESTION. */
    synchronized void setCongestionControl(CongestionControlSupplier policy) {
        SocketSettings other = settings.withCongestionControl(policy);
        settings = other;
        if (link != null) {
            perform((connection, time) -> {
                connection.reconfigure(other.tcp(), time);
                return true;
            });
        }
    }

    /** IP_OPTIONS: a source route. */
    synchronized void setSourceRoute(SourceRoute route) {
        if (link != null || listening != null) {
            throw new ErrnoException(Errno.EISCONN, "a source route is given before connect or listen");
        }
        settings = settings.withSourceRoute(route);
    }

    /** What the connection says of itself; empty without one. */
    Optional<TcpInfo> info() {
        return link == null ? Optional.empty() : Optional.of(perform(TcpConnection::info));
    }

    // ---- asking actors ----

    /** Has something done with the connection, which is there. */
    <R> R perform(BiFunction<TcpConnection, Long, R> body) {
        OtherCall<R> call = new OtherCall<>(body);
        link.call(call);
        return waiting.await(call.answer());
    }

    private <R> R ask(SocketRequest request, CompletableFuture<R> reply) {
        boolean interrupted = Thread.interrupted(); // else an actor that is just being started is not told
        try {
            surroundings.stack().ref().tell(new StackCommand.ForSocket(request));
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        return waiting.awaitStack(reply);
    }

    private static ErrnoException notConnected() {
        return new ErrnoException(Errno.ENOTCONN, "the socket is not connected");
    }
}
