package io.fourtuple.core.tcp;

import io.fourtuple.core.Counter;
import io.fourtuple.core.Faults;
import io.fourtuple.core.time.Deadline;
import io.fourtuple.core.wire.Seq;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.core.wire.TcpOptions;
import io.fourtuple.core.wire.TcpSegment;

/** SEGMENT ARRIVES of RFC 9293 §3.10.7, one method per step, in its order. */
final class SegmentArrival {
    /** RFC 7323 §5.5: after 24 days without a segment the timestamp clock may have wrapped. */
    private static final long PAWS_IDLE_NANOS = 24L * 24 * 3600 * 1_000_000_000L;

    private SegmentArrival() {}

    static void handle(Tcb t, TcpSegment s, long now) {
        t.segmentsIn += s.segments();
        if (s.has(TcpFlags.SYN | TcpFlags.FIN) && t.config.traits().synFin() == HostTraits.SynFin.DROPPED) {
            return;
        }
        switch (t.state()) {
            case CLOSED -> { }
            case SYN_SENT -> synSent(t, s, now);
            case SYN_RECEIVED, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT, CLOSING, LAST_ACK, TIME_WAIT -> {
                synchronizedStates(t, s, now);
            }
        }
    }

    /** §3.10.7.3. */
    private static void synSent(Tcb t, TcpSegment s, long now) {
        boolean ack = s.has(TcpFlags.ACK);
        if (ack && (Seq.le(s.ack(), t.iss) || Seq.gt(s.ack(), t.sndNxt))) { // first: the ACK bit
            if (!s.has(TcpFlags.RST)) {
                t.resetDue = true;
                t.resetSeq = s.ack();
            }
            return;
        }
        if (s.has(TcpFlags.RST)) { // second: the RST bit; without an acceptable ACK it is a stranger's
            if (ack) {
                t.counters.increment(Counter.TCP_ATTEMPT_FAILS);
                t.finish(TcpEvent.REFUSED);
            }
            return;
        }
        if (!s.has(TcpFlags.SYN)) { // fifth
            return;
        }
        acceptSyn(t, s, now); // fourth: the SYN bit
        if (!ack) { // simultaneous open, figure 8
            t.synText = s.payloadLength() > 0 ? s : null; // kept until ESTABLISHED
            if (t.fastOpen != null) {
                t.fastOpen.crossed(t);
            }
            t.become(TcpState.SYN_RECEIVED);
            t.synDue = true;
            return;
        }
        AckArrival.handle(t, s, now);
        if (t.fastOpen != null) {
            t.fastOpen.answered(t, s, now);
        }
        establish(t, s, now);
        t.ackPending = true;
        long delay = t.config.acknowledgment().delay();
        if (t.writeExpected && delay > 0) {
            t.delayedAckAt = Deadline.after(now, delay);
        } else {
            t.ackNow = true;
        }
        segmentText(t, s, now);
        checkFin(t);
    }

    private static void acceptSyn(Tcb t, TcpSegment s, long now) {
        TcpOptions o = s.options();
        t.agree(o.mss(), o.windowScale(), o.sackPermitted(), o.hasTimestamps(), t.rtt.backoff());
        ExplicitCongestion.answered(t, s);
        t.irs = s.seq();
        t.rcvNxt = Seq.add(s.seq(), 1);
        t.rcvUp = t.rcvNxt;
        t.rcvEdge = Seq.add(t.rcvNxt, ReceiveWindow.ofSyn(t.opened));
        t.lastAckSent = t.rcvNxt;
        t.tsRecent = o.tsVal();
        t.tsRecentAt = now;
        t.sndWnd = s.window(); // never scaled in a SYN
        t.maxSndWnd = t.sndWnd;
        t.sndWl1 = s.seq();
        t.sndWl2 = s.ack();
        t.lastReceivedAt = now;
    }

    static void establish(Tcb t, TcpSegment s, long now) {
        t.become(TcpState.ESTABLISHED);
        t.sndWnd = s.has(TcpFlags.SYN) ? s.window() : s.window() << t.sndShift;
        t.maxSndWnd = Math.max(t.maxSndWnd, t.sndWnd);
        t.sndWl1 = s.seq();
        t.sndWl2 = s.ack();
        t.tuneStartedAt = now;
        t.retransmitAt = Deadline.NONE;
        t.unansweredSince = Deadline.NONE;
        t.dupAcks = 0;
        t.rtt.resetBackoff();
        if (t.octetsInFlight() > 0) { // Fast Open: data went before the handshake was over
            t.retransmitAt = Deadline.after(now, t.rtt.timeout(t.config.retransmission()));
            t.unansweredSince = now;
        }
        Timeouts.restartKeepAlive(t, now);
        t.raise(TcpEvent.ESTABLISHED);
        if (t.outputClosed) {
            t.become(TcpState.FIN_WAIT_1);
        }
    }

