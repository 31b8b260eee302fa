package io.fourtuple.api.simulation;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.FrameSink;
import io.fourtuple.core.ip.LinkProperties;
import io.fourtuple.core.ip.TransmitOffload;
import io.fourtuple.nic.Nic;
import io.fourtuple.nic.NicStatistics;
import io.fourtuple.nic.Readiness;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * One stack's use of a NIC that outlives it: when the stack ends, what it still says goes nowhere, and the next stack
 * of the host has a plug of its own.
 */
final class Plug implements Nic, FrameSink {
    private final Nic nic;
    private final FrameSink sink;
    private boolean closed;

    Plug(Nic nic) {
        this.nic = nic;
        sink = nic.sink();
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
    public ByteBuffer frame() {
        return sink.frame();
    }

    @Override
    public boolean transmit(int length, TransmitOffload offload) {
        return !closed && sink.transmit(length, offload);
    }

    @Override
    public int receive(Consumer<Frame> into, int maxFrames) {
        return closed ? 0 : nic.receive(into, maxFrames);
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
        closed = true;
    }

    @Override
    public String toString() {
        return nic.toString();
    }
}
