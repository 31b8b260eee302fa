package io.fourtuple.api.socket;

import io.fourtuple.core.tcp.CongestionControlSupplier;
import io.fourtuple.core.tcp.FastOpenKey;
import io.fourtuple.core.tcp.TcpConfig;
import io.fourtuple.core.tcp.TcpConfig.BufferLimits;
import io.fourtuple.core.tcp.TcpConfig.KeepAlive;
import io.fourtuple.core.tcp.TcpConfig.PathDiscovery;
import io.fourtuple.core.tcp.TcpConfig.Retransmission;
import io.fourtuple.core.tcp.TcpConfig.Tuning;
import io.fourtuple.core.wire.SourceRoute;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The options of one socket. Immutable; an accepted connection begins with those of its listening socket, as Linux
 * does.
 *
 * @param tcp what it wants of TCP
 * @param on the flags among the others that are set
 * @param lingerSeconds {@code SO_LINGER}
 * @param timestamping {@code SO_TIMESTAMPING}
 * @param mark {@code SO_MARK}, which nobody looks at: packets are not filtered, and routes do not depend on it
 */
record SocketSettings(TcpConfig tcp, Set<SocketOption> on, int lingerSeconds, int timestamping, int mark) {
    /** {@link #lingerSeconds} when close does not linger. */
    static final int NO_LINGER = -1;
    /** Below it a buffer is of no use (Linux {@code SOCK_MIN_RCVBUF}). */
    private static final int SMALLEST_BUFFER = 2048;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int MAX_KEEPALIVE_SECONDS = 32_767;
    private static final int MAX_LINGER_SECONDS = 65_535;
    private static final int SMALLEST_SEGMENT = 88;
    private static final int LARGEST_SEGMENT = 32_767;
    /** Of 32 bits, as {@code TCP_NOTSENT_LOWAT} has it. */
    private static final long UNBOUNDED = 0xffff_ffffL;
    private static final int ALL_STAMPS = Posix.SOF_TIMESTAMPING_TX_SCHED | Posix.SOF_TIMESTAMPING_TX_SOFTWARE
            | Posix.SOF_TIMESTAMPING_TX_ACK | Posix.SOF_TIMESTAMPING_SOFTWARE | Posix.SOF_TIMESTAMPING_OPT_ID
            | Posix.SOF_TIMESTAMPING_OPT_ID_TCP | Posix.SOF_TIMESTAMPING_OPT_CMSG
            | Posix.SOF_TIMESTAMPING_OPT_TSONLY;
    /** TX_HARDWARE, RX_HARDWARE, SYS_HARDWARE and RAW_HARDWARE. */
    private static final int STAMPS_OF_HARDWARE = 1 | 1 << 2 | 1 << 5 | 1 << 6;
    private static final int MAX_STAMPS = (1 << 19) - 1;

    /** As the stack says. */
    static SocketSettings of(TcpConfig tcp) {
        return new SocketSettings(tcp, EnumSet.of(SocketOption.TCP_QUICKACK), NO_LINGER, 0, 0);
    }

    SocketSettings {
        EnumSet<SocketOption> flags = EnumSet.noneOf(SocketOption.class);
        flags.addAll(on);
        on = Collections.unmodifiableSet(flags);
    }

    /** Whether a flag is set. */
    boolean has(SocketOption option) {
        return on.contains(option);
    }

    /** Whether an address and port may be shared. */
    boolean shares() {
        return has(SocketOption.SO_REUSEADDR) || has(SocketOption.SO_REUSEPORT);
    }

    /** These with another configuration. */
    SocketSettings with(TcpConfig config) {
        return new SocketSettings(config, on, lingerSeconds, timestamping, mark);
    }

    private SocketSettings withFlag(SocketOption option, boolean set) {
        EnumSet<SocketOption> flags = EnumSet.noneOf(SocketOption.class);
        flags.addAll(on);
        if (set) {
            flags.add(option);
        } else {
            flags.remove(option);
        }
        return new SocketSettings(tcp, flags, lingerSeconds, timestamping, mark);
    }

    private SocketSettings with(Tuning tuning) {
        return with(tcp.withTuning(tuning));
    }

    /** These with another policy. */
    SocketSettings withCongestionControl(CongestionControlSupplier policy) {
        return with(tcp.withCongestionControl(policy));
    }

    /** These with other keys of Fast Open. */
    SocketSettings withFastOpenKeys(List<FastOpenKey> keys) {
        return with(tcp.withFastOpen(tcp.fastOpen().withKeys(keys)));
    }

    /** These with packets that go by a source route. */
    SocketSettings withSourceRoute(SourceRoute route) {
        return with(tcp.tuning().withSourceRoute(route));
    }

