package io.fourtuple.core.tcp;

import io.fourtuple.core.Counter;
import io.fourtuple.core.wire.Ecn;
import io.fourtuple.core.wire.OutboundSegment;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.core.wire.TcpSegment;

/**
 * Accurate ECN (RFC 9768) of one connection, as far as it receives: how many marks of congestion have come, which every
 * segment tells the peer. What the peer tells of our own is in {@link AccEcnFeedback}.
 *
 * <pre>
 *   SYN         AE CWR ECE = 1 1 1   asks for it; the classic ECN has 0 1 1
 *   SYN-ACK     what mark the SYN came under: 010 none, 011 ECT(1), 100 ECT(0), 110 CE; 001 is the classic ECN
 *   ACK of it   what mark the SYN-ACK came under, in the same way
 *   later       the lowest three bits of r.cep, the packets that came marked CE, from 5
 *   option      octets under each mark: r.e0b from 1, r.ceb from 0, r.e1b from 1; 24 bits of each
 * </pre>
 *
 * <p>Exists only where it was agreed. Confined to its connection's thread.
 */
final class AccurateEcn {
    /** What r.cep and s.cep begin with (§3.2.1). */
    static final int FIRST_CE = 5;
    /** What r.e0b, r.e1b and the peer's begin with: what zeroes options shows. */
    static final int FIRST_OCTETS = 1;
    /** Of SYNs, and of SYN-ACKs, so many tell of it; who needs more gets none (§3.1.4.1, §3.2.3.2.2). */
    static final int TRIES = 2;

    private static final int ACE_CLASSIC_SYN = 3;
    private static final int ACE_CLASSIC = 1;
    private static final int ACE_REFLECTED = 7;
    private static final int[] ENCODED = {2, 3, 4, 6}; // by Ecn: table 2 and table 3
    private static final int MAX_OPTIONS = 40;
    private static final int MAX_FIELDS = 3;
    /** §3.2.3.3: a counter is told at least once in so many octets. */
    private static final int TELL_SHIFT = 22;
    /** §3.2.2.5.1: so many marks are acknowledged at once while data wait for it … */
    private static final int MARKS_WITH_DATA = 2;
    /** … and otherwise, so that two ends do not acknowledge each other's acknowledgments for ever. */
    private static final int MARKS_WITHOUT_DATA = 3;

    /** What the peer tells. */
    final AccEcnFeedback feedback = new AccEcnFeedback();

    // --- r.cep, r.e1b, r.ceb and r.e0b, all from 0
    int receivedCe;
    long receivedEct1;
    long receivedCeOctets;
    long receivedEct0;

    /** The mark of the latest packet, the SYN included. */
    private int mark;
    /** The mark that a SYN-ACK of ours tells of. */
    private int synMark;
    private int synAcks;
    private boolean synAckCounted;
    /** What the next bare acknowledgment has in place of the counter; -1 for nothing. */
    private int reflected = -1;
    /** That one is the first, and goes before anything else. */
    private boolean reflects;
    private int ceSinceAck;

    // --- the option
    /** So many more segments have it, although nothing changes. */
    private int demand = 2;
    private long toldAt;
    /** The segment that is made has it, if there is room. */
    private boolean due;
    /** Data went with it … */
    private boolean carried;
    /** … and arrived. */
    private boolean proven;
    /** Since new data came, what we had acknowledged has come again so often. */
    private int reappeared;
    /** They did not: something on the way drops what has it. */
    private boolean blocked;
    private int fields;
    private int blocks;
    private boolean order1;

    /** Agreed in a SYN or SYN-ACK that came under this mark. */
    AccurateEcn(int mark) {
        this.mark = mark;
        synMark = mark;
    }

    // --- agreeing, §3.1

    /** Whether a SYN asks for it, in one of the ways it can or will be asked for (§3.1.2, §3.1.3). */
    static boolean isAskedFor(TcpSegment syn, TcpConfig config) {
        int ace = TcpFlags.ace(syn.flags());
        return config.ecn().acceptsAccurate() && ace != 0 && ace != ACE_CLASSIC_SYN;
    }

    /** Whether a SYN asks for the classic ECN. */
    static boolean isClassic(TcpSegment syn) {
        return TcpFlags.ace(syn.flags()) == ACE_CLASSIC_SYN;
    }

    /** Whether a SYN-ACK agrees, in one of the ways it can or will (table 2, §3.1.3). */
    static boolean agreesIn(TcpSegment synAck) {
        int ace = TcpFlags.ace(synAck.flags());
        return ace != 0 && ace != ACE_CLASSIC && ace != ACE_REFLECTED;
    }

