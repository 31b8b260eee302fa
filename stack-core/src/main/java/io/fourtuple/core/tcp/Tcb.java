package io.fourtuple.core.tcp;

import io.fourtuple.core.Counter;
import io.fourtuple.core.Counters;
import io.fourtuple.core.Faults;
import io.fourtuple.core.time.Deadline;
import io.fourtuple.core.wire.FastOpenOption;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.SendReason;
import io.fourtuple.core.wire.Seq;
import io.fourtuple.core.wire.TcpSegment;

/**
 * The transmission control block: the variables of RFC 9293 §3.3.1 under their names there, and those of the RFCs that
 * came on top. Data only; {@link SegmentArrival}, {@link AckArrival}, {@link Transmitter}, {@link ReceiveWindow} and
 * {@link Timeouts} hold the rules. Confined to the connection's thread.
 */
final class Tcb {
    /** How loss is being repaired. */
    enum Recovery {
        /** Nothing is known to be lost. */
        NONE,
        /** Fast recovery (RFC 6675; RFC 6582 without SACK). */
        FAST,
        /** After a retransmission timeout: everything that was in flight is taken for lost. */
        TIMEOUT
    }

    final FourTuple tuple;
    final ShardMemory memory;
    final Counters counters;
    TcpConfig config;
    /** The configuration the SYN was made with. */
    final TcpConfig opened;
    PathProperties path;
    /** As the link alone has it. */
    final PathProperties linkPath;
    private TcpState state;

    // --- send sequence space: SND.UNA <= SND.NXT; data from una to nxt is in flight, from nxt to queue end waits
    final int iss;
    int sndUna;
    int sndNxt;
    /** SND.WND, scaled, in octets. */
    int sndWnd;
    int sndInWindow; // as far as was sent within it, the peer may have taken it
    int sndWl1;
    int sndWl2;
    /** The largest window the peer ever offered (RFC 9293 §3.8.6.2.1, RFC 5961 §5). */
    int maxSndWnd;
    /** When {@link #sndWnd} became 0; meaningful while it is. */
    long windowShutAt;
    /** SND.UP: octet after the urgent data; urgent mode while it is after SND.UNA. */
    int sndUp;
    final SendQueue sendQueue;
    int sendBuffer;
    /** The user was refused or cut short and waits for room. */
    boolean sendBlocked;
    /** … and would not have been, were there more memory. */
    boolean sendHeldBack;
    /** The user will send no more: FIN follows the last octet of the queue. */
    boolean outputClosed;
    boolean finSent;
    /** {@code TCP_CORK}: what does not fill a segment waits. */
    boolean corked;
    /** End of what was sent by a call that did not say that more follows: PSH is set there. */
    int pushed;
    /** The last call has said that more follows, and nothing has come since. */
    boolean moreFollows;
    /** End of the data that went with our SYN. */
    int synDataEnd;
    /** The window that the peer knows is that of our SYN. */
    boolean windowOfSyn = true;
    /** A call waits for the connection, and sends as soon as it is there. */
    boolean writeExpected;
    /** … until then. */
    long corkedUntil = Deadline.NONE;
    /** That has come: what waits may go. */
    boolean corkDue;
    /** End of the last segment sent that was not full-sized, for Nagle's algorithm in Minshall's variant. */
    int smallSegmentEnd;

    // --- receive sequence space
    int irs;
    int rcvNxt;
    /** The right edge of the window: RCV.NXT + RCV.WND, and it never moves left. */
    int rcvEdge;
    /** The window field last sent after the handshake, still scaled. */
    int advertisedWindow = 1;
    int rcvUp;
    final ReceiveQueue receiveQueue = new ReceiveQueue();
    int receiveBuffer;
    /** The window would be larger, were there more memory. */
    boolean windowHeldBack;
    /** When the user was done with a connection that was not: for how long it may go on alone. */
    long orphanedAt = Deadline.NONE;
    /** It is counted among the orphans. */
    private boolean orphan;
    /** What the two queues pin, as {@link #memory} knows it. */
    private long charged;
    /** The user closed its reading side: data that arrives is answered with a reset. */
    boolean inputClosed;
    /** FIN received in order; its sequence number is RCV.NXT - 1. */
    boolean finReceived;
    /** FIN seen above a gap: valid when {@link #finPending}. */
    int pendingFinSeq;
    boolean finPending;

    // --- options agreed in the SYNs
    int sndShift;
    int rcvShift;
    boolean windowScaling;
    boolean sack;
    boolean timestamps;
    final int timestampOffset;
    int tsRecent;
    long tsRecentAt;
    /** Last.ACK.sent of RFC 7323. */
    int lastAckSent;
    /** Payload octets of a full-sized segment without options. */
    int sndMss;

