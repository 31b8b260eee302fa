package io.fourtuple.core.tcp;

import io.fourtuple.core.Counter;
import io.fourtuple.core.wire.OutboundSegment;
import io.fourtuple.core.wire.SendReason;
import io.fourtuple.core.wire.Seq;

/**
 * How large segments may be, found out by sending one that is larger than the others now and then (RFC 4821): when it
 * is acknowledged, all are as large; when it alone is lost, that says nothing of congestion. Between what is known to
 * pass and what is not the search goes by halves, as in Linux. Sizes are those of the MSS: timestamps come out of them.
 */
final class PathMtuSearch {
    /** As long as Linux with its three of tcp_retries1 and a timeout of 200 ms. */
    private static final long BLACK_HOLE_NANOS = 3_000_000_000L;
    /** The search ends when it has come so close (Linux {@code tcp_probe_threshold}). */
    private static final int CLOSE = 8;
    /** The least window, in segments, in which a probe is not missed; as Linux. */
    private static final int LEAST_WINDOW = 11;
    /** So many segments follow a probe at least: their acknowledgments show its loss. */
    private static final int FOLLOWERS = 4;

    private boolean active;
    /** Passes, as far as is known. */
    private int low;
    /** May pass. */
    private int high;
    /** What the peer and the link take; no bound before that is agreed on. */
    private int most = Integer.MAX_VALUE;
    private long endedAt;
    /** Of the probe in flight; 0 for none. */
    private int size;
    private int start;
    private int end;

    /** The connection is agreed on, with segments of at most {@code mss}; returns how large they are at first. */
    int begin(Tcb t, int mss) {
        PathMtuRules rules = t.config.pathMtu();
        most = mss;
        high = mss;
        low = Math.min(mss, rules.baseMss());
        active = rules.probing() == PathMtuRules.Probing.ALWAYS;
        return active ? low : mss;
    }

    /** The largest MSS that the peer and the link take. */
    int most() {
        return most;
    }

    /** A router has said what passes. */
    void told(int mss) {
        high = Math.min(high, mss);
        low = Math.min(low, mss);
        size = 0;
    }

    /**
     * The retransmission timer ran out. When full-sized segments vanish for long and nobody says that they are too
     * big, smaller ones may pass (RFC 4821 §7.7).
     */
    void timedOut(Tcb t, long now) {
        boolean looks = t.config.pathMtu().probing() != PathMtuRules.Probing.OFF;
        boolean fullSized = t.octetsInFlight() >= t.sndMss;
        if (!looks || !fullSized || now - t.unansweredSince < BLACK_HOLE_NANOS) {
            return;
        }
        int base = t.config.pathMtu().baseMss();
        int mss = Math.max(t.smallestMss(), t.path.mss() > base ? base : t.path.mss() / 2);
        if (mss < t.path.mss()) {
            high = Math.min(high, t.path.mss() - 1);
            low = mss;
            active = true;
            endedAt = now;
            t.changeMss(mss);
            t.counters.increment(Counter.TCP_EXT_MTUP_BLACK_HOLE);
        }
    }

    /**
     * Fills {@code out} with a probe; false when there is none to send now: it takes the place of new data, and only
     * where its loss would be seen and would not hold anything up.
     *
     * @param window octets that the peer's window has room for
     */
    boolean probe(Tcb t, OutboundSegment out, int window, long now) {
        if (!active || size > 0 || t.recovery != Tcb.Recovery.NONE || t.currentMss() < t.sndMss
                || t.window() < (long) LEAST_WINDOW * t.sndMss) {
            return false;
        }
        if (high - low < CLOSE) {
            if (high == most || now - endedAt < t.config.pathMtu().interval()) {
                return false;
            }
            high = most; // the path may be another one
        }
        int options = t.timestampOctets();
        int length = (low + high + 1) / 2 - options;
        int needed = length + FOLLOWERS * t.sndMss;
        if (t.unsent() < needed || window < needed || t.window() - t.pipe() < Math.max(length, 2 * t.sndMss)) {
            return false;
        }
        size = length + options;
        start = t.sndNxt;
        end = Seq.add(start, length);
        Transmitter.segment(t, out, start, length, length, SendReason.PATH_MTU_PROBE, now);
        t.counters.increment(Counter.TCP_EXT_MTUP_PROBE);
        return true;
    }

    /** SND.UNA has moved. */
    void acknowledged(Tcb t, long now) {
        if (size > 0 && Seq.ge(t.sndUna, end)) {
            low = size;
            size = 0;
            endedAt = now;
            t.changeMss(low);
            t.counters.increment(Counter.TCP_EXT_MTUP_SUCCESS);
        }
    }

    /**
     * Whether the probe is all that is lost: then it was too large, and is sent again in pieces with the window as it
     * is (RFC 4821 §7.6.2).
     */
    boolean hasFailed(Tcb t, long now) {
        if (size == 0 || t.sndUna != start || t.scoreboard.pending() > size) {
            return false;
        }
        high = size - 1;
        size = 0;
        endedAt = now;
        t.counters.increment(Counter.TCP_EXT_MTUP_FAIL);
        return true;
    }

    /** These octets are sent again: when the probe had them, what becomes of it says nothing any more. */
    void resent(int from, int to) {
        if (size > 0 && Seq.lt(from, end) && Seq.gt(to, start)) {
            size = 0;
        }
    }
}
