package io.fourtuple.core.tcp;

import io.fourtuple.core.wire.Seq;

/**
 * Congestion window validation (RFC 2861, RFC 7661, as Linux does it): a window that was not used says nothing of the
 * path as it is now. After idleness it is halved for each timeout that has passed; while the application sends less
 * than it might, it approaches what is used.
 */
final class WindowValidation {
    private long stampAt;
    private long used;
    private boolean started;
    /** The most that was in flight since all before {@link #roundEnd} was acknowledged. */
    private long peak;
    private int roundEnd;

    /** Before data are sent after a pause. */
    void beforeSending(Tcb t, long now) {
        if (t.octetsInFlight() > 0 || t.bytesSent == 0) {
            return;
        }
        long timeout = t.rtt.timeout(t.config.retransmission());
        long idle = now - t.lastSentAt;
        if (idle > timeout) {
            t.congestion.onIdleRestart((int) Math.min(MAX_HALVINGS, idle / timeout), now);
            restart(now);
        }
    }

    private static final int MAX_HALVINGS = 31;

    private void restart(long now) {
        started = true;
        stampAt = now;
        used = 0;
    }

    /** Whether the window may grow: it limited what was sent, or at least half of it was used in slow start. */
    boolean isUsed(Tcb t) {
        long cwnd = t.congestion.cwnd();
        return t.cwndLimited || (cwnd < t.congestion.ssthresh() && cwnd < 2 * peak);
    }

    /** Data were sent, or might have been. */
    void sent(Tcb t, long now) {
        int flight = t.octetsInFlight();
        if (flight > peak || Seq.ge(t.sndUna, roundEnd)) {
            peak = flight;
            roundEnd = t.sndNxt;
        }
        if (!started || isUsed(t)) {
            restart(now);
            return;
        }
        used = Math.max(used, t.octetsInFlight());
        if (t.recovery == Tcb.Recovery.NONE && now - stampAt >= t.rtt.timeout(t.config.retransmission())) {
            t.congestion.onUnused(used, now);
            restart(now);
        }
    }
}