    /**
     * These with one changed.
     *
     * @throws ErrnoException EINVAL, ENOPROTOOPT or EOPNOTSUPP
     */
    SocketSettings with(SocketOption option, long value) {
        Tuning tuning = tcp.tuning();
        KeepAlive keep = tcp.keepAlive();
        Retransmission timer = tcp.retransmission();
        boolean on = value != 0;
        return switch (option) {
            case SO_REUSEADDR, SO_REUSEPORT, IPV6_V6ONLY, TCP_CORK, TCP_QUICKACK, TCP_INQ -> withFlag(option, on);
            case SO_ZEROCOPY -> withFlag(option, inRange(option, value, 0, 1) == 1);
            case SO_LINGER -> new SocketSettings(
                    tcp, this.on, Math.clamp(value, NO_LINGER, MAX_LINGER_SECONDS), timestamping, mark);
            case SO_TIMESTAMPING -> new SocketSettings(tcp, this.on, lingerSeconds, stamps(value), mark);
            case SO_MARK -> new SocketSettings(tcp, this.on, lingerSeconds, timestamping, (int) value);
            case SO_RCVBUF -> with(tcp.withReceiveBuffer(fixed(tcp.receiveBuffer(), value)));
            case SO_SNDBUF -> with(tcp.withSendBuffer(fixed(tcp.sendBuffer(), value)));
            case SO_KEEPALIVE -> with(tcp.withKeepAlive(
                    new KeepAlive(on, keep.idle(), keep.interval(), keep.probes())));
            case SO_OOBINLINE -> supportedOnly(option, on);
            case TCP_NODELAY -> with(tcp.withNoDelay(on));
            case TCP_MAXSEG -> with(tuning.withMaxSegment(
                    value == 0 ? 0 : inRange(option, value, SMALLEST_SEGMENT, LARGEST_SEGMENT)));
            case TCP_KEEPIDLE -> with(tcp.withKeepAlive(
                    new KeepAlive(keep.enabled(), seconds(option, value), keep.interval(), keep.probes())));
            case TCP_KEEPINTVL -> with(tcp.withKeepAlive(
                    new KeepAlive(keep.enabled(), keep.idle(), seconds(option, value), keep.probes())));
            case TCP_KEEPCNT -> with(tcp.withKeepAlive(
                    new KeepAlive(keep.enabled(), keep.idle(), keep.interval(), inRange(option, value, 1, 127))));
            case TCP_SYNCNT -> with(tuning.withSynRetries(inRange(option, value, 1, 127)));
            case TCP_LINGER2 -> with(tcp.withFinWait2Timeout(seconds(option, value)));
            case TCP_WINDOW_CLAMP -> with(tuning.withWindowClamp(
                    value == 0 ? 0 : Math.max(SMALLEST_BUFFER / 2, inRange(option, value, 1, Integer.MAX_VALUE))));
            case TCP_USER_TIMEOUT -> with(tcp.withRetransmission(new Retransmission(
                    timer.initialTimeout(), timer.minTimeout(), timer.maxTimeout(), timer.synGiveUp(),
                    timer.synackRetries(), timer.giveUp(),
                    inRange(option, value, 0, Integer.MAX_VALUE) * MILLI)));
            case TCP_KEEPINIT -> with(tcp.withRetransmission(new Retransmission(
                    timer.initialTimeout(), timer.minTimeout(), timer.maxTimeout(), seconds(option, value),
                    timer.synackRetries(), timer.giveUp(), timer.userTimeout())));
            case TCP_NOTSENT_LOWAT -> with(tuning.withNotSentLowat(
                    value == UNBOUNDED ? Integer.MAX_VALUE : inRange(option, value, 0, Integer.MAX_VALUE)));
            case TCP_NOOPT -> with(tuning.withNoOptions(on));
            case TCP_DEFER_ACCEPT -> supportedOnly(option, !on);
            case TCP_FASTOPEN -> with(tcp.withFastOpen(
                    tcp.fastOpen().withQueue(inRange(option, value, 0, Integer.MAX_VALUE))));
            case TCP_FASTOPEN_CONNECT -> supportedOnly(option, tcp.fastOpen().client()).with(tcp.withFastOpen(
                    tcp.fastOpen().withDeferConnect(inRange(option, value, 0, 1) == 1)));
            case IP_TOS, IPV6_TCLASS -> with(tuning.withTrafficClass(
                    value == -1 ? 0 : inRange(option, value, 0, 255)));
            case IP_TTL -> with(tuning.withHopLimit(value == -1 ? 0 : inRange(option, value, 1, 255)));
            case IPV6_UNICAST_HOPS -> with(tuning.withHopLimit(value == -1 ? 0 : inRange(option, value, 1, 255)));
            case IP_MTU_DISCOVER -> with(tuning.withPathDiscovery(pathDiscovery(value)));
            case SO_TYPE, SO_ERROR, SO_ACCEPTCONN, SO_PROTOCOL, SO_DOMAIN, IP_RECVERR, IPV6_RECVERR, IP_MTU, TCP_INFO,
                    TCP_CONGESTION, TCP_FASTOPEN_KEY ->
                    throw new ErrnoException(Errno.ENOPROTOOPT, option + " is not set to a number");
        };
    }

