package io.fourtuple.nic.pcapng;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.FrameSink;
import io.fourtuple.core.ip.LinkProperties.Medium;
import io.fourtuple.core.ip.TransmitOffload;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.SendReason;
import io.fourtuple.core.wire.TcpFlags;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
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
 * <p>Confined to one thread, the loop that works on the NIC; but any thread may ask it for a {@link Recording}, and
 * finds all that happened before it asked. Neither waits for the other: what was overwritten while it was read is left
 * out.
 */
public final class FlightRecorder {
    private static final VarHandle RECORDED;

    static {
        try {
            RECORDED = MethodHandles.lookup().findVarHandle(FlightRecorder.class, "recorded", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

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
    /** One more than {@link #packets}: that one may be being written while another thread reads the others. */
    private final int slots;
    /** A slot of {@link #snapLength} octets for each frame. */
    private final byte[] octets;
    private final long[] times;
    private final int[] lengths;
    /** Where the NIC had to add up the checksum of a frame sent, shifted by 16, and the field; or which other case. */
    private final int[] checksums;
    private final int[] segmentSizes;
    /** Why a frame was sent: {@link TransmitOffload#reason}, {@code attempt} and {@code flags} in one. */
    private final int[] reasons;
    /** How many are complete. Through {@link #RECORDED}, but for its only writer. */
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
        slots = Math.addExact(packets, 1);
        octets = new byte[Math.multiplyExact(slots, snapLength)];
        times = new long[slots];
        lengths = new int[slots];
        checksums = new int[slots];
        segmentSizes = new int[slots];
        reasons = new int[slots];
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
        complete();
    }

    /** A sink in front of another that remembers what goes out, whether or not the NIC takes it. */
    public FrameSink recording(FrameSink sink) {
        return new Sink(sink);
    }

    /** The slot of the next frame, to be filled before {@link #complete}. */
    private int slot(int length, int segmentSize) {
        VarHandle.storeStoreFence(); // who sees anything of this frame sees that the one before it is complete
        int slot = (int) (recorded % slots);
        times[slot] = now;
        lengths[slot] = length;
        segmentSizes[slot] = segmentSize;
        return slot;
    }

    private void complete() {
        RECORDED.setRelease(this, recorded + 1);
    }

    /** Whether a frame that was read a moment ago had not been overwritten before. Any thread. */
    private boolean isStillThere(long number) {
        VarHandle.loadLoadFence();
        return number > (long) RECORDED.getOpaque(this) - slots; // that one may be being overwritten
    }

    /**
     * What is remembered of one connection: its TCP segments, as far as their headers were recorded, and no fragments.
     * Any thread.
     *
     * @param nowNanos the time now, of the loop's clock
     * @param epochNanos the same time in nanoseconds since 1970-01-01T00:00Z
     */
    public Recording of(FourTuple tuple, long nowNanos, long epochNanos) {
        long offset = epochNanos - nowNanos;
        FourTuple reversed = tuple.reversed();
        List<Recording.Packet> found = new ArrayList<>();
        long end = (long) RECORDED.getAcquire(this);
        for (long i = Math.max(0, end - packets); i < end; i++) {
            int slot = (int) (i % slots);
            int checksum = checksums[slot];
            int length = lengths[slot];
            boolean inbound = checksum == RECEIVED || checksum == RECEIVED_OFFLOADED;
            int start = slot * snapLength;
            int captured = Math.min(length, snapLength);
            if ((inbound ? reversed : tuple).equals(TcpFrame.tuple(octets, start, captured, medium))) {
                byte[] bytes = Arrays.copyOfRange(octets, start, start + captured);
                long time = times[slot] + offset;
                int segmentSize = segmentSizes[slot];
                int reason = reasons[slot];
                if (isStillThere(i)) {
                    finishChecksum(bytes, length, checksum);
                    found.add(new Recording.Packet(
                            time,
                            bytes,
                            length,
                            segmentSize,
                            inbound ? Direction.INBOUND : Direction.OUTBOUND,
                            inbound ? "" : why(reason)));
                }
            }
        }
        return new Recording(interfaceName, medium, List.copyOf(found));
    }

    /** A frame of which only the beginning is there keeps what it has: nobody can check it. */
    private void finishChecksum(byte[] bytes, int length, int checksum) {
        if (bytes.length < length) {
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
            complete();
            return sink.transmit(length, offload);
        }
    }
}
