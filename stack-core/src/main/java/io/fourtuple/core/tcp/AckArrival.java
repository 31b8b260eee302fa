package io.fourtuple.core.tcp;

import io.fourtuple.core.Counter;
import io.fourtuple.core.time.Deadline;
import io.fourtuple.core.wire.SendReason;
import io.fourtuple.core.wire.Seq;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.core.wire.TcpSegment;

/**
 * What an acceptable acknowledgment does to the send side: window, scoreboard, round-trip time and congestion window
 * (RFC 5681). What it says of losses is for {@link Recoveries}.
 */
final class AckArrival {
    /** How long a peer may take to acknowledge in order what it has acknowledged selectively; as Linux. */
    private static final long RENEGING_PATIENCE = 10_000_000;

    private AckArrival() {}

    static void handle(Tcb t, TcpSegment s, long now) {
        t.lastAckAt = now;
        t.moreFollows = false; // as Linux: what waits for more goes with the next acknowledgment, as Nagle allows
        Delivery d = t.memory.delivery();
        d.begin(t, t.timestamps && s.options().hasTimestamps(), s.options().tsEcr(), now);
        int newlySacked = t.sack && s.options().sackBlocks() > 0 ? readSack(t, s, d) : 0;
        int acked = Math.max(0, Seq.distance(t.sndUna, s.ack()));
        boolean duplicate = acked == 0 && isDuplicate(t, s, newlySacked);
        boolean closed = t.sndWnd == 0;
        updateWindow(t, s, now);
        boolean opened = closed && t.sndWnd > 0;
        int counted = t.sack ? 0 : Math.min(t.dupAcks * t.sndMss, acked); // duplicates told of them
        if (acked > 0) {
            advance(t, s, acked, d, now);
        } else if (duplicate) {
            t.dupAcks++;
        }
        if (t.state() == TcpState.SYN_SENT || t.state() == TcpState.SYN_RECEIVED) {
            return;
        }
        if (opened) {
            windowOpened(t, acked == 0, now);
        }
        d.octets = acked + t.scoreboard.sacked() - d.sackedBefore; // what was selectively acknowledged counted then
        d.credit = t.sack ? d.octets : duplicate ? t.sndMss : acked - counted;
        if (d.octets > 0 || d.duplicateSack) {
            delivered(t, d, now);
        }
        boolean echoed = ExplicitCongestion.isEchoed(t, s);
        boolean inFast = t.recovery == Tcb.Recovery.FAST;
        Recoveries.acknowledged(t, s, d, acked > 0, duplicate, now);
        if (echoed) {
            ExplicitCongestion.heard(t, s, d.pipeBefore, now);
        }
        // RFC 3042: limited transmit leaves the window as it is. Not where the order of segments says little.
        boolean grows = d.credit > 0 && (acked > 0 || t.rack.reorderSeen() > 0);
        if (grows && t.recovery != Tcb.Recovery.FAST && !inFast && !echoed) {
            t.congestion.onAck(d.credit, d.pipeBefore, t.validation.mayGrow(t), t.rtt.smoothed(), now);
        }
        if (d.octets > 0) {
            d.fill(t.memory.sample());
            t.congestion.onSample(t.memory.sample(), now);
        }
        growSendBuffer(t);
        restartTimer(t, acked > 0 || opened, now);
    }

    private static void delivered(Tcb t, Delivery d, long now) {
        if (d.rtt() > 0) {
            t.rtt.observe(d.rtt(), now);
            if (t.rtt.backoff() > 0) { // of octets that were sent once, whatever was sent again beside them
                t.rtt.sample(d.rtt(), now);
                t.rtt.resetBackoff();
            }
        }
        if (d.octets > 0) {
            t.rate.update(d, d.octets, t.rtt.minimum(), now);
        }
        t.rack.update(t, d, now);
        boolean roundStarts = Seq.gt(t.sndUna, t.roundEnd);
        if (roundStarts) {
            t.roundEnd = t.sndNxt;
        }
        if (t.config.recovery().hystart()) {
            t.congestion.onRoundTrip(d.rtt(), roundStarts, now);
        }
    }

    /** RFC 2018 §3, RFC 2883: blocks that cannot be true are ignored. */
    private static int readSack(Tcb t, TcpSegment s, Delivery d) {
        int added = 0;
        int[] edges = s.options().sackEdges();
        for (int i = 0; i < edges.length; i += 2) {
            int start = edges[i];
            int end = edges[i + 1];
            if (i == 0 && isDuplicateSack(edges, s.ack())) {
                duplicateSack(t, d, start, end, s.ack());
            } else if (Seq.lt(start, end) && Seq.gt(start, t.sndUna) && Seq.gt(start, s.ack())
                    && Seq.le(end, t.sndNxt)) {
                added += t.scoreboard.sack(start, end, d);
            } else if (Seq.gt(end, s.ack())) { // neither old nor possible
                t.counters.increment(Counter.TCP_EXT_SACK_DISCARD);
            }
        }
        return added;
    }

