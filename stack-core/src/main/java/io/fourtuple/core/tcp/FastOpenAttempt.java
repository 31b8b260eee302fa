package io.fourtuple.core.tcp;

import io.fourtuple.core.Counter;
import io.fourtuple.core.time.Deadline;
import io.fourtuple.core.wire.FastOpenOption;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.OutboundSegment;
import io.fourtuple.core.wire.Seq;
import io.fourtuple.core.wire.TcpSegment;

/**
 * The client's part in one open with Fast Open (RFC 7413 §4.2): the first SYN has the cookie and data, or asks for a
 * cookie; the SYN-ACK tells whether they were taken. A SYN that is sent again has neither. Belongs to one connection,
 * and is confined to its thread.
 */
public final class FastOpenAttempt {
    /** Octets kept free for options beside the data, as the cookie's server may know a larger MSS than the path has. */
    private static final int OPTIONS_ROOM = 40;

    private final FastOpenCache cache;
    private final IpAddress server;
    private final FastOpenRules rules;
    private final FastOpenOption option;
    /** The server's MSS when last heard of; -1 when never. */
    private final int mss;
    private final boolean takesData;
    /** Octets that went with the SYN. */
    private int sent;

    FastOpenAttempt(
            FastOpenCache cache, IpAddress server, FastOpenRules rules, FastOpenOption option, int mss,
            boolean takesData) {
        this.cache = cache;
        this.server = server;
        this.rules = rules;
        this.option = option;
        this.mss = mss;
        this.takesData = takesData;
    }

    /** Whether data may go with the SYN. */
    public boolean takesData() {
        return takesData;
    }

    /** How many octets go with the SYN of this open at most (RFC 7413 §4.2.1): without a cookie none. */
    public int room(TcpConnection opening) {
        return room(opening.tcb().path);
    }

    private int room(PathProperties path) {
        boolean trusted = !option.hasCookie(); // a network of one's own, where all have the same MTU; as Linux
        int unknown = trusted ? path.mss() : Tcb.defaultMss(server);
        int largest = Math.min(path.mss(), mss < 0 ? unknown : mss);
        return takesData ? Math.max(0, largest - OPTIONS_ROOM) : 0;
    }

    /** Adds to the first SYN what it has more than others. */
    void fill(Tcb t, OutboundSegment syn) {
        syn.fastOpen = option;
        sent = Math.min(t.sendQueue.length(), room(t.path));
        if (sent > 0) {
            syn.payload = t.sendQueue;
            syn.payloadLength = sent;
            syn.segmentSize = sent;
            t.sndNxt = Seq.add(t.sndNxt, sent);
            t.synDataEnd = t.sndNxt;
            t.bytesSent += sent;
            t.counters.increment(Counter.TCP_EXT_ORIG_DATA_SENT);
        }
    }

    /** The peer's SYN-ACK is taken: learns from it, and lets what it did not take be sent again at once. */
    void answered(Tcb t, TcpSegment synAck, long nowNanos) {
        boolean taken = sent > 0 && Seq.gt(t.sndUna, Seq.add(t.iss, 1));
        t.synData = taken;
        t.account.fastOpenFailure = failure(taken, t.retransmits > 0);
        if (sent > 0) {
            t.counters.increment(
                    taken ? Counter.TCP_EXT_FAST_OPEN_ACTIVE : Counter.TCP_EXT_FAST_OPEN_ACTIVE_FAIL);
        }
        learn(t, synAck, taken, nowNanos);
        sendRestAgain(t);
    }

    private Account.FastOpenFailure failure(boolean taken, boolean again) {
        if (option.isRequest()) {
            return Account.FastOpenFailure.NO_COOKIE;
        }
        if (taken || sent == 0) {
            return Account.FastOpenFailure.NONE;
        }
        return again ? Account.FastOpenFailure.SYN_RETRANSMITTED : Account.FastOpenFailure.DATA_NOT_ACKNOWLEDGED;
    }

    private void learn(Tcb t, TcpSegment synAck, boolean taken, long nowNanos) {
        FastOpenOption given = synAck.options().fastOpen();
        int peerMss = synAck.options().mss() < 0 ? Tcb.defaultMss(server) : synAck.options().mss();
        if (!option.present() && sent == 0) {
            return;
        }
        if (given.hasCookie() && option.present()) { // RFC 7413 §4.1.1: one that nobody asked for is ignored
            cache.store(server, given, peerMss, t.counters);
        } else if (taken) {
            cache.confirm(server, peerMss, t.counters);
        } else if (rules.disableTime() > 0) {
            if (t.retransmits > 0) {
                t.counters.increment(Counter.TCP_EXT_FAST_OPEN_BLACKHOLE);
            }
            cache.disable(server, Deadline.after(nowNanos, rules.disableTime()), t.counters);
        } else if (option.isRequest() && t.retransmits == 0) {
            cache.tryOther(server, !option.experimental(), t.counters);
        }
    }

    /** What the peer did not take was never sent, but counts as sent again. */
    private static void sendRestAgain(Tcb t) {
        int rest = t.octetsInFlight();
        if (rest > 0) {
            t.sndNxt = t.sndUna;
            t.bytesRetransmitted += rest;
            t.retransmits++;
            t.counters.increment(Counter.TCP_RETRANS_SEGS);
        }
    }

    /** A SYN crossed ours, which cannot have taken what that had: it is as if it had never been sent. */
    void crossed(Tcb t) {
        t.sndNxt = Seq.add(t.iss, 1);
        t.bytesRetransmitted += sent;
    }
}
