package io.fourtuple.nic;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.FrameSink;
import io.fourtuple.core.ip.LinkProperties;
import io.fourtuple.core.ip.LinkProperties.Medium;
import io.fourtuple.core.ip.TransmitOffload;
import io.fourtuple.core.wire.MacAddress;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/** One end of a {@link MemoryWire}: sends into one direction, receives from the other. */
final class MemoryNic implements Nic, FrameSink {
    private final String name;
    private final LinkProperties link;
    private final MemoryDirection out;
    private final MemoryDirection in;
    private final ByteBuffer frame;
    private final NicCounters counters = new NicCounters();
    private volatile boolean closed;

    MemoryNic(String name, MacAddress mac, MemoryWire.Config config, MemoryDirection out, MemoryDirection in) {
        this.name = name;
        this.out = out;
        this.in = in;
        this.frame = ByteBuffer.allocate(config.maxFrame());
        this.link = new LinkProperties(config.medium(), config.medium() == Medium.IP ? MacAddress.NONE : mac,
                config.mtu(), config.checksumOffload(), config.maxSegmentedBytes());
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public LinkProperties link() {
        return link;
    }

    @Override
    public FrameSink sink() {
        return this;
    }

    @Override
    public ByteBuffer frame() {
        return frame.clear();
    }

    @Override
    public boolean transmit(int length, TransmitOffload offload) {
        if (offload.checksum && !link.checksumOffload()) {
            throw new IllegalArgumentException(name + " completes no checksums");
        }
        if (offload.segmentSize > 0 && link.maxSegmentedBytes() == 0) {
            throw new IllegalArgumentException(name + " cuts no segments");
        }
        byte[] copy = new byte[length];
        frame.get(0, copy);
        if (closed || !out.send(new Frame(copy, offload.checksum, offload.segmentSize))) {
            counters.sendDropped();
            return false;
        }
        counters.sent(length);
        return true;
    }

    @Override
    public int receive(Consumer<Frame> into, int maxFrames) {
        if (closed) {
            return 0;
        }
        return in.receive(arrived -> {
            counters.received(arrived.bytes().length);
            into.accept(arrived);
        }, maxFrames);
    }

    @Override
    public Readiness readiness() {
        return in;
    }

    @Override
    public long nextReceive() {
        return in.nextDue();
    }

    @Override
    public NicStatistics statistics() {
        return counters.snapshot();
    }

    @Override
    public void close() {
        closed = true;
        in.close();
    }

    @Override
    public String toString() {
        return name;
    }
}