    /**
     * Adds to a SYN-ACK what it says: the first one has the option, the next one does not, and later ones are as if it
     * had never been agreed, because something on the way may drop what they do not know (§3.2.3.2.2).
     *
     * @param mark what the latest SYN came under
     * @param synAcks how many SYN-ACKs there were before
     */
    static void answer(OutboundSegment synAck, int mark, int synAcks, TcpConfig config) {
        if (synAcks < TRIES) {
            synAck.flags |= TcpFlags.ofAce(ENCODED[mark]);
        }
        if (synAcks == 0 && config.accEcn().option() != TcpConfig.AccEcnRules.Option.NEVER) {
            synAck.accEcn(MAX_FIELDS, true, FIRST_OCTETS, 0, FIRST_OCTETS);
        }
    }

    /** A SYN-ACK of a connection goes out. */
    void answer(Tcb t, OutboundSegment synAck) {
        answer(synAck, synMark, synAcks, t.opened);
        synAcks++;
        t.ect &= synAcks <= TRIES; // §3.1.5: the peer may have done without
    }

    /** The SYN-ACK that agrees has come. */
    void agreed(Tcb t, TcpSegment synAck, long now) {
        reflects = true;
        reflect(synAck.ecn());
        feedback.handshake(t, synAck, now);
    }

    /** The SYN-ACK has come once more, and a challenge ACK may answer it. */
    void synAckAgain(Tcb t, TcpSegment synAck) {
        reappears(t);
        if (t.challengeAckDue && agreesIn(synAck)) {
            reflect(synAck.ecn());
        }
    }

    /** A SYN-ACK has come, perhaps once more: the bare acknowledgment of it says what it came under (§3.2.2.1). */
    private void reflect(int synAckMark) {
        reflected = ENCODED[synAckMark];
        if (synAckMark == Ecn.CE && !synAckCounted) {
            synAckCounted = true;
            receivedCe++;
        }
    }

    /** Whether there is to be a bare acknowledgment before anything else, for the sake of what it reflects. */
    boolean reflects() {
        return reflects;
    }

    // --- receiving, §3.2

    /** A segment has come that is acceptable, with data or without, whether they came before or not. */
    void received(Tcb t, TcpSegment s) {
        int now = s.ecn();
        int octets = s.payloadLength();
        boolean ce = now == Ecn.CE;
        boolean turned = ce != (mark == Ecn.CE);
        boolean other = now != mark;
        mark = now;
        reappeared = octets > 0 ? 0 : reappeared;
        if (now != Ecn.NOT_ECT) {
            t.ecnSeen = true;
            if (ce) {
                int packets = s.gsoSize() > 0 ? Math.max(1, Math.ceilDiv(octets, s.gsoSize())) : 1;
                receivedCe += packets;
                ceSinceAck = Math.min(ceSinceAck + packets, MARKS_WITHOUT_DATA);
            }
            count(now, octets);
        }
        if (other || ce) {
            demand = 2; // this acknowledgment, and the next
        }
        boolean waits = octets > 0 || t.unackedOctets > 0;
        if ((turned && octets > 0) || ceSinceAck >= (waits ? MARKS_WITH_DATA : MARKS_WITHOUT_DATA)) { // §3.2.2.5.1
            SegmentArrival.acknowledgeNow(t);
        }
    }

    private void count(int now, int octets) {
        if (octets == 0) {
            return;
        }
        long before;
        switch (now) {
            case Ecn.ECT_1 -> {
                before = receivedEct1;
                receivedEct1 += octets;
            }
            case Ecn.ECT_0 -> {
                before = receivedEct0;
                receivedEct0 += octets;
            }
            default -> {
                before = receivedCeOctets;
                receivedCeOctets += octets;
            }
        }
        if ((before ^ (before + octets)) >> TELL_SHIFT != 0) {
            demand = Math.max(demand, 1);
        }
    }

    // --- telling

    /** Before a segment is made, whatever it is: whether it has the option (§3.2.3.3). */
    void decide(Tcb t, long now) {
        TcpConfig.AccEcnRules rules = t.config.accEcn();
        due = switch (rules.option()) {
            case NEVER -> false;
            case CHANGES -> !blocked
                    && (demand > 0 || (rules.beacon() > 0 && (now - toldAt) * rules.beacon() >= t.rtt.smoothed()));
            case ALWAYS -> !blocked;
            case PERSISTENT -> true;
        };
    }

