package io.fourtuple.api.socket;

import io.fourtuple.api.Stack;
import io.fourtuple.api.config.CongestionControls;
import io.fourtuple.core.tcp.CongestionControlSupplier;
import io.fourtuple.core.tcp.FastOpenKey;
import io.fourtuple.core.tcp.TcpConfig;
import io.fourtuple.core.tcp.TcpInfo;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.SourceRoute;
import io.fourtuple.nic.loop.VirtualTime;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * The sockets of a program on a stack: POSIX' calls under their names, with file descriptors, options and epoll. Each
 * layer is like a process: it has a table of descriptors of its own.
 *
 * <p>Four groups: making sockets and connections ({@link #socket} to {@link #close}), data ({@link #recv},
 * {@link #send}), readiness ({@link #poll}, {@link #epollWait}), options ({@link #getsockopt}, {@link #tcpInfo},
 * {@link #fcntl}, {@link #ioctl}).
 *
 * <p>No call waits for the network, whether a descriptor has {@link Posix#O_NONBLOCK} or not: what would have to fails
 * with EAGAIN or EINPROGRESS. A call that fails throws {@link ErrnoException}; EBADF and ENOTSOCK may come from each.
 * What differs from Linux stands in docs/sockets.md.
 *
 * <p>Any thread, but on a real stack none that runs an event loop, which would wait for itself:
 * {@link IllegalStateException}. In a simulation its thread; a call takes no time there.
 */
public final class SocketLayer {
    private static final int TYPE_FLAGS = Posix.SOCK_NONBLOCK | Posix.SOCK_CLOEXEC;

    private final Surroundings surroundings;
    private final Waiting waiting;
    private final DataCalls data;
    private final DescriptorTable table;
    /** What sockets begin with. */
    private volatile TcpConfig defaults;

    private SocketLayer(Stack stack, Personality personality) {
        waiting = VirtualTime.isVirtual()
                ? new Waiting.InVirtualTime(VirtualTime.current())
                : new Waiting.OnThread(stack.whenTerminated().toCompletableFuture());
        surroundings = new Surroundings(stack, waiting, personality, new LongAdder());
        data = new DataCalls(waiting, personality);
        table = new DescriptorTable(stack.config().limits().descriptors());
        defaults = stack.config().tcp();
    }

    /** A layer without descriptors, on a stack; in a simulation, made on its thread. */
    public static SocketLayer of(Stack stack) {
        return of(stack, Personality.PLAIN);
    }

    /** The same with the answers of another system. */
    public static SocketLayer of(Stack stack, Personality personality) {
        return new SocketLayer(Objects.requireNonNull(stack, "stack"), Objects.requireNonNull(personality));
    }

    /** How many descriptors there are. */
    public int descriptors() {
        return table.size();
    }

    /** How often a call has failed with EMFILE. */
    public long refusedDescriptors() {
        return table.refused();
    }

    /** How many time stamps were never told, as {@code fourtuple.stack.limits.error-queue} was reached. */
    public long droppedNotices() {
        return surroundings.droppedNotices().sum();
    }

    private <R> R call(Supplier<R> body) {
        waiting.begin();
        try {
            return body.get();
        } finally {
            waiting.end();
        }
    }

    private void run(Runnable body) {
        call(() -> {
            body.run();
            return 0;
        });
    }

    private TcpSocket tcp(int fd) {
        if (table.get(fd) instanceof TcpSocket socket) {
            return socket;
        }
        throw new ErrnoException(Errno.ENOTSOCK, "descriptor " + fd);
    }

    // ---- sockets and connections ----

    /**
     * socket(2).
     *
     * @param domain AF_INET or AF_INET6
     * @param type SOCK_STREAM, with SOCK_NONBLOCK and SOCK_CLOEXEC as one likes
     * @param protocol 0 or IPPROTO_TCP
     * @return the lowest free descriptor
     * @throws ErrnoException EAFNOSUPPORT, ESOCKTNOSUPPORT, EPROTONOSUPPORT, EMFILE
     */
    public int socket(int domain, int type, int protocol) {
        if (domain != Posix.AF_INET && domain != Posix.AF_INET6) {
            throw new ErrnoException(Errno.EAFNOSUPPORT, "domain " + domain);
        }
        if ((type & ~TYPE_FLAGS) != Posix.SOCK_STREAM) {
            throw new ErrnoException(Errno.ESOCKTNOSUPPORT, "type " + type);
        }
        if (protocol != 0 && protocol != Posix.IPPROTO_TCP) {
            throw new ErrnoException(Errno.EPROTONOSUPPORT, "protocol " + protocol);
        }
        TcpSocket socket = new TcpSocket(surroundings, domain, SocketSettings.of(defaults));
        socket.setFlags(type);
        return table.add(socket);
    }

    /**
     * bind(2): port 0 for the stack's choice. An IPv6 socket with {@code ::} or {@code 0.0.0.0} has IPv4 as well,
     * unless it is IPV6_V6ONLY.
     *
     * @throws ErrnoException EINVAL, EADDRINUSE, EADDRNOTAVAIL, EAFNOSUPPORT
     */
    public void bind(int fd, InetSocketAddress address) {
        run(() -> tcp(fd).bind(address));
    }

    /**
     * listen(2). Again with another backlog, it changes that.
     *
     * @param backlog how many connections may wait to be accepted; below 1 for 1, and capped by the stack
     * @throws ErrnoException EADDRINUSE, EINVAL
     */
    public void listen(int fd, int backlog) {
        run(() -> tcp(fd).listen(backlog));
    }

    /** accept(2): {@link #accept4} without flags. */
    public int accept(int fd) {
        return accept4(fd, 0);
    }

    /**
     * accept4(2).
     *
     * @param flags SOCK_NONBLOCK, SOCK_CLOEXEC
     * @return the connection's descriptor; {@link #getpeername} says whose it is
     * @throws ErrnoException EAGAIN, EINVAL, EMFILE
     */
    public int accept4(int fd, int flags) {
        if ((flags & ~TYPE_FLAGS) != 0) {
            throw new ErrnoException(Errno.EINVAL, "flags " + flags);
        }
        return call(() -> {
            TcpSocket listener = tcp(fd);
            TcpSocket child = listener.forNext();
            child.setFlags(flags);
            int childFd = table.add(child);
            try {
                child.accept(listener);
                return childFd;
            } catch (ErrnoException e) {
                table.remove(childFd);
                throw e;
            }
        });
    }

    /**
     * connect(2). Poll for writing, then ask for SO_ERROR; or call again, as Linux allows: that gives nothing once it
     * has succeeded, or its error, after which another connect may be tried.
     *
     * @throws ErrnoException EINPROGRESS when it is under way, EALREADY, EISCONN, ECONNREFUSED, ETIMEDOUT, ENETUNREACH,
     *     EHOSTUNREACH, EADDRNOTAVAIL, EAFNOSUPPORT, ENOBUFS
     */
    public void connect(int fd, InetSocketAddress address) {
        run(() -> tcp(fd).connect(address));
    }

    /** getsockname(2); the wildcard address and port 0 for a socket that has none. */
    public InetSocketAddress getsockname(int fd) {
        return call(() -> tcp(fd).localAddress());
    }

    /**
     * getpeername(2).
     *
     * @throws ErrnoException ENOTCONN
     */
    public InetSocketAddress getpeername(int fd) {
        return call(() -> tcp(fd).peerAddress());
    }

    /**
     * shutdown(2).
     *
     * @param how SHUT_RD, SHUT_WR or SHUT_RDWR
     * @throws ErrnoException ENOTCONN, EINVAL
     */
    public void shutdown(int fd, int how) {
        run(() -> tcp(fd).shutdown(how));
    }

    /**
     * close(2): what was written is still sent; what was not read, or SO_LINGER with 0 seconds, makes it a reset. Calls
     * that other threads have under way fail.
     */
    public void close(int fd) {
        run(() -> table.remove(fd).close());
    }

    // ---- data ----

    /** read(2): {@link #recv} without flags. */
    public int read(int fd, ByteBuffer target) {
        return recv(fd, target, 0);
    }

    /**
     * recv(2).
     *
     * @param target takes the octets, at most as many as remain in it; its position moves. With MSG_TRUNC it takes none
     * @param flags MSG_PEEK, MSG_TRUNC, MSG_DONTWAIT, MSG_WAITALL, which waits no more than others
     * @return how many octets; 0 when the peer sends no more
     * @throws ErrnoException EAGAIN, ENOTCONN, ECONNRESET, ETIMEDOUT, EHOSTUNREACH; EINVAL for MSG_OOB, as urgent data
     *     stay in line
     */
    public int recv(int fd, ByteBuffer target, int flags) {
        return call(() -> data.receive(tcp(fd), target, flags));
    }

    /**
     * recvmsg(2) and readv(2): as {@link #recv}, into the buffers one after the other, and what comes beside it, with
     * {@link SocketOption#TCP_INQ}. With MSG_ERRQUEUE no octets, but the oldest notice of the error queue, which
     * POLLERR tells of: of a write with MSG_ZEROCOPY that is over, or a time stamp
     * ({@link SocketOption#SO_TIMESTAMPING}).
     *
     * @throws ErrnoException as {@link #recv}; EAGAIN when the error queue is empty
     */
    public Message recvmsg(int fd, List<ByteBuffer> targets, int flags) {
        return call(() -> data.receiveMessage(tcp(fd), targets, flags));
    }

    /** write(2): {@link #send} without flags. */
    public int write(int fd, ByteBuffer source) {
        return send(fd, source, 0);
    }

    /**
     * send(2). What is taken is copied; but not with MSG_ZEROCOPY, on a socket with {@link SocketOption#SO_ZEROCOPY}:
     * then nobody may change the octets until the error queue says that this write is over. The first such write is
     * number 0.
     *
     * @param source gives the octets that remain in it, as many as there is room for; its position moves
     * @param flags MSG_OOB (the last octet is urgent), MSG_MORE, MSG_EOR (the last octet ends a record: no segment has
     *     octets before and after it), MSG_ZEROCOPY, MSG_DONTWAIT, MSG_NOSIGNAL
     * @return how many octets were taken, at least 1 unless none were given
     * @throws ErrnoException EAGAIN, EPIPE, ENOTCONN, ECONNRESET, ETIMEDOUT, EHOSTUNREACH; ENOBUFS for MSG_ZEROCOPY
     *     when there is no place in the error queue
     */
    public int send(int fd, ByteBuffer source, int flags) {
        return sendmsg(fd, List.of(source), flags);
    }

    /** sendmsg(2) and writev(2): the buffers one after the other, as one write. See {@link #send}. */
    public int sendmsg(int fd, List<ByteBuffer> sources, int flags) {
        return sendmsg(fd, sources, flags, Optional.empty());
    }

    /**
     * sendmsg(2) with an address, which is looked at where the call opens the connection: with MSG_FASTOPEN, or on an
     * unconnected socket with FreeBSD's answers. Then the data go with the SYN as far as the peer takes them (RFC
     * 7413).
     *
     * @return how many octets were taken: what goes with the SYN, or with FreeBSD's answers all there is room for
     * @throws ErrnoException as {@link #send} and {@link #connect}; EOPNOTSUPP for MSG_FASTOPEN when the stack's
     *     configuration forbids it; EINPROGRESS when the connection is under way and nothing was taken: write again
     *     when it is there
     */
    public int sendmsg(int fd, List<ByteBuffer> sources, int flags, Optional<InetSocketAddress> address) {
        return call(() -> data.send(tcp(fd), sources, flags, address));
    }

    /** sendto(2): the address of a connected socket is not looked at. See {@link #sendmsg}. */
    public int sendto(int fd, ByteBuffer source, int flags, InetSocketAddress address) {
        return sendmsg(fd, List.of(source), flags, Optional.of(address));
    }

    // ---- readiness ----

    /** poll(2) that does not wait: the same with what is ready. Asks no actor. */
    public List<PollFd> poll(List<PollFd> fds) {
        return call(() -> {
            List<PollFd> result = new ArrayList<>();
            for (PollFd each : fds) {
                result.add(new PollFd(each.fd(), each.events(), ready(each)));
            }
            return List.copyOf(result);
        });
    }

    private int ready(PollFd asked) {
        if (asked.fd() < 0) {
            return 0;
        }
        try {
            return table.get(asked.fd()).readiness() & (asked.events() | Posix.POLLERR | Posix.POLLHUP);
        } catch (ErrnoException e) {
            return Posix.POLLNVAL;
        }
    }

    /**
     * epoll_create1(2).
     *
     * @param flags EPOLL_CLOEXEC or 0
     * @throws ErrnoException EINVAL, EMFILE
     */
    public int epollCreate1(int flags) {
        if ((flags & ~Posix.EPOLL_CLOEXEC) != 0) {
            throw new ErrnoException(Errno.EINVAL, "flags " + flags);
        }
        Epoll epoll = new Epoll();
        epoll.setFlags(flags);
        return table.add(epoll);
    }

    /**
     * epoll_ctl(2).
     *
     * @param op EPOLL_CTL_ADD, EPOLL_CTL_MOD or EPOLL_CTL_DEL
     * @param events bits of EPOLLIN and so on, with EPOLLET and EPOLLONESHOT; not looked at to delete
     * @param data comes with each event
     * @throws ErrnoException EINVAL, EEXIST, ENOENT
     */
    public void epollCtl(int epfd, int op, int fd, int events, long data) {
        run(() -> {
            Epoll epoll = epoll(epfd);
            if (!(table.get(fd) instanceof TcpSocket socket)) {
                throw new ErrnoException(Errno.EINVAL, "an epoll does not watch an epoll here");
            }
            epoll.control(op, fd, socket, events, data);
        });
    }

    /**
     * epoll_wait(2) that does not wait.
     *
     * @param max at least 1
     * @throws ErrnoException EINVAL
     */
    public List<EpollEvent> epollWait(int epfd, int max) {
        if (max < 1) {
            throw new ErrnoException(Errno.EINVAL, "epoll_wait asks for at least 1 event, not " + max);
        }
        return call(() -> epoll(epfd).poll(max));
    }

    private Epoll epoll(int epfd) {
        if (table.get(epfd) instanceof Epoll epoll) {
            return epoll;
        }
        throw new ErrnoException(Errno.EINVAL, "descriptor " + epfd + " is no epoll");
    }

    // ---- options ----

    /**
     * setsockopt(2) of a number: a flag is 0 or not.
     *
     * @throws ErrnoException EINVAL, ENOPROTOOPT, EOPNOTSUPP
     */
    public void setsockopt(int fd, SocketOption option, long value) {
        run(() -> SocketOptionValues.set(tcp(fd), option, value));
    }

    /**
     * getsockopt(2) of a number; SO_ERROR gives the {@linkplain Errno#number number} of the error, or 0.
     *
     * @throws ErrnoException ENOPROTOOPT, ENOTCONN
     */
    public long getsockopt(int fd, SocketOption option) {
        return call(() -> SocketOptionValues.get(tcp(fd), option, surroundings.personality()));
    }

    /** SO_ERROR: why the connection broke or, with IP_RECVERR, what it survives; it is forgotten then. */
    public Optional<Errno> takeError(int fd) {
        return call(() -> Errors.take(tcp(fd).link()));
    }

    /**
     * IP_OPTIONS, as far as they are a source route: all packets of a connection that is opened from now on pass these
     * hosts (RFC 9293 §3.9.2.1), also of one that a listening socket accepts whose peer has come by another way. Most
     * routers drop such packets. ICMP errors about them are not understood.
     *
     * @param hops IPv4 addresses, at most {@link SourceRoute#MAX_HOPS}; none for no route
     * @param strict whether there may be no others between them
     * @throws ErrnoException EISCONN after connect or listen; EINVAL for what cannot be a route
     */
    public void setSourceRoute(int fd, List<InetAddress> hops, boolean strict) {
        run(() -> {
            SourceRoute route;
            try {
                route = new SourceRoute(strict, hops.stream().map(IpAddress::of).toList());
            } catch (IllegalArgumentException e) {
                throw new ErrnoException(Errno.EINVAL, e.getMessage());
            }
            tcp(fd).setSourceRoute(route);
        });
    }

    /** TCP_CONGESTION: the name of the policy. */
    public String congestionControl(int fd) {
        return call(() -> tcp(fd).settings().tcp().congestionControl().create(1, 1).name());
    }

    /**
     * TCP_CONGESTION, also of a connection, whose window stays as it is.
     *
     * @throws ErrnoException ENOENT for a name that the stack does not know
     */
    public void setCongestionControl(int fd, String name) {
        run(() -> {
            CongestionControlSupplier policy;
            try {
                policy = CongestionControls.named(name);
            } catch (IllegalArgumentException e) {
                throw new ErrnoException(Errno.ENOENT, "no congestion control is called " + name);
            }
            tcp(fd).setCongestionControl(policy);
        });
    }

    /**
     * TCP_FASTOPEN_KEY: what the cookies of a listening socket are made with, before it listens or later.
     *
     * @param keys one key, or two: the present one, and the one before, whose cookies are still good; none takes
     *     nothing away from a socket that listens
     * @throws ErrnoException EINVAL
     */
    public void setFastOpenKeys(int fd, List<FastOpenKey> keys) {
        if (keys.size() > 2) {
            throw new ErrnoException(Errno.EINVAL, "there are two keys at most, not " + keys.size());
        }
        run(() -> tcp(fd).setFastOpenKeys(keys));
    }

    /** TCP_FASTOPEN_KEY: those of a socket that listens, or those it was given. */
    public List<FastOpenKey> fastOpenKeys(int fd) {
        return call(() -> tcp(fd).fastOpenKeys());
    }

    /**
     * Changes what TCP does, as sysctl(8) does: for sockets of this layer that are to come and, whatever their options
     * say, for those that are there. What was agreed in SYNs stays.
     */
    public void retune(UnaryOperator<TcpConfig> change) {
        run(() -> {
            defaults = change.apply(defaults);
            for (Descriptor each : table.all()) {
                if (each instanceof TcpSocket socket) {
                    socket.retune(change);
                }
            }
        });
    }

    /**
     * Says that a write waits for a connection that is being opened, as a write that blocks does on Linux: the last
     * acknowledgment of the handshake goes with its data, if they come soon.
     */
    public void expectWrite(int fd) {
        run(() -> tcp(fd).expectWrite());
    }

    /** Where an accepted connection came from, as accept(2) tells it: also when it is over by now. */
    public InetSocketAddress acceptedFrom(int fd) {
        return call(() -> tcp(fd).farEnd());
    }

    /** TCP_INFO of a connection; empty for a socket that has none. */
    public Optional<TcpInfo> info(int fd) {
        return call(() -> tcp(fd).info());
    }

    /** TCP_INFO by the names of Linux' {@code struct tcp_info}: see {@link TcpInfoFields}. */
    public Map<String, Long> tcpInfo(int fd) {
        return call(() -> {
            TcpSocket socket = tcp(fd);
            return socket.info()
                    .map(info -> TcpInfoFields.of(info, socket.link().tuple().local().isV4(),
                            surroundings.personality()))
                    .orElseGet(() -> TcpInfoFields.ofUnconnected(socket.isListening()));
        });
    }

    /**
     * fcntl(2).
     *
     * @param command F_GETFL, F_SETFL (of which only O_NONBLOCK changes anything), F_GETFD or F_SETFD
     * @param argument for the commands that set
     * @return the flags, or 0
     * @throws ErrnoException EINVAL
     */
    public int fcntl(int fd, int command, int argument) {
        return SocketOptionValues.fcntl(table.get(fd), command, argument);
    }

    /**
     * ioctl(2).
     *
     * @param request FIONREAD (SIOCINQ), SIOCOUTQ, SIOCOUTQNSD, SIOCATMARK or FIONBIO
     * @param argument for FIONBIO: not 0 for on
     * @return the answer; 0 for FIONBIO
     * @throws ErrnoException ENOTTY, EINVAL for a socket that listens
     */
    public int ioctl(int fd, int request, int argument) {
        return call(() -> SocketOptionValues.ioctl(table.get(fd), request, argument));
    }
}
