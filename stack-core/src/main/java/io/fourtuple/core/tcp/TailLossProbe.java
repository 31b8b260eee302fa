package io.fourtuple.core.tcp;

import io.fourtuple.core.Counter;
import io.fourtuple.core.time.Deadline;
import io.fourtuple.core.wire.Seq;

/**
 * Tail loss probe (RFC 8985 §7): when the last octets of a flight are not acknowledged within two round-trip times,
 * something is sent that makes the peer answer, so that RACK finds the loss before the retransmission timer does.
 */
final class TailLossProbe {
    /** WCDelAckT of §7.2: how long a peer may delay the acknowledgment of a single segment. */
    private static final long DELAYED_ACK = 200_000_000;
    /** PTO before a round-trip time is known. */
    private static final long UNKNOWN = 1_000_000_000;

    /** TLP.end_seq; meaningful while a probe is {@link #out}. */
    private int end;
    private boolean out;
    private boolean isRetransmission;
    private int flight;

    /** Whether what is sent next is the probe. */
    boolean due;

    /** §7.2: new data were sent, or an acknowledgment has brought us on. */
    void schedule(Tcb t, long now) {
        t.lossProbeAt = Deadline.NONE;
        boolean useful = t.config.recovery().tailLossProbe() && t.sack && t.recovery == Tcb.Recovery.NONE && !out
                && t.scoreboard.runs() > 0 && t.scoreboard.sacked() == 0 && t.sndWnd > 0;
        if (!useful || t.retransmitAt == Deadline.NONE) {
            return;
        }
        long timeout = t.rtt.smoothed() == 0 ? UNKNOWN : 2 * t.rtt.smoothed();
        if (t.octetsInFlight() <= t.sndMss) {
            timeout += DELAYED_ACK;
        }
        t.lossProbeAt = Deadline.earlier(Deadline.after(now, timeout), t.retransmitAt);
    }

    /** The timer ran out; the retransmission timer begins anew when the probe is sent (§7.3). */
    void expired(Tcb t, long now) {
        t.lossProbeAt = Deadline.NONE;
        if (t.octetsInFlight() == 0 || t.scoreboard.runs() == 0 || t.recovery != Tcb.Recovery.NONE) {
            return;
        }
        due = true;
        t.retransmitAt = Deadline.after(now, t.rtt.timeout(t.config.retransmission()));
    }

    /** The probe is out. */
    void sent(Tcb t, boolean again) {
        due = false;
        out = true;
        isRetransmission = again;
        end = t.sndNxt;
        flight = t.octetsInFlight();
        t.lossProbeAt = Deadline.NONE;
        t.counters.increment(Counter.TCP_EXT_LOSS_PROBES);
    }

    /** Everything is acknowledged; what the last probe was good for may still come out. */
    void idle(Tcb t) {
        due = false;
        t.lossProbeAt = Deadline.NONE;
    }

    /** Octets that were in flight when the probe was sent. */
    int flight() {
        return flight;
    }

    /** Loss is repaired in another way. */
    void end(Tcb t) {
        out = false;
        due = false;
        t.lossProbeAt = Deadline.NONE;
    }

    /**
     * §7.4.2: whether the probe has repaired a loss that nobody has noticed, and to which the window must answer.
     *
     * @param bareDuplicate the acknowledgment is a duplicate without a block: the octets had arrived, and the probe
     */
    boolean hasRepaired(Tcb t, Delivery d, boolean bareDuplicate) {
        if (!out || Seq.lt(t.sndUna, end)) {
            return false;
        }
        boolean further = Seq.gt(t.sndUna, end);
        boolean over = !isRetransmission || d.duplicateSack || further || bareDuplicate;
        boolean repaired = isRetransmission && !d.duplicateSack && further;
        out = !over;
        return repaired;
    }
}
