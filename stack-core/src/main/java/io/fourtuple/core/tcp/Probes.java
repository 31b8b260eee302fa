package io.fourtuple.core.tcp;

import io.fourtuple.core.wire.OutboundSegment;
import io.fourtuple.core.wire.SendReason;
import io.fourtuple.core.wire.Seq;

/** What a tail loss probe sends (RFC 8985 §7.3). */
final class Probes {
    private Probes() {}

    /** New data when there are any, whatever cwnd says, else the last octets that were sent; false when neither. */
    static boolean tailLoss(Tcb t, OutboundSegment out, long now) {
        t.tlp.due = false;
        if (t.octetsInFlight() == 0 || t.scoreboard.runs() == 0 || t.recovery != Tcb.Recovery.NONE) {
            return false;
        }
        int mss = t.currentMss();
        int window = Seq.distance(t.sndNxt, Seq.add(t.sndUna, t.sndWnd));
        int unsent = t.unsent();
        int length = t.sendQueue.recordLength(t.sndNxt, Math.min(mss, unsent));
        if (length > 0 && length <= window) {
            boolean withFin = t.outputClosed && !t.finSent && length == unsent && length < window;
            Transmitter.segment(t, out, t.sndNxt, length + (withFin ? 1 : 0), SendReason.TAIL_LOSS_PROBE, now);
            ExplicitCongestion.markFresh(t, out);
            Transmitter.sentFresh(t, out, now);
            t.tlp.sent(t, false);
            return true;
        }
        int from = t.scoreboard.lastMissing(mss);
        int end = t.scoreboard.endOf(from);
        int record = t.sendQueue.recordLength(from, Seq.distance(from, end));
        while (record < Seq.distance(from, end)) { // of several records, the last one
            from = Seq.add(from, record);
            record = t.sendQueue.recordLength(from, Seq.distance(from, end));
        }
        Transmitter.segment(t, out, from, Seq.distance(from, end), SendReason.TAIL_LOSS_PROBE, now);
        t.scoreboard.resend(from, end, now, false, t.rate);
        Transmitter.sentAgain(t, out, now);
        t.tlp.sent(t, true);
        return true;
    }
}
