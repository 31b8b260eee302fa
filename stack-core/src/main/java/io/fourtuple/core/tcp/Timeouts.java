package io.fourtuple.core.tcp;

import io.fourtuple.core.Counter;
import io.fourtuple.core.time.Deadline;
import io.fourtuple.core.wire.SendReason;
import io.fourtuple.core.wire.Seq;

/** What the timers of a connection do when they run out (RFC 6298 §5, RFC 9293 §3.8.3, §3.8.4, §3.8.6.1). */
final class Timeouts {
    /** RFC 9293 §3.8.3, SHLD-10: so many retransmissions of one segment are trouble, of which IP and the user hear. */
    private static final int R1 = 3;

    private Timeouts() {}

    /** The earliest of them. */
    static long earliest(Tcb t) {
        long deadline = Deadline.earlier(t.retransmitAt, t.delayedAckAt);
        deadline = Deadline.earlier(deadline, t.keepAliveAt);
        deadline = Deadline.earlier(deadline, t.reorderAt);
        deadline = Deadline.earlier(deadline, t.lossProbeAt);
        deadline = Deadline.earlier(deadline, t.pacer.releaseAt);
        deadline = Deadline.earlier(deadline, t.finWait2At);
        deadline = Deadline.earlier(deadline, t.corkedUntil);
        if (t.unansweredSince != Deadline.NONE && t.retransmitAt != Deadline.NONE) {
            deadline = Deadline.earlier(deadline, Deadline.after(unansweredSince(t), limit(t)));
        }
        return deadline;
    }

    static void handle(Tcb t, long now) {
        if (t.state() == TcpState.CLOSED) {
            return;
        }
        if (gaveUp(t, now)) {
            giveUp(t);
            return;
        }
        if (Deadline.isDue(t.pacer.releaseAt, now)) {
            t.pacer.releaseAt = Deadline.NONE; // the next poll sends
        }
        if (Deadline.isDue(t.delayedAckAt, now)) {
            t.delayedAckAt = Deadline.NONE;
            t.ackNow = true;
            t.ackDelayedLong = true;
        }
        if (Deadline.isDue(t.reorderAt, now)) {
            Recoveries.reorderTimeout(t, now);
        }
        if (Deadline.isDue(t.lossProbeAt, now)) { // at the time of the other timer, too: a probe costs less
            t.tlp.expired(t, now);
        }
        if (Deadline.isDue(t.corkedUntil, now)) {
            t.corkedUntil = Deadline.NONE;
            t.corkDue = true;
            t.pushed = t.sendQueue.endSeq(); // nothing has followed for long
        }
        if (Deadline.isDue(t.retransmitAt, now)) {
            if (Orphans.check(t, now)) {
                return;
            }
            t.retransmitAt = Deadline.NONE;
            retransmit(t, now);
        }
        if (Deadline.isDue(t.keepAliveAt, now)) {
            t.keepAliveAt = Deadline.NONE;
            keepAlive(t, now);
        }
        if (Deadline.isDue(t.finWait2At, now)) {
            t.counters.increment(Counter.TCP_EXT_ABORT_ON_LINGER);
            t.finish(TcpEvent.CLOSED);
        }
    }

    /** R2, or the user timeout (RFC 5482) in its place. */
    private static long limit(Tcb t) {
        TcpConfig.Retransmission limits = t.config.retransmission();
        if (t.state() == TcpState.SYN_SENT || t.state() == TcpState.SYN_RECEIVED) {
            return limits.userTimeout() > 0 ? limits.userTimeout() : limits.synGiveUp();
        }
        long limit = limits.userTimeout() > 0 ? limits.userTimeout() : limits.giveUp();
        return t.isOrphan() ? Orphans.limit(t, limit) : limit;
    }

    private static boolean gaveUp(Tcb t, long now) {
        return t.unansweredSince != Deadline.NONE && t.retransmitAt != Deadline.NONE
                && now - unansweredSince(t) >= limit(t);
    }

    /** A peer that answers probes with a closed window is alive: the connection stays (MUST-37) as long as its user. */
    private static long unansweredSince(Tcb t) {
        boolean probing = t.sndWnd == 0 && t.state().isSynchronized();
        if (probing && t.isOrphan()) {
            return Orphans.stalledSince(t);
        }
        return probing && t.lastAckAt - t.unansweredSince > 0 ? t.lastAckAt : t.unansweredSince;
    }

    private static void giveUp(Tcb t) {
        boolean opening = t.state() == TcpState.SYN_SENT || t.state() == TcpState.SYN_RECEIVED;
        t.counters.increment(opening ? Counter.TCP_ATTEMPT_FAILS : Counter.TCP_EXT_ABORT_ON_TIMEOUT);
        if (!opening && !t.config.traits().silentGiveUp()) {
            t.resetDue = true;
            t.resetSeq = t.sndNxt;
        }
        t.finish(opening && t.softError ? TcpEvent.UNREACHABLE : TcpEvent.TIMED_OUT);
    }

