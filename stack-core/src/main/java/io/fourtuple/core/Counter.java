package io.fourtuple.core;

/**
 * What is counted, under the names of Linux ({@code nstat}, RFC 4022, RFC 4293) where Linux has one.
 *
 * <p>Every frame received ends in exactly one place, and each such place has its own counter, a <em>terminal</em> one:
 * the sum of all {@linkplain #isTerminal() terminal} counters is {@link #LINK_IN_FRAMES}. For this to hold, a counter
 * of one kind of error leaves out what another one counts: {@link #TCP_IN_ERRS} has no checksum errors, which Linux
 * counts twice. {@link #IP_IN_DELIVERS} and {@link #TCP_IN_SEGS} are stations on the way, not ends.
 */
public enum Counter {
    /** Frames that carried an IP packet, good or bad. */
    IP_IN_RECEIVES("Ip", "InReceives"),
    /** Dropped: bad IP header: version, length, checksum. */
    IP_IN_HDR_ERRORS("Ip", "InHdrErrors", Kind.TERMINAL),
    /** Dropped: not addressed to this host. */
    IP_IN_ADDR_ERRORS("Ip", "InAddrErrors", Kind.TERMINAL),
    /** Dropped: the frame ended before the packet. */
    IP_IN_TRUNCATED_PKTS("Ip", "InTruncatedPkts", Kind.TERMINAL),
    /** Dropped: no such protocol here. */
    IP_IN_UNKNOWN_PROTOS("Ip", "InUnknownProtos", Kind.TERMINAL),
    /** Dropped for want of room. */
    IP_IN_DISCARDS("Ip", "InDiscards", Kind.TERMINAL),
    /** Packets handed to TCP or ICMP. */
    IP_IN_DELIVERS("Ip", "InDelivers"),
    /** Packets that TCP and ICMP asked to send. */
    IP_OUT_REQUESTS("Ip", "OutRequests"),
    /** Not sent: no route. */
    IP_OUT_NO_ROUTES("Ip", "OutNoRoutes"),
    /** Not sent: no room, or the neighbour did not answer. */
    IP_OUT_DISCARDS("Ip", "OutDiscards"),
    /** Datagrams whose fragments were not there in time. */
    IP_REASM_TIMEOUT("Ip", "ReasmTimeout"),
    /** Fragments received that are addressed to us. */
    IP_REASM_REQDS("Ip", "ReasmReqds"),
    /** Datagrams put together; the fragment that made one whole ends where the datagram does. */
    IP_REASM_OKS("Ip", "ReasmOKs"),
    /** Datagrams given up, whatever the reason. */
    IP_REASM_FAILS("Ip", "ReasmFails"),
    /** Kept until the rest of their datagram is there, or was given up with them. */
    IP_REASM_HELD("Ip", "ReasmHeld", Kind.TERMINAL),
    /** Dropped: fragments that were there already, or belong to a datagram that has been given up. */
    IP_REASM_DROPPED("Ip", "ReasmDropped", Kind.TERMINAL),
    /** Datagrams given up because fragments contradict each other. */
    IP_REASM_OVERLAPS("IpExt", "ReasmOverlaps"),
    /** Datagrams given up because they were in too many pieces. */
    IP_REASM_PIECES("IpExt", "ReasmPieces"),
    /** Datagrams given up because their sender had too many. */
    IP_REASM_SOURCE_FULL("IpExt", "ReasmSourceFull"),
    /** Datagrams given up because all senders together had too many. */
    IP_REASM_EVICTED("IpExt", "ReasmEvicted"),
    /** Packets received whose sender takes no marks of congestion (RFC 3168); a super-frame counts once. */
    IP_EXT_IN_NO_ECT_PKTS("IpExt", "InNoECTPkts"),
    /** Packets received with ECT(1). */
    IP_EXT_IN_ECT_1_PKTS("IpExt", "InECT1Pkts"),
    /** Packets received with ECT(0). */
    IP_EXT_IN_ECT_0_PKTS("IpExt", "InECT0Pkts"),
    /** Packets received that a congested router has marked. */
    IP_EXT_IN_CE_PKTS("IpExt", "InCEPkts"),
    /** Datagrams that were cut to be sent. */
    IP_FRAG_OKS("Ip", "FragOKs"),
    /** Fragments that came of it. */
    IP_FRAG_CREATES("Ip", "FragCreates"),
    /** ICMP and ICMPv6 messages received. */
    ICMP_IN_MSGS("Icmp", "InMsgs"),
    /** Dropped: malformed ICMP. */
    ICMP_IN_ERRORS("Icmp", "InErrors", Kind.TERMINAL),
    /** Dropped: bad ICMP checksum. */
    ICMP_IN_CSUM_ERRORS("Icmp", "InCsumErrors", Kind.TERMINAL),
    /** Destination unreachable and packet too big, received. */
    ICMP_IN_DEST_UNREACHS("Icmp", "InDestUnreachs", Kind.TERMINAL),
    /** Time exceeded received. */
    ICMP_IN_TIME_EXCDS("Icmp", "InTimeExcds", Kind.TERMINAL),
    /** Parameter problem received. */
    ICMP_IN_PARM_PROBS("Icmp", "InParmProbs", Kind.TERMINAL),
    /** Echo requests received. */
    ICMP_IN_ECHOS("Icmp", "InEchos", Kind.TERMINAL),
    /** Neighbour discovery messages received. */
    ICMP_IN_NEIGHBOR_MESSAGES("Icmp", "InNeighborMessages", Kind.TERMINAL),
    /** Other messages received and ignored. */
    ICMP_IN_IGNORED("Icmp", "InIgnored", Kind.TERMINAL),
    /** ICMP and ICMPv6 messages sent. */
    ICMP_OUT_MSGS("Icmp", "OutMsgs"),
    /** Echo replies sent. */
    ICMP_OUT_ECHO_REPS("Icmp", "OutEchoReps"),
    /** ICMP messages not sent because of the rate limit. */
    ICMP_OUT_RATE_LIMITED("Icmp", "OutRateLimited"),
    /** ARP requests received. */
    ARP_IN_REQUESTS("Arp", "InRequests", Kind.TERMINAL),
    /** ARP replies received. */
    ARP_IN_REPLIES("Arp", "InReplies", Kind.TERMINAL),
    /** Dropped: malformed ARP. */
    ARP_IN_ERRORS("Arp", "InErrors", Kind.TERMINAL),
    /** ARP requests and neighbour solicitations sent. */
    ARP_OUT_REQUESTS("Arp", "OutRequests"),
    /** ARP replies and neighbour advertisements sent. */
    ARP_OUT_REPLIES("Arp", "OutReplies"),
    /** Neighbours given up: no answer. */
    ARP_FAILED("Arp", "Failed"),
    /** Neighbour entries evicted for want of room. */
    ARP_TABLE_FULL("Arp", "TableFull"),
    /** Frames received from the NIC, and packets to ourselves that were looped back without it. */
    LINK_IN_FRAMES("Link", "InFrames"),
    /** Dropped: shorter than a link-layer header. */
    LINK_IN_ERRORS("Link", "InErrors", Kind.TERMINAL),
    /** Dropped: for another station. */
    LINK_IN_OTHER_HOST("Link", "InOtherHost", Kind.TERMINAL),
    /** Dropped: neither ARP nor IP. */
    LINK_IN_UNKNOWN_PROTOS("Link", "InUnknownProtos", Kind.TERMINAL),
    /** Frames that came in at a queue of a further shard, and were handed on to the first one, which counts them. */
    LINK_HANDED_ON("Link", "HandedOn"),
    /** Dropped: too many frames were on their way to the first shard. */
    LINK_IN_DISCARDS("Link", "InDiscards", Kind.TERMINAL),
    /** Frames handed to the NIC, and packets looped back. */
    LINK_OUT_FRAMES("Link", "OutFrames"),
    /** Frames the NIC did not take. */
    LINK_OUT_DROPS("Link", "OutDrops"),
    /** Connections opened from here. */
    TCP_ACTIVE_OPENS("Tcp", "ActiveOpens"),
    /** Connections opened by a peer. */
    TCP_PASSIVE_OPENS("Tcp", "PassiveOpens"),
    /** Opens that failed. */
    TCP_ATTEMPT_FAILS("Tcp", "AttemptFails"),
    /** Connections that ended by a reset. */
    TCP_ESTAB_RESETS("Tcp", "EstabResets"),
    /** Connections in ESTABLISHED or CLOSE-WAIT now. */
    TCP_CURR_ESTAB("Tcp", "CurrEstab", Kind.GAUGE),
    /** Segments received, bad ones included. */
    TCP_IN_SEGS("Tcp", "InSegs"),
    /** Segments sent, without retransmissions. */
    TCP_OUT_SEGS("Tcp", "OutSegs"),
    /** Segments sent again. */
    TCP_RETRANS_SEGS("Tcp", "RetransSegs"),
    /** Segments that were whole and for us, handed to connections and listeners. */
    TCP_IN_DELIVERS("Tcp", "InDelivers", Kind.TERMINAL),
    /** Dropped: malformed TCP header. */
    TCP_IN_ERRS("Tcp", "InErrs", Kind.TERMINAL),
    /** Resets sent. */
    TCP_OUT_RSTS("Tcp", "OutRsts"),
    /** Dropped: bad TCP checksum. */
    TCP_IN_CSUM_ERRORS("Tcp", "InCsumErrors", Kind.TERMINAL),
    /** Octets of memory that the receive and send buffers of all connections pin now ({@code /proc/net/sockstat}). */
    SOCKSTAT_TCP_MEM("Sockstat", "TcpMem", Kind.GAUGE),
    /** Connections now whose user is done with them and whose TCP is not ({@code /proc/net/sockstat}). */
    SOCKSTAT_TCP_ORPHAN("Sockstat", "TcpOrphan", Kind.GAUGE),
    /** SYN cookies sent. */
    TCP_EXT_SYNCOOKIES_SENT("TcpExt", "SyncookiesSent"),
    /** Valid SYN cookies received. */
    TCP_EXT_SYNCOOKIES_RECV("TcpExt", "SyncookiesRecv"),
    /** Invalid SYN cookies received. */
    TCP_EXT_SYNCOOKIES_FAILED("TcpExt", "SyncookiesFailed"),
    /** Opens whose data the peer took with the SYN (RFC 7413). */
    TCP_EXT_FAST_OPEN_ACTIVE("TcpExt", "TCPFastOpenActive"),
    /** Opens whose data the peer did not take with the SYN, so that they were sent again. */
    TCP_EXT_FAST_OPEN_ACTIVE_FAIL("TcpExt", "TCPFastOpenActiveFail"),
    /** Connections that a SYN with data or a good cookie has made. */
    TCP_EXT_FAST_OPEN_PASSIVE("TcpExt", "TCPFastOpenPassive"),
    /** SYNs whose cookie is wrong, or for whose connection there was no room. */
    TCP_EXT_FAST_OPEN_PASSIVE_FAIL("TcpExt", "TCPFastOpenPassiveFail"),
    /** Connections made by a SYN whose cookie is of the key before. */
    TCP_EXT_FAST_OPEN_PASSIVE_ALT_KEY("TcpExt", "TCPFastOpenPassiveAltKey"),
    /** SYNs that found as many Fast Open connections waiting for their final ACK as the listening socket may have. */
    TCP_EXT_FAST_OPEN_LISTEN_OVERFLOW("TcpExt", "TCPFastOpenListenOverflow"),
    /** SYNs that ask for a cookie. */
    TCP_EXT_FAST_OPEN_COOKIE_REQD("TcpExt", "TCPFastOpenCookieReqd"),
    /** Peers to which no data are sent with a SYN for some time, as one that had them was lost. */
    TCP_EXT_FAST_OPEN_BLACKHOLE("TcpExt", "TCPFastOpenBlackhole"),
    /** Peers whose cookie was forgotten to make room for that of another. */
    TCP_EXT_FAST_OPEN_EVICTED("TcpExt", "TCPFastOpenEvicted"),
    /** Half-open connections reset by the peer. */
    TCP_EXT_EMBRYONIC_RSTS("TcpExt", "EmbryonicRsts"),
    /** Arrivals that found no memory, so that queues were copied together or thrown away. */
    TCP_EXT_PRUNE_CALLED("TcpExt", "PruneCalled"),
    /** Arrivals for which throwing away what had come out of order did not make enough room. */
    TCP_EXT_RCV_PRUNED("TcpExt", "RcvPruned"),
    /** Queues of what had come out of order thrown away for want of memory. */
    TCP_EXT_OFO_PRUNED("TcpExt", "OfoPruned"),
    /** Connections that went through TIME-WAIT. */
    TCP_EXT_TW("TcpExt", "TW"),
    /** TIME-WAIT ended early by a new SYN. */
    TCP_EXT_TW_RECYCLED("TcpExt", "TWRecycled"),
    /** Dropped: old timestamp. */
    TCP_EXT_PAWS_ESTAB("TcpExt", "PAWSEstab"),
    /** Delayed acknowledgments sent. */
    TCP_EXT_DELAYED_ACKS("TcpExt", "DelayedACKs"),
    /** Segments received again, as when an acknowledgment of ours was late or lost. */
    TCP_EXT_DELAYED_ACK_LOST("TcpExt", "DelayedACKLost"),
    /** Final ACKs that found the accept queue full. */
    TCP_EXT_LISTEN_OVERFLOWS("TcpExt", "ListenOverflows"),
    /** SYNs and final ACKs dropped by a listener. */
    TCP_EXT_LISTEN_DROPS("TcpExt", "ListenDrops"),
    /** Segments without data received. */
    TCP_EXT_PURE_ACKS("TcpExt", "TCPPureAcks"),
    /** Loss recoveries by SACK. */
    TCP_EXT_SACK_RECOVERY("TcpExt", "TCPSackRecovery"),
    /** Loss recoveries without SACK. */
    TCP_EXT_RENO_RECOVERY("TcpExt", "TCPRenoRecovery"),
    /** Peers that took back a SACK. */
    TCP_EXT_SACK_RENEGING("TcpExt", "TCPSACKReneging"),
    /** Fast retransmissions. */
    TCP_EXT_FAST_RETRANS("TcpExt", "TCPFastRetrans"),
    /** Retransmissions after a timeout. */
    TCP_EXT_SLOW_START_RETRANS("TcpExt", "TCPSlowStartRetrans"),
    /** Retransmission timeouts. */
    TCP_EXT_TIMEOUTS("TcpExt", "TCPTimeouts"),
    /** Tail loss probes sent. */
    TCP_EXT_LOSS_PROBES("TcpExt", "TCPLossProbes"),
    /** Losses that a tail loss probe has repaired. */
    TCP_EXT_LOSS_PROBE_RECOVERY("TcpExt", "TCPLossProbeRecovery"),
    /** Retransmissions that were lost, found by RACK. */
    TCP_EXT_LOST_RETRANSMIT("TcpExt", "TCPLostRetransmit"),
    /** Times that data were seen to arrive out of order, by SACK. */
    TCP_EXT_SACK_REORDER("TcpExt", "TCPSACKReorder"),
    /** The same, by acknowledgments without SACK. */
    TCP_EXT_RENO_REORDER("TcpExt", "TCPRenoReorder"),
    /** SACK blocks ignored because they cannot be true. */
    TCP_EXT_SACK_DISCARD("TcpExt", "TCPSACKDiscard"),
    /** Recoveries that were for nothing, as came out when they were over. */
    TCP_EXT_FULL_UNDO("TcpExt", "TCPFullUndo"),
    /** Recoveries that were for nothing, as timestamps told before they were over. */
    TCP_EXT_PARTIAL_UNDO("TcpExt", "TCPPartialUndo"),
    /** Recoveries that were for nothing, as duplicate SACKs told. */
    TCP_EXT_DSACK_UNDO("TcpExt", "TCPDSACKUndo"),
    /** Recoveries after a timeout that were for nothing. */
    TCP_EXT_LOSS_UNDO("TcpExt", "TCPLossUndo"),
    /** Of these, the ones that F-RTO has found. */
    TCP_EXT_SPURIOUS_RTOS("TcpExt", "TCPSpuriousRTOs"),
    /** Duplicate SACK blocks received. */
    TCP_EXT_DSACK_RECV("TcpExt", "TCPDSACKRecv"),
    /** Duplicate SACK blocks received for data above a gap. */
    TCP_EXT_DSACK_OFO_RECV("TcpExt", "TCPDSACKOfoRecv"),
    /** Duplicate SACK blocks ignored: more than was sent again, or for what cannot have been. */
    TCP_EXT_DSACK_IGNORED_DUBIOUS("TcpExt", "TCPDSACKIgnoredDubious"),
    /** Duplicate SACK blocks that are about no recovery that could be taken back. */
    TCP_EXT_DSACK_IGNORED_NO_UNDO("TcpExt", "TCPDSACKIgnoredNoUndo"),
    /** Paths whose full-sized segments vanish without a word, which get smaller ones. */
    TCP_EXT_MTUP_BLACK_HOLE("TcpExt", "TCPMTUPBlackHole"),
    /** Segments sent that were larger than the others, to see whether that passes. */
    TCP_EXT_MTUP_PROBE("TcpExt", "TCPMTUPProbe"),
    /** Those that were acknowledged. */
    TCP_EXT_MTUP_SUCCESS("TcpExt", "TCPMTUPSuccess"),
    /** Those that alone were lost: too large. */
    TCP_EXT_MTUP_FAIL("TcpExt", "TCPMTUPFail"),
    /** Duplicate SACK blocks sent for data that had been acknowledged. */
    TCP_EXT_DSACK_OLD_SENT("TcpExt", "TCPDSACKOldSent"),
    /** Duplicate SACK blocks sent for data above a gap. */
    TCP_EXT_DSACK_OFO_SENT("TcpExt", "TCPDSACKOfoSent"),
    /** Closed with unread data. */
    TCP_EXT_ABORT_ON_DATA("TcpExt", "TCPAbortOnData"),
    /** Data came after close. */
    TCP_EXT_ABORT_ON_CLOSE("TcpExt", "TCPAbortOnClose"),
    /** Aborted: orphans, of which there were too many or for which there was no memory. */
    TCP_EXT_ABORT_ON_MEMORY("TcpExt", "TCPAbortOnMemory"),
    /** Aborted: no answer. */
    TCP_EXT_ABORT_ON_TIMEOUT("TcpExt", "TCPAbortOnTimeout"),
    /** Aborted: FIN-WAIT-2 ran out. */
    TCP_EXT_ABORT_ON_LINGER("TcpExt", "TCPAbortOnLinger"),
    /** Times that memory came under pressure. */
    TCP_EXT_MEMORY_PRESSURES("TcpExt", "TCPMemoryPressures"),
    /** Keep-alive probes sent. */
    TCP_EXT_KEEP_ALIVE("TcpExt", "TCPKeepAlive"),
    /** Segments queued out of order. */
    TCP_EXT_OFO_QUEUE("TcpExt", "OFOQueue"),
    /** Out-of-order segments dropped for want of room. */
    TCP_EXT_OFO_DROP("TcpExt", "OFODrop"),
    /** Segments in order dropped for want of memory. */
    TCP_EXT_RCV_Q_DROP("TcpExt", "TCPRcvQDrop"),
    /** Challenge ACKs sent. */
    TCP_EXT_CHALLENGE_ACK("TcpExt", "TCPChallengeACK"),
    /** Challenge ACKs sent to a SYN. */
    TCP_EXT_SYN_CHALLENGE("TcpExt", "TCPSYNChallenge"),
    /** SYN cookies because the SYN queue was full. */
    TCP_EXT_REQ_Q_FULL_DO_COOKIES("TcpExt", "TCPReqQFullDoCookies"),
    /** SYNs dropped because the SYN queue was full. */
    TCP_EXT_REQ_Q_FULL_DROP("TcpExt", "TCPReqQFullDrop"),
    /** Segments that came in at a shard that is not their connection's, and were handed on to that one. */
    TCP_EXT_STEERED("TcpExt", "TCPSteered"),
    /** Segments dropped because too many were on their way to another shard. */
    TCP_EXT_BACKLOG_DROP("TcpExt", "TCPBacklogDrop"),
    /** Final ACKs ignored because the stack has as many connections as it may. */
    TCP_EXT_CONNECTION_LIMIT("TcpExt", "TCPConnectionLimit"),
    /** SYNs dropped because their source has as many half-open connections as one may. */
    TCP_EXT_SOURCE_SYN_LIMIT("TcpExt", "TCPSourceSynLimit"),
    /** Final ACKs reset because their source has as many connections as one may. */
    TCP_EXT_SOURCE_ESTAB_LIMIT("TcpExt", "TCPSourceEstabLimit"),
    /** Half-open connections given up: no answer to the last SYN-ACK. */
    TCP_EXT_SYN_RECV_TIMEOUTS("TcpExt", "TCPSynRecvTimeouts"),
    /** Retransmissions the NIC did not take. */
    TCP_EXT_RETRANS_FAIL("TcpExt", "TCPRetransFail"),
    /** SYNs and SYN-ACKs sent again. */
    TCP_EXT_SYN_RETRANS("TcpExt", "TCPSynRetrans"),
    /** Segments with new data sent. */
    TCP_EXT_ORIG_DATA_SENT("TcpExt", "TCPOrigDataSent"),
    /** Windows opened from zero. */
    TCP_EXT_FROM_ZERO_WINDOW_ADV("TcpExt", "TCPFromZeroWindowAdv"),
    /** Windows closed to zero. */
    TCP_EXT_TO_ZERO_WINDOW_ADV("TcpExt", "TCPToZeroWindowAdv"),
    /** Windows sent that would be zero, were it not that the right edge never moves left. */
    TCP_EXT_WANT_ZERO_WINDOW_ADV("TcpExt", "TCPWantZeroWindowAdv"),
    /** Zero-window probes sent. */
    TCP_EXT_WIN_PROBE("TcpExt", "TCPWinProbe"),
    /** Segments with an urgent pointer received. */
    TCP_EXT_URGENT_DATA("TcpExt", "TCPUrgentData"),
    /** Challenge ACKs not sent because of the rate limit. */
    TCP_EXT_ACK_SKIPPED_CHALLENGE("TcpExt", "TCPACKSkippedChallenge"),
    /** Unacceptable segments of half-open connections not answered, because one had been within half a second. */
    TCP_EXT_ACK_SKIPPED_SYN_RECV("TcpExt", "TCPACKSkippedSynRecv"),
    /** TIME-WAIT records not made because the table was full. */
    TCP_EXT_TIME_WAIT_OVERFLOW("TcpExt", "TCPTimeWaitOverflow"),
    /** Segments the peer took. */
    TCP_EXT_DELIVERED("TcpExt", "TCPDelivered"),
    /** Segments the peer took whose acknowledgment said that a router was congested. */
    TCP_EXT_DELIVERED_CE("TcpExt", "TCPDeliveredCE"),
    /** SYNs for a port nobody listens on. */
    TCP_EXT_NO_LISTENER("TcpExt", "NoListener"),
    /** Segments outside the window or otherwise ignored. */
    TCP_EXT_OUT_OF_WINDOW("TcpExt", "OutOfWindow"),
    /** Segments discarded after the connection had gone. */
    TCP_EXT_DEFERRED("TcpExt", "TCPDeferred"),
    /** Connections that were reset because their actor failed. */
    ACTOR_CONNECTION_FAILURES("Actor", "ConnectionFailures"),
    /** Failures of the stack actor; it starts again. */
    ACTOR_STACK_FAILURES("Actor", "StackFailures"),
    /** Failures of actors of listening sockets; they start again. */
    ACTOR_LISTENER_FAILURES("Actor", "ListenerFailures"),
    /** Failures of the reader of the NIC; it starts again. */
    ACTOR_NIC_FAILURES("Actor", "NicFailures"),
    /** Files written with the last packets of a connection that failed. */
    ACTOR_RECORDINGS("Actor", "Recordings"),
    /** Failures without such a file: too many at once, or it could not be written. */
    ACTOR_RECORDINGS_OMITTED("Actor", "RecordingsOmitted");

    private enum Kind {
        /** Counts events. */
        EVENT,
        /** Counts frames received that ended here. */
        TERMINAL,
        /** Goes down too. */
        GAUGE
    }

    private final String group;
    private final String label;
    private final Kind kind;

    Counter(String group, String label) {
        this(group, label, Kind.EVENT);
    }

    Counter(String group, String label, Kind kind) {
        this.group = group;
        this.label = label;
        this.kind = kind;
    }

    /** Its table, such as {@code Ip}, {@code Tcp}, {@code TcpExt} or {@code Sockstat}. */
    public String group() {
        return group;
    }

    /** The name within the table, such as {@code ListenOverflows}. */
    public String label() {
        return label;
    }

    /** True when the value can go down. */
    public boolean isGauge() {
        return kind == Kind.GAUGE;
    }

    /** True when it counts received frames that ended here: one of these goes up by one for each frame. */
    public boolean isTerminal() {
        return kind == Kind.TERMINAL;
    }
}
