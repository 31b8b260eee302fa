package io.fourtuple.core.tcp;

import io.fourtuple.core.wire.Seq;

/**
 * Congestion window validation (RFC 2861, RFC 7661, as Linux does it): a window that was not used says nothing of the
 * path as it is now, and does not grow. After idleness it is halved for each timeout that has passed; while the
 * application sends less than it might, it approaches what is used.
 */
final class WindowValidation {
    private static final int MAX_HALVINGS = 31;

    private long stampAt;
    private long used;
    private boolean started;

    /** The window, and not the application or the peer, limited the flight that ends at {@link #flightEnd}. */
    private boolean limited;
    /** The most of it that was in flight, in octets; where it was limited, when that was so last. */
    private int most;
    private int flightEnd;

    /** Whether the congestion window limits what is sent. */
    boolean isLimited() {
        return limited;
    }

    /**
     * Whether acknowledgments may make the window grow: where it was the limit, and during slow start where more than
     * half of it was used (RFC 7661 §4.2), as acknowledgments of a flight come one by one.
     */
    boolean mayGrow(Tcb t) {
        boolean slowStart = t.congestion.cwnd() < t.congestion.ssthresh();
        return slowStart ? t.congestion.cwnd() < 2L * most : limited;
    }

    /** More might have been sent, but for the window. */
    void noteLimit(Tcb t) {
        note(t, true);
    }

    private void note(Tcb t, boolean now) {
        int inFlight = t.octetsInFlight();
        boolean another = Seq.ge(t.sndUna, flightEnd) || t.recovery != Tcb.Recovery.NONE; // or another window
        if (now || another || (!limited && inFlight > most)) {
            limited = now;
            most = inFlight;
            flightEnd = t.sndNxt;
        }
    }

    /** Before data are sent after a pause. */
    void beforeSending(Tcb t, long now) {
        if (t.octetsInFlight() > 0 || t.bytesSent == 0 || t.config.traits().keepIdleWindow()) {
            return;
        }
        long timeout = t.rtt.timeout(t.config.retransmission());
        long idle = now - t.lastSentAt;
        if (idle > timeout) {
            t.congestion.onIdleRestart((int) Math.min(MAX_HALVINGS, idle / timeout), now);
            restart(now);
        }
    }

    private void restart(long now) {
        started = true;
        stampAt = now;
        used = 0;
    }

    /** Data were sent. */
    void sent(Tcb t, long now) {
        note(t, t.window() - t.pipe() < t.currentMss());
        if (!started || limited || mayGrow(t)) {
            restart(now);
            return;
        }
        used = Math.max(used, t.octetsInFlight());
        boolean wasted = t.recovery == Tcb.Recovery.NONE && !t.config.traits().keepIdleWindow() && !goesOn(t);
        if (wasted && now - stampAt >= t.rtt.timeout(t.config.retransmission())) {
            t.congestion.onUnused(used, now);
            restart(now);
        }
    }
    /** Whether more follows at once: only after the last frame it is known how much of the window was used. */
    private static boolean goesOn(Tcb t) {
        int offered = Seq.distance(t.sndNxt, Seq.add(t.sndUna, t.sndWnd));
        return Math.min(t.unsent(), offered) >= t.currentMss();
    }
}