    private static void retransmit(Tcb t, long now) {
        switch (t.state()) {
            case SYN_SENT, SYN_RECEIVED -> {
                TcpConfig.Tuning tuning = t.config.tuning();
                boolean enough = t.fastOpened
                        ? t.retransmits >= t.config.retransmission().synackRetries()
                        : tuning.synRetries() > 0 && t.retransmits >= tuning.synRetries();
                if (enough) {
                    giveUp(t);
                    return;
                }
                t.rtt.backOff();
                t.counters.increment(Counter.TCP_EXT_TIMEOUTS);
                t.account.timedOut(now);
                t.synDue = true;
                if (t.retransmits + 1 == R1) { // MUST-22
                    t.trouble(Trouble.NOT_ANSWERED);
                }
            }
            case ESTABLISHED, CLOSE_WAIT, FIN_WAIT_1, CLOSING, LAST_ACK -> {
                if (t.octetsInFlight() > 0 && t.sndWnd > 0) {
                    retransmissionTimeout(t, now);
                } else {
                    persist(t, now);
                }
            }
            case FIN_WAIT_2, TIME_WAIT, CLOSED -> { }
        }
    }

    /** RFC 6298 §5.4–5.6, RFC 6675 §5.1, RFC 5681 §3.1 equation (4). */
    private static void retransmissionTimeout(Tcb t, long now) {
        t.account.timedOut(now);
        t.counters.increment(Counter.TCP_EXT_TIMEOUTS);
        boolean begins = t.recovery == Tcb.Recovery.NONE;
        if (begins) {
            t.congestion.remember();
            t.undo.begin(t);
        }
        if (!t.timedOut) { // not again for a segment that was sent again already
            t.congestion.onTimeout(t.reducible(t.octetsInFlight()), now);
            ExplicitCongestion.reduced(t);
        }
        t.undo.timedOut(t, begins);
        repair(t, SendReason.RTO, t.timedOut ? t.repairAttempt + 1 : 1);
        if (t.repairAttempt == R1) {
            t.trouble(Trouble.NOT_ANSWERED);
        }
        t.timedOut = true;
        t.rtt.backOff();
        t.mtu.timedOut(t, now);
        t.recoveryPoint = t.sndNxt;
        if (t.scoreboard.isReneged()) {
            t.counters.increment(Counter.TCP_EXT_SACK_RENEGING);
            t.scoreboard.forgetSacked(now);
        } else if (Recoveries.usesRack(t)) {
            t.rack.markAfterTimeout(t, now);
        } else {
            t.scoreboard.markAllLost();
        }
        t.tlp.end(t);
        t.reorderAt = Deadline.NONE;
        t.dupAcks = 0;
        t.timing = false;
        t.mustRetransmit = true;
        t.retransmitAt = Deadline.after(now, t.rtt.timeout(t.config.retransmission()));
    }

    /** The peer's window is closed: one octet asks whether it still is. */
    private static void persist(Tcb t, long now) {
        if (t.octetsInFlight() == 0 && t.unsent() == 0) {
            return;
        }
        t.rtt.backOff();
        t.windowProbes++;
        t.counters.increment(Counter.TCP_EXT_WIN_PROBE);
        if (t.octetsInFlight() > 0) { // the probe itself is out: send it again
            repair(t, SendReason.WINDOW_PROBE, t.windowProbes);
            t.undo.close();
            t.recoveryPoint = t.sndNxt;
            t.scoreboard.markLostBefore(Seq.min(Seq.add(t.sndUna, 1), t.sndNxt), true);
            t.mustRetransmit = true;
            t.timing = false;
        } else {
            t.probeDue = true;
        }
        t.retransmitAt = Deadline.after(now, t.rtt.timeout(t.config.retransmission()));
    }

    /** What is lost was too big, and is sent again in pieces: that was no congestion. */
    static void repairTooBig(Tcb t) {
        repair(t, SendReason.PATH_MTU, 0);
        t.undo.close();
        t.tlp.end(t);
        t.recoveryPoint = t.sndNxt;
        t.mustRetransmit = true;
        t.timing = false;
    }

    /** What is in flight and not acknowledged is sent again, for this reason. */
    static void repair(Tcb t, SendReason reason, int attempt) {
        t.recovery = Tcb.Recovery.TIMEOUT;
        t.repairReason = reason;
        t.repairAttempt = attempt;
    }

    static void restartKeepAlive(Tcb t, long now) {
        TcpConfig.KeepAlive k = t.config.keepAlive();
        t.keepAliveAt = k.enabled() ? Deadline.after(now, k.idle()) : Deadline.NONE;
        t.keepAliveProbes = 0;
    }

    private static void keepAlive(Tcb t, long now) {
        TcpConfig.KeepAlive k = t.config.keepAlive();
        if (!k.enabled() || !t.state().isSynchronized() || t.state() == TcpState.TIME_WAIT) {
            return;
        }
        long quiet = now - t.lastReceivedAt;
        if (t.keepAliveProbes == 0 && (quiet < k.idle() || t.octetsInFlight() > 0)) { // MUST-26
            t.keepAliveAt = Deadline.after(now, Math.max(k.interval(), k.idle() - quiet));
            return;
        }
        long patience = t.config.retransmission().userTimeout();
        boolean gone = patience > 0 ? t.keepAliveProbes > 0 && quiet >= patience : t.keepAliveProbes >= k.probes();
        if (gone) { // MUST-27: never for one unanswered probe unless so configured
            t.counters.increment(Counter.TCP_EXT_ABORT_ON_TIMEOUT);
            t.resetDue = true;
            t.resetSeq = t.sndNxt;
            t.finish(TcpEvent.TIMED_OUT);
            return;
        }
        t.keepAliveProbes++;
        t.keepAliveDue = true;
        t.keepAliveAt = Deadline.after(now, k.interval());
    }

    static void startFinWait2(Tcb t, long now) {
        if (t.inputClosed) {
            t.finWait2At = Deadline.after(now, t.config.finWait2Timeout());
        }
    }
}
