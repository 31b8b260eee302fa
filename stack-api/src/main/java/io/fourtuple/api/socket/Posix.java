package io.fourtuple.api.socket;

/** Numbers of Linux' header files, under their names there. */
public final class Posix {
    /** IPv4. */
    public static final int AF_INET = 2;
    /** IPv6. */
    public static final int AF_INET6 = 10;
    /** TCP. */
    public static final int SOCK_STREAM = 1;
    /** To {@code socket} and {@code accept4}: {@link #O_NONBLOCK} from the start. */
    public static final int SOCK_NONBLOCK = 0x800;
    /** To {@code socket} and {@code accept4}: remembered, and without effect, as nothing is executed. */
    public static final int SOCK_CLOEXEC = 0x8_0000;
    /** The level of options of IP. */
    public static final int IPPROTO_IP = 0;
    /** TCP, and the level of its options. */
    public static final int IPPROTO_TCP = 6;
    /** The level of options of IPv6. */
    public static final int IPPROTO_IPV6 = 41;
    /** The level of options of sockets. */
    public static final int SOL_SOCKET = 1;

    /** The largest backlog one may ask for; the stack caps it. */
    public static final int SOMAXCONN = 4096;

    /** Urgent data. */
    public static final int MSG_OOB = 1;
    /** What is read stays. */
    public static final int MSG_PEEK = 2;
    /** What is read is thrown away. */
    public static final int MSG_TRUNC = 0x20;
    /** Do not wait. */
    public static final int MSG_DONTWAIT = 0x40;
    /** The last octet ends a record: what follows is never in one segment with it. */
    public static final int MSG_EOR = 0x80;
    /** All of it, or wait. */
    public static final int MSG_WAITALL = 0x100;
    /** From the error queue, which has no data but control messages. */
    public static final int MSG_ERRQUEUE = 0x2000;
    /** No signal; there are none here. */
    public static final int MSG_NOSIGNAL = 0x4000;
    /** More follows: as {@code TCP_CORK} for this call. */
    public static final int MSG_MORE = 0x8000;
    /** Refers to the buffers and does not copy them, when the socket has {@code SO_ZEROCOPY}. */
    public static final int MSG_ZEROCOPY = 0x400_0000;
    /** With the SYN. */
    public static final int MSG_FASTOPEN = 0x2000_0000;

    /** {@code ee_origin}: a write with {@link #MSG_ZEROCOPY} is over. */
    public static final int SO_EE_ORIGIN_ZEROCOPY = 5;
    /** {@code ee_origin}: a time stamp. */
    public static final int SO_EE_ORIGIN_TIMESTAMPING = 4;
    /** {@code ee_code}: the octets were copied on their way. */
    public static final int SO_EE_CODE_ZEROCOPY_COPIED = 1;

    /** Time stamps of what the device has taken. */
    public static final int SOF_TIMESTAMPING_TX_SOFTWARE = 1 << 1;
    /** Time stamps are told. */
    public static final int SOF_TIMESTAMPING_SOFTWARE = 1 << 4;
    /** They have a number: that of the last octet of the write. */
    public static final int SOF_TIMESTAMPING_OPT_ID = 1 << 7;
    /** Time stamps of what is given to the device. */
    public static final int SOF_TIMESTAMPING_TX_SCHED = 1 << 8;
    /** Time stamps of what was acknowledged. */
    public static final int SOF_TIMESTAMPING_TX_ACK = 1 << 9;
    /** Time stamps have their control messages; they always do. */
    public static final int SOF_TIMESTAMPING_OPT_CMSG = 1 << 10;
    /** Time stamps come without the packet; they always do. */
    public static final int SOF_TIMESTAMPING_OPT_TSONLY = 1 << 11;
    /** Octets are counted from the next one that is written, and not the next one to be acknowledged. */
    public static final int SOF_TIMESTAMPING_OPT_ID_TCP = 1 << 16;
    /** {@code ee_info}: {@link #SOF_TIMESTAMPING_TX_SOFTWARE}. */
    public static final int SCM_TSTAMP_SND = 0;
    /** {@code ee_info}: {@link #SOF_TIMESTAMPING_TX_SCHED}. */
    public static final int SCM_TSTAMP_SCHED = 1;
    /** {@code ee_info}: {@link #SOF_TIMESTAMPING_TX_ACK}. */
    public static final int SCM_TSTAMP_ACK = 2;

