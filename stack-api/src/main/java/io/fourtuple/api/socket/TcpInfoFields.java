package io.fourtuple.api.socket;

import io.fourtuple.core.tcp.TcpInfo;
import io.fourtuple.core.tcp.TcpState;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Linux' {@code struct tcp_info}, field by field, in its units: microseconds for {@code rto}, {@code ato} and round
 * trips, milliseconds for {@code last_…}, segments for windows and counts, octets for the rest. FreeBSD has windows in
 * octets.
 */
public final class TcpInfoFields {
    /** {@code tcpi_state} of a socket that listens. */
    public static final int TCP_LISTEN = 10;
    /** {@code tcpi_state} of a socket without a connection. */
    public static final int TCP_CLOSE = 7;

    private static final long MICRO = 1_000;
    private static final long MILLI = 1_000_000;
    private static final int V4_HEADERS = 40;
    private static final int V6_HEADERS = 60;
    private static final long INFINITE_SSTHRESH = 0x7fff_ffffL;
    /** FreeBSD begins with the largest window there can be. */
    private static final long LARGEST_WINDOW = 65_535L << 14;
    /** The largest number of 64 bits: there is no {@code SO_MAX_PACING_RATE}. */
    private static final long UNLIMITED = -1;
    private static final int OPT_TIMESTAMPS = 1;
    private static final int OPT_SACK = 2;
    private static final int OPT_WSCALE = 4;
    private static final int OPT_ECN = 8;
    private static final int OPT_ECN_SEEN = 16;
    private static final int OPT_SYN_DATA = 32;

    /** As in Linux, which has them for the sake of old programs, or does not remember. */
    private static final List<String> ALWAYS_NONE = List.of("tcpi_fackets", "tcpi_last_ack_sent", "tcpi_rehash");

    private TcpInfoFields() {}

    /**
     * Of a connection: by name, such as {@code tcpi_snd_cwnd}; in the order of their names.
     *
     * @param v4 whether it is one of IPv4
     */
    public static Map<String, Long> of(TcpInfo info, boolean v4, Personality personality) {
        Map<String, Long> fields = new TreeMap<>();
        fields.put("tcpi_state", (long) number(info.state()));
        fields.put("tcpi_options", (long) options(info));
        fields.put("tcpi_snd_wscale", (long) Math.max(0, info.sendWindowScale()));
        fields.put("tcpi_rcv_wscale", (long) Math.max(0, info.receiveWindowScale()));
        fields.put("tcpi_snd_mss", (long) info.sendMss());
        fields.put("tcpi_rcv_mss", (long) info.receiveMss());
        fields.put("tcpi_advmss", (long) info.advertisedMss());
        fields.put("tcpi_pmtu", (long) info.path().mss() + (v4 ? V4_HEADERS : V6_HEADERS));
        fields.put("tcpi_snd_wnd", info.sendWindow());
        fields.put("tcpi_rcv_wnd", (long) info.receiveWindow());
        putWindows(fields, info, personality);
        putTimes(fields, info);
        putCounts(fields, info);
        putPath(fields, info);
        putAccount(fields, info.account());
        putMarks(fields, info.marks());
        return Collections.unmodifiableMap(fields);
    }

    /** Of a socket that has no connection: its state, and that nothing is agreed. */
    public static Map<String, Long> ofUnconnected(boolean listening) {
        Map<String, Long> fields = new TreeMap<>();
        fields.put("tcpi_options", 0L);
        fields.put("tcpi_state", (long) (listening ? TCP_LISTEN : TCP_CLOSE));
        return Collections.unmodifiableMap(fields);
    }

    private static void putWindows(Map<String, Long> fields, TcpInfo info, Personality personality) {
        boolean octets = personality == Personality.FREEBSD;
        int unit = octets ? 1 : mss(info);
        long infinite = octets ? LARGEST_WINDOW : INFINITE_SSTHRESH;
        fields.put("tcpi_snd_cwnd", info.cwnd() / unit);
        fields.put("tcpi_snd_ssthresh", info.ssthresh() >= Integer.MAX_VALUE ? infinite : info.ssthresh() / unit);
    }

    private static void putTimes(Map<String, Long> fields, TcpInfo info) {
        fields.put("tcpi_rto", info.rto() / MICRO);
        fields.put("tcpi_rtt", info.rtt() / MICRO);
        fields.put("tcpi_rttvar", info.rttVariance() / MICRO);
        fields.put("tcpi_min_rtt", info.minRtt() / MICRO);
        fields.put("tcpi_last_data_sent", info.lastSend() / MILLI);
        fields.put("tcpi_last_data_recv", info.lastReceive() / MILLI);
        fields.put("tcpi_last_ack_recv", info.lastAck() / MILLI);
    }

