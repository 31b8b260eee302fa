package io.fourtuple.core.tcp;

import io.fourtuple.core.Counter;
import io.fourtuple.core.time.Deadline;
import io.fourtuple.core.wire.SendReason;
import io.fourtuple.core.wire.Seq;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.core.wire.TcpSegment;

/**
 * What an acceptable acknowledgment does to the send side: window, scoreboard, round-trip time, loss detection (RFC
 * 6675, RFC 6582 without SACK) and congestion window (RFC 5681).
 */
final class AckArrival {
    private AckArrival() {}

    static void handle(Tcb t, TcpSegment s, long now) {
        t.lastAckAt = now;
        int pipeBefore = t.pipe();
        int sackedBefore = t.scoreboard.octets();
        int newlySacked = t.sack ? readSack(t, s) : 0;
        int acked = Math.max(0, Seq.distance(t.sndUna, s.ack()));
        boolean duplicate = acked == 0 && isDuplicate(t, s, newlySacked);
        boolean closed = t.sndWnd == 0;
        updateWindow(t, s, now);
        boolean opened = closed && t.sndWnd > 0;
        if (acked > 0) {
            advance(t, s, acked, now);
        } else if (duplicate) {
            t.dupAcks++;
        }
        if (t.state() == TcpState.SYN_SENT || t.state() == TcpState.SYN_RECEIVED) {
            return;
        }
        if (opened) {
            windowOpened(t, acked == 0, now);
        }
        detectLoss(t, pipeBefore, now);
        boolean echoed = ExplicitCongestion.isEchoed(t, s);
        if (echoed) {
            ExplicitCongestion.heard(t, s, pipeBefore, now);
        }
        int delivered = acked + t.scoreboard.octets() - sackedBefore; // what was selectively acknowledged counted then
        if (delivered > 0 && t.recovery != Tcb.Recovery.FAST && !echoed) {
            t.congestion.onAck(delivered, pipeBefore, t.cwndLimited, t.rtt.smoothed(), now);
        }
        growSendBuffer(t);
        restartTimer(t, acked > 0 || opened, now);
    }

    /** RFC 2018 §3, RFC 2883: blocks that cannot be true are ignored. */
    private static int readSack(Tcb t, TcpSegment s) {
        int added = 0;
        int[] edges = s.options().sackEdges();
        for (int i = 0; i < edges.length; i += 2) {
            int start = edges[i];
            int end = edges[i + 1];
            if (Seq.le(start, s.ack()) && Seq.lt(start, end) && Seq.le(end, s.ack())) {
                t.counters.increment(Counter.TCP_EXT_DSACK_RECV);
            } else if (Seq.lt(start, end) && Seq.gt(start, t.sndUna) && Seq.gt(start, s.ack())
                    && Seq.le(end, t.sndNxt)) {
                added += t.scoreboard.add(start, end);
            }
        }
        return added;
    }

    /** RFC 5681 §2; with SACK, one that tells something new (RFC 6675 §2). */
    private static boolean isDuplicate(Tcb t, TcpSegment s, int newlySacked) {
        if (s.ack() != t.sndUna || t.octetsInFlight() == 0 || t.sndWnd == 0) {
            return false;
        }
        if (t.sack) {
            return newlySacked > 0;
        }
        return s.payloadLength() == 0 && !s.has(TcpFlags.SYN) && !s.has(TcpFlags.FIN)
                && s.window() << t.sndShift == t.sndWnd;
    }

    /** RFC 9293 §3.10.7.4: SND.WND, SND.WL1, SND.WL2. */
    private static void updateWindow(Tcb t, TcpSegment s, long now) {
        boolean newer = Seq.lt(t.sndWl1, s.seq()) || (t.sndWl1 == s.seq() && Seq.le(t.sndWl2, s.ack()));
        if (Seq.lt(s.ack(), t.sndUna) || !newer || s.has(TcpFlags.SYN)) {
            return;
        }
        boolean wasOpen = t.sndWnd > 0;
        t.sndWnd = s.window() << t.sndShift;
        if (wasOpen && t.sndWnd == 0) {
            t.windowShutAt = now;
        }
        t.maxSndWnd = Math.max(t.maxSndWnd, t.sndWnd);
        t.sndWl1 = s.seq();
        t.sndWl2 = s.ack();
    }

