package io.fourtuple.packetdrill.engine;

import io.fourtuple.api.socket.Errno;
import io.fourtuple.api.socket.Posix;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What the names in arguments of system calls stand for, as Linux' header files have them. */
final class Constants {
    private static final Map<String, Long> ALL = new TreeMap<>(Map.ofEntries(
            Map.entry("IPTOS_LOWDELAY", 0x10L), Map.entry("IPTOS_THROUGHPUT", 0x08L),
            Map.entry("IPTOS_RELIABILITY", 0x04L), Map.entry("IPTOS_DSCP_CS0", 0x00L),
            Map.entry("IPTOS_DSCP_CS1", 0x20L), Map.entry("IPTOS_DSCP_CS2", 0x40L), Map.entry("IPTOS_DSCP_CS3", 0x60L),
            Map.entry("IPTOS_DSCP_CS4", 0x80L), Map.entry("IPTOS_DSCP_CS5", 0xa0L), Map.entry("IPTOS_DSCP_CS6", 0xc0L),
            Map.entry("IPTOS_DSCP_CS7", 0xe0L), Map.entry("IPTOS_DSCP_EF", 0xb8L),
            Map.entry("IP_PMTUDISC_DONT", 0L), Map.entry("IP_PMTUDISC_WANT", 1L), Map.entry("IP_PMTUDISC_DO", 2L),
            Map.entry("IP_PMTUDISC_PROBE", 3L), Map.entry("POLLIN", 1L), Map.entry("POLLPRI", 2L),
            Map.entry("POLLOUT", 4L), Map.entry("POLLERR", 8L), Map.entry("POLLHUP", 16L),
            Map.entry("POLLRDNORM", 0x40L), Map.entry("POLLWRNORM", 0x100L), Map.entry("POLLRDHUP", 0x2000L),
            Map.entry("EPOLLIN", 1L), Map.entry("EPOLLPRI", 2L), Map.entry("EPOLLOUT", 4L), Map.entry("EPOLLERR", 8L),
            Map.entry("EPOLLHUP", 16L), Map.entry("EPOLLRDHUP", 0x2000L), Map.entry("EPOLLEXCLUSIVE", 1L << 28),
            Map.entry("EPOLLONESHOT", 1L << 30), Map.entry("EPOLLET", 1L << 31)));

    static {
        ALL.putAll(Map.ofEntries(
                flag("MSG_OOB", Posix.MSG_OOB), flag("MSG_PEEK", Posix.MSG_PEEK), flag("MSG_TRUNC", Posix.MSG_TRUNC),
                flag("MSG_DONTWAIT", Posix.MSG_DONTWAIT), flag("MSG_EOR", Posix.MSG_EOR),
                flag("MSG_WAITALL", Posix.MSG_WAITALL), flag("MSG_ERRQUEUE", Posix.MSG_ERRQUEUE),
                flag("MSG_NOSIGNAL", Posix.MSG_NOSIGNAL), flag("MSG_MORE", Posix.MSG_MORE),
                flag("MSG_ZEROCOPY", Posix.MSG_ZEROCOPY), flag("MSG_FASTOPEN", Posix.MSG_FASTOPEN)));
        ALL.putAll(Map.ofEntries(
                flag("SOL_IP", Posix.IPPROTO_IP), flag("SOL_IPV6", Posix.IPPROTO_IPV6),
                flag("SOL_SOCKET", Posix.SOL_SOCKET), flag("SOL_TCP", Posix.IPPROTO_TCP),
                flag("IP_RECVERR", ControlCheck.IP_RECVERR), flag("IPV6_RECVERR", ControlCheck.IPV6_RECVERR),
                flag("SCM_TIMESTAMPING", ControlCheck.SCM_TIMESTAMPING), flag("TCP_CM_INQ", ControlCheck.TCP_CM_INQ),
                flag("SO_EE_ORIGIN_ZEROCOPY", Posix.SO_EE_ORIGIN_ZEROCOPY),
                flag("SO_EE_ORIGIN_TIMESTAMPING", Posix.SO_EE_ORIGIN_TIMESTAMPING),
                flag("SO_EE_CODE_ZEROCOPY_COPIED", Posix.SO_EE_CODE_ZEROCOPY_COPIED),
                flag("SCM_TSTAMP_SND", Posix.SCM_TSTAMP_SND), flag("SCM_TSTAMP_SCHED", Posix.SCM_TSTAMP_SCHED),
                flag("SCM_TSTAMP_ACK", Posix.SCM_TSTAMP_ACK)));
        ALL.putAll(Map.ofEntries(
                flag("SOF_TIMESTAMPING_TX_HARDWARE", 1), flag("SOF_TIMESTAMPING_RX_HARDWARE", 1 << 2),
                flag("SOF_TIMESTAMPING_RX_SOFTWARE", 1 << 3), flag("SOF_TIMESTAMPING_SYS_HARDWARE", 1 << 5),
                flag("SOF_TIMESTAMPING_RAW_HARDWARE", 1 << 6), flag("SOF_TIMESTAMPING_OPT_STATS", 1 << 12),
                flag("SOF_TIMESTAMPING_TX_SOFTWARE", Posix.SOF_TIMESTAMPING_TX_SOFTWARE),
                flag("SOF_TIMESTAMPING_SOFTWARE", Posix.SOF_TIMESTAMPING_SOFTWARE),
                flag("SOF_TIMESTAMPING_OPT_ID", Posix.SOF_TIMESTAMPING_OPT_ID),
                flag("SOF_TIMESTAMPING_TX_SCHED", Posix.SOF_TIMESTAMPING_TX_SCHED),
                flag("SOF_TIMESTAMPING_TX_ACK", Posix.SOF_TIMESTAMPING_TX_ACK),
                flag("SOF_TIMESTAMPING_OPT_CMSG", Posix.SOF_TIMESTAMPING_OPT_CMSG),
                flag("SOF_TIMESTAMPING_OPT_TSONLY", Posix.SOF_TIMESTAMPING_OPT_TSONLY),
                flag("SOF_TIMESTAMPING_OPT_ID_TCP", Posix.SOF_TIMESTAMPING_OPT_ID_TCP)));
        for (Errno errno : Errno.values()) {
            ALL.put(errno.name(), (long) errno.number());
        }
    }

    private Constants() {}

    private static Map.Entry<String, Long> flag(String name, int value) {
        return Map.entry(name, (long) value);
    }

    /** What a name stands for; empty when it is not known. */
    static Optional<Long> of(String name) {
        return Optional.ofNullable(ALL.get(name));
    }
}