    /** RFC 2883 §4: the first block, when it is below the acknowledgment or within the second one. */
    private static boolean isDuplicateSack(int[] edges, int ack) {
        if (Seq.ge(edges[0], edges[1])) {
            return false;
        }
        boolean old = Seq.lt(edges[0], ack) && Seq.le(edges[1], ack);
        return old || (edges.length >= 4 && Seq.ge(edges[0], edges[2]) && Seq.le(edges[1], edges[3])
                && Seq.lt(edges[2], edges[3]));
    }

    /** Believed as far as it can be: octets that were acknowledged not long ago, and no more than were sent again. */
    private static void duplicateSack(Tcb t, Delivery d, int start, int end, int ack) {
        boolean old = Seq.le(end, ack);
        t.counters.increment(old ? Counter.TCP_EXT_DSACK_RECV : Counter.TCP_EXT_DSACK_OFO_RECV);
        boolean possible = Seq.gt(start, t.iss) && Seq.le(end, t.sndNxt)
                && Seq.distance(start, t.sndUna) <= t.maxSndWnd;
        t.dsackOctets += possible ? Seq.distance(start, end) : 0;
        if (!possible || t.dsackOctets > t.bytesRetransmitted) { // the network makes copies, or the peer makes them up
            t.counters.increment(Counter.TCP_EXT_DSACK_IGNORED_DUBIOUS);
            return;
        }
        t.dsackDups++;
        d.duplicateSack = true;
        if (!t.undo.duplicate(start, end)) {
            t.counters.increment(Counter.TCP_EXT_DSACK_IGNORED_NO_UNDO);
        }
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
            t.tlp.end(t);
            Recoveries.leave(t);
        } else if (t.recovery == Tcb.Recovery.TIMEOUT) {
            Timeouts.repair(t, SendReason.RTO, t.repairAttempt);
            t.scoreboard.markAllLost();
            t.mustRetransmit = true;
        }
    }

    /** SND.UNA moves. */
    private static void advance(Tcb t, TcpSegment s, int acked, Delivery d, long now) {
        measure(t, s, now);
        int data = Math.min(Math.max(0, Seq.distance(t.sendQueue.firstSeq(), s.ack())), t.sendQueue.length());
        t.sendQueue.discard(data);
        t.bytesAcked += data;
        t.sndUna = s.ack();
        t.account.recovered(now);
        t.trouble = null;
        t.scoreboard.advance(t.sndUna, d);
        t.mtu.acknowledged(t, now);
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
            t.rtt.sample(now - t.timedAt, now);
            t.rtt.resetBackoff();
            t.timing = false;
        } else if (echoes(t, s) && (t.rtt.backoff() > 0 || t.rtt.smoothed() == 0)) {
            int millis = Seq.distance(s.options().tsEcr(), t.timestamp(now));
            if (millis >= 0) {
                t.rtt.sampleMillis(millis);
                t.rtt.resetBackoff();
            }
        } // else the doubled timeout stays until there is a measurement (RFC 6298 §5, Karn)
        t.timedOut = false;
    }

    private static boolean echoes(Tcb t, TcpSegment s) {
        return t.timestamps && s.options().hasTimestamps() && s.options().tsEcr() != 0;
    }

    /** End of the first segment in flight. */
    static int headEnd(Tcb t) {
        return Seq.min(Seq.add(t.sndUna, t.sndMss), t.sndNxt);
    }

    /** Two windows' worth, up to the maximum: one in flight and one waiting. Not while memory is under pressure. */
    private static void growSendBuffer(Tcb t) {
        int max = t.config.sendBuffer().max();
        if (t.sendBuffer < max && !t.memory.isUnderPressure() && (t.validation.isLimited() || t.sendBlocked)) {
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
            t.reorderAt = Deadline.NONE;
            t.unansweredSince = Deadline.NONE;
            t.tlp.idle(t);
            return;
        }
        if (progress) {
            long timeout = t.rtt.timeout(t.config.retransmission());
            if (t.scoreboard.isReneged()) {
                timeout = Math.min(timeout, Math.max(RENEGING_PATIENCE, t.rtt.smoothed() / 2));
            }
            t.retransmitAt = Deadline.after(now, timeout);
            t.tlp.schedule(t, now);
        } else if (t.recovery != Tcb.Recovery.NONE || t.scoreboard.sacked() > 0) {
            t.lossProbeAt = Deadline.NONE; // loss is looked for in another way
        }
    }
}
