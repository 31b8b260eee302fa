package io.fourtuple.core.wire;

import java.util.Arrays;

/**
 * The options of one received TCP segment (RFC 9293 §3.2, RFC 7323, RFC 2018, RFC 7413). Immutable; the arrays are
 * not shared.
 *
 * @param mss maximum segment size, or -1 when absent
 * @param windowScale shift count as received (may exceed 14, which the receiver must treat as 14), or -1 when absent
 * @param sackPermitted whether SACK-permitted was there
 * @param hasTimestamps whether timestamps were there; else the two values are 0
 * @param tsVal TSval
 * @param tsEcr TSecr
 * @param sackEdges left and right edge of each SACK block in turn, in the order received; empty when absent
 * @param fastOpen the Fast Open option; one with a cookie of a length that cannot be counts as absent
 */
public record TcpOptions(
        int mss, int windowScale, boolean sackPermitted, boolean hasTimestamps, int tsVal, int tsEcr, int[] sackEdges,
        FastOpenOption fastOpen) {

    /** The options of a segment that has none. */
    public static final TcpOptions NONE = new TcpOptions(-1, -1, false, false, 0, 0, new int[0]);

    /** Those of a segment without the Fast Open option. */
    public TcpOptions(
            int mss, int windowScale, boolean sackPermitted, boolean hasTimestamps, int tsVal, int tsEcr,
            int[] sackEdges) {
        this(mss, windowScale, sackPermitted, hasTimestamps, tsVal, tsEcr, sackEdges, FastOpenOption.ABSENT);
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
                && fastOpen.equals(that.fastOpen);
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
        if (text.length() > 1) {
            text.setLength(text.length() - 1);
        }
        return text.append('>').toString();
    }
}