    // --- explicit congestion notification
    /** Both ends take part: marks are echoed, and echoes are obeyed. */
    boolean ecn;
    /** Our data may be marked. */
    boolean ect;
    /** Data came from a sender that takes marks. */
    boolean ecnSeen;
    /** A mark came, and the peer has not said yet that it has reduced its window. */
    boolean echoCongestion;
    /** … and it was told of the mark. */
    boolean echoed;
    /** The window was reduced, and the next new data say so. */
    boolean cwrDue;
    /** SND.NXT when the window was last reduced. */
    int reductionPoint;
    /** Accurate ECN, in place of the classic one; null where it was not agreed. */
    AccurateEcn accurate;
    long deliveredCe; // segments of ours that arrived marked, as far as is known

    // --- retransmission
    final RttEstimator rtt;
    CongestionControl congestion;
    final Scoreboard scoreboard = new Scoreboard();
    final DeliveryRate rate = new DeliveryRate();
    final Rack rack;
    final TailLossProbe tlp = new TailLossProbe();
    final ProportionalRateReduction prr = new ProportionalRateReduction();
    final SpuriousRetransmission undo = new SpuriousRetransmission();
    final WindowValidation validation = new WindowValidation();
    final Pacer pacer = new Pacer();
    Recovery recovery = Recovery.NONE;
    /** Why what is lost is sent again, and which time in a row; meaningful in recovery. */
    SendReason repairReason = SendReason.RTO;
    int repairAttempt;
    /** SND.NXT when recovery began: it is over when all before is acknowledged. */
    int recoveryPoint;
    /** The one retransmission of NextSeg rule (4) in this recovery was made (RFC 6675 §4). */
    boolean rescued;
    /** SND.NXT when the present round trip began. */
    int roundEnd;
    int dupAcks;
    /** The next retransmission ignores cwnd: RFC 6675 §5 step (4.3) and the one after a timeout. */
    boolean mustRetransmit;
    /** One segment is being timed (Karn): its end, when it left; valid when {@link #timing}. */
    int timedEnd;
    long timedAt;
    boolean timing;

    // --- timers: all of them absolute times
    /** Retransmission, SYN retransmission or, when nothing is in flight, persist. */
    long retransmitAt = Deadline.NONE;
    /** RACK: what may be reordered is lost then (RFC 8985 §6.2). */
    long reorderAt = Deadline.NONE;
    /** The tail loss probe (RFC 8985 §7.2). */
    long lossProbeAt = Deadline.NONE;
    /** How often the persist timer ran out since the peer last had a window. */
    int windowProbes;
    /** The persist timer ran out: the next segment ignores the rules against silly windows. */
    boolean probeDue;
    long delayedAckAt = Deadline.NONE;
    long keepAliveAt = Deadline.NONE;
    int keepAliveProbes;
    boolean keepAliveDue;
    long finWait2At = Deadline.NONE;
    /** When the oldest unanswered segment was first sent, for R2 and the user timeout. */
    long unansweredSince = Deadline.NONE;
    long lastSentAt;
    long lastReceivedAt;
    /** When payload last came. */
    long lastDataAt;
    long lastAckAt;

    // --- acknowledging
    /** Something arrived that is not acknowledged yet. */
    boolean ackPending;
    /** … and must be acknowledged with the next poll. */
    boolean ackNow;
    /** The delayed-ACK timer is why. */
    boolean ackDelayedLong;
    /** Octets that arrived since the last acknowledgment. */
    int unackedOctets;
    int quickAcks;
    /** Largest payload the peer sent as one segment. */
    int rcvMss = 536;
    int challengeAcks;
    long challengeWindowStart;
    boolean challengeAckDue;

    // --- a duplicate to report (RFC 2883), in the next acknowledgment
    boolean dsackDue;
    int dsackStart;
    int dsackEnd;

    final RightSizing rightSizing;

    // --- SYN and RST to send
    boolean synDue;
    /** The SYN-ACK of a simultaneous open is out. */
    boolean synAckSent;
    /** The peer's SYN that crossed ours and brought data; null for none, and once we are ESTABLISHED. */
    TcpSegment synText;
    /** The client's part in Fast Open; null when it takes none. */
    FastOpenAttempt fastOpen;
    /** The SYN that began it was enough to make it: data flow both ways before the handshake is over (RFC 7413). */
    boolean fastOpened;
    /** Data that came or went with a SYN were taken. */
    boolean synData;
    /** What the first SYN-ACK says of Fast Open. */
    FastOpenOption synAckOption = FastOpenOption.ABSENT;
    boolean resetDue;
    int resetSeq;
    /** See {@link #identify}. */
    private int nextIdentification;
    /** The reset has no ACK, as if there were no connection. */
    boolean resetBare;

