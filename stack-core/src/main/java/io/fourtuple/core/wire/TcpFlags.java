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
    /** AE, CWR and ECE together: a number of three bits, once Accurate ECN is agreed (RFC 9768 §3.2.2). */
    public static final int ACE = AE | CWR | ECE;

    private static final int ACE_SHIFT = 6;

    private static final String LETTERS = "FSRP.UEWe";

    private TcpFlags() {}

    /** The number in {@link #ACE}, 0–7. */
    public static int ace(int flags) {
        return (flags & ACE) >> ACE_SHIFT;
    }

    /** The flags that say a number, of which the lowest three bits count. */
    public static int ofAce(int number) {
        return number << ACE_SHIFT & ACE;
    }

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
