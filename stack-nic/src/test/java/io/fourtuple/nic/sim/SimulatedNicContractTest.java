package io.fourtuple.nic.sim;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.FrameSink;
import io.fourtuple.core.ip.LinkProperties;
import io.fourtuple.core.ip.TransmitOffload;
import io.fourtuple.nic.Nic;
import io.fourtuple.nic.NicContract;
import io.fourtuple.nic.NicEnd;
import io.fourtuple.nic.NicStatistics;
import io.fourtuple.nic.Readiness;
import io.fourtuple.nic.loop.VirtualTime;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.Nested;

class SimulatedNicContractTest {
    @Nested
    class Plain extends InANetwork {
        Plain() {
            super(NicConfig.DEFAULT);
        }
    }

    @Nested
    class SuperFrames extends InANetwork {
        SuperFrames() {
            super(NicConfig.DEFAULT.withSuperFrames(65535));
        }
    }

    private abstract static class InANetwork extends NicContract {
        private final NicConfig config;
        private VirtualTime time;
        private Link link;

        InANetwork(NicConfig config) {
            this.config = config;
        }

        @Override
        protected Wiring wire() {
            time = new VirtualTime(1, VirtualTime.Order.FIFO);
            SimulatedNetwork network = new SimulatedNetwork(time);
            SimulatedNic nic = network.addNic("nic", config);
            SimulatedNic other = network.addNic("other", config);
            Switch between = network.addSwitch("between");
            link = network.connect(nic, between, LinkConfig.DEFAULT.withDelay(Duration.ofMillis(3)));
            network.connect(between, other, LinkConfig.DEFAULT.withBandwidth(10 * LinkConfig.MBIT));
            return new Wiring(new WithTime(nic, time), new NicEnd(new WithTime(other, time)));
        }

        @Override
        protected void obstruct(Nic nic) {
            link.down();
        }

        @Override
        protected void unwire() {
            time.close();
        }
    }

    /** A NIC that lets time pass after each frame that is sent, as a test that knows of no virtual time does not. */
    private record WithTime(SimulatedNic nic, VirtualTime time) implements Nic, FrameSink {
        @Override
        public boolean transmit(int length, TransmitOffload offload) {
            boolean taken = nic.transmit(length, offload);
            time.runFor(Duration.ofSeconds(1));
            return taken;
        }

        @Override
        public ByteBuffer frame() {
            return nic.frame();
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
}