    private static void putCounts(Map<String, Long> fields, TcpInfo info) {
        fields.put("tcpi_retransmits", (long) info.timeouts());
        fields.put("tcpi_backoff", (long) info.timeouts());
        fields.put("tcpi_unacked", segments(info, info.unacknowledged()));
        fields.put("tcpi_total_retrans", info.retransmits());
        fields.put("tcpi_bytes_acked", info.bytesAcked());
        fields.put("tcpi_bytes_received", info.bytesReceived());
        fields.put("tcpi_bytes_sent", info.bytesSent());
        fields.put("tcpi_bytes_retrans", info.bytesRetransmitted());
        fields.put("tcpi_segs_out", info.segmentsOut());
        fields.put("tcpi_segs_in", info.segmentsIn());
        fields.put("tcpi_notsent_bytes", (long) info.unsent());
    }

    private static void putPath(Map<String, Long> fields, TcpInfo info) {
        TcpInfo.Path path = info.path();
        boolean open = info.state().isSynchronized();
        fields.put("tcpi_ca_state", switch (path.caState()) {
            case OPEN -> 0L;
            case DISORDER -> 1L;
            case CWR -> 2L;
            case RECOVERY -> 3L;
            case LOSS -> 4L;
        });
        fields.put("tcpi_lost", segments(info, path.lost()));
        fields.put("tcpi_retrans", segments(info, path.retrans()));
        fields.put("tcpi_sacked", segments(info, path.sacked()));
        fields.put("tcpi_reordering", segments(info, path.reordering()));
        fields.put("tcpi_reord_seen", path.reordSeen());
        fields.put("tcpi_dsack_dups", path.dsackDups());
        fields.put("tcpi_delivered", segments(info, path.delivered()) + (open ? 1 : 0)); // Linux counts the SYN
        fields.put("tcpi_delivery_rate", path.deliveryRate());
        fields.put("tcpi_delivery_rate_app_limited", path.appLimited() ? 1L : 0L);
        fields.put("tcpi_pacing_rate", path.pacingRate());
    }

    private static void putAccount(Map<String, Long> fields, TcpInfo.Account account) {
        fields.put("tcpi_rcv_rtt", account.receiveRtt() / MICRO);
        fields.put("tcpi_rcv_space", account.receiveSpace());
        fields.put("tcpi_rcv_ssthresh", account.receiveThreshold());
        fields.put("tcpi_ato", account.ackTimeout() / MICRO);
        fields.put("tcpi_probes", (long) account.probes());
        fields.put("tcpi_data_segs_in", account.dataSegmentsIn());
        fields.put("tcpi_data_segs_out", account.dataSegmentsOut());
        fields.put("tcpi_rcv_ooopack", account.outOfOrderSegments());
        fields.put("tcpi_busy_time", account.busy() / MICRO);
        fields.put("tcpi_rwnd_limited", account.receiverLimited() / MICRO);
        fields.put("tcpi_sndbuf_limited", account.sendBufferLimited() / MICRO);
        fields.put("tcpi_total_rto", account.timeouts());
        fields.put("tcpi_total_rto_recoveries", account.timeoutRecoveries());
        fields.put("tcpi_total_rto_time", account.timeoutTime() / MILLI);
        fields.put("tcpi_fastopen_client_fail", (long) account.fastOpenFailure());
        fields.put("tcpi_max_pacing_rate", UNLIMITED);
        for (String name : ALWAYS_NONE) {
            fields.put(name, 0L);
        }
    }

    private static void putMarks(Map<String, Long> fields, TcpInfo.Marks marks) {
        fields.put("tcpi_delivered_ce", marks.deliveredCe());
        fields.put("tcpi_delivered_e1_bytes", marks.deliveredEct1());
        fields.put("tcpi_delivered_e0_bytes", marks.deliveredEct0());
        fields.put("tcpi_delivered_ce_bytes", marks.deliveredCeOctets());
        fields.put("tcpi_received_ce", marks.receivedCe());
        fields.put("tcpi_received_e1_bytes", marks.receivedEct1());
        fields.put("tcpi_received_e0_bytes", marks.receivedEct0());
        fields.put("tcpi_received_ce_bytes", marks.receivedCeOctets());
    }

    private static long segments(TcpInfo info, long octets) {
        return Math.ceilDiv(octets, (long) mss(info));
    }

    private static int mss(TcpInfo info) {
        return Math.max(1, info.sendMss());
    }

    private static int options(TcpInfo info) {
        return (info.timestamps() ? OPT_TIMESTAMPS : 0) | (info.sack() ? OPT_SACK : 0)
                | (info.sendWindowScale() >= 0 ? OPT_WSCALE : 0) | (info.ecn() ? OPT_ECN : 0)
                | (info.ecnSeen() ? OPT_ECN_SEEN : 0) | (info.synData() ? OPT_SYN_DATA : 0);
    }

    private static int number(TcpState state) {
        return switch (state) {
            case ESTABLISHED -> 1;
            case SYN_SENT -> 2;
            case SYN_RECEIVED -> 3;
            case FIN_WAIT_1 -> 4;
            case FIN_WAIT_2 -> 5;
            case TIME_WAIT -> 6;
            case CLOSED -> TCP_CLOSE;
            case CLOSE_WAIT -> 8;
            case LAST_ACK -> 9;
            case CLOSING -> 11;
        };
    }
}
