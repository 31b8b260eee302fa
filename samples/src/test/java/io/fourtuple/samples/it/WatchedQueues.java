package io.fourtuple.samples.it;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.FrameSink;
import io.fourtuple.core.ip.LinkProperties;
import io.fourtuple.nic.Nic;
import io.fourtuple.nic.NicStatistics;
import io.fourtuple.nic.Readiness;
import java.util.List;
import java.util.function.Consumer;

/** A NIC that shows what goes through each queue of another. */
final class WatchedQueues implements Nic {
    private final Nic nic;
    private volatile List<Nic> queues = List.of();

    WatchedQueues(Nic nic) {
        this.nic = nic;
    }

    /** What each queue has carried so far. */
    List<NicStatistics> each() {
        return queues.stream().map(Nic::statistics).toList();
    }

    @Override
    public List<Nic> queues(int wanted) {
        queues = nic.queues(wanted);
        return queues;
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
        return nic.sink();
    }

    @Override
    public int receive(Consumer<Frame> into, int maxFrames) {
        return nic.receive(into, maxFrames);
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
    public void close() {
        nic.close();
    }
}