    /** The peer reads again. Probes that it did not take are sent again at once, with what follows them. */
    private static void windowOpened(Tcb t, boolean probeRefused, long now) {
        t.unansweredSince = now; // the stall does not count for R2
        t.rtt.resetBackoff();
        t.timedOut = false;
        t.windowProbes = 0;
        if (probeRefused && t.octetsInFlight() == 1 && !t.finSent) {
            t.sndNxt = t.sndUna;
            t.smallSegmentEnd = t.sndUna;
            t.timing = false;
            t.scoreboard.clear();
            leaveRecovery(t);
        } else if (t.recovery == Tcb.Recovery.TIMEOUT) {
            Timeouts.repair(t, SendReason.RTO, t.repairAttempt);
            t.highRxt = t.sndUna;
            t.lostEdge = t.sndNxt;
            t.mustRetransmit = true;
        }
    }

    /** SND.UNA moves. */
    private static void advance(Tcb t, TcpSegment s, int acked, long now) {
        measure(t, s, now);
        int data = Math.min(Math.max(0, Seq.distance(t.sendQueue.firstSeq(), s.ack())), t.sendQueue.length());
        t.sendQueue.discard(data);
        t.bytesAcked += data;
        t.sndUna = s.ack();
        t.scoreboard.advance(t.sndUna);
        t.highRxt = Seq.max(t.highRxt, t.sndUna);
        t.lostEdge = Seq.max(t.lostEdge, t.sndUna);
        t.sndUp = Seq.max(t.sndUp, t.sndUna);
        t.smallSegmentEnd = Seq.max(t.smallSegmentEnd, t.sndUna);
        t.reductionPoint = Seq.max(t.reductionPoint, Seq.add(t.sndUna, -1));
        int segments = Math.max(1, data / Math.max(1, t.sndMss));
        t.counters.add(Counter.TCP_EXT_DELIVERED, segments);
        ExplicitCongestion.countDelivered(t, s, segments);
        t.unansweredSince = t.octetsInFlight() > 0 ? now : Deadline.NONE;
        t.windowProbes = t.sndWnd > 0 ? 0 : t.windowProbes;
        if (t.recovery == Tcb.Recovery.NONE) {
            t.recoveryPoint = Seq.max(t.recoveryPoint, Seq.add(t.sndUna, -1));
            t.dupAcks = 0;
        } else if (!t.sack) { // RFC 6582 §3.2: what this one acknowledges is no longer counted as arrived
            t.dupAcks = Math.max(0, t.dupAcks - Math.max(1, acked / t.sndMss) + 1);
        }
    }

    /** RFC 6298 §3 and §4: a segment sent once was acknowledged, or a timestamp tells which one it was. */
    private static void measure(Tcb t, TcpSegment s, long now) {
        if (t.timing && Seq.ge(s.ack(), t.timedEnd)) {
            t.rtt.sample(now - t.timedAt);
            t.rtt.resetBackoff();
            t.timing = false;
        } else if (t.timestamps && t.rtt.backoff() > 0 && s.options().hasTimestamps() && s.options().tsEcr() != 0) {
            int millis = Seq.distance(s.options().tsEcr(), t.timestamp(now));
            if (millis >= 0) {
                t.rtt.sample(millis * 1_000_000L);
                t.rtt.resetBackoff();
            }
        } // else the doubled timeout stays until there is a measurement (RFC 6298 §5, Karn)
        t.timedOut = false;
    }

