package io.fourtuple.core.tcp;

/**
 * The state of one connection at one moment: the fields of Linux's {@code struct tcp_info} and what {@code ss -ti}
 * prints. Durations in nanoseconds, sizes in octets unless they say segments.
 *
 * @param state the state
 * @param sendWindowScale shift of the windows we receive, or -1 when scaling was not agreed
 * @param receiveWindowScale shift of the windows we send, or -1 when scaling was not agreed
 * @param timestamps whether timestamps were agreed
 * @param sack whether SACK was agreed
 * @param ecn whether explicit congestion notification was agreed
 * @param ecnSeen whether data came from a sender that takes marks of congestion
 * @param synData whether data that went with a SYN were taken, ours by the peer or the peer's by us (RFC 7413)
 * @param rto the retransmission timeout
 * @param rtt the smoothed round-trip time, 0 before the first measurement
 * @param rttVariance its mean deviation
 * @param minRtt the smallest round-trip time measured, 0 before the first
 * @param sendMss payload octets of the segments we send
 * @param receiveMss estimate of the payload octets of the peer's segments
 * @param advertisedMss the MSS we announced
 * @param cwnd congestion window in octets
 * @param ssthresh slow start threshold in octets
 * @param sendWindow the peer's window
 * @param inFlight octets sent, not acknowledged and not thought lost
 * @param unacknowledged octets between SND.UNA and SND.NXT
 * @param unsent octets in the send buffer that were never sent
 * @param receiveQueue octets in order that the user has not taken
 * @param outOfOrder octets held out of order
 * @param receiveBuffer the present size of the receive buffer
 * @param sendBuffer the present size of the send buffer
 * @param receiveWindow the window last announced
 * @param bytesSent payload octets sent, retransmissions included
 * @param bytesRetransmitted payload octets sent again
 * @param bytesAcked octets the peer acknowledged
 * @param bytesReceived payload octets received in order
 * @param segmentsOut segments sent
 * @param segmentsIn segments received
 * @param retransmits segments sent again
 * @param timeouts retransmission timeouts in a row
 * @param lastSend time since data was last sent
 * @param lastReceive time since data was last received
 * @param lastAck time since an acknowledgment was last received
 * @param congestionControl name of the policy
 * @param path what loss recovery and congestion control know of the path
 * @param account where the time went, and what came and went
 */
public record TcpInfo(
        TcpState state,
        int sendWindowScale,
        int receiveWindowScale,
        boolean timestamps,
        boolean sack,
        boolean ecn,
        boolean ecnSeen,
        boolean synData,
        long rto,
        long rtt,
        long rttVariance,
        long minRtt,
        int sendMss,
        int receiveMss,
        int advertisedMss,
        long cwnd,
        long ssthresh,
        long sendWindow,
        int inFlight,
        int unacknowledged,
        int unsent,
        int receiveQueue,
        int outOfOrder,
        int receiveBuffer,
        int sendBuffer,
        int receiveWindow,
        long bytesSent,
        long bytesRetransmitted,
        long bytesAcked,
        long bytesReceived,
        long segmentsOut,
        long segmentsIn,
        long retransmits,
        int timeouts,
        long lastSend,
        long lastReceive,
        long lastAck,
        String congestionControl,
        Path path,
        Account account) {

    /** {@code tcpi_ca_state}. */
    public enum State {
        /** Nothing unusual. */
        OPEN,
        /** Something arrived out of order, and nothing is taken for lost. */
        DISORDER,
        /** The window was reduced for a mark of congestion, and what was in flight then is not all acknowledged. */
        CWR,
        /** Fast recovery. */
        RECOVERY,
        /** After a retransmission timeout. */
        LOSS
    }

    /**
     * What loss recovery and congestion control know of the path, under the names of Linux where it has one. Octets,
     * nanoseconds, and octets per second.
     *
     * @param caState {@code tcpi_ca_state}
     * @param mss the largest MSS that passes, as far as is known ({@code tcpi_pmtu}, there with the headers)
     * @param lost octets taken for lost ({@code tcpi_lost}, there in segments)
     * @param retrans octets sent again that are in flight ({@code tcpi_retrans})
     * @param sacked octets selectively acknowledged ({@code tcpi_sacked})
     * @param reordering how far octets were overtaken at most, at least three segments ({@code tcpi_reordering})
     * @param reordSeen how often reordering was seen ({@code tcpi_reord_seen})
     * @param dsackDups duplicate SACKs received and believed ({@code tcpi_dsack_dups})
     * @param delivered octets that arrived at the peer, as far as is known ({@code tcpi_delivered})
     * @param deliveryRate the last rate measured, 0 before the first ({@code tcpi_delivery_rate})
     * @param appLimited whether the application limited that rate ({@code tcpi_delivery_rate_app_limited})
     * @param pacingRate how fast is sent, 0 when nothing is paced ({@code tcpi_pacing_rate})
     */
    public record Path(
            State caState,
            int mss,
            int lost,
            int retrans,
            int sacked,
            int reordering,
            long reordSeen,
            long dsackDups,
            long delivered,
            long deliveryRate,
            boolean appLimited,
            long pacingRate) {}

    /**
     * What is counted for the user alone, under the names of Linux. Nanoseconds, octets, segments.
     *
     * @param receiveRtt the round-trip time as the receiver of data sees it, by timestamps; 0 before the first
     *     measurement ({@code tcpi_rcv_rtt})
     * @param receiveSpace octets the user took within the last such round trip ({@code tcpi_rcv_space})
     * @param receiveThreshold the largest window there may be at present ({@code tcpi_rcv_ssthresh})
     * @param ackTimeout how long an acknowledgment may be delayed ({@code tcpi_ato})
     * @param probes probes of a closed window and of a silent peer that were not answered ({@code tcpi_probes})
     * @param dataSegmentsIn segments with data that came ({@code tcpi_data_segs_in})
     * @param dataSegmentsOut segments with data that were sent, retransmissions included ({@code tcpi_data_segs_out})
     * @param outOfOrderSegments segments that came out of order ({@code tcpi_rcv_ooopack})
     * @param busy time with something to send or unacknowledged ({@code tcpi_busy_time})
     * @param receiverLimited of it, time with only the peer's window in the way ({@code tcpi_rwnd_limited})
     * @param sendBufferLimited of it, time with only the size of the send buffer in the way
     *     ({@code tcpi_sndbuf_limited})
     * @param timeouts how often the retransmission timer ran out in all ({@code tcpi_total_rto})
     * @param timeoutRecoveries how often it did for something else than before ({@code tcpi_total_rto_recoveries})
     * @param timeoutTime from there until it was acknowledged, in all ({@code tcpi_total_rto_time})
     * @param fastOpenFailure why an open with Fast Open was an ordinary one: 1 there was no cookie, 2 the data were not
     *     acknowledged, 3 the SYN was sent again; else 0 ({@code tcpi_fastopen_client_fail})
     */
    public record Account(
            long receiveRtt,
            long receiveSpace,
            long receiveThreshold,
            long ackTimeout,
            int probes,
            long dataSegmentsIn,
            long dataSegmentsOut,
            long outOfOrderSegments,
            long busy,
            long receiverLimited,
            long sendBufferLimited,
            long timeouts,
            long timeoutRecoveries,
            long timeoutTime,
            int fastOpenFailure) {}
}