    /** What SACK blocks and the option take up together in the next segment, in octets. */
    int optionsLength(boolean timestamps, int wantedBlocks) {
        fit(timestamps, wantedBlocks);
        return (blocks > 0 ? 4 + 8 * blocks : 0) + (fields < 0 ? 0 : length(fields, blocks > 0));
    }

    /**
     * As Linux: with all three counters if they fit, else those that have ever counted anything. A third and fourth
     * SACK block make room for it, and two do not (§3.2.3.3). In order 0 when that one is shorter, and only then.
     */
    private void fit(boolean timestamps, int wantedBlocks) {
        blocks = wantedBlocks;
        fields = -1;
        if (!due) {
            return;
        }
        int last = receivedEct0 > 0 ? 3 : receivedCeOctets > 0 ? 2 : receivedEct1 > 0 ? 1 : 0;
        int lastOfOrder0 = receivedEct1 > 0 ? 3 : receivedCeOctets > 0 ? 2 : receivedEct0 > 0 ? 1 : 0;
        int fewest = last == 0 ? wantedBlocks : Math.min(2, wantedBlocks);
        for (int left = wantedBlocks; left >= fewest && fields < 0; left--) {
            int room = MAX_OPTIONS - (timestamps ? 12 : 0) - (left > 0 ? 4 + 8 * left : 0);
            order1 = true;
            fields = most(room, last, left > 0);
            if (fields < 0 && lastOfOrder0 < last) {
                order1 = false;
                fields = most(room, lastOfOrder0, left > 0);
            }
            blocks = fields < 0 ? wantedBlocks : left;
        }
    }

    private static int most(int room, int least, boolean sack) {
        for (int count = MAX_FIELDS; count >= Math.max(1, least); count--) {
            if (length(count, sack) <= room) {
                return count;
            }
        }
        return -1;
    }

    /** As {@link OutboundSegment#optionsLength} has it. */
    private static int length(int count, boolean sack) {
        int octets = 2 + 3 * count;
        return octets % 4 <= (sack ? 2 : 0) ? octets / 4 * 4 : Math.ceilDiv(octets, 4) * 4;
    }

    /** Data go out from here, for the first time or again. */
    void sends(Tcb t, int seq) {
        if (seq != t.sndNxt) {
            if (carried) {
                block(t);
            }
            due &= !blocked || t.config.accEcn().option() == TcpConfig.AccEcnRules.Option.PERSISTENT;
        } else {
            carried |= due;
        }
    }

    /** What was acknowledged has come again: what acknowledged it, with the option, may have been dropped. */
    void reappears(Tcb t) {
        reappeared++;
        if (reappeared >= TRIES) {
            block(t);
        }
    }

    /** §3.2.3.2.2: what has the option does not get through, unless it ever did. */
    private void block(Tcb t) {
        if (!proven && !blocked && t.config.accEcn().option() != TcpConfig.AccEcnRules.Option.NEVER) {
            blocked = true;
            t.counters.increment(Counter.TCP_EXT_ACC_ECN_OPTION_BLOCKED);
        }
    }

    /** Data have arrived at the peer. */
    void delivered() {
        proven |= carried;
    }

    /** Adds to a segment that is no SYN what it says; its SACK blocks are there. */
    void fill(Tcb t, OutboundSegment out, long now) {
        out.flags |= counter();
        ceSinceAck = 0;
        fit(t.timestamps, out.sackBlocks);
        out.sackBlocks = blocks;
        if (fields >= 0) {
            out.accEcn(fields, order1, (int) receivedEct1 + FIRST_OCTETS, (int) receivedCeOctets,
                    (int) receivedEct0 + FIRST_OCTETS);
            demand = Math.max(0, demand - 1);
            toldAt = now;
        }
    }

    /** A bare acknowledgment has in place of the counter what it is to reflect, unless it has SACK blocks. */
    void reflectIn(OutboundSegment out) {
        if (reflected >= 0 && out.sackBlocks == 0) {
            out.flags = (out.flags & ~TcpFlags.ACE) | TcpFlags.ofAce(reflected);
        }
        reflected = -1;
        reflects = false;
    }

    /** The flags that are the counter. */
    int counter() {
        return TcpFlags.ofAce(FIRST_CE + receivedCe);
    }

    /** A NIC that cuts segments clears CWR in all but the first (RFC 3168): it must not be part of a number then. */
    boolean isCutAlready() {
        return (counter() & TcpFlags.CWR) != 0;
    }
}