    /** No more is read. */
    public static final int SHUT_RD = 0;
    /** No more is written: FIN. */
    public static final int SHUT_WR = 1;
    /** Both. */
    public static final int SHUT_RDWR = 2;

    /** Flags of the descriptor. */
    public static final int F_GETFD = 1;
    /** See {@link #F_GETFD}. */
    public static final int F_SETFD = 2;
    /** Flags of the file. */
    public static final int F_GETFL = 3;
    /** See {@link #F_GETFL}. */
    public static final int F_SETFL = 4;
    /** Of {@link #F_GETFD}. */
    public static final int FD_CLOEXEC = 1;
    /** For reading and writing. */
    public static final int O_RDWR = 2;
    /** Calls do not wait. */
    public static final int O_NONBLOCK = 0x800;

    /** Octets that can be read. */
    public static final int FIONREAD = 0x541b;
    /** The same as {@link #FIONREAD}. */
    public static final int SIOCINQ = FIONREAD;
    /** Octets in the send buffer. */
    public static final int SIOCOUTQ = 0x5411;
    /** Octets in the send buffer that were never sent. */
    public static final int SIOCOUTQNSD = 0x894b;
    /** {@link #O_NONBLOCK} on or off. */
    public static final int FIONBIO = 0x5421;
    /** Whether the octets up to the urgent one were read. */
    public static final int SIOCATMARK = 0x8905;

    /** Something can be read, or accepted, or the peer sends no more. */
    public static final int POLLIN = 1;
    /** Urgent data can be read. */
    public static final int POLLPRI = 2;
    /** Something can be written, or a connect is over. */
    public static final int POLLOUT = 4;
    /** An error waits in {@code SO_ERROR}; reported unasked. */
    public static final int POLLERR = 8;
    /** Both directions are closed, or there is no connection; reported unasked. */
    public static final int POLLHUP = 0x10;
    /** No such descriptor; reported unasked. */
    public static final int POLLNVAL = 0x20;
    /** As {@link #POLLIN}. */
    public static final int POLLRDNORM = 0x40;
    /** As {@link #POLLOUT}. */
    public static final int POLLWRNORM = 0x100;
    /** The peer sends no more. */
    public static final int POLLRDHUP = 0x2000;

    /** See {@link #POLLIN}. */
    public static final int EPOLLIN = POLLIN;
    /** See {@link #POLLPRI}. */
    public static final int EPOLLPRI = POLLPRI;
    /** See {@link #POLLOUT}. */
    public static final int EPOLLOUT = POLLOUT;
    /** See {@link #POLLERR}. */
    public static final int EPOLLERR = POLLERR;
    /** See {@link #POLLHUP}. */
    public static final int EPOLLHUP = POLLHUP;
    /** See {@link #POLLRDHUP}. */
    public static final int EPOLLRDHUP = POLLRDHUP;
    /** Not more epolls than necessary are woken; with {@link #EPOLL_CTL_ADD} alone. */
    public static final int EPOLLEXCLUSIVE = 1 << 28;
    /** Reported once, then off until {@link #EPOLL_CTL_MOD}. */
    public static final int EPOLLONESHOT = 1 << 30;
    /** Reported when something new has come. */
    public static final int EPOLLET = 1 << 31;
    /** Adds a descriptor. */
    public static final int EPOLL_CTL_ADD = 1;
    /** Takes one out. */
    public static final int EPOLL_CTL_DEL = 2;
    /** Asks for other events. */
    public static final int EPOLL_CTL_MOD = 3;
    /** As {@link #SOCK_CLOEXEC}. */
    public static final int EPOLL_CLOEXEC = SOCK_CLOEXEC;

    private Posix() {}
}
