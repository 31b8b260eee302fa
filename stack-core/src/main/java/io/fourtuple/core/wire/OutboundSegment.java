package io.fourtuple.core.wire;

/**
 * One TCP segment about to be written: a scratch object that its owner fills again and again.
 *
 * <p>Confined to the thread of its owner. Whoever is handed one reads it before returning and keeps nothing of it.
 */
public final class OutboundSegment {
    /** RFC 2018 §3: 40 octets of options hold four blocks. */
    public static final int MAX_SACK_BLOCKS = 4;

    /** SEG.SEQ. */
    public int seq;
    /** SEG.ACK, written when {@link TcpFlags#ACK} is set, else 0 is. */
    public int ack;
    /** Bits of {@link TcpFlags}. */
    public int flags;
    /** The 16 bits for the header, already scaled. */
    public int window;
    /** The urgent pointer, written when {@link TcpFlags#URG} is set. */
    public int urgentPointer;
    /** MSS option, or -1 for none. */
    public int mss;
    /** Window scale option, or -1 for none. */
    public int windowScale;
    /** Whether to write SACK-permitted. */
    public boolean sackPermitted;
    /** Whether the options of a SYN come in the order of BSD; else, in that of Linux. */
    public boolean bsdOrder;
    /** Whether to write timestamps. */
    public boolean timestamps;
    /** TSval. */
    public int tsVal;
    /** TSecr. */
    public int tsEcr;
    /** How many SACK blocks to write, most urgent first; see {@link #writableSackBlocks}. */
    public int sackBlocks;
    /** Left and right edge of each block in turn. */
    public final int[] sackEdges = new int[2 * MAX_SACK_BLOCKS];
    /** The Fast Open option of a SYN. */
    public FastOpenOption fastOpen = FastOpenOption.ABSENT;
    /** How many counters the option of Accurate ECN has, 0–3; -1 for no option. */
    public int accEcnFields;
    /** Whether they stand as those of ECT(1), CE, ECT(0); else, the other way round. */
    public boolean accEcnOrder1;
    /** Octets under ECT(1), of which the lowest 24 bits are written. */
    public int accEcnEct1;
    /** Octets under CE, in the same way. */
    public int accEcnCe;
    /** Octets under ECT(0), in the same way. */
    public int accEcnEct0;
    /** The two octets of the User Timeout option, or -1 for none. */
    public int userTimeout;
    /** Where the payload is read from; null when there is none. */
    public PayloadSource payload;
    /** Payload octets; more than {@link #segmentSize} only towards a NIC that cuts segments itself (TSO). */
    public int payloadLength;
    /** Payload octets of each segment on the wire, when the NIC is to cut this one. */
    public int segmentSize;
    /** Whether its packet may be marked by a router that is congested ({@link Ecn#ECT_0}). */
    public boolean ecnCapable;
    /** The traffic class of its packet, without {@link Ecn}'s bits, which {@link #ecnCapable} says. */
    public int trafficClass;
    /** The hop limit of its packet, or 0 for what packets usually have. */
    public int hopLimit;
    /** What tells the fragments of its IPv4 packet from others; {@link Ipv4Header#WHOLE} when nobody may cut it. */
    public int identification = Ipv4Header.WHOLE;
    /** Why it is sent. */
    public SendReason reason;
    /** Which time in a row {@link #reason} has it sent, from 1; 0 when nobody counts. */
    public int attempt;

    /** Makes this an empty segment without options and payload. */
    public OutboundSegment clear() {
        seq = 0;
        ack = 0;
        flags = 0;
        window = 0;
        urgentPointer = 0;
        mss = -1;
        windowScale = -1;
        sackPermitted = false;
        bsdOrder = false;
        timestamps = false;
        tsVal = 0;
        tsEcr = 0;
        sackBlocks = 0;
        fastOpen = FastOpenOption.ABSENT;
        accEcnFields = -1;
        accEcnOrder1 = false;
        userTimeout = -1;
        payload = null;
        payloadLength = 0;
        segmentSize = 0;
        ecnCapable = false;
        trafficClass = 0;
        hopLimit = 0;
        identification = Ipv4Header.WHOLE;
        reason = SendReason.ACK;
        attempt = 0;
        return this;
    }

