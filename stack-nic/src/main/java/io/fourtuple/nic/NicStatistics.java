package io.fourtuple.nic;

/**
 * What went through a NIC since it was opened. Octets are those of whole frames, link-layer header included.
 *
 * <p>A <em>data frame</em> is one longer than {@link #HEADERS_AT_MOST}, so that it cannot be a bare acknowledgement:
 * {@link #meanRxDataFrame} and {@link #meanTxDataFrame} tell how well segments were merged.
 *
 * @param rxFrames frames received
 * @param rxBytes octets received
 * @param rxDataFrames frames received that are data frames
 * @param rxDataBytes octets of these
 * @param rxDropped frames that arrived and were lost before anybody received them: queue full, or not intelligible
 * @param txFrames frames sent
 * @param txBytes octets sent
 * @param txDataFrames frames sent that are data frames
 * @param txDataBytes octets of these
 * @param txDropped frames that were not sent: queue full, link down, or refused by the device
 */
public record NicStatistics(
        long rxFrames,
        long rxBytes,
        long rxDataFrames,
        long rxDataBytes,
        long rxDropped,
        long txFrames,
        long txBytes,
        long txDataFrames,
        long txDataBytes,
        long txDropped) {

    /** The longest TCP frame without payload: Ethernet 14, IPv6 40, TCP with all its options 60 octets. */
    public static final int HEADERS_AT_MOST = 114;

    /** The sum of both, as of two queues. */
    public NicStatistics plus(NicStatistics other) {
        return new NicStatistics(
                rxFrames + other.rxFrames,
                rxBytes + other.rxBytes,
                rxDataFrames + other.rxDataFrames,
                rxDataBytes + other.rxDataBytes,
                rxDropped + other.rxDropped,
                txFrames + other.txFrames,
                txBytes + other.txBytes,
                txDataFrames + other.txDataFrames,
                txDataBytes + other.txDataBytes,
                txDropped + other.txDropped);
    }

    /** The mean length of a data frame received, in octets; 0 when there was none. */
    public long meanRxDataFrame() {
        return rxDataFrames == 0 ? 0 : rxDataBytes / rxDataFrames;
    }

    /** The mean length of a data frame sent, in octets; 0 when there was none. */
    public long meanTxDataFrame() {
        return txDataFrames == 0 ? 0 : txDataBytes / txDataFrames;
    }
}
