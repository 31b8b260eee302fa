package io.fourtuple.api.socket;

import java.util.Optional;

/**
 * Options of a socket: levels, names and numbers as Linux has them (socket(7), tcp(7), ip(7), ipv6(7)), and some that
 * only FreeBSD has, with FreeBSD's numbers. All but those marked are numbers for {@link SocketLayer#setsockopt} and
 * {@link SocketLayer#getsockopt}.
 */
public enum SocketOption {
    /** Whether others may bind the same address and port while nobody listens there. */
    SO_REUSEADDR(Posix.SOL_SOCKET, 2),
    /** SOCK_STREAM; cannot be set. */
    SO_TYPE(Posix.SOL_SOCKET, 3),
    /** The error of the connection, which is forgotten then; cannot be set. */
    SO_ERROR(Posix.SOL_SOCKET, 4),
    /** Octets of the send buffer, which keeps its size from then on. */
    SO_SNDBUF(Posix.SOL_SOCKET, 7),
    /** Octets of the receive buffer, which keeps its size from then on. */
    SO_RCVBUF(Posix.SOL_SOCKET, 8),
    /** Whether an idle connection is probed. */
    SO_KEEPALIVE(Posix.SOL_SOCKET, 9),
    /** Whether urgent data stay in line: always (RFC 6093). */
    SO_OOBINLINE(Posix.SOL_SOCKET, 10),
    /** Seconds that close lingers, -1 when it does not; with 0 close resets the connection. */
    SO_LINGER(Posix.SOL_SOCKET, 13),
    /** As SO_REUSEADDR. */
    SO_REUSEPORT(Posix.SOL_SOCKET, 15),
    /** Whether it listens; cannot be set. */
    SO_ACCEPTCONN(Posix.SOL_SOCKET, 30),
    /** A number that nobody looks at: packets are not filtered here, and routes do not depend on it. */
    SO_MARK(Posix.SOL_SOCKET, 36),
    /**
     * Of what the error queue has time stamps: {@link Posix#SOF_TIMESTAMPING_TX_SCHED} and so on. Those of hardware are
     * never made; those of what comes in are not supported.
     */
    SO_TIMESTAMPING(Posix.SOL_SOCKET, 37),
    /** IPPROTO_TCP; cannot be set. */
    SO_PROTOCOL(Posix.SOL_SOCKET, 38),
    /** AF_INET or AF_INET6; cannot be set. */
    SO_DOMAIN(Posix.SOL_SOCKET, 39),
    /** Whether {@link Posix#MSG_ZEROCOPY} is looked at. */
    SO_ZEROCOPY(Posix.SOL_SOCKET, 60),

    /** Whether Nagle's algorithm is off. */
    TCP_NODELAY(Posix.IPPROTO_TCP, 1),
    /** The largest segment: what may be announced, before; what is sent, of a connection. */
    TCP_MAXSEG(Posix.IPPROTO_TCP, 2),
    /** Whether only full segments are sent, for 200 ms at most. FreeBSD's TCP_NOPUSH. */
    TCP_CORK(Posix.IPPROTO_TCP, 3),
    /** Seconds of silence before the first probe. */
    TCP_KEEPIDLE(Posix.IPPROTO_TCP, 4),
    /** Seconds between probes. */
    TCP_KEEPINTVL(Posix.IPPROTO_TCP, 5),
    /** Probes without an answer. */
    TCP_KEEPCNT(Posix.IPPROTO_TCP, 6),
    /** How often a SYN is sent again. */
    TCP_SYNCNT(Posix.IPPROTO_TCP, 7),
    /** Seconds that FIN-WAIT-2 lasts after close. */
    TCP_LINGER2(Posix.IPPROTO_TCP, 8),
    /** Whether accept waits for data: not supported. */
    TCP_DEFER_ACCEPT(Posix.IPPROTO_TCP, 9),
    /** The largest window that is offered; 0 for no bound. */
    TCP_WINDOW_CLAMP(Posix.IPPROTO_TCP, 10),
    /** For {@link SocketLayer#tcpInfo}. */
    TCP_INFO(Posix.IPPROTO_TCP, 11),
    /** Whether the next segments are acknowledged at once. */
    TCP_QUICKACK(Posix.IPPROTO_TCP, 12),
    /** For {@link SocketLayer#setCongestionControl} and {@link SocketLayer#congestionControl}. */
    TCP_CONGESTION(Posix.IPPROTO_TCP, 13),
    /** Milliseconds without an acknowledgment; 0 for the stack's default. */
    TCP_USER_TIMEOUT(Posix.IPPROTO_TCP, 18),
    /**
     * How many connections that a SYN alone has made may wait for their final ACK; 0 for none. With FreeBSD's answers,
     * also whether sendto to a peer opens a connection with data in the SYN.
     */
    TCP_FASTOPEN(Posix.IPPROTO_TCP, 23),
    /** With so much unsent nothing more is taken, and the socket is not writable; 0 and 0xffffffff for no bound. */
    TCP_NOTSENT_LOWAT(Posix.IPPROTO_TCP, 25),
    /** Whether connect waits for the first write, when that can go with the SYN. */
    TCP_FASTOPEN_CONNECT(Posix.IPPROTO_TCP, 30),
    /** For {@link SocketLayer#setFastOpenKeys} and {@link SocketLayer#fastOpenKeys}. */
    TCP_FASTOPEN_KEY(Posix.IPPROTO_TCP, 33),
    /** Whether recvmsg tells how much is left to be read. */
    TCP_INQ(Posix.IPPROTO_TCP, 36),
    /** Seconds that an open may take. FreeBSD's. */
    TCP_KEEPINIT(Posix.IPPROTO_TCP, 128),
    /** Whether the SYN has no options. FreeBSD's, whose number is 8. */
    TCP_NOOPT(Posix.IPPROTO_TCP, 1008),