    /** §3.10.7.4. */
    private static void synchronizedStates(Tcb t, TcpSegment s, long now) {
        boolean recent = Seq.le(s.seq(), t.lastAckSent);
        if (!checkSequence(t, s, now) || !checkRst(t, s, now) || !checkSyn(t, s, now) || !checkAck(t, s, now)) {
            return;
        }
        if (recent && t.timestamps && s.options().hasTimestamps()) { // RFC 7323 §4.3, of a segment that can be true
            t.tsRecent = s.options().tsVal();
            t.tsRecentAt = now;
        }
        checkUrg(t, s);
        segmentText(t, s, now);
        checkFin(t);
    }

    /** First: timestamps (RFC 7323 §5.3), then the sequence number. */
    private static boolean checkSequence(Tcb t, TcpSegment s, long now) {
        boolean rst = s.has(TcpFlags.RST);
        boolean without = !s.options().hasTimestamps();
        if (t.timestamps && !rst && !(without && t.config.traits().missingTimestamps())) {
            if (without) { // RFC 7323 §3.2
                t.counters.increment(Counter.TCP_EXT_OUT_OF_WINDOW);
                return false;
            }
            boolean old = Seq.lt(s.options().tsVal(), t.tsRecent) && now - t.tsRecentAt < PAWS_IDLE_NANOS;
            if (old) {
                t.counters.increment(Counter.TCP_EXT_PAWS_ESTAB);
                if (s.length() == 0) {
                    challenge(t, now);
                } else {
                    acknowledgeNow(t);
                }
                return false;
            }
        }
        if (!acceptable(t, s)) {
            t.counters.increment(Counter.TCP_EXT_OUT_OF_WINDOW);
            if (!rst) {
                answerUnacceptable(t, s, now);
                if (s.seq() == Seq.add(t.rcvNxt, -1) && s.length() <= 1 && !s.has(TcpFlags.SYN)
                        && t.state().isSynchronized()) {
                    checkAck(t, s, now); // we took its probe and it does not know: both could wait for ever
                }
            }
            return false;
        }
        t.lastReceivedAt = now;
        t.keepAliveProbes = 0;
        return true;
    }

    private static void answerUnacceptable(Tcb t, TcpSegment s, long now) {
        boolean syn = s.has(TcpFlags.SYN);
        if (t.state() == TcpState.SYN_RECEIVED && syn) {
            if (s.has(TcpFlags.ACK)) { // the peer's half of a simultaneous open: our ACK establishes it
                ExplicitCongestion.confirmed(t, s);
                acknowledgeNow(t);
            } else {
                t.synDue = true;
            }
        } else if (syn || s.length() == 0) {
            challenge(t, now); // RFC 5961 §4.2: a SYN irrespective of its number; limited, against ACK wars
        } else {
            if (Seq.lt(s.seq(), t.rcvNxt)) {
                t.counters.increment(Counter.TCP_EXT_DELAYED_ACK_LOST);
                reportDuplicate(t, s.seq(), Seq.min(s.end(), t.rcvNxt), Counter.TCP_EXT_DSACK_OLD_SENT);
            }
            t.quickAcks = Math.max(t.quickAcks, 2); // the peer retransmits: an ACK of ours was lost
            acknowledgeNow(t);
        }
    }

    /** Table 6 of RFC 9293, with data at a zero window let through to the ACK check (MUST-66). */
    private static boolean acceptable(Tcb t, TcpSegment s) {
        int length = s.length();
        int window = t.rcvWnd();
        if (window == 0) {
            return s.seq() == t.rcvNxt;
        }
        int edge = ReceiveWindow.acceptableEdge(t);
        if (length == 0) {
            return Seq.ge(s.seq(), t.rcvNxt) && Seq.le(s.seq(), edge); // the edge: its window is full
        }
        return Seq.lt(s.seq(), edge) && Seq.gt(s.end(), t.rcvNxt);
    }

