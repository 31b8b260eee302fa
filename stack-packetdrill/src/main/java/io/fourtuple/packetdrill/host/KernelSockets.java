package io.fourtuple.packetdrill.host;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.fourtuple.api.socket.ControlMessage;
import io.fourtuple.api.socket.EpollEvent;
import io.fourtuple.api.socket.Errno;
import io.fourtuple.api.socket.Message;
import io.fourtuple.api.socket.Posix;
import io.fourtuple.api.socket.SocketOption;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.nic.sys.Linux;
import io.fourtuple.packetdrill.script.UnsupportedFeatureException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** System calls of the Linux kernel. Sockets belong to the network namespace that the thread is in. */
public final class KernelSockets implements HostSockets {
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int ADDRESS = 28; // struct sockaddr_in6, the longer one
    private static final int BUFFER = 4 << 20;
    private static final long FIONREAD = 0x541B;
    private static final long SIOCOUTQ = 0x5411;
    private static final int INFO = 288;
    private static final int MESSAGE = 56; // struct msghdr
    private static final int CONTROL = 512;
    private static final long SECOND = 1_000_000_000L;
    private static final long TCP_CLOSE = 7;

    /** Where fields of {@code struct tcp_info} are, and of how many octets. */
    private static final Map<String, int[]> FIELDS = Map.ofEntries(
            Map.entry("tcpi_state", new int[] {0, 1}), Map.entry("tcpi_ca_state", new int[] {1, 1}),
            Map.entry("tcpi_retransmits", new int[] {2, 1}), Map.entry("tcpi_backoff", new int[] {4, 1}),
            Map.entry("tcpi_options", new int[] {5, 1}), Map.entry("tcpi_rto", new int[] {8, 4}),
            Map.entry("tcpi_snd_mss", new int[] {16, 4}), Map.entry("tcpi_rcv_mss", new int[] {20, 4}),
            Map.entry("tcpi_unacked", new int[] {24, 4}), Map.entry("tcpi_sacked", new int[] {28, 4}),
            Map.entry("tcpi_lost", new int[] {32, 4}), Map.entry("tcpi_retrans", new int[] {36, 4}),
            Map.entry("tcpi_pmtu", new int[] {60, 4}), Map.entry("tcpi_rtt", new int[] {68, 4}),
            Map.entry("tcpi_rttvar", new int[] {72, 4}), Map.entry("tcpi_snd_ssthresh", new int[] {76, 4}),
            Map.entry("tcpi_snd_cwnd", new int[] {80, 4}), Map.entry("tcpi_advmss", new int[] {84, 4}),
            Map.entry("tcpi_total_retrans", new int[] {100, 4}), Map.entry("tcpi_bytes_acked", new int[] {120, 8}),
            Map.entry("tcpi_bytes_received", new int[] {128, 8}), Map.entry("tcpi_segs_out", new int[] {136, 4}),
            Map.entry("tcpi_segs_in", new int[] {140, 4}), Map.entry("tcpi_notsent_bytes", new int[] {144, 4}),
            Map.entry("tcpi_min_rtt", new int[] {148, 4}), Map.entry("tcpi_bytes_sent", new int[] {200, 8}),
            Map.entry("tcpi_bytes_retrans", new int[] {208, 8}), Map.entry("tcpi_delivered", new int[] {192, 4}),
            Map.entry("tcpi_delivered_ce", new int[] {196, 4}), Map.entry("tcpi_received_ce", new int[] {248, 4}),
            Map.entry("tcpi_delivered_e1_bytes", new int[] {252, 4}),
            Map.entry("tcpi_delivered_e0_bytes", new int[] {256, 4}),
            Map.entry("tcpi_delivered_ce_bytes", new int[] {260, 4}),
            Map.entry("tcpi_received_e1_bytes", new int[] {264, 4}),
            Map.entry("tcpi_received_e0_bytes", new int[] {268, 4}),
            Map.entry("tcpi_received_ce_bytes", new int[] {272, 4}));

