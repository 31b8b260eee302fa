package io.fourtuple.packetdrill.host;

import io.fourtuple.core.tcp.TcpInfo;
import io.fourtuple.core.tcp.TcpState;
import java.util.Map;
import java.util.Optional;

/** What the names of {@code struct tcp_info} and its constants stand for, as Linux and FreeBSD have them. */
public final class TcpInfoFields {
    private static final int CLOSED = 7;
    private static final int LISTEN = 10;
    private static final long MICRO = 1_000;
    private static final long MILLI = 1_000_000;
    private static final long INFINITE = 0x7fff_ffffL;

    private static final Map<String, Long> CONSTANTS = Map.ofEntries(
            Map.entry("TCP_ESTABLISHED", 1L), Map.entry("TCP_SYN_SENT", 2L), Map.entry("TCP_SYN_RECV", 3L),
            Map.entry("TCP_FIN_WAIT1", 4L), Map.entry("TCP_FIN_WAIT2", 5L), Map.entry("TCP_TIME_WAIT", 6L),
            Map.entry("TCP_CLOSE", 7L), Map.entry("TCP_CLOSE_WAIT", 8L), Map.entry("TCP_LAST_ACK", 9L),
            Map.entry("TCP_LISTEN", 10L), Map.entry("TCP_CLOSING", 11L),
            Map.entry("TCPI_ESTABLISHED", 1L), Map.entry("TCPI_SYN_SENT", 2L), Map.entry("TCPI_SYN_RECEIVED", 3L),
            Map.entry("TCPI_FIN_WAIT_1", 4L), Map.entry("TCPI_FIN_WAIT_2", 5L), Map.entry("TCPI_TIME_WAIT", 6L),
            Map.entry("TCPI_CLOSED", 7L), Map.entry("TCPI_CLOSE_WAIT", 8L), Map.entry("TCPI_LAST_ACK", 9L),
            Map.entry("TCPI_LISTEN", 10L), Map.entry("TCPI_CLOSING", 11L),
            Map.entry("TCPI_OPT_TIMESTAMPS", 1L), Map.entry("TCPI_OPT_SACK", 2L), Map.entry("TCPI_OPT_WSCALE", 4L),
            Map.entry("TCPI_OPT_ECN", 8L), Map.entry("TCPI_OPT_ECN_SEEN", 16L), Map.entry("TCPI_OPT_SYN_DATA", 32L),
            Map.entry("TCP_CA_Open", 0L), Map.entry("TCP_CA_Disorder", 1L), Map.entry("TCP_CA_CWR", 2L),
            Map.entry("TCP_CA_Recovery", 3L), Map.entry("TCP_CA_Loss", 4L),
            Map.entry("TCP_INFINITE_SSTHRESH", INFINITE));

    private TcpInfoFields() {}

    /** What a name stands for when it is a constant. */
    public static Optional<Long> constant(String name) {
        return Optional.ofNullable(CONSTANTS.get(name));
    }

    /** A field of a socket that is no connection; only its state is known. */
    static Optional<Long> ofSocket(String name, boolean listening) {
        return switch (name) {
            case "tcpi_state" -> Optional.of((long) (listening ? LISTEN : CLOSED));
            case "tcpi_options" -> Optional.of(0L);
            default -> constant(name);
        };
    }

    /** A field of a connection, in the units of the structure. */
    static Optional<Long> of(String name, TcpInfo info) {
        int mss = Math.max(1, info.sendMss());
        return switch (name) {
            case "tcpi_state" -> Optional.of(state(info.state()));
            case "tcpi_options" -> Optional.of((info.timestamps() ? 1L : 0) | (info.sack() ? 2 : 0)
                    | (info.sendWindowScale() >= 0 ? 4 : 0) | (info.ecn() ? 8 : 0) | (info.ecnSeen() ? 16 : 0));
            case "tcpi_rto" -> Optional.of(info.rto() / MICRO);
            case "tcpi_rtt" -> Optional.of(info.rtt() / MICRO);
            case "tcpi_rttvar" -> Optional.of(info.rttVariance() / MICRO);
            case "tcpi_min_rtt" -> Optional.of(info.minRtt() / MICRO);
            case "tcpi_snd_mss" -> Optional.of((long) info.sendMss());
            case "tcpi_rcv_mss" -> Optional.of((long) info.receiveMss());
            case "tcpi_advmss" -> Optional.of((long) info.advertisedMss());
            case "tcpi_snd_cwnd" -> Optional.of(info.cwnd() / mss);
            case "tcpi_snd_ssthresh" -> Optional.of(info.ssthresh() >= Integer.MAX_VALUE
                    ? INFINITE
                    : info.ssthresh() / mss);
            case "tcpi_unacked" -> Optional.of((long) Math.ceilDiv(info.unacknowledged(), mss));
            case "tcpi_total_retrans" -> Optional.of(info.retransmits());
            case "tcpi_backoff" -> Optional.of((long) info.timeouts());
            case "tcpi_retransmits" -> Optional.of((long) info.timeouts());
            case "tcpi_bytes_acked" -> Optional.of(info.bytesAcked());
            case "tcpi_bytes_received" -> Optional.of(info.bytesReceived());
            case "tcpi_bytes_sent" -> Optional.of(info.bytesSent());
            case "tcpi_bytes_retrans" -> Optional.of(info.bytesRetransmitted());
            case "tcpi_segs_in" -> Optional.of(info.segmentsIn());
            case "tcpi_segs_out" -> Optional.of(info.segmentsOut());
            case "tcpi_notsent_bytes" -> Optional.of((long) info.unsent());
            case "tcpi_snd_wscale" -> Optional.of((long) Math.max(0, info.sendWindowScale()));
            case "tcpi_rcv_wscale" -> Optional.of((long) Math.max(0, info.receiveWindowScale()));
            case "tcpi_last_data_sent" -> Optional.of(info.lastSend() / MILLI);
            case "tcpi_last_data_recv" -> Optional.of(info.lastReceive() / MILLI);
            case "tcpi_last_ack_recv" -> Optional.of(info.lastAck() / MILLI);
            default -> constant(name);
        };
    }

    private static long state(TcpState state) {
        return switch (state) {
            case ESTABLISHED -> 1;
            case SYN_SENT -> 2;
            case SYN_RECEIVED -> 3;
            case FIN_WAIT_1 -> 4;
            case FIN_WAIT_2 -> 5;
            case TIME_WAIT -> 6;
            case CLOSED -> 7;
            case CLOSE_WAIT -> 8;
            case LAST_ACK -> 9;
            case CLOSING -> 11;
        };
    }
}
