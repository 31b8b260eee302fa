package io.fourtuple.nic.pcapng;

import io.fourtuple.core.Clock;
import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.FrameSink;
import io.fourtuple.core.ip.LinkProperties;
import io.fourtuple.core.ip.TransmitOffload;
import io.fourtuple.core.time.Deadline;
import io.fourtuple.nic.Nic;
import io.fourtuple.nic.NicStatistics;
import io.fourtuple.nic.Readiness;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A NIC that writes all it carries, both ways, into a capture, and beside what is sent, why.
 *
 * <p>The capture shows frames as they are handed over: a super-frame is one big frame. Checksums that are left to the
 * NIC are completed in the capture only. When the capture cannot be written, that is logged once and the NIC works on.
 *
 * <p>All queues of a NIC write into the same capture, as one interface, in the order in which they get there.
 */
public final class CapturingNic implements Nic, FrameSink {
    private static final Logger LOG = LoggerFactory.getLogger(CapturingNic.class);

    private final Nic nic;
    private final FrameSink sink;
    private final PcapngWriter writer;
    private final Clock clock;
    private final LongSupplier epochNanos;
    private final int interfaceNumber;
    /** Whether the capture has ended as it could not be written; of all queues. */
    private final AtomicBoolean failed;
    /** Whether this is but one more queue, whose end is not that of the capture. */
    private final boolean further;
    private final byte[] sent;
    private final ByteBuffer sentView;
    private ByteBuffer lent;
    private long nextFlush;

    /**
     * Captures what {@code nic} carries.
     *
     * @param nic the NIC, which this then owns
     * @param writer where to, which this then owns: it is closed with the NIC
     * @param clock the clock of the NIC's loop
     * @param epochNanos the time that is written: nanoseconds since 1970-01-01T00:00Z
     * @throws IOException when the capture cannot be written
     */
    public CapturingNic(Nic nic, PcapngWriter writer, Clock clock, LongSupplier epochNanos) throws IOException {
        this(nic, writer, clock, epochNanos, writer.addInterface(nic.name(), nic.link().medium()),
                new AtomicBoolean(), false);
    }

    private CapturingNic(
            Nic nic,
            PcapngWriter writer,
            Clock clock,
            LongSupplier epochNanos,
            int interfaceNumber,
            AtomicBoolean failed,
            boolean further) {
        this.nic = nic;
        this.sink = nic.sink();
        this.writer = writer;
        this.clock = clock;
        this.epochNanos = epochNanos;
        this.interfaceNumber = interfaceNumber;
        this.failed = failed;
        this.further = further;
        this.lent = sink.frame();
        this.sent = new byte[lent.capacity()];
        this.sentView = ByteBuffer.wrap(sent);
        this.nextFlush = Deadline.after(clock.nanoTime(), PcapngWriter.FLUSH_NANOS);
    }

    /** Captures in real time. */
    public CapturingNic(Nic nic, PcapngWriter writer) throws IOException {
        this(nic, writer, System::nanoTime, epochClock());
    }

    /** The time of day now in nanoseconds since 1970, and from then on as steady as {@link System#nanoTime()}. */
    public static LongSupplier epochClock() {
        Instant now = Instant.now();
        long offset = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano() - System.nanoTime();
        return () -> System.nanoTime() + offset;
    }

    @Override
    public String name() {
        return nic.name();
    }

    @Override
    public LinkProperties link() {
        return nic.link();
    }

    @Override
    public FrameSink sink() {
        return this;
    }

    @Override
    public List<Nic> queues(int wanted) {
        List<Nic> inner = nic.queues(wanted);
        List<Nic> queues = new ArrayList<>();
        queues.add(this);
        for (Nic queue : inner.subList(1, inner.size())) {
            queues.add(new CapturingNic(queue, writer, clock, epochNanos, interfaceNumber, failed, true));
        }
        return List.copyOf(queues);
    }

    @Override
    public Readiness readiness() {
        return nic.readiness();
    }

    @Override
    public NicStatistics statistics() {
        return nic.statistics();
    }

    @Override
    public int receive(Consumer<Frame> into, int maxFrames) {
        int count = nic.receive(frame -> {
            captureReceived(frame);
            into.accept(frame);
        }, maxFrames);
        if (Deadline.isDue(nextFlush, clock.nanoTime())) {
            nextFlush = Deadline.after(clock.nanoTime(), PcapngWriter.FLUSH_NANOS);
            flush();
        }
        return count;
    }

    /** Once a second at least, so that a quiet capture reaches its file. */
    @Override
    public long nextReceive() {
        return Deadline.earlier(nic.nextReceive(), nextFlush);
    }

    @Override
    public ByteBuffer frame() {
        lent = sink.frame();
        return lent;
    }

    @Override
    public boolean transmit(int length, TransmitOffload offload) {
        lent.get(0, sent, 0, length);
        if (offload.checksum) {
            CaptureChecksum.complete(
                    sent, length, offload.checksumStart, offload.checksumStart + offload.checksumOffset);
        }
        write(sentView.clear().limit(length), Direction.OUTBOUND,
                Comments.join(offload.describeReason(), Comments.ofSegments(offload.segmentSize)));
        return sink.transmit(length, offload);
    }

    @Override
    public void close() {
        nic.close();
        if (further) {
            return;
        }
        try {
            writer.close();
        } catch (IOException e) {
            fail(e);
        }
        if (writer.omitted() > 0) {
            LOG.warn("the capture of {} had reached its limit: {} frames were left out", nic.name(), writer.omitted());
        }
    }

    @Override
    public String toString() {
        return nic + " (captured)";
    }

    private void captureReceived(Frame frame) {
        byte[] bytes = frame.bytes();
        if (frame.checksumVerified()) {
            bytes = bytes.clone();
            CaptureChecksum.recompute(bytes, nic.link().medium());
        }
        write(ByteBuffer.wrap(bytes), Direction.INBOUND, Comments.ofSegments(frame.gsoSize()));
    }

    private void write(ByteBuffer frame, Direction direction, String comment) {
        if (failed.get()) {
            return;
        }
        try {
            synchronized (writer) { // so that no frame of another queue has a later time and comes first
                writer.write(interfaceNumber, epochNanos.getAsLong(), frame, direction, comment);
            }
        } catch (IOException e) {
            fail(e);
        }
    }

    private void flush() {
        try {
            writer.flush();
        } catch (IOException e) {
            fail(e);
        }
    }

    private void fail(IOException e) {
        if (failed.compareAndSet(false, true)) {
            LOG.warn("the capture of {} ends, as it cannot be written: {}", nic.name(), e.toString());
        }
    }
}
