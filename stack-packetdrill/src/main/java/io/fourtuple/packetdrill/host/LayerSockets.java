package io.fourtuple.packetdrill.host;

import io.fourtuple.api.socket.EpollEvent;
import io.fourtuple.api.socket.Errno;
import io.fourtuple.api.socket.ErrnoException;
import io.fourtuple.api.socket.PollFd;
import io.fourtuple.api.socket.Posix;
import io.fourtuple.api.socket.SocketLayer;
import io.fourtuple.api.socket.SocketOption;
import io.fourtuple.core.tcp.TcpInfo;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.nic.loop.VirtualTime;
import io.fourtuple.packetdrill.script.UnsupportedFeatureException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The calls on a {@link SocketLayer}. After each, whatever is ready runs, so that what it leads to has happened. */
public final class LayerSockets implements HostSockets {
    private static final String CLOSED = "CLOSED";

    private final SocketLayer layer;
    private final VirtualTime time;
    private final int domain;

    /**
     * @param v6 whether sockets are of IPv6
     */
    public LayerSockets(SocketLayer layer, VirtualTime time, boolean v6) {
        this.layer = layer;
        this.time = time;
        domain = v6 ? Posix.AF_INET6 : Posix.AF_INET;
    }

    private <T> T call(Supplier<T> body) throws CallException {
        try {
            return body.get();
        } catch (ErrnoException e) {
            throw new CallException(e.errno().name());
        } finally {
            time.runReady();
        }
    }

    private void run(Runnable body) throws CallException {
        call(() -> {
            body.run();
            return true;
        });
    }

    private static InetSocketAddress endpoint(IpAddress address, int port) {
        return new InetSocketAddress(address.toInetAddress(), port);
    }

    @Override
    public int socket() throws CallException {
        return call(() -> layer.socket(domain, Posix.SOCK_STREAM | Posix.SOCK_NONBLOCK, Posix.IPPROTO_TCP));
    }

    @Override
    public void bind(int fd, IpAddress address, int port) throws CallException {
        run(() -> layer.bind(fd, endpoint(address, port)));
    }

    @Override
    public void listen(int fd, int backlog) throws CallException {
        run(() -> layer.listen(fd, backlog));
    }

    @Override
    public int accept(int fd) throws CallException {
        return call(() -> layer.accept4(fd, Posix.SOCK_NONBLOCK));
    }

    @Override
    public void connect(int fd, IpAddress address, int port) throws CallException {
        run(() -> layer.connect(fd, endpoint(address, port)));
    }

    @Override
    public int send(int fd, int length, boolean more) throws CallException {
        return call(() -> layer.send(fd, ByteBuffer.allocate(length), more ? Posix.MSG_MORE : 0));
    }

    @Override
    public int receive(int fd, int max, boolean peek) throws CallException {
        return call(() -> layer.recv(fd, ByteBuffer.allocate(max), peek ? Posix.MSG_PEEK : 0));
    }

    @Override
    public void shutdown(int fd, boolean input, boolean output) throws CallException {
        int how = input && output ? Posix.SHUT_RDWR : output ? Posix.SHUT_WR : Posix.SHUT_RD;
        run(() -> layer.shutdown(fd, how));
    }

    @Override
    public void close(int fd) throws CallException {
        run(() -> layer.close(fd));
    }

    @Override
    public int ready(int fd, int events) {
        return layer.poll(List.of(new PollFd(fd, events))).getFirst().revents();
    }

    @Override
    public int epollCreate() throws CallException {
        return call(() -> layer.epollCreate1(0));
    }

    @Override
    public void epollControl(int epoll, int operation, int fd, int events, long data) throws CallException {
        run(() -> layer.epollCtl(epoll, operation, fd, events, data));
    }

    @Override
    public List<EpollEvent> epollWait(int epoll, int max) throws CallException {
        return call(() -> layer.epollWait(epoll, max));
    }

    private static SocketOption option(String name) {
        return SocketOption.named(name)
                .orElseThrow(() -> new UnsupportedFeatureException("the socket option " + name));
    }

    @Override
    public void setOption(int fd, String name, long value) throws CallException {
        SocketOption option = option(name);
        try {
            run(() -> layer.setsockopt(fd, option, value));
        } catch (CallException e) {
            throw missing(name, e);
        }
    }

    /** What the stack has not is no answer of a host that has it. */
    private static CallException missing(String name, CallException failure) {
        if (failure.errno().equals(Errno.EOPNOTSUPP.name())) {
            throw new UnsupportedFeatureException("the socket option " + name);
        }
        return failure;
    }

    @Override
    public long option(int fd, String name) throws CallException {
        SocketOption option = option(name);
        try {
            return call(() -> layer.getsockopt(fd, option));
        } catch (CallException e) {
            throw missing(name, e);
        }
    }

    @Override
    public Optional<String> takeError(int fd) throws CallException {
        return call(() -> layer.takeError(fd).map(Errno::name));
    }

    private Optional<TcpInfo> info(int fd) throws CallException {
        return call(() -> layer.info(fd));
    }

    @Override
    public Optional<Long> info(int fd, String field) throws CallException {
        Optional<TcpInfo> info = info(fd);
        return info.isPresent()
                ? TcpInfoFields.of(field, info.get())
                : TcpInfoFields.ofSocket(field, option(fd, SocketOption.SO_ACCEPTCONN.name()) != 0);
    }

    @Override
    public long unread(int fd) throws CallException {
        return info(fd).map(info -> (long) info.receiveQueue()).orElse(0L);
    }

    @Override
    public long unacknowledged(int fd) throws CallException {
        return info(fd).map(info -> (long) info.unacknowledged() + info.unsent()).orElse(0L);
    }

    @Override
    public String state(int fd) {
        try {
            return info(fd).map(info -> info.state().name()).orElse(CLOSED);
        } catch (CallException _) {
            return CLOSED;
        }
    }

    @Override
    public int remotePort(int fd) throws CallException {
        return call(() -> layer.getpeername(fd)).getPort();
    }
}