    private final boolean v6;
    private final Arena arena = Arena.ofConfined();
    private final KernelCalls calls = new KernelCalls(arena);
    private final Linux linux = new Linux(arena);
    private final MemorySegment buffer = arena.allocate(BUFFER);
    private final MemorySegment value = arena.allocate(INFO, 8);
    private final MemorySegment length = arena.allocate(JAVA_INT);
    private final TreeSet<Integer> open = new TreeSet<>();

    /**
     * @param v6 whether sockets are of IPv6
     */
    public KernelSockets(boolean v6) {
        this.v6 = v6;
    }

    private int make(String name, Object... arguments) throws CallException {
        return checked(calls.call(name, arguments));
    }

    private static int checked(long result) throws CallException {
        if (result < 0) {
            throw new CallException(nameOf((int) -result));
        }
        return (int) result;
    }

    private static String nameOf(int number) {
        for (Errno errno : Errno.values()) {
            if (errno.number() == number) {
                return errno.name();
            }
        }
        return "errno " + number;
    }

    private int opened(int fd) {
        open.add(fd);
        return fd;
    }

    private MemorySegment address(IpAddress address, int port) {
        MemorySegment result = arena.allocate(v6 ? ADDRESS : 16, 4);
        result.set(JAVA_SHORT, 0, (short) (v6 ? Posix.AF_INET6 : Posix.AF_INET));
        result.set(JAVA_SHORT, 2, Short.reverseBytes((short) port));
        byte[] octets = address.toBytes();
        MemorySegment.copy(octets, 0, result, JAVA_BYTE, v6 ? 8 : 4, octets.length);
        return result;
    }

    @Override
    public int socket() throws CallException {
        return opened(make("socket", v6 ? Posix.AF_INET6 : Posix.AF_INET,
                Posix.SOCK_STREAM | Posix.SOCK_NONBLOCK, Posix.IPPROTO_TCP));
    }

    @Override
    public void bind(int fd, IpAddress address, int port) throws CallException {
        MemorySegment name = address(address, port);
        make("bind", fd, name, (int) name.byteSize());
    }

    @Override
    public void listen(int fd, int backlog) throws CallException {
        make("listen", fd, backlog);
    }

    @Override
    public int accept(int fd) throws CallException {
        return opened(make("accept4", fd, MemorySegment.NULL, MemorySegment.NULL, Posix.SOCK_NONBLOCK));
    }

    @Override
    public void connect(int fd, IpAddress address, int port) throws CallException {
        MemorySegment name = address(address, port);
        make("connect", fd, name, (int) name.byteSize());
    }

    @Override
    public int send(int fd, List<Integer> lengths, int flags) throws CallException {
        try (Arena ofCall = Arena.ofConfined()) {
            return make("sendmsg", fd, header(ofCall, lengths), MSG_NOSIGNAL | flags);
        }
    }

    /** A {@code struct msghdr} with buffers of these lengths, which all begin where {@link #buffer} does. */
    private MemorySegment header(Arena ofCall, List<Integer> lengths) {
        MemorySegment vector = ofCall.allocate(16L * lengths.size(), 8);
        for (int i = 0; i < lengths.size(); i++) {
            vector.set(ValueLayout.ADDRESS, 16L * i, buffer);
            vector.set(JAVA_LONG_UNALIGNED, 16L * i + 8, lengths.get(i));
        }
        MemorySegment header = ofCall.allocate(MESSAGE, 8);
        header.set(ValueLayout.ADDRESS, 16, vector);
        header.set(JAVA_LONG_UNALIGNED, 24, lengths.size());
        return header;
    }

    @Override
    public int sendTo(int fd, int octets, int flags, IpAddress address, int port) throws CallException {
        MemorySegment name = address(address, port);
        return make("sendto", fd, buffer, (long) octets, MSG_NOSIGNAL | flags, name,
                (int) name.byteSize());
    }