    /** Second: the RST bit (RFC 5961 §3). */
    private static boolean checkRst(Tcb t, TcpSegment s, long now) {
        if (!s.has(TcpFlags.RST)) {
            return true;
        }
        if (s.seq() != t.rcvNxt && Seq.ge(s.seq(), ReceiveWindow.acceptableEdge(t))) {
            return false; // RFC 5961 §3.2: outside the window
        }
        if (s.seq() != t.rcvNxt && !t.config.traits().windowRst()) {
            challenge(t, now);
            return false;
        }
        switch (t.state()) {
            case SYN_RECEIVED -> {
                t.counters.increment(Counter.TCP_ATTEMPT_FAILS);
                t.finish(t.fastOpened ? TcpEvent.RESET : TcpEvent.REFUSED);
            }
            case ESTABLISHED, CLOSE_WAIT, FIN_WAIT_1, FIN_WAIT_2 -> t.finish(TcpEvent.RESET);
            case CLOSING, LAST_ACK -> {
                boolean told = t.sendQueue.length() > 0 || t.config.traits().lateReset();
                t.finish(told ? TcpEvent.RESET : TcpEvent.CLOSED);
            }
            case TIME_WAIT -> t.finish(TcpEvent.CLOSED);
            case SYN_SENT, CLOSED -> throw new IllegalStateException("not synchronised: " + t.state());
        }
        return false;
    }

    /** Fourth: the SYN bit (RFC 5961 §4.2); third, security, is obsolete. */
    private static boolean checkSyn(Tcb t, TcpSegment s, long now) {
        if (!s.has(TcpFlags.SYN)) {
            return true;
        }
        if (t.config.traits().windowSyn() && t.state() != TcpState.SYN_RECEIVED) { // RFC 793
            t.resetDue = true;
            t.resetSeq = t.sndNxt;
            t.finish(TcpEvent.RESET);
            return false;
        }
        t.counters.increment(Counter.TCP_EXT_SYN_CHALLENGE);
        challenge(t, now);
        return false;
    }

    /** Fifth: the ACK field. */
    private static boolean checkAck(Tcb t, TcpSegment s, long now) {
        if (!s.has(TcpFlags.ACK)) {
            return false;
        }
        if (t.state() == TcpState.SYN_RECEIVED) {
            if (Seq.le(s.ack(), t.sndUna) || Seq.gt(s.ack(), t.sndNxt)) {
                t.resetDue = true;
                t.resetSeq = s.ack();
                return false;
            }
            AckArrival.handle(t, s, now);
            establish(t, s, now);
            if (t.synText != null) {
                segmentText(t, t.synText, now);
                t.finPending &= t.config.traits().synFin() != HostTraits.SynFin.OPENS;
                t.synText = null;
            }
            if (t.finAcknowledged()) { // Fast Open: it went before the handshake was over
                finAcknowledged(t, now);
            }
            return true;
        }
        boolean tooOld = Seq.lt(s.ack(), Seq.add(t.sndUna, -t.maxSndWnd)); // RFC 5961 §5.2
        boolean future = Seq.gt(s.ack(), t.sndNxt);
        if (tooOld || future) {
            if (!future || !t.config.traits().silentToFutureAck()) {
                challenge(t, now);
            }
            return false;
        }
        AckArrival.handle(t, s, now);
        if (t.finAcknowledged()) {
            finAcknowledged(t, now);
        }
        return t.state() != TcpState.CLOSED;
    }

    private static void finAcknowledged(Tcb t, long now) {
        switch (t.state()) {
            case FIN_WAIT_1 -> {
                t.become(TcpState.FIN_WAIT_2);
                t.raise(TcpEvent.OUTPUT_ACKNOWLEDGED);
                Timeouts.startFinWait2(t, now);
            }
            case CLOSING -> timeWait(t);
            case LAST_ACK -> t.finish(TcpEvent.CLOSED);
            case SYN_SENT, SYN_RECEIVED, ESTABLISHED, FIN_WAIT_2, CLOSE_WAIT, TIME_WAIT, CLOSED -> { }
        }
    }

    private static void timeWait(Tcb t) {
        t.become(TcpState.TIME_WAIT);
        t.retransmitAt = Deadline.NONE;
        t.keepAliveAt = Deadline.NONE;
        t.finWait2At = Deadline.NONE;
        t.raise(TcpEvent.CLOSED);
    }