    /** The type of service octet; its two lowest bits are not the program's. */
    IP_TOS(Posix.IPPROTO_IP, 1),
    /** The time to live, 1 to 255; -1 for the default. */
    IP_TTL(Posix.IPPROTO_IP, 2),
    /**
     * Whether {@link #SO_ERROR} and poll tell of what a connection survives: data that are sent again and again, ICMP
     * errors (RFC 9293 §3.9.1.8). Off at first.
     */
    IP_RECVERR(Posix.IPPROTO_IP, 11),
    /**
     * What is done about IPv4 packets that are too big for their path: IP_PMTUDISC_DONT (0), WANT (1), DO (2), PROBE
     * (3). Resets and SYN-ACKs, which are small, may never be cut.
     */
    IP_MTU_DISCOVER(Posix.IPPROTO_IP, 10),
    /** The MTU of the path of a connection; cannot be set. */
    IP_MTU(Posix.IPPROTO_IP, 14),

    /** The hop limit, 0 to 255; -1 for the default. */
    IPV6_UNICAST_HOPS(Posix.IPPROTO_IPV6, 16),
    /** As IP_RECVERR. */
    IPV6_RECVERR(Posix.IPPROTO_IPV6, 25),
    /** Whether {@code ::} does not stand for IPv4 as well. */
    IPV6_V6ONLY(Posix.IPPROTO_IPV6, 26),
    /** The traffic class; its two lowest bits are not the program's. */
    IPV6_TCLASS(Posix.IPPROTO_IPV6, 67);

    private final int level;
    private final int number;

    SocketOption(int level, int number) {
        this.level = level;
        this.number = number;
    }

    /** Its level: SOL_SOCKET, IPPROTO_TCP, IPPROTO_IP or IPPROTO_IPV6. */
    public int level() {
        return level;
    }

    /** Its number at that level. */
    public int number() {
        return number;
    }

    /** The one of this level and number; empty for what a call answers with ENOPROTOOPT. */
    public static Optional<SocketOption> of(int level, int number) {
        for (SocketOption option : values()) {
            if (option.level == level && option.number == number) {
                return Optional.of(option);
            }
        }
        return Optional.empty();
    }

    /** The one of this name, as Linux or FreeBSD has it. */
    public static Optional<SocketOption> named(String name) {
        String known = switch (name) {
            case "TCP_NOPUSH" -> "TCP_CORK";
            case "SO_PROTOTYPE" -> "SO_PROTOCOL";
            default -> name;
        };
        for (SocketOption option : values()) {
            if (option.name().equals(known)) {
                return Optional.of(option);
            }
        }
        return Optional.empty();
    }
}
