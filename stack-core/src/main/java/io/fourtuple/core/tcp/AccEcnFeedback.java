package io.fourtuple.core.tcp;

import io.fourtuple.core.Counter;
import io.fourtuple.core.wire.AccEcnOption;
import io.fourtuple.core.wire.Seq;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.core.wire.TcpSegment;

/**
 * What the peer tells of marks on what we have sent (RFC 9768 §3.2): s.cep, s.e1b, s.ceb and s.e0b. The three bits of
 * the header may have cycled between two acknowledgments; the option, when it is there, tells whether they have.
 *
 * <p>A peer that tells what is not true gets no more than one that takes part in classic ECN: less congestion than
 * there is, or one reduction of the window in a round trip. Octets that were never sent are not believed at all.
 *
 * <p>Belongs to one connection, and is confined to its thread.
 */
final class AccEcnFeedback {
    private static final int CYCLE = 8;
    private static final int CE = 6;
    private static final int ECT_1 = 3;
    private static final int ECT_0 = 4;
    private static final int SIGN = 8; // a counter of 24 bits in an int
    private static final int MEAN_SHIFT = 6;
    private static final int MEAN_WEIGHT = 16;
    /** Whoever acknowledges more packets than this at a time, on average, has merged them: nothing was lost. */
    private static final int MERGED = 4 << MEAN_SHIFT;

    int deliveredCe;
    long deliveredEct1;
    long deliveredCeOctets;
    long deliveredEct0;

    /** Marks are no longer answered: nobody knows what they mean (§3.2.2.4). */
    private boolean ignored;
    /** Options are not read: something on the way has zeroed one (§3.2.3.2.4). */
    private boolean optionsIgnored;
    /** The first counter is still to come, which cannot be 0 (§3.2.2.4). */
    private boolean first = true;
    /** Packets that an acknowledgment is about, on average, in 64ths. */
    private int mean;

    /** The peer's SYN-ACK is here, which says what our SYN came under (table 2). */
    void handshake(Tcb t, TcpSegment synAck, long now) {
        checkOption(synAck.options().accEcn());
        checkMark(t, TcpFlags.ace(synAck.flags()), now);
    }

    /** The first acceptable segment in SYN-RECEIVED; a bare one says what our SYN-ACK came under (table 4). */
    void handshakeEnds(Tcb t, TcpSegment s, long now) {
        checkOption(s.options().accEcn());
        int ace = TcpFlags.ace(s.flags());
        boolean bare = s.length() == 0 && s.options().sackBlocks() == 0;
        if (!bare) {
            deliveredCe = ace - AccurateEcn.FIRST_CE & CYCLE - 1;
            answer(t, deliveredCe, now);
        } else if (ace == 0) {
            zeroed(t);
        } else {
            deliveredCe = ace == CE ? 1 : 0;
            checkMark(t, ace, now);
        }
    }

    /** §3.2.2.3: SYN and SYN-ACK go out without ECT; one that came with it was mangled on the way. */
    private void checkMark(Tcb t, int ace, long now) {
        if (ace == ECT_1 || ace == ECT_0 || ace == CE) {
            mangled(t);
        }
        answer(t, ace == CE ? 1 : 0, now);
    }

    private static void answer(Tcb t, int ce, long now) {
        if (ce > 0) {
            t.congestion.onEcn(t.congestion.cwnd(), now);
            ExplicitCongestion.reduced(t);
        }
    }

    private void checkOption(AccEcnOption option) {
        boolean zero = (option.hasEct0() && option.ect0() == 0) || (option.hasEct1() && option.ect1() == 0);
        optionsIgnored |= zero;
    }

    private static void mangled(Tcb t) {
        if (t.ect) {
            t.ect = false;
            t.counters.increment(Counter.TCP_EXT_ACC_ECN_MANGLED);
        }
    }

    private void zeroed(Tcb t) {
        mangled(t);
        ignored = true;
    }

    /**
     * An acceptable acknowledgment.
     *
     * @param octets that it says have arrived
     * @param full whether all of them went in full-sized segments, so that these can be counted
     * @return how many more packets were marked; 0 when that is not known, or does not count
     */
    int acknowledged(Tcb t, TcpSegment s, int octets, boolean full) {
        boolean newer = octets > 0 || (t.timestamps && s.options().hasTimestamps()
                && Seq.gt(s.options().tsVal(), t.tsRecent));
        if (!newer) { // a later one may have come before it (§3.2.2.2)
            return 0;
        }
        long before = deliveredCeOctets;
        boolean told = takeOption(t, s.options().accEcn());
        int ceOctets = (int) (deliveredCeOctets - before);
        int ace = TcpFlags.ace(s.flags());
        if (first && octets > 0) {
            first = false;
            if (ace == 0) {
                zeroed(t);
            }
        }
        if (ignored) {
            return 0;
        }
        int packets = Math.ceilDiv(octets, t.currentMss());
        if (packets > 0) {
            mean = mean == 0 ? packets << MEAN_SHIFT : mean + ((packets << MEAN_SHIFT) - mean) / MEAN_WEIGHT;
        }
        int least = ace - AccurateEcn.FIRST_CE - deliveredCe & CYCLE - 1;
        int ce = packets < CYCLE ? least : cycled(t, least, packets, told, ceOctets);
        deliveredCe += ce;
        if (told && ceOctets > 0 && ce == 0 && full && packets < CYCLE) { // §3.2.3.2.5
            mangled(t);
        }
        return ce;
    }

    /** §3.2.2.5.2: how many of so many packets, when the number has perhaps cycled. */
    private int cycled(Tcb t, int least, int packets, boolean told, int ceOctets) {
        int most = packets - (packets - least & CYCLE - 1);
        if (told) {
            int needed = Math.ceilDiv(ceOctets, Math.max(1, t.sndMss)) - least;
            return needed <= 0 ? least : Math.min(most, least + Math.ceilDiv(needed, CYCLE) * CYCLE);
        }
        return mean > MERGED ? least : most;
    }

    /** False when there is no option that tells of CE. */
    private boolean takeOption(Tcb t, AccEcnOption option) {
        if (optionsIgnored || option.fields() <= 0) {
            return false;
        }
        int ect1 = option.hasEct1() ? more(option.ect1() - AccurateEcn.FIRST_OCTETS, deliveredEct1) : 0;
        int ect0 = option.hasEct0() ? more(option.ect0() - AccurateEcn.FIRST_OCTETS, deliveredEct0) : 0;
        int ce = option.hasCe() ? more(option.ce(), deliveredCeOctets) : 0;
        long all = deliveredEct1 + deliveredEct0 + deliveredCeOctets + ect1 + ect0 + ce;
        if (ect1 < 0 || ect0 < 0 || ce < 0 || all > t.bytesSent) {
            t.counters.increment(Counter.TCP_EXT_ACC_ECN_OPTION_DISCARD);
            return false;
        }
        deliveredEct1 += ect1;
        deliveredEct0 += ect0;
        deliveredCeOctets += ce;
        return true;
    }

    /** From a counter to the next, of which 24 bits are there. */
    private static int more(int next, long counter) {
        return (next - (int) counter) << SIGN >> SIGN;
    }
}