    /** Sixth: the URG bit. The data stay in line (RFC 6093 §6.2). */
    private static void checkUrg(Tcb t, TcpSegment s) {
        if (!s.has(TcpFlags.URG) || !t.state().canReceive()) {
            return;
        }
        t.counters.increment(Counter.TCP_EXT_URGENT_DATA);
        int urgentEnd = Seq.add(s.seq(), s.urgentPointer()); // MUST-31: it may be beyond any window
        if (Seq.gt(urgentEnd, t.rcvUp)) {
            t.rcvUp = urgentEnd;
            t.raise(TcpEvent.URGENT);
        }
    }

    /** What came with the SYN that has made the connection at once (RFC 7413 §4.2.2); its FIN has to come again. */
    static void synText(Tcb t, TcpSegment syn, long now) {
        segmentText(t, syn, now);
        t.finPending = false;
    }

    /** Seventh: the text. */
    private static void segmentText(Tcb t, TcpSegment s, long now) {
        if (!t.canReceive()) {
            if (s.length() > 0) {
                acknowledgeNow(t); // after the peer's FIN: ignored, but its FIN may have come again
            }
            return;
        }
        int seq = s.payloadSeq();
        int end = Seq.add(seq, s.payloadLength());
        if (s.has(TcpFlags.FIN) && Seq.le(end, t.rcvEdge)) {
            t.finPending = true;
            t.pendingFinSeq = end;
        }
        if (s.payloadLength() == 0) {
            if (s.has(TcpFlags.FIN) && Seq.gt(seq, t.rcvNxt)) {
                acknowledgeNow(t); // a FIN ahead of a gap is out of order like any segment (RFC 5681 §4.2)
            }
            t.counters.increment(Counter.TCP_EXT_PURE_ACKS);
            return;
        }
        t.account.dataSegmentsIn += s.segments();
        if (t.inputClosed && Seq.gt(end, t.rcvNxt)) { // nobody will read it (RFC 9293 §3.6.1, MUST-17)
            t.counters.increment(Counter.TCP_EXT_ABORT_ON_CLOSE);
            t.resetDue = true;
            t.resetBare = t.config.traits().bareReset();
            t.resetSeq = t.resetBare ? s.ack() : t.sndNxt;
            t.finish(TcpEvent.ABORTED);
            return;
        }
        int left = Seq.max(seq, t.rcvNxt); // cut off what we have …
        int right = Seq.min(end, t.rcvEdge); // … and what does not fit
        if (Seq.ge(left, right)) {
            acknowledgeNow(t);
            return;
        }
        if (Seq.lt(seq, t.rcvNxt)) {
            reportDuplicate(t, seq, t.rcvNxt, Counter.TCP_EXT_DSACK_OLD_SENT);
        }
        measureSegment(t, s);
        ReceiveWindow.measureRoundTrip(t, s, now);
        ExplicitCongestion.arrived(t, s);
        int length = Seq.distance(left, right);
        ReceivedChunk chunk = chunk(s, Seq.distance(seq, left), length);
        if (left == t.rcvNxt) {
            boolean wasEmpty = t.receiveQueue.length() == 0;
            boolean hadGap = t.receiveQueue.hasGap();
            int before = t.rcvNxt;
            t.rcvNxt = ReceiveMemory.append(t, chunk);
            if (t.rcvNxt == before) {
                acknowledgeNow(t); // no memory: the peer learns the window, and sends it again
                return;
            }
            t.bytesReceived += Seq.distance(before, t.rcvNxt);
            t.rcvUp = Seq.max(t.rcvUp, Seq.add(t.rcvNxt, -t.receiveQueue.length())); // must not fall 2^31 behind
            t.unackedOctets += Seq.distance(before, t.rcvNxt);
            if (wasEmpty) {
                t.raise(TcpEvent.READABLE);
            }
            if (seq == left && t.receiveQueue.hasDuplicate()) {
                reportDuplicate(t, t.receiveQueue.duplicateStart(), t.receiveQueue.duplicateEnd(),
                        Counter.TCP_EXT_DSACK_OFO_SENT);
            }
            scheduleAck(t, hadGap, now);
        } else {
            boolean kept = ReceiveMemory.insert(t, chunk, left);
            t.account.outOfOrderSegments += s.segments();
            t.counters.increment(kept ? Counter.TCP_EXT_OFO_QUEUE : Counter.TCP_EXT_OFO_DROP);
            if (kept && t.receiveQueue.hasDuplicate()) {
                reportDuplicate(t, t.receiveQueue.duplicateStart(), t.receiveQueue.duplicateEnd(),
                        Counter.TCP_EXT_DSACK_OFO_SENT);
            }
            acknowledgeNow(t); // RFC 5681 §4.2: at once, so that the peer sees the gap
        }
    }