    @Override
    public void setFastOpenKeys(int fd, byte[] keys) throws CallException {
        MemorySegment octets = arena.allocateFrom(JAVA_BYTE, keys);
        make("setsockopt", fd, Posix.IPPROTO_TCP, SocketOption.TCP_FASTOPEN_KEY.number(), octets, keys.length);
    }

    @Override
    public int receive(int fd, int max, int flags) throws CallException {
        return make("recv", fd, buffer, (long) Math.min(max, BUFFER), flags);
    }

    @Override
    public Message receiveMessage(int fd, int max, int flags) throws CallException {
        try (Arena ofCall = Arena.ofConfined()) {
            MemorySegment header = header(ofCall, List.of(Math.min(max, BUFFER)));
            MemorySegment control = ofCall.allocate(CONTROL, 8);
            header.set(ValueLayout.ADDRESS, 32, control);
            header.set(JAVA_LONG_UNALIGNED, 40, CONTROL);
            int octets = make("recvmsg", fd, header, flags);
            return new Message(octets, header.get(JAVA_INT, 48),
                    controlMessages(control, header.get(JAVA_LONG_UNALIGNED, 40)));
        }
    }

    /** {@code struct cmsghdr} after {@code struct cmsghdr}: length, level, type, data, each rounded up to 8 octets. */
    private static List<ControlMessage> controlMessages(MemorySegment control, long octets) {
        List<ControlMessage> messages = new ArrayList<>();
        long at = 0;
        while (at + 16 <= octets) {
            int level = control.get(JAVA_INT, at + 8);
            int type = control.get(JAVA_INT, at + 12);
            long data = at + 16;
            if (level == Posix.IPPROTO_TCP && type == SocketOption.TCP_INQ.number()) {
                messages.add(new ControlMessage.Inq(control.get(JAVA_INT, data)));
            } else if (level == Posix.SOL_SOCKET && type == SocketOption.SO_TIMESTAMPING.number()) {
                messages.add(new ControlMessage.Timestamping(ofHost(control.get(JAVA_LONG_UNALIGNED, data) * SECOND
                        + control.get(JAVA_LONG_UNALIGNED, data + 8))));
            } else if (type == (level == Posix.IPPROTO_IP ? SocketOption.IP_RECVERR : SocketOption.IPV6_RECVERR)
                    .number()) {
                messages.add(new ControlMessage.ExtendedError(control.get(JAVA_INT, data),
                        control.get(JAVA_BYTE, data + 4), control.get(JAVA_BYTE, data + 5),
                        control.get(JAVA_BYTE, data + 6), control.get(JAVA_INT, data + 8) & 0xffff_ffffL,
                        control.get(JAVA_INT, data + 12) & 0xffff_ffffL));
            } else {
                throw new UnsupportedFeatureException("control messages of level " + level + " and type " + type);
            }
            at += control.get(JAVA_LONG_UNALIGNED, at) + 7 & ~7L;
        }
        return messages;
    }

    /** A time of day as one of the clock of {@link System#nanoTime}. */
    private static long ofHost(long nanosOfDay) {
        Instant now = Instant.now();
        return nanosOfDay - (now.getEpochSecond() * SECOND + now.getNano()) + System.nanoTime();
    }

    @Override
    public void shutdown(int fd, boolean input, boolean output) throws CallException {
        make("shutdown", fd, input && output ? Posix.SHUT_RDWR : output ? Posix.SHUT_WR : Posix.SHUT_RD);
    }

    @Override
    public void close(int fd) throws CallException {
        open.remove(fd);
        make("close", fd);
    }

    /** Whatever a script has left open is closed, with a reset. */
    public void closeAll() {
        for (int fd : new ArrayList<>(open)) {
            try {
                setOption(fd, SocketOption.SO_LINGER.name(), 0);
                close(fd);
            } catch (CallException e) {
                open.remove(fd); // an epoll descriptor cannot linger
                calls.call("close", fd);
            }
        }
        arena.close();
    }

