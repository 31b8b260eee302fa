package io.fourtuple.nic.sim;

import io.fourtuple.nic.loop.VirtualTime;

public final class SimulatedNetwork {
    final VirtualTime time;
    private int macs;

    public SimulatedNetwork(VirtualTime time) {
        this.time = time;
    }

    public SimulatedNic nic(String name) {
        return new SimulatedNic(this, name, ++macs);
    }

    public void link(SimulatedNic a, SimulatedNic b, long delayNanos, double loss) {
        a.peer = b;
        b.peer = a;
        a.delay = delayNanos;
        b.delay = delayNanos;
        a.loss = loss;
        b.loss = loss;
    }
}
