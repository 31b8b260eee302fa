package io.fourtuple.core.wire;

import java.util.Arrays;

/**
 * The options of one received TCP segment (RFC 9293 §3.2, RFC 7323, RFC 2018, RFC 7413, RFC 9768, RFC 5482).
 * Immutable; the arrays are not shared.
 *
 * @param mss maximum segment size, or -1 when absent
 * @param windowScale shift count as received (may exceed 14, which the receiver must treat as 14), or -1 when absent
 * @param sackPermitted whether SACK-permitted was there
 * @param hasTimestamps whether timestamps were there; else the two values are 0
 * @param tsVal TSval
 * @param tsEcr TSecr
 * @param sackEdges left and right edge of each SACK block in turn, in the order received; empty when absent
 * @param fastOpen the Fast Open option; one with a cookie of a length that cannot be counts as absent
 * @param accEcn the option of Accurate ECN
 * @param userTimeout the two octets of the User Timeout option, or -1 when absent
 */
public record TcpOptions(
        int mss, int windowScale, boolean sackPermitted, boolean hasTimestamps, int tsVal, int tsEcr, int[] sackEdges,
        FastOpenOption fastOpen, AccEcnOption accEcn, int userTimeout) {

    /** The options of a segment that has none. */
    public static final TcpOptions NONE = new TcpOptions(-1, -1, false, false, 0, 0, new int[0]);

    /** Those of a segment without the Fast Open option. */
    public TcpOptions(
            int mss, int windowScale, boolean sackPermitted, boolean hasTimestamps, int tsVal, int tsEcr,
            int[] sackEdges) {
        this(mss, windowScale, sackPermitted, hasTimestamps, tsVal, tsEcr, sackEdges, FastOpenOption.ABSENT);
    }

    /** Those of a segment with neither Accurate ECN nor User Timeout. */
    public TcpOptions(
            int mss, int windowScale, boolean sackPermitted, boolean hasTimestamps, int tsVal, int tsEcr,
            int[] sackEdges, FastOpenOption fastOpen) {
        this(mss, windowScale, sackPermitted, hasTimestamps, tsVal, tsEcr, sackEdges, fastOpen, AccEcnOption.ABSENT,
                -1);
    }

    /** Only timestamps: what most segments carry. */
    public static TcpOptions timestamps(int tsVal, int tsEcr) {
        return new TcpOptions(-1, -1, false, true, tsVal, tsEcr, NONE.sackEdges);
    }

    /** How many SACK blocks there are. */
    public int sackBlocks() {
        return sackEdges.length / 2;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TcpOptions that
                && mss == that.mss
                && windowScale == that.windowScale
                && sackPermitted == that.sackPermitted
                && hasTimestamps == that.hasTimestamps
                && tsVal == that.tsVal
                && tsEcr == that.tsEcr
                && Arrays.equals(sackEdges, that.sackEdges)
                && fastOpen.equals(that.fastOpen)
                && accEcn.equals(that.accEcn)
                && userTimeout == that.userTimeout;
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(new int[] {mss, windowScale, tsVal, tsEcr, Arrays.hashCode(sackEdges)});
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("<");
        if (mss >= 0) {
            text.append("mss ").append(mss).append(',');
        }
        if (windowScale >= 0) {
            text.append("wscale ").append(windowScale).append(',');
        }
        if (sackPermitted) {
            text.append("sackOK,");
        }
        if (hasTimestamps) {
            text.append("TS val ").append(Seq.toString(tsVal)).append(" ecr ").append(Seq.toString(tsEcr)).append(',');
        }
        for (int i = 0; i < sackEdges.length; i += 2) {
            text.append("sack ").append(Seq.toString(sackEdges[i])).append(':').append(Seq.toString(sackEdges[i + 1]))
                    .append(',');
        }
        if (fastOpen.present()) {
            text.append(fastOpen).append(',');
        }
        if (accEcn.present()) {
            text.append(accEcn).append(',');
        }
        if (userTimeout >= 0) {
            text.append("UTO ").append(userTimeout & 0x7fff).append((userTimeout & 0x8000) != 0 ? "min," : "s,");
        }
        if (text.length() > 1) {
            text.setLength(text.length() - 1);
        }
        return text.append('>').toString();
    }
}
