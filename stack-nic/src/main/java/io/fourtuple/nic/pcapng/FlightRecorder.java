package io.fourtuple.nic.pcapng;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.FrameSink;
import io.fourtuple.core.ip.LinkProperties.Medium;
import io.fourtuple.core.ip.TransmitOffload;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.SendReason;
import io.fourtuple.core.wire.TcpFlags;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Remembers the beginnings of the last frames of a NIC, both ways, and why they were sent, so that there is something
 * to look at when a connection has failed.
 *
 * <p>A ring that is allocated once: a frame is copied into its slot, nothing is allocated and no array is held on to.
 * With 256 octets of each frame that takes some 12 ns a frame. Packets that a host sends to itself do not come by here.
 *
 * <p>Confined to one thread, the loop of the NIC's shard, but for the {@link Recording}s it gives out.
 */
public final class FlightRecorder {
    private static final int RECEIVED = -1;
    private static final int RECEIVED_OFFLOADED = -2;
    private static final int COMPLETE = -3;

    private static final SendReason[] REASONS = SendReason.values();
    private static final int ATTEMPT_SHIFT = Integer.SIZE - Integer.numberOfLeadingZeros(TcpFlags.ALL);
    private static final int MOST_ATTEMPTS = 0xffff;
    private static final int REASON_SHIFT = ATTEMPT_SHIFT + 16;

    private final Medium medium;
    private final String interfaceName;
    private final int packets;
    private final int snapLength;
    /** A slot of {@link #snapLength} octets for each frame. */
    private final byte[] octets;
    private final long[] times;
    private final int[] lengths;
    /** Where the NIC had to add up the checksum of a frame sent, shifted by 16, and the field; or which other case. */
    private final int[] checksums;
    private final int[] segmentSizes;
    /** Why a frame was sent: {@link TransmitOffload#reason}, {@code attempt} and {@code flags} in one. */
    private final int[] reasons;
    private long recorded;
    private long now;

    /**
     * An empty recorder.
     *
     * @param interfaceName what recordings call the NIC
     * @param medium of the NIC
     * @param packets how many frames to remember, at least 1
     * @param snapLength how many octets of each, at least 1 and at most 65,535
     */
    public FlightRecorder(String interfaceName, Medium medium, int packets, int snapLength) {
        if (packets < 1 || snapLength < 1 || snapLength > 0xffff) {
            throw new IllegalArgumentException(
                    "need packets of at least 1 and a snap length from 1 to 65535, not " + packets + ", " + snapLength);
        }
        this.interfaceName = interfaceName;
        this.medium = medium;
        this.packets = packets;
        this.snapLength = snapLength;
        octets = new byte[Math.multiplyExact(packets, snapLength)];
        times = new long[packets];
        lengths = new int[packets];
        checksums = new int[packets];
        segmentSizes = new int[packets];
        reasons = new int[packets];
    }

    /** The time that what is sent and received from now on is noted with, in nanoseconds of the loop's clock. */
    public void setTime(long nowNanos) {
        now = nowNanos;
    }

    /** Remembers a frame that came in. */
    public void received(Frame frame) {
        byte[] bytes = frame.bytes();
        int slot = slot(bytes.length, frame.gsoSize());
        checksums[slot] = frame.checksumVerified() ? RECEIVED_OFFLOADED : RECEIVED;
        System.arraycopy(bytes, 0, octets, slot * snapLength, Math.min(bytes.length, snapLength));
    }

    /** A sink in front of another that remembers what goes out, whether or not the NIC takes it. */
    public FrameSink recording(FrameSink sink) {
        return new Sink(sink);
    }

    private int slot(int length, int segmentSize) {
        int slot = (int) (recorded++ % packets);
        times[slot] = now;
        lengths[slot] = length;
        segmentSizes[slot] = segmentSize;
        return slot;
    }

    /**
     * What is remembered of one connection: its TCP segments, as far as their headers were recorded, and no fragments.
     *
     * @param nowNanos the time now, of the loop's clock
     * @param epochNanos the same time in nanoseconds since 1970-01-01T00:00Z
     */
    public Recording of(FourTuple tuple, long nowNanos, long epochNanos) {
        long offset = epochNanos - nowNanos;
        FourTuple reversed = tuple.reversed();
        List<Recording.Packet> found = new ArrayList<>();
        for (long i = Math.max(0, recorded - packets); i < recorded; i++) {
            int slot = (int) (i % packets);
            boolean inbound = checksums[slot] == RECEIVED || checksums[slot] == RECEIVED_OFFLOADED;
            int start = slot * snapLength;
            int captured = Math.min(lengths[slot], snapLength);
            if ((inbound ? reversed : tuple).equals(TcpFrame.tuple(octets, start, captured, medium))) {
                byte[] bytes = Arrays.copyOfRange(octets, start, start + captured);
                finishChecksum(bytes, slot);
                found.add(new Recording.Packet(
                        times[slot] + offset,
                        bytes,
                        lengths[slot],
                        segmentSizes[slot],
                        inbound ? Direction.INBOUND : Direction.OUTBOUND,
                        inbound ? "" : why(reasons[slot])));
            }
        }
        return new Recording(interfaceName, medium, List.copyOf(found));
    }

    /** A frame of which only the beginning is there keeps what it has: nobody can check it. */
    private void finishChecksum(byte[] bytes, int slot) {
        int checksum = checksums[slot];
        if (bytes.length < lengths[slot]) {
            return;
        }
        if (checksum >= 0) {
            CaptureChecksum.complete(bytes, bytes.length, checksum >>> 16, checksum & 0xffff);
        } else if (checksum == RECEIVED_OFFLOADED) {
            CaptureChecksum.recompute(bytes, medium);
        }
    }

    @SuppressWarnings("EnumOrdinal") // unpacked by this object itself
    private static int pack(TransmitOffload offload) {
        int attempt = Math.min(offload.attempt, MOST_ATTEMPTS);
        return offload.reason.ordinal() << REASON_SHIFT | attempt << ATTEMPT_SHIFT | offload.flags;
    }

    @SuppressWarnings("EnumOrdinal")
    private static String why(int packed) {
        SendReason reason = REASONS[packed >>> REASON_SHIFT];
        return reason.describe(packed >>> ATTEMPT_SHIFT & MOST_ATTEMPTS, packed & TcpFlags.ALL);
    }

    private final class Sink implements FrameSink {
        private final FrameSink sink;
        private ByteBuffer lent;

        Sink(FrameSink sink) {
            this.sink = sink;
        }

        @Override
        public ByteBuffer frame() {
            lent = sink.frame();
            return lent;
        }

        @Override
        public boolean transmit(int length, TransmitOffload offload) {
            int slot = slot(length, offload.segmentSize);
            checksums[slot] = offload.checksum
                    ? offload.checksumStart << 16 | offload.checksumStart + offload.checksumOffset
                    : COMPLETE;
            reasons[slot] = pack(offload);
            lent.get(0, octets, slot * snapLength, Math.min(length, snapLength));
            return sink.transmit(length, offload);
        }
    }
}