    private static void detectLoss(Tcb t, int pipeBefore, long now) {
        boolean sackLoss = false;
        if (t.sack && !t.scoreboard.isEmpty()) {
            int edge = t.scoreboard.lostEdge(t.sndUna, t.sndMss);
            if (Seq.gt(edge, t.sndUna)) {
                sackLoss = true;
                t.lostEdge = Seq.max(t.lostEdge, edge);
            }
        }
        switch (t.recovery) {
            case NONE -> {
                if (t.octetsInFlight() > 0 && (sackLoss || dupAcksTellLoss(t))) {
                    enterFastRecovery(t, pipeBefore, now);
                } else {
                    t.lostEdge = t.sndUna;
                }
            }
            case FAST -> continueFastRecovery(t, now);
            case TIMEOUT -> {
                if (Seq.ge(t.sndUna, t.recoveryPoint)) {
                    leaveRecovery(t);
                }
            }
        }
    }

    /** RFC 6582 §3.2 step 2: duplicates at the recovery point may come from what was sent again needlessly. */
    private static boolean dupAcksTellLoss(Tcb t) {
        return t.dupAcks >= Scoreboard.DUP_THRESH && (t.sack || Seq.gt(t.sndUna, t.recoveryPoint));
    }

    /** RFC 6675 §5 step (4); RFC 6582 §3.2 step 2. */
    private static void enterFastRecovery(Tcb t, int pipeBefore, long now) {
        t.recovery = Tcb.Recovery.FAST;
        t.repairReason = SendReason.FAST_RETRANSMIT;
        t.repairAttempt = 0;
        t.recoveryPoint = t.sndNxt;
        t.highRxt = t.sndUna;
        t.lostEdge = Seq.max(t.lostEdge, headEnd(t));
        t.mustRetransmit = true;
        t.timing = false;
        if (!ExplicitCongestion.hasReducedSince(t)) { // once for each window of data (RFC 3168 §6.1.2)
            t.congestion.onLoss(pipeBefore, now);
        }
        ExplicitCongestion.reduced(t);
        t.counters.increment(t.sack ? Counter.TCP_EXT_SACK_RECOVERY : Counter.TCP_EXT_RENO_RECOVERY);
    }

    private static void continueFastRecovery(Tcb t, long now) {
        if (Seq.ge(t.sndUna, t.recoveryPoint)) {
            leaveRecovery(t);
            t.congestion.onRecovered(t.pipe(), now);
        } else if (!t.sack && Seq.ge(t.sndUna, t.lostEdge)) { // a partial acknowledgment (RFC 6582 §3.2 step 3)
            t.lostEdge = headEnd(t);
            t.mustRetransmit = true;
        }
    }

    private static void leaveRecovery(Tcb t) {
        t.recovery = Tcb.Recovery.NONE;
        t.dupAcks = 0;
        t.highRxt = t.sndUna;
        t.lostEdge = t.sndUna;
        t.mustRetransmit = false;
    }

    /** End of the first segment in flight. */
    static int headEnd(Tcb t) {
        return Seq.min(Seq.add(t.sndUna, t.sndMss), t.sndNxt);
    }

    /** Two windows' worth, up to the maximum: one in flight and one waiting. Not while memory is under pressure. */
    private static void growSendBuffer(Tcb t) {
        int max = t.config.sendBuffer().max();
        if (t.sendBuffer < max && !t.memory.isUnderPressure() && (t.cwndLimited || t.sendBlocked)) {
            t.sendBuffer = (int) Math.min(max, Math.max(t.sendBuffer, 2 * t.congestion.cwnd()));
        }
        if (t.sendBlocked && t.sendBuffer - t.sendQueue.length() >= t.sendBuffer / 3) {
            t.sendBlocked = false;
            t.raise(TcpEvent.WRITABLE);
        }
    }

    /** RFC 6298 §5.2 and §5.3. */
    private static void restartTimer(Tcb t, boolean progress, long now) {
        if (t.octetsInFlight() == 0) {
            t.retransmitAt = Deadline.NONE;
            t.unansweredSince = Deadline.NONE;
        } else if (progress) {
            t.retransmitAt = Deadline.after(now, t.rtt.timeout(t.config.retransmission()));
        }
    }
}
