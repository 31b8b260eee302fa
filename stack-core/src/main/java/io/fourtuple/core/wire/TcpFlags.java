package io.fourtuple.core.wire;

/** The control bits of a TCP header (RFC 9293 §3.1, RFC 3168 and RFC 9768 for those of ECN). */
public final class TcpFlags {
    /** No more data from the sender. */
    public static final int FIN = 0x01;
    /** Synchronise sequence numbers. */
    public static final int SYN = 0x02;
    /** Reset the connection. */
    public static final int RST = 0x04;
    /** Push. */
    public static final int PSH = 0x08;
    /** The acknowledgment field is significant. */
    public static final int ACK = 0x10;
    /** The urgent pointer is significant. */
    public static final int URG = 0x20;
    /** ECN echo. */
    public static final int ECE = 0x40;
    /** Congestion window reduced. */
    public static final int CWR = 0x80;

    /** Accurate ECN (RFC 9768 §3.1); was NS in RFC 3540. */
    public static final int AE = 0x100;
    /** All of them. */
    public static final int ALL = 0x1ff;

    private static final String LETTERS = "FSRP.UEWe";

    private TcpFlags() {}

    /** In the letters of tcpdump and packetdrill: {@code S.}, {@code P.}, {@code F.}; {@code -} for none. */
    public static String toString(int flags) {
        StringBuilder text = new StringBuilder();
        for (int bit = 0; bit < LETTERS.length(); bit++) {
            if (bit != 4 && (flags & (1 << bit)) != 0) {
                text.append(LETTERS.charAt(bit));
            }
        }
        if ((flags & ACK) != 0) {
            text.append('.');
        }
        return text.isEmpty() ? "-" : text.toString();
    }
}
