package io.fourtuple.api.socket;

import io.fourtuple.api.protocol.SocketLink;
import io.fourtuple.core.tcp.TcpConnection;
import io.fourtuple.core.tcp.TcpInfo;
import io.fourtuple.core.tcp.TcpState;
import java.util.function.Function;

/** What options and requests say of a socket, where that depends on more than its settings. */
final class SocketOptionValues {
    private static final int V4_HEADERS = 40;
    private static final int V6_HEADERS = 60;

    private SocketOptionValues() {}

    static void set(TcpSocket socket, SocketOption option, long value) {
        requireFamily(socket, option);
        socket.set(option, value);
    }

    /** Options of IP are those of the socket's version; an IPv6 socket has those of IPv4 for IPv4 peers as well. */
    private static void requireFamily(TcpSocket socket, SocketOption option) {
        if (option.level() == Posix.IPPROTO_IPV6 && socket.domain() == Posix.AF_INET) {
            throw new ErrnoException(Errno.ENOPROTOOPT, option + " of an IPv4 socket");
        }
    }

    static long get(TcpSocket socket, SocketOption option, Personality personality) {
        requireFamily(socket, option);
        SocketLink link = socket.link();
        return switch (option) {
            case SO_ERROR -> Errors.take(link).map(Errno::number).orElse(0);
            case IP_RECVERR, IPV6_RECVERR -> socket.receivesErrors() ? 1 : 0;
            case SO_ACCEPTCONN -> socket.isListening() ? 1 : 0;
            case SO_DOMAIN -> socket.domain();
            case SO_RCVBUF -> buffer(socket, option, TcpConnection::receiveBuffer, personality);
            case SO_SNDBUF -> buffer(socket, option, TcpConnection::sendBuffer, personality);
            case TCP_MAXSEG -> link == null
                    ? socket.settings().get(option)
                    : socket.info().orElseThrow().sendMss();
            case IP_MTU -> {
                if (link == null) {
                    throw new ErrnoException(Errno.ENOTCONN, "IP_MTU is that of a connection");
                }
                int headers = link.tuple().local().isV4() ? V4_HEADERS : V6_HEADERS;
                yield socket.info().orElseThrow().advertisedMss() + headers;
            }
            default -> socket.settings().get(option);
        };
    }

    private static long buffer(
            TcpSocket socket, SocketOption option, Function<TcpConnection, Integer> present, Personality personality) {
        boolean connected = socket.link() != null;
        long size = connected
                ? socket.perform((connection, _) -> present.apply(connection))
                : socket.settings().get(option);
        return switch (personality) {
            case PLAIN -> size;
            case LINUX -> option == SocketOption.SO_RCVBUF ? 2 * size : size; // doubled when it was set
            case FREEBSD -> connected ? wholeSegments(size, socket) : size;
        };
    }

    /** FreeBSD rounds when the SYNs have told the segment size. */
    private static long wholeSegments(long size, TcpSocket socket) {
        TcpInfo info = socket.info().orElseThrow();
        boolean agreed = info.state() != TcpState.SYN_SENT;
        return agreed ? Math.ceilDiv(size, (long) info.sendMss()) * info.sendMss() : size;
    }

    static int fcntl(Descriptor descriptor, int command, int argument) {
        switch (command) {
            case Posix.F_GETFL -> {
                return Posix.O_RDWR | (descriptor.nonBlocking ? Posix.O_NONBLOCK : 0);
            }
            case Posix.F_SETFL -> descriptor.nonBlocking = (argument & Posix.O_NONBLOCK) != 0;
            case Posix.F_GETFD -> {
                return descriptor.closeOnExec ? Posix.FD_CLOEXEC : 0;
            }
            case Posix.F_SETFD -> descriptor.closeOnExec = (argument & Posix.FD_CLOEXEC) != 0;
            default -> throw new ErrnoException(Errno.EINVAL, "fcntl knows no command " + command);
        }
        return 0;
    }

    static int ioctl(Descriptor descriptor, int request, int argument) {
        if (request == Posix.FIONBIO) {
            descriptor.nonBlocking = argument != 0;
            return 0;
        }
        if (!(descriptor instanceof TcpSocket socket)) {
            throw new ErrnoException(Errno.ENOTTY, "request " + request + " to an epoll");
        }
        Function<TcpConnection, Integer> answer = switch (request) {
            case Posix.FIONREAD -> TcpConnection::receivable;
            case Posix.SIOCOUTQ -> TcpConnection::sendQueue;
            case Posix.SIOCOUTQNSD -> TcpConnection::unsent;
            case Posix.SIOCATMARK -> connection -> connection.urgentAhead() == 0 ? 1 : 0;
            default -> throw new ErrnoException(Errno.ENOTTY, "request " + request);
        };
        if (socket.isListening()) {
            throw new ErrnoException(Errno.EINVAL, "the socket listens");
        }
        return socket.link() == null ? 0 : socket.perform((connection, _) -> answer.apply(connection));
    }
}
