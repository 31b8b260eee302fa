package io.fourtuple.nic;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The counters behind {@link NicStatistics}, for whoever implements {@link Nic}.
 *
 * <p>One thread counts, any thread may read. A counter costs no atomic operation; drops alone may be counted by any
 * thread.
 */
public final class NicCounters {
    private static final int RX_FRAMES = 0;
    private static final int RX_BYTES = 1;
    private static final int RX_DATA_FRAMES = 2;
    private static final int RX_DATA_BYTES = 3;
    private static final int RX_DROPPED = 4;
    private static final int TX_FRAMES = 5;
    private static final int TX_BYTES = 6;
    private static final int TX_DATA_FRAMES = 7;
    private static final int TX_DATA_BYTES = 8;
    private static final int TX_DROPPED = 9;
    private static final int COUNT = 10;

    private final AtomicLongArray values = new AtomicLongArray(COUNT);

    /** Counts a frame of {@code length} octets received. Only the thread that receives. */
    public void received(int length) {
        add(RX_FRAMES, 1);
        add(RX_BYTES, length);
        if (length > NicStatistics.HEADERS_AT_MOST) {
            add(RX_DATA_FRAMES, 1);
            add(RX_DATA_BYTES, length);
        }
    }

    /** Counts a frame of {@code length} octets sent. Only the thread that sends. */
    public void sent(int length) {
        add(TX_FRAMES, 1);
        add(TX_BYTES, length);
        if (length > NicStatistics.HEADERS_AT_MOST) {
            add(TX_DATA_FRAMES, 1);
            add(TX_DATA_BYTES, length);
        }
    }

    /** Counts a frame that arrived and was lost. Any thread. */
    public void receiveDropped() {
        values.getAndIncrement(RX_DROPPED);
    }

    /** Counts frames that arrived and were lost. Any thread. */
    public void receiveDropped(long frames) {
        values.getAndAdd(RX_DROPPED, frames);
    }

    /** Counts a frame that could not be sent. Any thread. */
    public void sendDropped() {
        values.getAndIncrement(TX_DROPPED);
    }

    /** The values now. Any thread; each value is right, but they are not of one instant. */
    public NicStatistics snapshot() {
        return new NicStatistics(
                values.get(RX_FRAMES),
                values.get(RX_BYTES),
                values.get(RX_DATA_FRAMES),
                values.get(RX_DATA_BYTES),
                values.get(RX_DROPPED),
                values.get(TX_FRAMES),
                values.get(TX_BYTES),
                values.get(TX_DATA_FRAMES),
                values.get(TX_DATA_BYTES),
                values.get(TX_DROPPED));
    }

    private void add(int index, long amount) {
        values.setRelease(index, values.getPlain(index) + amount);
    }
}