    /** RFC 2883: the next acknowledgment says what has arrived twice. */
    private static void reportDuplicate(Tcb t, int start, int end, Counter counter) {
        if (t.sack && t.config.recovery().dsack() && t.state().canReceive() && Seq.lt(start, end)) {
            t.dsackDue = true;
            t.dsackStart = start;
            t.dsackEnd = end;
            t.counters.increment(counter);
        }
    }

    /** Refers to the segment's own array unless that would pin more than twice what is used of it. */
    private static ReceivedChunk chunk(TcpSegment s, int skip, int length) {
        if (s.array().length <= 2 * length + 256) {
            return new ReceivedChunk(s.array(), s.payloadOffset() + skip, length);
        }
        return ReceivedChunk.copyOf(s.array(), s.payloadOffset() + skip, length);
    }

    private static void measureSegment(Tcb t, TcpSegment s) {
        int size = s.gsoSize() > 0 ? s.gsoSize() : Math.min(s.payloadLength(), t.path.mss());
        if (size > t.rcvMss) {
            t.rcvMss = size;
        }
    }

    /**
     * RFC 9293 §3.8.6.3: at least every second full-sized segment, the rest within the delay. What has come twice is
     * reported at once: the next segment would take the place of the report.
     */
    private static void scheduleAck(Tcb t, boolean hadGap, long now) {
        t.ackPending = true;
        t.lastDataAt = now;
        long delay = t.config.acknowledgment().delay();
        boolean second = t.config.traits().ackEverySecond() && t.delayedAckAt != Deadline.NONE;
        boolean due = hadGap || t.dsackDue || second || t.unackedOctets >= 2 * t.rcvMss || delay == 0;
        boolean quick = (t.quickAcks > 0 && !t.memory.fires(Faults.DELAY_ACK)) || t.memory.fires(Faults.ACK_AT_ONCE);
        if (due || quick) {
            t.quickAcks = Math.max(0, t.quickAcks - 1);
            t.ackNow = true;
        } else if (t.delayedAckAt == Deadline.NONE) {
            t.delayedAckAt = Deadline.after(now, delay);
        }
    }

    /** Eighth: the FIN bit. */
    private static void checkFin(Tcb t) {
        if (!t.finPending || t.pendingFinSeq != t.rcvNxt || !t.state().canReceive()) {
            return;
        }
        t.finPending = false;
        t.finReceived = true;
        t.rcvNxt = Seq.add(t.rcvNxt, 1);
        t.rcvEdge = Seq.max(t.rcvEdge, t.rcvNxt);
        acknowledgeNow(t);
        t.raise(TcpEvent.PEER_CLOSED);
        switch (t.state()) {
            case ESTABLISHED -> t.become(TcpState.CLOSE_WAIT);
            case FIN_WAIT_1 -> t.become(TcpState.CLOSING);
            case FIN_WAIT_2 -> timeWait(t);
            case SYN_SENT, SYN_RECEIVED, CLOSE_WAIT, CLOSING, LAST_ACK, TIME_WAIT, CLOSED ->
                throw new IllegalStateException("no FIN can arrive in " + t.state());
        }
    }

    static void acknowledgeNow(Tcb t) {
        t.ackPending = true;
        t.ackNow = true;
    }

    /** RFC 5961 §7 and §10: an ACK that lets an honest peer correct us, limited per connection. */
    static void challenge(Tcb t, long now) {
        if (now - t.challengeWindowStart >= CHALLENGE_WINDOW_NANOS) {
            t.challengeWindowStart = now;
            t.challengeAcks = 0;
        }
        if (t.challengeAcks >= CHALLENGES_PER_WINDOW || t.memory.fires(Faults.CHALLENGE_ACK_LIMIT)) {
            t.counters.increment(Counter.TCP_EXT_ACK_SKIPPED_CHALLENGE);
            return;
        }
        t.challengeAcks++;
        t.challengeAckDue = true;
    }

    private static final long CHALLENGE_WINDOW_NANOS = 1_000_000_000L;
    private static final int CHALLENGES_PER_WINDOW = 10;
}
