package io.fourtuple.core.tcp;

import io.fourtuple.core.Counter;
import io.fourtuple.core.Faults;
import io.fourtuple.core.tcp.HostTraits.OpenEnd;
import io.fourtuple.core.time.Deadline;
import io.fourtuple.core.wire.FastOpenOption;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.OutboundSegment;
import io.fourtuple.core.wire.Seq;
import io.fourtuple.core.wire.TcpSegment;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * One TCP connection (RFC 9293) without I/O: segments, user calls and the time go in; segments, events and a deadline
 * come out. It never sleeps, never calls back and never reads a clock.
 *
 * <p>The methods, in this order: getters · {@code handle…} (segments, timeouts, ICMP) · user calls ({@link #send},
 * {@link #receive}, {@link #close}, …) · {@code poll…} ({@link #pollTransmit}, {@link #pollEvent}, {@link #deadline}).
 * After any {@code handle…} or user call, the driver polls segments until there are none, then events, and arms one
 * timer for the deadline.
 *
 * <p>Confined to one thread. All times are nanoseconds of one monotonic clock.
 */
public final class TcpConnection {
    private final Tcb t;

    private TcpConnection(Tcb t) {
        this.t = t;
    }

    /**
     * Opens actively: {@link #pollTransmit} gives the SYN.
     *
     * @param iss initial send sequence number (RFC 6528)
     * @param timestampOffset added to the timestamps we send, so that they tell nothing of our uptime
     * @param memory what its buffers are charged to
     */
    public static TcpConnection connect(FourTuple tuple, int iss, int timestampOffset, PathProperties path,
            TcpConfig config, ShardMemory memory, long nowNanos) {
        Tcb t = new Tcb(tuple, TcpState.SYN_SENT, iss, timestampOffset, path, config, memory, nowNanos);
        t.synDue = true;
        t.counters.increment(Counter.TCP_ACTIVE_OPENS);
        return new TcpConnection(t);
    }

    /**
     * Makes the open that has just begun one with Fast Open: before its SYN is polled, and after what is to go with it
     * was {@linkplain #send queued}.
     */
    public void openFast(FastOpenAttempt attempt) {
        t.fastOpen = attempt;
    }

    /** The end of a passive open: {@code ack} completes the handshake of {@code halfOpen}. */
    static TcpConnection accept(HalfOpen halfOpen, TcpSegment ack, ShardMemory memory, long nowNanos) {
        Tcb t = halfOpen.toTcb(memory, nowNanos);
        t.counters.increment(Counter.TCP_PASSIVE_OPENS);
        TcpConnection connection = new TcpConnection(t);
        connection.handleSegment(ack, nowNanos);
        return connection;
    }

    /** A passive open with Fast Open: {@code syn}, of which {@code halfOpen} was made, is enough. */
    static TcpConnection acceptFast(
            HalfOpen halfOpen, TcpSegment syn, FastOpenOption answer, ShardMemory memory, long nowNanos) {
        Tcb t = halfOpen.toTcb(memory, nowNanos);
        t.counters.increment(Counter.TCP_PASSIVE_OPENS);
        t.fastOpened = true;
        t.timing = false; // the SYN-ACK is not out yet
        t.synAckOption = answer;
        t.synDue = true;
        SegmentArrival.synText(t, syn, nowNanos);
        t.synData = t.receiveQueue.length() > 0;
        t.settle();
        return new TcpConnection(t);
    }

    // --- getters

    /** The present state. */
    public TcpState state() {
        return t.state();
    }

    /** Whether data flow, or have flowed, both ways: also before the handshake is over, with Fast Open. */
    public boolean isOpen() {
        return t.fastOpened || (t.state() != TcpState.SYN_SENT && t.state() != TcpState.SYN_RECEIVED);
    }

    /** Which connection this is. */
    public FourTuple tuple() {
        return t.tuple;
    }

    /** The configuration in force. */
    public TcpConfig config() {
        return t.config;
    }

    /** Octets that {@link #receive} would give now. */
    public int receivable() {
        return t.receiveQueue.length();
    }

    /** Octets that {@link #send} would take now: none while {@link TcpConfig.Tuning#notSentLowat} were never sent. */
    public int sendSpace() {
        int lowat = t.config.tuning().notSentLowat();
        boolean enough = lowat > 0 && t.unsent() >= lowat;
        return enough || t.outputClosed || !t.state().canSend() ? 0 : SendMemory.space(t);
    }

    /**
     * True when this connection sends or receives less than it would, were there more memory: to be told by
     * {@link #handleMemoryRelief} when there is.
     */
    public boolean isHeldBack() {
        return t.state() != TcpState.CLOSED && (t.windowHeldBack || (t.sendBlocked && t.sendHeldBack));
    }

    /** True when the peer's FIN has arrived: nothing follows what is {@linkplain #receivable receivable}. */
    public boolean isPeerClosed() {
        return t.finReceived;
    }

    /** Why it is over, also while there are octets to {@link #receive}; null while it is not over. */
    public TcpEvent end() {
        return t.end();
    }

    /** What stood in the way since the peer last acknowledged something new; null when nothing did. */
    public Trouble trouble() {
        return t.trouble;
    }

    /** Whether no more can be {@linkplain #send sent}, as the user said or the connection is over. */
    public boolean isOutputClosed() {
        return t.outputClosed || t.state() == TcpState.CLOSED;
    }

    /**
     * Whether it is worth while to {@link #send}: a third of the send buffer is free, and less was never sent than
     * {@link TcpConfig.Tuning#notSentLowat} says.
     */
    public boolean isWritable() {
        int space = sendSpace();
        return space > 0 && (space >= t.sendBuffer / 3 || t.sendQueue.length() == 0);
    }

    /** Octets that came in order since the connection began. */
    public long bytesReceived() {
        return t.bytesReceived;
    }

    /** Octets in the send buffer: sent and not acknowledged, or never sent ({@code SIOCOUTQ}). */
    public int sendQueue() {
        return t.sendQueue.length();
    }

    /** Octets in the send buffer that were never sent ({@code SIOCOUTQNSD}). */
    public int unsent() {
        return t.unsent();
    }

    /** Octets that the send buffer has ever taken. */
    public long bytesQueued() {
        return t.sendQueue.appended();
    }

    /** How many of {@link #bytesQueued} it holds no more: they were acknowledged, or the connection is over. */
    public long bytesReleased() {
        return t.sendQueue.discarded();
    }

    /** The present sizes of the buffers, as auto-tuning has made them. */
    public int receiveBuffer() {
        return t.receiveBuffer;
    }

    /** See {@link #receiveBuffer}. */
    public int sendBuffer() {
        return t.sendBuffer;
    }

    /** SND.NXT. */
    public int sndNxt() {
        return t.sndNxt;
    }

    /** RCV.NXT. */
    public int rcvNxt() {
        return t.rcvNxt;
    }

    /** Octets from the first not yet received one to the end of the peer's urgent data; 0 outside urgent mode. */
    public int urgentAhead() {
        return Math.max(0, Seq.distance(t.rcvNxt, t.rcvUp) + t.receiveQueue.length());
    }

    /** The octet after the peer's urgent data, the last of which may have been read long ago (RFC 9293 MUST-62). */
    public int urgentEnd() {
        return t.rcvUp;
    }

    /** Everything {@code ss -ti} shows. */
    public TcpInfo info(long nowNanos) {
        return TcpInfo.of(t, nowNanos);
    }

    Tcb tcb() {
        return t;
    }

    // --- handle

    /** A segment of this connection arrived, its checksum verified. */
    public void handleSegment(TcpSegment segment, long nowNanos) {
        SegmentArrival.handle(t, segment, nowNanos);
        if (t.memory.fires(Faults.EARLY_TIMEOUT)) {
            Timeouts.handle(t, nowNanos);
        }
        t.settle();
    }

    /** {@link #deadline()} has come, or may have: calling this too early does nothing. */
    public void handleTimeout(long nowNanos) {
        Timeouts.handle(t, nowNanos);
        t.settle();
    }

    /**
     * Others have given back memory. A user that waits for room is told so, and the next {@link #pollTransmit} tells
     * the peer of a larger window.
     */
    public void handleMemoryRelief() {
        if (t.sendBlocked && sendSpace() > 0) {
            t.sendBlocked = false;
            t.raise(TcpEvent.WRITABLE);
        }
    }

    /**
     * An ICMP error that quotes a segment of this connection. Believed only when that segment can be in flight
     * (RFC 5927 §4.1), and never able to end a synchronised connection (RFC 9293 MUST-56).
     *
     * @param seq sequence number of the quoted segment
     */
    public void handleIcmp(IcmpError error, int seq, long nowNanos) {
        if (t.state() == TcpState.CLOSED || Seq.lt(seq, t.sndUna) || Seq.ge(seq, t.sndNxt)) {
            t.counters.increment(Counter.TCP_EXT_OUT_OF_WINDOW_ICMPS);
            return;
        }
        boolean opening = t.state() == TcpState.SYN_SENT || t.state() == TcpState.SYN_RECEIVED;
        switch (error.kind()) {
            case UNREACHABLE -> endOpen(
                    opening && endsBy(OpenEnd.ANY_ERROR), TcpEvent.UNREACHABLE, Trouble.UNREACHABLE);
            case EXPIRED -> endOpen(
                    opening && endsBy(OpenEnd.HARD_ERROR_OR_EXPIRY), TcpEvent.UNREACHABLE, Trouble.UNREACHABLE);
            case REFUSED -> endOpen(opening && endsBy(OpenEnd.HARD_ERROR), TcpEvent.REFUSED, Trouble.REFUSED);
            case NEIGHBOR_FAILED -> endOpen(opening, TcpEvent.UNREACHABLE, Trouble.UNREACHABLE);
            case PACKET_TOO_BIG -> lowerMtu(error.mtu());
        }
    }

    private boolean endsBy(OpenEnd least) {
        return t.config.traits().openEnd().compareTo(least) >= 0;
    }

    private void endOpen(boolean now, TcpEvent event, Trouble otherwise) {
        if (now) {
            t.counters.increment(Counter.TCP_ATTEMPT_FAILS);
            t.finish(event);
        } else {
            t.softError(otherwise);
        }
        t.settle();
    }

    /**
     * RFC 1191, RFC 8201; never below the smallest MTU that every path must carry or that makes sense (RFC 5927 §7).
     */
    private void lowerMtu(int mtu) {
        int headers = t.tuple.local().isV4() ? 40 : 60;
        int mss = Math.max(t.smallestMss(), (mtu > 0 ? mtu : 1280) - headers);
        t.mtu.told(mss);
        if (mss >= t.path.mss()) {
            return;
        }
        if (!t.config.tuning().pathDiscovery().believesRouters()) {
            return;
        }
        int before = t.sndMss;
        t.changeMss(mss);
        if (t.state() == TcpState.SYN_SENT && t.octetsInFlight() > 1) { // the SYN was too big: again, without its data
            t.synDue = true;
        }
        boolean smaller = t.sndMss < before;
        if (smaller && t.octetsInFlight() > 0 && t.state().isSynchronized()) { // too big: lost, but not by congestion
            Timeouts.repairTooBig(t);
            t.scoreboard.markAllLost();
        }
    }

    // --- user calls

    /**
     * Queues octets to be sent. The remaining content of {@code data} is referred to, not copied, and must never
     * change.
     *
     * @return how many octets were taken, at most {@link #sendSpace()}; the position of {@code data} moves by as many.
     *     When some were left, {@link TcpEvent#WRITABLE} follows
     */
    public int send(ByteBuffer data, long nowNanos) {
        return send(data, false, nowNanos);
    }

    /**
     * As {@link #send(ByteBuffer, long)}.
     *
     * @param more whether more follows ({@code MSG_MORE}): then there is no PSH at the end (RFC 9293 §3.9.1.2), and
     *     what does not fill a segment waits for it, or an acknowledgment, for 200 ms at most
     */
    public int send(ByteBuffer data, boolean more, long nowNanos) {
        t.writeExpected = false;
        if (!t.corked) {
            t.moreFollows = more;
            t.corkedUntil = Deadline.NONE;
            t.corkDue = false;
        }
        int taken = SendMemory.reserve(t, Math.min(sendSpace(), data.remaining()));
        if (taken > 0) {
            t.sendQueue.append(data.slice(data.position(), taken));
            if (!more) {
                t.pushed = t.sendQueue.endSeq();
            }
            t.settle();
            data.position(data.position() + taken);
        }
        if (data.hasRemaining()) {
            t.sendBlocked = true;
            t.sendHeldBack = SendMemory.isShort(t);
        }
        return taken;
    }

    /** Marks everything sent so far as urgent (RFC 9293 §3.8.5): discouraged for new applications (RFC 6093). */
    public void markUrgent() {
        t.sndUp = t.sendQueue.endSeq();
    }

    /**
     * Ends a record ({@code MSG_EOR}): what is sent from now on is never in one segment with what was sent before, also
     * when either is sent again.
     */
    public void endRecord() {
        t.sendQueue.endRecord();
        t.settle();
    }

    /**
     * Takes the next octets in order and opens the window by as much.
     *
     * @param maxBytes at most so many octets, at least 1
     * @return null when there are none now
     */
    public ReceivedChunk receive(int maxBytes, long nowNanos) {
        ReceivedChunk chunk = t.receiveQueue.take(t.memory.fires(Faults.HAND_OUT_LITTLE) ? 1 : maxBytes);
        if (chunk != null) {
            t.settle();
            t.rightSizing.taken(t, chunk.length(), nowNanos);
        }
        return chunk;
    }

    /**
     * The next octets in order, which stay where they are ({@code MSG_PEEK}).
     *
     * @param maxBytes at most so many octets, at least 1
     * @return chunks that together are as long; none when there are no octets now
     */
    public List<ReceivedChunk> peek(int maxBytes) {
        return t.receiveQueue.peek(maxBytes);
    }

    /** {@code TCP_CORK}: while it is on, only full segments are sent, for 200 ms at most. */
    public void cork(boolean on) {
        t.corked = on;
        t.corkedUntil = Deadline.NONE;
        t.corkDue = false;
    }

    /** Lets go what waits for more to fill a segment, corked or not: once. */
    public void push() {
        t.corkDue = (t.corked || t.moreFollows) && t.unsent() > 0;
    }

    /**
     * Says that a write waits for the connection: the acknowledgment that completes the handshake goes with its data,
     * if they come within the delay of acknowledgments.
     */
    public void expectWrite() {
        t.writeExpected = t.state() == TcpState.SYN_SENT;
    }

    /** Acknowledges what came at once ({@code TCP_QUICKACK}), or goes on to delay it. */
    public void acknowledgeQuickly(boolean on) {
        t.quickAcks = on ? Math.max(t.quickAcks, t.config.acknowledgment().quickAcks()) : 0;
        t.ackNow |= on && t.ackPending;
    }

    /** No more will be sent: FIN follows what is queued. The other direction stays open. Idempotent. */
    public void shutdownOutput(long nowNanos) {
        if (t.outputClosed) {
            return;
        }
        switch (t.state()) {
            case SYN_SENT, SYN_RECEIVED -> t.outputClosed = true;
            case ESTABLISHED -> {
                t.outputClosed = true;
                t.become(TcpState.FIN_WAIT_1);
            }
            case CLOSE_WAIT -> {
                t.outputClosed = true;
                t.become(TcpState.LAST_ACK);
            }
            case FIN_WAIT_1, FIN_WAIT_2, CLOSING, LAST_ACK, TIME_WAIT, CLOSED -> { }
        }
    }

    /**
     * Ends both directions, as {@code close(2)} does: what is queued is still sent and FIN follows. Octets that were
     * received and not taken, and any that arrive from now on, make it a reset (RFC 2525 §2.17).
     */
    public void close(long nowNanos) {
        if (t.state() == TcpState.SYN_SENT) {
            t.counters.increment(Counter.TCP_ATTEMPT_FAILS);
            t.finish(TcpEvent.ABORTED);
            t.settle();
            return;
        }
        if (t.state() == TcpState.CLOSED) {
            forgetReceived();
            return;
        }
        if (t.receiveQueue.length() > 0) {
            t.counters.increment(Counter.TCP_EXT_ABORT_ON_DATA);
            abort(nowNanos);
            return;
        }
        t.inputClosed = true;
        shutdownOutput(nowNanos);
        if (t.state() == TcpState.FIN_WAIT_2) {
            Timeouts.startFinWait2(t, nowNanos);
        }
    }

    /** Nobody will take it any more, and so nothing holds the last event back. */
    private void forgetReceived() {
        t.receiveQueue.clear();
        t.settle();
    }

    /** ABORT of RFC 9293 §3.10.5: everything queued is lost and the peer gets a reset. */
    public void abort(long nowNanos) {
        switch (t.state()) {
            case SYN_SENT, TIME_WAIT, CLOSED -> { }
            case SYN_RECEIVED, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT, CLOSING, LAST_ACK -> {
                t.resetDue = true;
                t.resetSeq = t.sndNxt;
            }
        }
        if (t.state() != TcpState.CLOSED) {
            t.finish(TcpEvent.ABORTED);
        }
        forgetReceived();
    }

    /**
     * The user is done with this connection and will neither send nor receive nor close: what is under way is still
     * delivered, within limits ({@link Orphans}). To be called after {@link #close} or when nothing is left to close.
     * Idempotent.
     */
    public void disown(long nowNanos) {
        if (t.orphanedAt == Deadline.NONE && t.mayBeOrphan()) {
            t.orphanedAt = nowNanos;
            t.setOrphan(true);
            Orphans.check(t, nowNanos);
            t.settle();
        }
    }

    /** Puts other options in force ({@code setsockopt}). What was agreed in the SYNs stays. */
    public void reconfigure(TcpConfig config, long nowNanos) {
        boolean probing = !t.config.keepAlive().equals(config.keepAlive());
        boolean otherControl = t.config.congestionControl() != config.congestionControl();
        t.config = config;
        if (otherControl) { // the window stays
            t.congestion = config.congestionControl().create(t.sndMss, t.congestion.cwnd());
        }
        t.receiveBuffer = size(t.receiveBuffer, config.receiveBuffer());
        t.sendBuffer = size(t.sendBuffer, config.sendBuffer());
        if (probing && t.state().isSynchronized()) {
            Timeouts.restartKeepAlive(t, nowNanos);
        }
    }

    private static int size(int now, TcpConfig.BufferLimits limits) {
        return limits.initial() == limits.max() ? limits.max() : Math.clamp(now, limits.min(), limits.max());
    }

    /**
     * Puts another congestion control in force ({@code TCP_CONGESTION}). It starts with the present window.
     *
     * @param supplier makes it, now
     */
    public void changeCongestionControl(CongestionControlSupplier supplier, long nowNanos) {
        CongestionControl before = t.congestion;
        CongestionControl next = supplier.create(t.sndMss, Tcb.initialWindow(t.sndMss, t.config));
        next.inherit(before.cwnd(), before.ssthresh());
        t.congestion = next;
        t.undo.close(); // what was in force before is not remembered by this one
        t.config = t.config.withCongestionControl(supplier);
    }

    /**
     * Nobody drives this connection any more, in whatever state it is: gives back all its memory. Idempotent, and
     * nothing else may be called afterwards.
     */
    public void release() {
        t.setOrphan(false);
        t.sendQueue.clear();
        t.receiveQueue.clear();
        t.settle();
    }

    // --- poll

    /**
     * The next segment to send. The driver writes it to the network before it calls anything else, and calls again
     * until there is none.
     *
     * @return false when nothing may be sent now; {@code out} is then undefined
     */
    public boolean pollTransmit(OutboundSegment out, long nowNanos) {
        if (!Transmitter.poll(t, out, nowNanos)) {
            t.account.idle(t, nowNanos);
            return false;
        }
        TcpConfig.Tuning tuning = t.config.tuning();
        out.ofSocket(tuning.trafficClass(), tuning.hopLimit());
        if (tuning.pathDiscovery() == TcpConfig.PathDiscovery.DONT) {
            out.identification = t.identify(Transmitter.segments(out));
        }
        return true;
    }

    /**
     * The next event for the user, or null. After one that {@linkplain TcpEvent#isLast() is last} there are no more.
     */
    public TcpEvent pollEvent() {
        return t.nextEvent();
    }

    /** When {@link #handleTimeout} is due; {@link io.fourtuple.core.time.Deadline#NONE} for never. */
    public long deadline() {
        return Timeouts.earliest(t);
    }
}
