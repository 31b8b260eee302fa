package io.fourtuple.samples.it;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.FrameSink;
import io.fourtuple.core.ip.LinkProperties;
import io.fourtuple.core.ip.TransmitOffload;
import io.fourtuple.nic.Nic;
import io.fourtuple.nic.NicStatistics;
import io.fourtuple.nic.Readiness;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** Loses a share of the frames of another NIC, either way, and nobody is told. */
final class LossyNic implements Nic, FrameSink {
    private final Nic nic;
    private final double loss;
    private final SplittableRandom random = new SplittableRandom(2);

    LossyNic(Nic nic, double loss) {
        this.nic = nic;
        this.loss = loss;
    }

    private boolean isLost() {
        return random.nextDouble() < loss;
    }

    @Override
    public int receive(Consumer<Frame> into, int maxFrames) {
        return nic.receive(frame -> {
            if (!isLost()) {
                into.accept(frame);
            }
        }, maxFrames);
    }

    @Override
    public boolean transmit(int length, TransmitOffload offload) {
        return isLost() || nic.sink().transmit(length, offload);
    }

    @Override
    public ByteBuffer frame() {
        return nic.sink().frame();
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
