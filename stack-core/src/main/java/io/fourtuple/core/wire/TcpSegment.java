package io.fourtuple.core.wire;

/**
 * One received TCP segment, parsed and verified. Immutable: the array is never written again once a segment refers to
 * it, so slices of it may be handed to the application and across threads.
 *
 * @param seq SEG.SEQ
 * @param ack SEG.ACK, meaningful when {@link TcpFlags#ACK} is set
 * @param flags bits of {@link TcpFlags}
 * @param window the 16 bits of the header, 0–65535, not yet scaled
 * @param urgentPointer 0–65535, meaningful when {@link TcpFlags#URG} is set
 * @param options never null
 * @param array holds the payload
 * @param payloadOffset where it starts
 * @param payloadLength its octets; more than the MSS when the NIC merged several segments into one
 * @param gsoSize payload octets of each segment that the NIC merged into this one, or 0 when it merged none
 * @param ecn the bits of {@link Ecn} in the IP header it came under
 */
public record TcpSegment(
        int seq,
        int ack,
        int flags,
        int window,
        int urgentPointer,
        TcpOptions options,
        byte[] array,
        int payloadOffset,
        int payloadLength,
        int gsoSize,
        int ecn) {

    private static final byte[] NO_PAYLOAD = {};

    /** A segment without payload, for tests and for answers that never reach a wire. */
    public static TcpSegment of(int seq, int ack, int flags, int window, TcpOptions options) {
        return new TcpSegment(seq, ack, flags, window, 0, options, NO_PAYLOAD, 0, 0, 0, Ecn.NOT_ECT);
    }

    /** True when every bit of {@code mask} is set. */
    public boolean has(int mask) {
        return (flags & mask) == mask;
    }

    /** SEG.LEN: octets of sequence space, SYN and FIN included. */
    public int length() {
        return payloadLength + (flags & TcpFlags.FIN) + ((flags & TcpFlags.SYN) >> 1);
    }

    /** The first sequence number after this segment: SEG.SEQ + SEG.LEN. */
    public int end() {
        return Seq.add(seq, length());
    }

    /** Sequence number of the first payload octet: after the SYN, if there is one. */
    public int payloadSeq() {
        return Seq.add(seq, (flags & TcpFlags.SYN) >> 1);
    }

    /** How many segments the NIC merged into this one; 1 when it merged none. */
    public int segments() {
        return gsoSize > 0 ? Math.max(1, Math.ceilDiv(payloadLength, gsoSize)) : 1;
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }

    /** As tcpdump would: {@code P. 1000:1004(4) ack 501 win 64 <…>}. */
    @Override
    public String toString() {
        return TcpFlags.toString(flags) + " " + Seq.toString(seq) + ":" + Seq.toString(Seq.add(seq, payloadLength))
                + "(" + payloadLength + ")" + (has(TcpFlags.ACK) ? " ack " + Seq.toString(ack) : "") + " win " + window
                + (has(TcpFlags.URG) ? " urg " + urgentPointer : "")
                + (options.equals(TcpOptions.NONE) ? "" : " " + options);
    }
}