    /** Adds the option of Accurate ECN, with as many counters as there is room for. */
    public void accEcn(int fields, boolean order1, int ect1, int ce, int ect0) {
        accEcnFields = fields;
        accEcnOrder1 = order1;
        accEcnEct1 = ect1;
        accEcnCe = ce;
        accEcnEct0 = ect0;
        fitOthers();
    }

    /** Adds the option of Fast Open, for which those of Accurate ECN and User Timeout make room. */
    public void fastOpen(FastOpenOption option) {
        fastOpen = option;
        fitOthers();
    }

    private void fitOthers() {
        while (accEcnFields >= 0 && optionsLength() > TcpCodec.MAX_OPTIONS_LENGTH) {
            accEcnFields--;
        }
        if (optionsLength() > TcpCodec.MAX_OPTIONS_LENGTH) {
            userTimeout = -1;
        }
    }

    /** What a socket wants of its packets: {@code IP_TOS} and {@code IP_TTL}, or those of IPv6; 0 for the usual. */
    public void ofSocket(int trafficClassOctet, int hops) {
        trafficClass = trafficClassOctet & ~Ecn.CE;
        hopLimit = hops;
    }

    /** Octets of sequence space: payload, SYN and FIN. */
    public int length() {
        return payloadLength + (flags & TcpFlags.FIN) + ((flags & TcpFlags.SYN) >> 1);
    }

    /** Octets of the options as written, a multiple of four and at most 40. */
    public int optionsLength() {
        int blocks = writableSackBlocks();
        return otherOptionsLength() + (blocks > 0 ? 4 + 8 * blocks : 0);
    }

    /** How many of the SACK blocks are written: the first ones, as many as the other options leave room for. */
    public int writableSackBlocks() {
        int room = (TcpCodec.MAX_OPTIONS_LENGTH - 4 - otherOptionsLength()) / 8;
        return Math.min(sackBlocks, Math.min(room, MAX_SACK_BLOCKS));
    }

    private int otherOptionsLength() {
        int length = 0;
        length += mss >= 0 ? 4 : 0;
        length += timestamps ? 12 : 0;
        length += sackPermitted && !timestamps ? 4 : 0; // with timestamps it takes the place of their two NOPs
        length += windowScale >= 0 ? 4 : 0;
        if (fastOpen.present()) {
            boolean unpadded = bsdOrder && sackPermitted && !timestamps; // it follows the two octets of that at once
            length += Math.ceilDiv(fastOpen.length() - (unpadded ? 2 : 0), 4) * 4;
        }
        if (accEcnFields >= 0) {
            int octets = accEcnOctets();
            length += octets % 4 <= accEcnSaving() ? octets / 4 * 4 : Math.ceilDiv(octets, 4) * 4;
        }
        length += userTimeout >= 0 ? 4 : 0;
        return length;
    }

    /** What the option of Accurate ECN takes up without padding. */
    int accEcnOctets() {
        return AccEcnOption.EMPTY_LENGTH + AccEcnOption.FIELD_LENGTH * accEcnFields;
    }

    /** How many NOPs of the option that follows it may take the place of. */
    int accEcnSaving() {
        boolean sack = sackPermitted && !timestamps;
        return !bsdOrder && (sack || sackBlocks > 0) ? 2 : 0;
    }

    @Override
    public String toString() {
        return TcpFlags.toString(flags) + " " + Seq.toString(seq) + ":" + Seq.toString(Seq.add(seq, payloadLength))
                + "(" + payloadLength + ") ack " + Seq.toString(ack) + " win " + window + " "
                + reason.describe(attempt, flags);
    }
}
