package io.fourtuple.core.tcp;

import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.OutboundSegment;
import io.fourtuple.core.wire.Seq;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.core.wire.TcpOptions;
import io.fourtuple.core.wire.TcpSegment;

/**
 * SYN cookies (RFC 4987 §3.6): a listener that has no room for a half-open connection puts what it would remember into
 * the initial sequence number of its SYN-ACK, signed, and reads it again from the final ACK. It remembers nothing.
 *
 * <pre>
 *   sequence number   29 bits of MAC                                   3 bits: which of eight MSS values
 *   TSval             26 bits of the timestamp clock    1 ECN   1 SACK   4 window scale (15: none)
 *
 *   MAC = PRF(key, 4-tuple, peer's initial sequence number, time slot, MSS, options)
 * </pre>
 *
 * <p>Window scale, SACK and ECN fit only into a timestamp. A peer that offers none gets none of them; what it costs is
 * a window of 64 KiB, recovery without SACK, and lost packets where others are marked. Accurate ECN shows in the flags
 * of the final ACK (RFC 9768 §5.1). A cookie is good for one to two
 * time slots of about 69 seconds. Of all 2³² acknowledgment numbers, 16 are good for a given tuple and time: guessing
 * hits once in 2²⁸ tries.
 *
 * <p>Immutable; any thread may use it.
 */
public final class SynCookies {
    /** How long at most after it was sent a cookie may still be good, in nanoseconds. */
    public static final long MAX_AGE_NANOS = 2L << 36;

    private static final int SLOT_SHIFT = 36;
    private static final int MSS_BITS = 3;
    private static final int MSS_MASK = (1 << MSS_BITS) - 1;
    private static final int OPTION_MASK = (1 << 6) - 1;
    private static final int SCALE_MASK = 15;
    private static final int NO_SCALE = 15;
    private static final int SACK = 16;
    private static final int ECN = 32;
    /** In place of the options of a peer without timestamps. */
    private static final int NO_OPTIONS = OPTION_MASK + 1;

    /**
     * What peers commonly offer, ascending: the defaults of IPv4 and IPv6, a tunnel, Ethernet with IPv6 and with IPv4,
     * jumbo frames. The first stands for everything below the second.
     */
    private static final int[] MSS = {0, 256, 536, 1220, 1360, 1440, 1460, 8940};

    private final SipHash tupleHash;
    private final SipHash mac;

    /**
     * What a cookie says of the SYN that it answers.
     *
     * @param mss the peer's MSS, or the next smaller one that a cookie can tell
     * @param windowScale the peer's shift count, or -1 without the option
     * @param sack whether the peer takes SACK
     * @param timestamps whether both ends use timestamps
     * @param ecn whether both ends take part in classic ECN
     * @param accurate whether both take part in Accurate ECN
     */
    record Offer(
            int mss, int windowScale, boolean sack, boolean timestamps, boolean ecn, boolean accurate) {}

    /** With a secret key, not that of anything else: 256 random bits, drawn once when the stack starts. */
    public SynCookies(long key0, long key1, long key2, long key3) {
        tupleHash = SipHash.of24(key0, key1);
        mac = SipHash.of24(key2, key3);
    }

