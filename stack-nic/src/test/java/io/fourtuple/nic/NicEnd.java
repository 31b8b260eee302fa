package io.fourtuple.nic;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.TransmitOffload;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;

/** Another NIC as the other end. */
public final class NicEnd implements OtherEnd {
    private static final int BATCH = 32;

    private final Nic nic;
    private final Queue<Frame> arrived = new ArrayDeque<>();
    private ReadinessProbe probe;

    /** {@code nic} is this object's from now on. */
    public NicEnd(Nic nic) {
        this.nic = nic;
    }

    @Override
    public boolean send(byte[] frame) {
        nic.sink().frame().put(frame);
        return nic.sink().transmit(frame.length, new TransmitOffload());
    }

    @Override
    public Optional<Frame> take() {
        if (probe == null) {
            probe = new ReadinessProbe(nic.readiness());
        }
        while (arrived.isEmpty()) {
            if (nic.receive(arrived::add, BATCH) == 0 && !probe.await()) {
                return Optional.empty();
            }
        }
        return Optional.of(arrived.remove());
    }

    @Override
    public void close() {
        nic.close();
        if (probe != null) {
            probe.close();
        }
    }
}
