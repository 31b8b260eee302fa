package io.fourtuple.packetdrill.wire;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;

/**
 * A TCP segment with its IP header, in the numbers of the wire.
 *
 * @param endpoints addresses and ports
 * @param trafficClass the octet of that name, or TOS
 * @param ttl or hop limit
 * @param flags from FIN (1) to AE (256)
 * @param reserved the three bits between the length of the header and AE
 * @param window not scaled
 * @param options all octets between header and payload
 * @param payloadLength octets of payload
 */
public record Segment(
        Endpoints endpoints,
        int trafficClass,
        int ttl,
        int flags,
        int reserved,
        int sequence,
        int acknowledgment,
        int window,
        int urgentPointer,
        byte[] options,
        int payloadLength) {
    /** Bits of the header. */
    public static final int FIN = 1;
    public static final int SYN = 2;
    public static final int RST = 4;
    public static final int PSH = 8;
    public static final int ACK = 16;
    public static final int URG = 32;

    private static final String LETTERS = "FSRP.UEWA";

    public Segment {
        Objects.requireNonNull(endpoints, "endpoints");
        options = options.clone();
    }

    @Override
    public byte[] options() {
        return options.clone();
    }

    /** Whether all these bits are set. */
    public boolean has(int bits) {
        return (flags & bits) == bits;
    }

    /** What it takes up in the sequence numbers. */
    public int sequenceLength() {
        return payloadLength + (has(SYN) ? 1 : 0) + (has(FIN) ? 1 : 0);
    }

    /** The two segments, of which {@code next} follows this one, as if they had been sent as one, with its PSH. */
    public Segment with(Segment next) {
        return new Segment(endpoints, trafficClass, ttl, (flags & ~PSH) | next.flags, reserved, sequence,
                acknowledgment, window, urgentPointer, options, payloadLength + next.payloadLength);
    }

    /** Flags as a script writes them. */
    public static String letters(int flags) {
        StringBuilder letters = new StringBuilder();
        for (int bit = 0; bit < LETTERS.length(); bit++) {
            if ((flags & 1 << bit) != 0 && bit != 4) {
                letters.append(LETTERS.charAt(bit));
            }
        }
        if ((flags & ACK) != 0) {
            letters.append('.');
        }
        return letters.isEmpty() ? "-" : letters.toString();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Segment that
                && endpoints.equals(that.endpoints) && trafficClass == that.trafficClass && ttl == that.ttl
                && flags == that.flags && reserved == that.reserved && sequence == that.sequence
                && acknowledgment == that.acknowledgment && window == that.window
                && urgentPointer == that.urgentPointer && Arrays.equals(options, that.options)
                && payloadLength == that.payloadLength;
    }

    @Override
    public int hashCode() {
        return Objects.hash(endpoints, flags, sequence, acknowledgment, payloadLength);
    }

    @Override
    public String toString() {
        return letters(flags) + " " + Integer.toUnsignedString(sequence) + "(" + payloadLength + ") ack "
                + Integer.toUnsignedString(acknowledgment) + " win " + window + " <"
                + HexFormat.of().formatHex(options) + ">";
    }
}