    @Override
    public int ready(int fd, int events) {
        value.set(JAVA_INT, 0, fd);
        value.set(JAVA_SHORT, 4, (short) events);
        value.set(JAVA_SHORT, 6, (short) 0);
        calls.call("poll", value, 1L, 0);
        return value.get(JAVA_SHORT, 6);
    }

    @Override
    public int epollCreate() throws CallException {
        return opened(make("epoll_create1", 0));
    }

    @Override
    public void epollControl(int epoll, int operation, int fd, int events, long data) throws CallException {
        value.set(JAVA_INT, 0, events);
        value.set(JAVA_LONG_UNALIGNED, 4, data);
        make("epoll_ctl", epoll, operation, fd, value);
    }

    @Override
    public List<EpollEvent> epollWait(int epoll, int max) throws CallException {
        int found = make("epoll_wait", epoll, buffer, max, 0);
        List<EpollEvent> events = new ArrayList<>();
        for (int i = 0; i < found; i++) {
            events.add(new EpollEvent(buffer.get(JAVA_INT_UNALIGNED, i * 12L),
                    buffer.get(JAVA_LONG_UNALIGNED, i * 12L + 4)));
        }
        return events;
    }

    private static SocketOption named(String name) {
        return SocketOption.named(name)
                .orElseThrow(() -> new UnsupportedFeatureException("the socket option " + name));
    }

    @Override
    public void setOption(int fd, String name, long number) throws CallException {
        SocketOption option = named(name);
        boolean linger = option == SocketOption.SO_LINGER; // the seconds, -1 for off
        value.set(JAVA_INT, 0, linger ? (number >= 0 ? 1 : 0) : (int) number);
        value.set(JAVA_INT, 4, (int) Math.max(0, number));
        make("setsockopt", fd, option.level(), option.number(), value, linger ? 8 : 4);
    }

    @Override
    public long option(int fd, String name) throws CallException {
        SocketOption option = named(name);
        length.set(JAVA_INT, 0, 8);
        make("getsockopt", fd, option.level(), option.number(), value, length);
        if (option == SocketOption.SO_LINGER) {
            return value.get(JAVA_INT, 0) == 0 ? -1 : value.get(JAVA_INT, 4);
        }
        return value.get(JAVA_INT, 0);
    }

    @Override
    public Optional<String> takeError(int fd) throws CallException {
        int error = (int) option(fd, SocketOption.SO_ERROR.name());
        return error == 0 ? Optional.empty() : Optional.of(nameOf(error));
    }

    @Override
    public Optional<Long> info(int fd, String field) throws CallException {
        int[] place = FIELDS.get(field);
        if (place == null) {
            return Optional.empty();
        }
        length.set(JAVA_INT, 0, INFO);
        make("getsockopt", fd, Posix.IPPROTO_TCP, SocketOption.TCP_INFO.number(), value, length);
        return Optional.of(switch (place[1]) {
            case 1 -> value.get(JAVA_BYTE, place[0]) & 0xffL;
            case 4 -> value.get(JAVA_INT, place[0]) & 0xffff_ffffL;
            default -> value.get(JAVA_LONG_UNALIGNED, place[0]);
        });
    }

    @Override
    public long unread(int fd) throws CallException {
        checked(linux.ioctl(fd, FIONREAD, value));
        return value.get(JAVA_INT, 0);
    }

    @Override
    public long unacknowledged(int fd) throws CallException {
        checked(linux.ioctl(fd, SIOCOUTQ, value));
        return value.get(JAVA_INT, 0);
    }

    @Override
    public String state(int fd) {
        try {
            return info(fd, "tcpi_state").equals(Optional.of(TCP_CLOSE)) ? "CLOSED" : "OPEN";
        } catch (CallException _) {
            return "CLOSED";
        }
    }

    @Override
    public int remotePort(int fd) throws CallException {
        length.set(JAVA_INT, 0, ADDRESS);
        make("getpeername", fd, value, length);
        return Short.reverseBytes(value.get(JAVA_SHORT, 2)) & 0xffff;
    }
}
