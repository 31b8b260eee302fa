package io.fourtuple.packetdrill.host;

import io.fourtuple.api.socket.EpollEvent;
import io.fourtuple.api.socket.Errno;
import io.fourtuple.api.socket.ErrnoException;
import io.fourtuple.api.socket.Message;
import io.fourtuple.api.socket.Personality;
import io.fourtuple.api.socket.PollFd;
import io.fourtuple.api.socket.Posix;
import io.fourtuple.api.socket.SocketLayer;
import io.fourtuple.api.socket.SocketOption;
import io.fourtuple.api.socket.TcpInfoFields;
import io.fourtuple.core.tcp.FastOpenKey;
import io.fourtuple.core.tcp.TcpConfig;
import io.fourtuple.core.tcp.TcpInfo;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.nic.loop.VirtualTime;
import io.fourtuple.packetdrill.script.UnsupportedFeatureException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** The calls on a {@link SocketLayer}. After each, whatever is ready runs, so that what it leads to has happened. */
public final class LayerSockets implements HostSockets {
    private static final String CLOSED = "CLOSED";

    private final SocketLayer layer;
    private final Personality personality;
    private final VirtualTime time;
    private final int domain;

    /**
     * @param personality that of {@code layer}
     * @param v6 whether sockets are of IPv6
     */
    public LayerSockets(SocketLayer layer, Personality personality, VirtualTime time, boolean v6) {
        this.layer = layer;
        this.personality = personality;
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
    public int send(int fd, List<Integer> lengths, int flags) throws CallException {
        return call(() -> layer.sendmsg(fd, lengths.stream().map(ByteBuffer::allocate).toList(), flags));
    }

    @Override
    public int sendTo(int fd, int length, int flags, IpAddress address, int port) throws CallException {
        return call(() -> layer.sendto(fd, ByteBuffer.allocate(length), flags, endpoint(address, port)));
    }

    @Override
    public void expectWrite(int fd) throws CallException {
        run(() -> layer.expectWrite(fd));
    }

    /** sysctl(8) of what the stack does with TCP, for sockets that are there and that are to come. */
    public void retune(UnaryOperator<TcpConfig> change) {
        layer.retune(change);
        time.runReady();
    }

    @Override
    public void setFastOpenKeys(int fd, byte[] keys) throws CallException {
        List<FastOpenKey> parsed;
        try {
            parsed = FastOpenKey.parse(keys);
        } catch (IllegalArgumentException e) {
            throw new CallException(Errno.EINVAL.name());
        }
        run(() -> layer.setFastOpenKeys(fd, parsed));
    }

    @Override
    public int receive(int fd, int max, int flags) throws CallException {
        return call(() -> layer.recv(fd, ByteBuffer.allocate(max), flags));
    }

    @Override
    public Message receiveMessage(int fd, int max, int flags) throws CallException {
        return call(() -> layer.recvmsg(fd, List.of(ByteBuffer.allocate(max)), flags));
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
            throw option == SocketOption.TCP_FASTOPEN_CONNECT ? e : missing(name, e); // a setting may forbid it
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
        Map<String, Long> fields = info.isPresent()
                ? TcpInfoFields.of(info.get(), domain == Posix.AF_INET, personality)
                : TcpInfoFields.ofUnconnected(option(fd, SocketOption.SO_ACCEPTCONN.name()) != 0);
        return Optional.ofNullable(fields.get(field));
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
        return call(() -> layer.acceptedFrom(fd)).getPort();
    }
}
