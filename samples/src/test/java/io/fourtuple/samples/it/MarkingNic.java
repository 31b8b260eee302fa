package io.fourtuple.samples.it;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.FrameSink;
import io.fourtuple.core.ip.LinkProperties;
import io.fourtuple.core.ip.TransmitOffload;
import io.fourtuple.core.wire.Checksum;
import io.fourtuple.core.wire.Ecn;
import io.fourtuple.core.wire.EthernetHeader;
import io.fourtuple.nic.Nic;
import io.fourtuple.nic.NicStatistics;
import io.fourtuple.nic.Readiness;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/** Marks every so many of the IPv4 packets that may be marked, either way, as a congested router would. */
final class MarkingNic implements Nic, FrameSink {
    private static final int TRAFFIC_CLASS = EthernetHeader.LENGTH + 1;
    private static final int CHECKSUM = EthernetHeader.LENGTH + 10;
    private static final int HEADER = 20;

    private final Nic nic;
    private final int interval;
    private ByteBuffer lent;
    private int received;
    private int sent;

    MarkingNic(Nic nic, int interval) {
        this.nic = nic;
        this.interval = interval;
        lent = nic.sink().frame();
    }

    private static boolean mayBeMarked(ByteBuffer frame, int length) {
        return length > EthernetHeader.LENGTH + HEADER
                && frame.getShort(12) == EthernetHeader.TYPE_IPV4
                && Ecn.of(frame.get(TRAFFIC_CLASS)) == Ecn.ECT_0;
    }

    private static void mark(ByteBuffer frame) {
        frame.put(TRAFFIC_CLASS, (byte) (frame.get(TRAFFIC_CLASS) | Ecn.CE));
        frame.putShort(CHECKSUM, (short) 0);
        int sum = Checksum.sum(frame, EthernetHeader.LENGTH, HEADER);
        frame.putShort(CHECKSUM, (short) Checksum.finish(sum));
    }

    @Override
    public int receive(Consumer<Frame> into, int maxFrames) {
        return nic.receive(frame -> {
            byte[] bytes = frame.bytes().clone();
            if (mayBeMarked(ByteBuffer.wrap(bytes), bytes.length) && ++received % interval == 0) {
                mark(ByteBuffer.wrap(bytes));
            }
            into.accept(new Frame(bytes, frame.checksumVerified(), frame.gsoSize()));
        }, maxFrames);
    }

    @Override
    public ByteBuffer frame() {
        lent = nic.sink().frame();
        return lent;
    }

    @Override
    public boolean transmit(int length, TransmitOffload offload) {
        if (mayBeMarked(lent, length) && ++sent % interval == 0) {
            mark(lent);
        }
        return nic.sink().transmit(length, offload);
    }

    @Override
    public FrameSink sink() {
        return this;
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
    public Readiness readiness() {
        return nic.readiness();
    }

    @Override
    public long nextReceive() {
        return nic.nextReceive();
    }

    @Override
    public NicStatistics statistics() {
        return nic.statistics();
    }

    @Override
    public void close() {
        nic.close();
    }
}