    /** The peer's User Timeout option (RFC 5482), -1 for none; and whether ours went with a bare acknowledgment. */
    int peerUserTimeout = -1;
    boolean userTimeoutTold;
    /** An ICMP error that did not end the connection, told when it times out. */
    boolean softError;
    /** What stood in the way since SND.UNA last advanced; null for nothing. */
    Trouble trouble;

    private int events;
    /** The last event that was raised: none follows. Null before. */
    private TcpEvent end;
    /** The timer ran out for the segment at SND.UNA. */
    boolean timedOut;

    // --- statistics (tcp_info)
    final Account account = new Account();
    final PathMtuSearch mtu = new PathMtuSearch();
    long bytesSent;
    long bytesRetransmitted;
    /** Octets that duplicate SACKs have told of, and how many such blocks were believed. */
    long dsackOctets;
    long dsackDups;
    long bytesAcked;
    long bytesReceived;
    long segmentsOut;
    long segmentsIn;
    long retransmits;

    Tcb(FourTuple tuple, TcpState state, int iss, int timestampOffset, PathProperties path, TcpConfig config,
            ShardMemory memory, long nowNanos) {
        this.tuple = tuple;
        this.state = state;
        this.iss = iss;
        nextIdentification = iss & 0xffff; // as good as any, and hard to guess
        this.timestampOffset = timestampOffset;
        linkPath = path.atMost(config.tuning().maxSegment());
        this.path = linkPath;
        this.config = config;
        rtt = new RttEstimator(config.traits().timeoutMargin());
        opened = config.forOpening();
        this.memory = memory;
        counters = memory.counters();
        sndUna = iss;
        sndNxt = iss;
        sndUp = iss;
        sndInWindow = iss;
        smallSegmentEnd = iss;
        pushed = iss;
        synDataEnd = iss;
        recoveryPoint = iss;
        roundEnd = iss;
        reductionPoint = iss;
        rack = new Rack(iss);
        sendQueue = new SendQueue(Seq.add(iss, 1));
        sendBuffer = config.sendBuffer().initial();
        receiveBuffer = config.receiveBuffer().initial();
        sndMss = this.path.mss();
        congestion = config.congestionControl().create(sndMss, initialWindow(sndMss, config));
        quickAcks = config.acknowledgment().quickAcks();
        lastSentAt = nowNanos;
        lastReceivedAt = nowNanos;
        lastDataAt = nowNanos - config.acknowledgment().delay();
        lastAckAt = nowNanos;
        rightSizing = new RightSizing(nowNanos);
        windowShutAt = nowNanos;
        challengeWindowStart = nowNanos;
    }

    /** IW of RFC 6928 §2: ten segments, at most 14600 octets unless they are small. */
    static long initialWindow(int mss, TcpConfig config) {
        int segments = config.initialWindowSegments();
        return segments == 10 ? Math.min(10L * mss, Math.max(2L * mss, 14600)) : (long) segments * mss;
    }

    TcpState state() {
        return state;
    }

    /** The only way to change the state. */
    void become(TcpState next) {
        if (!state.canBecome(next)) {
            throw new IllegalStateException(tuple + ": " + state + " cannot become " + next);
        }
        boolean was = state.countsAsEstablished();
        boolean is = next.countsAsEstablished();
        state = next;
        if (orphan && !mayBeOrphan()) {
            setOrphan(false);
        }
        if (is && !was) {
            counters.add(Counter.TCP_CURR_ESTAB, 1);
        } else if (was && !is) {
            counters.add(Counter.TCP_CURR_ESTAB, -1);
            if (next == TcpState.CLOSED) { // RFC 4022 tcpEstabResets
                counters.increment(Counter.TCP_ESTAB_RESETS);
            }
        }
    }

    /** As long as there is something to deliver: FIN-WAIT-2 has a time limit of its own, and pins nothing. */
    boolean mayBeOrphan() {
        return state != TcpState.FIN_WAIT_2 && state != TcpState.TIME_WAIT && state != TcpState.CLOSED;
    }

    boolean isOrphan() {
        return orphan;
    }

