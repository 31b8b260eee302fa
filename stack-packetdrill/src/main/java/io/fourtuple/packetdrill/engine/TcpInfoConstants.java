package io.fourtuple.packetdrill.engine;

import java.util.Map;
import java.util.Optional;

/** What the names of constants in the Python of scripts stand for, as Linux and FreeBSD have them. */
final class TcpInfoConstants {
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

    private TcpInfoConstants() {}

    /** What a name stands for when it is a constant. */
    static Optional<Long> of(String name) {
        return Optional.ofNullable(CONSTANTS.get(name));
    }
}
