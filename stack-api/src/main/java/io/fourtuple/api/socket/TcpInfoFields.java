package io.fourtuple.api.socket;

import io.fourtuple.core.tcp.TcpInfo;
import io.fourtuple.core.tcp.TcpState;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Linux' {@code struct tcp_info}, field by field, in its units: microseconds for {@code rto}, {@code ato} and round
 * trips, milliseconds for {@code last_…}, segments for windows and counts, octets for the rest. What this stack does
 * not measure is 0.
 */
public final class TcpInfoFields {
    /** {@code tcpi_state} of a socket that listens. */
    public static final int TCP_LISTEN = 10;
    /** {@code tcpi_state} of a socket without a connection. */
    public static final int TCP_CLOSE = 7;

    private static final long MICRO = 1_000;
    private static final long MILLI = 1_000_000;
    private static final long INFINITE_SSTHRESH = 0x7fff_ffffL;
    private static final int OPT_TIMESTAMPS = 1;
    private static final int OPT_SACK = 2;
    private static final int OPT_WSCALE = 4;
    private static final int OPT_ECN = 8;
    private static final int OPT_ECN_SEEN = 16;
    private static final int OPT_SYN_DATA = 32;

    private static final String[] NOT_MEASURED = {
        "tcpi_ca_state", "tcpi_probes", "tcpi_sacked", "tcpi_lost", "tcpi_fackets", "tcpi_last_ack_sent",
        "tcpi_reordering", "tcpi_rcv_rtt", "tcpi_pacing_rate", "tcpi_max_pacing_rate", "tcpi_delivery_rate",
        "tcpi_busy_time", "tcpi_rwnd_limited", "tcpi_sndbuf_limited", "tcpi_delivered", "tcpi_delivered_ce",
        "tcpi_dsack_dups", "tcpi_reord_seen", "tcpi_rcv_ooopack", "tcpi_rehash", "tcpi_total_rto",
        "tcpi_total_rto_recoveries", "tcpi_total_rto_time", "tcpi_delivery_rate_app_limited",
        "tcpi_fastopen_client_fail", "tcpi_data_segs_in", "tcpi_data_segs_out", "tcpi_rcv_ssthresh", "tcpi_ato",
        "tcpi_rcv_space",
    };

    private TcpInfoFields() {}

    /** Of a connection: by name, such as {@code tcpi_snd_cwnd}; in the order of their names. */
    public static Map<String, Long> of(TcpInfo info) {
        Map<String, Long> fields = new TreeMap<>();
        for (String name : NOT_MEASURED) {
            fields.put(name, 0L);
        }
        int mss = Math.max(1, info.sendMss());
        fields.put("tcpi_state", (long) number(info.state()));
        fields.put("tcpi_retransmits", (long) info.timeouts());
        fields.put("tcpi_backoff", (long) info.timeouts());
        fields.put("tcpi_options", (long) options(info));
        fields.put("tcpi_snd_wscale", (long) Math.max(0, info.sendWindowScale()));
        fields.put("tcpi_rcv_wscale", (long) Math.max(0, info.receiveWindowScale()));
        fields.put("tcpi_rto", info.rto() / MICRO);
        fields.put("tcpi_snd_mss", (long) info.sendMss());
        fields.put("tcpi_rcv_mss", (long) info.receiveMss());
        fields.put("tcpi_unacked", (long) Math.ceilDiv(info.unacknowledged(), mss));
        fields.put("tcpi_retrans", 0L);
        fields.put("tcpi_last_data_sent", info.lastSend() / MILLI);
        fields.put("tcpi_last_data_recv", info.lastReceive() / MILLI);
        fields.put("tcpi_last_ack_recv", info.lastAck() / MILLI);
        fields.put("tcpi_pmtu", (long) info.advertisedMss() + 40);
        fields.put("tcpi_rtt", info.rtt() / MICRO);
        fields.put("tcpi_rttvar", info.rttVariance() / MICRO);
        fields.put("tcpi_snd_ssthresh",
                info.ssthresh() >= Integer.MAX_VALUE ? INFINITE_SSTHRESH : info.ssthresh() / mss);
        fields.put("tcpi_snd_cwnd", info.cwnd() / mss);
        fields.put("tcpi_advmss", (long) info.advertisedMss());
        fields.put("tcpi_total_retrans", info.retransmits());
        fields.put("tcpi_bytes_acked", info.bytesAcked());
        fields.put("tcpi_bytes_received", info.bytesReceived());
        fields.put("tcpi_segs_out", info.segmentsOut());
        fields.put("tcpi_segs_in", info.segmentsIn());
        fields.put("tcpi_notsent_bytes", (long) info.unsent());
        fields.put("tcpi_min_rtt", info.minRtt() / MICRO);
        fields.put("tcpi_bytes_sent", info.bytesSent());
        fields.put("tcpi_bytes_retrans", info.bytesRetransmitted());
        fields.put("tcpi_snd_wnd", info.sendWindow());
        fields.put("tcpi_rcv_wnd", (long) info.receiveWindow());
        return Collections.unmodifiableMap(fields);
    }

    /** Of a socket that has no connection: its state, and 0 for the rest. */
    public static Map<String, Long> ofUnconnected(boolean listening) {
        Map<String, Long> fields = new TreeMap<>();
        for (String name : NOT_MEASURED) {
            fields.put(name, 0L);
        }
        fields.put("tcpi_options", 0L);
        fields.put("tcpi_state", (long) (listening ? TCP_LISTEN : TCP_CLOSE));
        return Collections.unmodifiableMap(fields);
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