    void setOrphan(boolean isOne) {
        if (isOne != orphan) {
            orphan = isOne;
            memory.countOrphans(isOne ? 1 : -1);
        }
    }

    /**
     * Adopts what the peer's SYN and ours agreed on. A SYN that had to be sent again twice or more is taken for a sign
     * of congestion (RFC 6928 §2).
     */
    void agree(int peerMss, int peerShift, boolean peerSack, boolean peerTimestamps, int synRetransmits) {
        TcpConfig.OptionOffer offer = opened.options();
        windowScaling = offer.windowScaling() && peerShift >= 0;
        sndShift = windowScaling ? Math.min(peerShift, 14) : 0; // RFC 7323 §2.3
        rcvShift = windowScaling ? ReceiveWindow.shiftFor(opened) : 0;
        sack = offer.sack() && peerSack;
        timestamps = offer.timestamps() && peerTimestamps;
        if (synRetransmits > 0) {
            rtt.synWasLost();
        }
        int mss = peerMss < 0 ? defaultMss(tuple) : Math.max(peerMss, offer.minPeerMss());
        int agreed = Math.min(mss, path.mss());
        int first = mtu.begin(this, agreed);
        if (first < agreed) {
            path = pathOf(first);
        }
        sndMss = first - timestampOctets();
        if (config.traits().roundReceiveBuffer()) {
            int segment = Math.min(mss, path.mss());
            receiveBuffer = Math.min(config.receiveBuffer().max(), Math.ceilDiv(receiveBuffer, segment) * segment);
        }
        boolean small = synRetransmits > 1 || memory.fires(Faults.SMALL_INITIAL_WINDOW);
        long window = small ? sndMss : initialWindow(sndMss, config);
        congestion = config.congestionControl().create(sndMss, window);
    }

    /** RFC 9293 MUST-15: 536 without the option, 1220 over IPv6. */
    static int defaultMss(FourTuple tuple) {
        return defaultMss(tuple.local());
    }

    static int defaultMss(IpAddress ofEither) {
        return ofEither.isV4() ? 536 : 1220;
    }

    /** What every path must carry, or what makes sense (RFC 5927 §7), as the payload of a segment. */
    int smallestMss() {
        return tuple.local().isV4() ? 552 - 40 : 1280 - 60;
    }

    /** The identification of the next packet that may be cut, of {@code packets} that follow each other. */
    int identify(int packets) {
        int identification = nextIdentification;
        nextIdentification = nextIdentification + packets & 0xffff;
        return identification;
    }

    /** The path takes an MSS of this size, as far as is known (RFC 1191, RFC 8201, RFC 4821), and no larger one. */
    void changeMss(int mss) {
        path = pathOf(mss);
        sndMss = Math.min(mss, mtu.most()) - timestampOctets();
        congestion.onSegmentSize(sndMss);
    }

    /** What timestamps take of each segment (RFC 7323 §3.2, RFC 6691). */
    int timestampOctets() {
        return timestamps ? 12 : 0;
    }

    private PathProperties pathOf(int mss) {
        boolean cuts = linkPath.maxPayload() > linkPath.mss(); // only a NIC that cuts segments may get more than one
        return new PathProperties(mss, cuts ? Math.max(mss, linkPath.maxPayload() / mss * mss) : mss);
    }

    /** Payload octets of the next full-sized segment: SACK blocks and others take their room (RFC 6691 §3.1). */
    int currentMss() {
        int blocks = sackBlocks();
        int options = accurate != null ? accurate.optionsLength(timestamps, blocks) : blocks == 0 ? 0 : 4 + 8 * blocks;
        return options == 0 ? sndMss : Math.max(8, sndMss - options);
    }

    /** How many SACK blocks the next segment has. */
    int sackBlocks() {
        return sack ? Math.min(receiveQueue.blockCount() + (dsackDue ? 1 : 0), timestamps ? 3 : 4) : 0;
    }

    int octetsInFlight() {
        return Seq.distance(sndUna, sndNxt);
    }

    /** Octets queued that were never sent; the FIN does not count. */
    int unsent() {
        return Math.max(0, Seq.distance(sndNxt, sendQueue.endSeq()));
    }

    /** As {@link TcpState#canReceive}, and data that came with the SYN. */
    boolean canReceive() {
        return state.canReceive() || (fastOpened && state == TcpState.SYN_RECEIVED);
    }

    /** Sequence number of our FIN, meaningful once {@link #outputClosed}. */
    int finSeq() {
        return sendQueue.endSeq();
    }

    boolean finAcknowledged() {
        return finSent && sndUna == sndNxt;
    }