    /** What this socket says of an option whose value depends on nothing else. */
    long get(SocketOption option) {
        Tuning tuning = tcp.tuning();
        return switch (option) {
            case SO_REUSEADDR, SO_REUSEPORT, IPV6_V6ONLY, TCP_CORK, TCP_QUICKACK, TCP_INQ, SO_ZEROCOPY ->
                    flag(has(option));
            case SO_TIMESTAMPING -> timestamping;
            case SO_MARK -> mark & 0xffff_ffffL;
            case SO_LINGER -> lingerSeconds;
            case SO_RCVBUF -> tcp.receiveBuffer().initial();
            case SO_SNDBUF -> tcp.sendBuffer().initial();
            case SO_KEEPALIVE -> flag(tcp.keepAlive().enabled());
            case SO_OOBINLINE -> 1;
            case SO_TYPE -> Posix.SOCK_STREAM;
            case SO_PROTOCOL -> Posix.IPPROTO_TCP;
            case TCP_NODELAY -> flag(tcp.noDelay());
            case TCP_MAXSEG -> tuning.maxSegment() == 0 ? 536 : tuning.maxSegment();
            case TCP_KEEPIDLE -> tcp.keepAlive().idle() / SECOND;
            case TCP_KEEPINTVL -> tcp.keepAlive().interval() / SECOND;
            case TCP_KEEPCNT -> tcp.keepAlive().probes();
            case TCP_SYNCNT -> tuning.synRetries();
            case TCP_LINGER2 -> tcp.finWait2Timeout() / SECOND;
            case TCP_WINDOW_CLAMP -> tuning.windowClamp();
            case TCP_USER_TIMEOUT -> tcp.retransmission().userTimeout() / MILLI;
            case TCP_KEEPINIT -> tcp.retransmission().synGiveUp() / SECOND;
            case TCP_NOTSENT_LOWAT ->
                    tuning.notSentLowat() == Integer.MAX_VALUE ? UNBOUNDED : tuning.notSentLowat();
            case TCP_NOOPT -> flag(tuning.noOptions());
            case TCP_DEFER_ACCEPT -> 0;
            case TCP_FASTOPEN -> tcp.fastOpen().queue();
            case TCP_FASTOPEN_CONNECT -> flag(tcp.fastOpen().deferConnect());
            case IP_TOS, IPV6_TCLASS -> tuning.trafficClass();
            case IP_TTL, IPV6_UNICAST_HOPS -> tuning.hopLimit() == 0 ? 64 : tuning.hopLimit();
            case IP_MTU_DISCOVER -> tuning.pathDiscovery().number();
            case SO_ERROR, SO_ACCEPTCONN, SO_DOMAIN, IP_RECVERR, IPV6_RECVERR, IP_MTU, TCP_INFO, TCP_CONGESTION,
                    TCP_FASTOPEN_KEY ->
                    throw new ErrnoException(Errno.ENOPROTOOPT, option + " is no number of its own");
        };
    }

    /** socket(7): stamps of the hardware, which there is none of, are never made; those of what comes in, not here. */
    private static int stamps(long value) {
        long known = ALL_STAMPS | STAMPS_OF_HARDWARE;
        boolean bare = (value & Posix.SOF_TIMESTAMPING_OPT_ID_TCP) != 0
                && (value & Posix.SOF_TIMESTAMPING_OPT_ID) == 0;
        if (bare || value < 0 || value > MAX_STAMPS) {
            throw new ErrnoException(Errno.EINVAL, "SO_TIMESTAMPING cannot be " + value);
        }
        if ((value & ~known) != 0) {
            throw new ErrnoException(Errno.EOPNOTSUPP, "SO_TIMESTAMPING has no " + (value & ~known) + " here");
        }
        return (int) value;
    }

    private static PathDiscovery pathDiscovery(long value) {
        for (PathDiscovery discovery : PathDiscovery.values()) {
            if (discovery.number() == value) {
                return discovery;
            }
        }
        throw new ErrnoException(Errno.EINVAL, "IP_MTU_DISCOVER cannot be " + value);
    }

    private SocketSettings supportedOnly(SocketOption option, boolean supported) {
        if (!supported) {
            throw new ErrnoException(Errno.EOPNOTSUPP, option + " cannot be that here");
        }
        return this;
    }

    /** From then on it is not tuned; never larger than the stack allows. */
    private static BufferLimits fixed(BufferLimits limits, long size) {
        int fixed = Math.clamp(size, Math.min(SMALLEST_BUFFER, limits.max()), limits.max());
        return new BufferLimits(Math.min(limits.min(), fixed), fixed, fixed);
    }

    private static long seconds(SocketOption option, long value) {
        return inRange(option, value, 1, MAX_KEEPALIVE_SECONDS) * SECOND;
    }

    private static int inRange(SocketOption option, long value, int min, int max) {
        if (value < min || value > max) {
            throw new ErrnoException(Errno.EINVAL, option + " is " + min + " to " + max + ", not " + value);
        }
        return (int) value;
    }

    private static long flag(boolean value) {
        return value ? 1 : 0;
    }
}