    /**
     * Fills a SYN-ACK whose sequence number is the cookie.
     *
     * @param syn a segment with SYN and without ACK, RST and FIN
     * @param timestampOffset as for {@link TcpConnection#connect}
     */
    public void fillSynAck(FourTuple tuple, TcpSegment syn, int timestampOffset, PathProperties path,
            TcpConfig config, OutboundSegment out, long nowNanos) {
        TcpConfig.OptionOffer offer = config.options();
        TcpOptions peer = syn.options();
        int index = mssIndex(peer.mss() < 0 ? Tcb.defaultMss(tuple) : peer.mss());
        int options = NO_OPTIONS;
        if (offer.timestamps() && peer.hasTimestamps()) {
            boolean scaling = offer.windowScaling() && peer.windowScale() >= 0;
            boolean sack = offer.sack() && peer.sackPermitted();
            boolean ecn = ExplicitCongestion.isAskedFor(syn, config);
            options = (scaling ? Math.min(peer.windowScale(), 14) : NO_SCALE) | (sack ? SACK : 0) | (ecn ? ECN : 0);
        }
        int cookie = cookie(tuple, syn.seq(), nowNanos >> SLOT_SHIFT, index, options);
        HalfOpen.fillSynAck(out, cookie, Seq.add(syn.seq(), 1), path, config);
        if (options != NO_OPTIONS) {
            out.windowScale = (options & SCALE_MASK) == NO_SCALE ? -1 : ReceiveWindow.shiftFor(config);
            out.sackPermitted = (options & SACK) != 0;
            out.flags |= (options & ECN) != 0 ? TcpFlags.ECE : 0;
            out.timestamps = true;
            out.tsVal = latestWith(options, (int) (nowNanos / 1_000_000) + timestampOffset);
            out.tsEcr = peer.tsVal();
        }
        if (AccurateEcn.isAskedFor(syn, config)) {
            AccurateEcn.answer(out, syn.ecn(), 0, config);
        }
    }

    /**
     * The half-open connection that the final ACK of a cookie completes; it was never kept. The caller completes it
     * with that ACK at once, or forgets it.
     *
     * @param ack a segment with ACK and without SYN and RST
     * @return null when the ACK does not carry a cookie of ours that is still good
     */
    public HalfOpen open(FourTuple tuple, TcpSegment ack, int timestampOffset, PathProperties path, TcpConfig config,
            long nowNanos) {
        int cookie = Seq.add(ack.ack(), -1);
        int irs = Seq.add(ack.seq(), -1);
        int index = cookie & MSS_MASK;
        boolean timestamps = config.options().timestamps() && ack.options().hasTimestamps();
        int options = timestamps ? ack.options().tsEcr() & OPTION_MASK : NO_OPTIONS;
        long slot = nowNanos >> SLOT_SHIFT;
        if (cookie != cookie(tuple, irs, slot, index, options)
                && cookie != cookie(tuple, irs, slot - 1, index, options)) {
            return null;
        }
        int scale = options & SCALE_MASK;
        boolean ecn = timestamps && (options & ECN) != 0;
        // RFC 9768 §5.1: nothing but Accurate ECN has such flags there.
        boolean accurate = config.ecn().acceptsAccurate() && !ecn && TcpFlags.ace(ack.flags()) > 1;
        Offer offer = new Offer(
                Math.max(MSS[index], config.options().minPeerMss()),
                timestamps && scale != NO_SCALE ? scale : -1,
                timestamps && (options & SACK) != 0,
                timestamps,
                ecn,
                accurate);
        return HalfOpen.ofCookie(tuple, ack, offer, timestampOffset, path, config, nowNanos);
    }

    private int cookie(FourTuple tuple, int irs, long slot, int mssIndex, int options) {
        byte[] message = new byte[24];
        put(message, 0, tupleHash.hash(tuple));
        put(message, 8, slot);
        put(message, 16, ((long) irs << 32) | ((long) options << MSS_BITS) | mssIndex);
        return ((int) mac.hash(message) << MSS_BITS) | mssIndex;
    }

    private static void put(byte[] message, int at, long value) {
        for (int i = 0; i < 8; i++) {
            message[at + i] = (byte) (value >>> (8 * i));
        }
    }

    private static int mssIndex(int peerMss) {
        int index = MSS.length - 1;
        while (index > 0 && MSS[index] > peerMss) {
            index--;
        }
        return index;
    }

    /** The last tick of the clock, not after {@code now}, that ends in these bits. */
    private static int latestWith(int options, int now) {
        int tick = (now & ~OPTION_MASK) | options;
        return Seq.gt(tick, now) ? tick - (OPTION_MASK + 1) : tick;
    }
}