    /** RCV.WND. */
    int rcvWnd() {
        return Seq.distance(rcvNxt, rcvEdge);
    }

    int timestamp(long nowNanos) {
        return (int) (nowNanos / 1_000_000) + timestampOffset;
    }

    /** Octets thought to be in the network: {@code pipe} of RFC 6675 §4. */
    int pipe() {
        int outstanding = octetsInFlight();
        if (outstanding == 0) {
            return 0;
        }
        if (sndUna == iss) { // our SYN is out, and takes up no room of what goes with it
            return outstanding - 1;
        }
        int duplicates = sack ? 0 : Math.min(dupAcks * sndMss, Math.max(0, outstanding - sndMss));
        return Math.max(0, outstanding - duplicates - scoreboard.gone());
    }

    /** What may be in flight, in octets, as far as the network is concerned. */
    long window() {
        return recovery == Recovery.FAST && !congestion.shapesRecovery() ? prr.window() : congestion.cwnd();
    }

    /** What a loss takes its part of: these octets in flight, or the window in whole segments where that is a trait. */
    long reducible(int inFlight) {
        return config.traits().reduceFromWindow() ? congestion.cwnd() / sndMss * sndMss : inFlight;
    }

    /** True when something is known to be lost and was not sent again. */
    boolean hasLost() {
        return recovery != Recovery.NONE && scoreboard.pending() > 0;
    }

    void raise(TcpEvent event) {
        if (end != null) {
            return;
        }
        end = event.isLast() ? event : null;
        events |= 1 << code(event);
    }

    /** The user is told once for each kind, until something new is acknowledged. */
    void trouble(Trouble kind) {
        if (trouble != kind) {
            trouble = kind;
            raise(TcpEvent.TROUBLE);
        }
    }

    /** The network says that something is wrong, which is no reason to give up. */
    void softError(Trouble kind) {
        softError = true;
        trouble(kind);
    }

    /** Why it is over; null while it is not. */
    TcpEvent end() {
        return end;
    }

    /**
     * The earliest event in the order they are declared, or null. The last one waits until everything that came before
     * it was taken, as after a reset, too: what the peer has sent before it failed is not lost.
     */
    TcpEvent nextEvent() {
        if (events == 0) {
            return null;
        }
        TcpEvent event = EVENTS[Integer.numberOfTrailingZeros(events)];
        if (event.isLast() && receiveQueue.length() > 0) {
            return null;
        }
        events &= events - 1;
        return event;
    }

    private static final TcpEvent[] EVENTS = TcpEvent.values();

    @SuppressWarnings("EnumOrdinal") // a bit in a set that never leaves this object
    private static int code(TcpEvent event) {
        return event.ordinal();
    }

    /** Charges what the queues have come to pin, or no longer do. After whatever changes them. */
    void settle() {
        long now = receiveQueue.charge() + sendQueue.charge();
        if (now != charged) {
            memory.charge(now - charged);
            charged = now;
        }
    }

    /** What is charged, after a check that it is the sum of its parts. */
    long checkedCharge() {
        long sum = receiveQueue.recount() + sendQueue.recount();
        if (sum != charged || receiveQueue.charge() + sendQueue.charge() != sum) {
            throw new IllegalStateException(tuple + ": " + charged + " octets are charged and " + sum + " are held");
        }
        boolean synOut = sndUna == iss && bytesAcked == 0; // which is not on the scoreboard, as data after it are
        scoreboard.check(synOut ? Seq.add(iss, 1) : sndUna, sndNxt);
        return charged;
    }

    /**
     * Ends the connection: nothing is sent any more but a reset that is due. Unless its user aborted it or closed its
     * reading side, what has come in order may still be taken.
     */
    void finish(TcpEvent last) {
        if (state != TcpState.CLOSED) {
            become(TcpState.CLOSED);
        }
        stopTimers();
        sendQueue.clear();
        scoreboard.clear();
        if (inputClosed || last == TcpEvent.ABORTED) {
            receiveQueue.clear();
        } else {
            receiveQueue.dropOutOfOrder();
        }
        ackPending = false;
        ackNow = false;
        synDue = false;
        challengeAckDue = false;
        raise(last);
    }

    void stopTimers() {
        retransmitAt = Deadline.NONE;
        reorderAt = Deadline.NONE;
        pacer.releaseAt = Deadline.NONE;
        tlp.end(this);
        delayedAckAt = Deadline.NONE;
        keepAliveAt = Deadline.NONE;
        finWait2At = Deadline.NONE;
        corkedUntil = Deadline.NONE;
    }
}
