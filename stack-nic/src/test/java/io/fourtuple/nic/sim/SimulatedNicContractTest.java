package io.fourtuple.nic.sim;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.TransmitOffload;
import io.fourtuple.nic.Nic;
import io.fourtuple.nic.NicContract;
import io.fourtuple.nic.OtherEnd;
import io.fourtuple.nic.loop.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;

/** NICs with a switch between them and links that take their time. */
class SimulatedNicContractTest {
    private static final NicConfig SUPER_FRAMES = NicConfig.DEFAULT.withSuperFrames(65535);

    @Nested
    class Plain extends OnALink {
        Plain() {
            super(NicConfig.DEFAULT, NicConfig.DEFAULT);
        }
    }

    @Nested
    class SuperFramesAtBothEnds extends OnALink {
        SuperFramesAtBothEnds() {
            super(SUPER_FRAMES, SUPER_FRAMES);
        }
    }

    @Nested
    class SuperFramesAtOneEnd extends OnALink {
        SuperFramesAtOneEnd() {
            super(SUPER_FRAMES, NicConfig.DEFAULT);
        }
    }

    private abstract static class OnALink extends NicContract {
        private static final Duration LONG = Duration.ofSeconds(1);
        private static final LinkConfig LINK =
                LinkConfig.DEFAULT.withBandwidth(LinkConfig.GBIT).withDelay(Duration.ofMillis(10));

        private final VirtualTime time = new VirtualTime(1, VirtualTime.Order.FIFO);
        private final NicConfig under;
        private final NicConfig beyond;

        OnALink(NicConfig under, NicConfig beyond) {
            this.under = under;
            this.beyond = beyond;
        }

        @Override
        protected Wiring wire() {
            SimulatedNetwork network = new SimulatedNetwork(time);
            SimulatedNic nic = network.addNic("alice", under);
            SimulatedNic other = network.addNic("bob", beyond);
            Switch between = network.addSwitch("between");
            network.connect(nic, between, LINK);
            network.connect(between, other, LINK);
            return new Wiring(nic, new Beyond(other));
        }

        @Override
        protected void letTimePass() {
            time.runFor(LONG);
        }

        @Override
        protected void obstruct(Nic nic) {
            // Time stands still: the queue of the link fills.
        }

        @Override
        protected void unwire() {
            time.close();
        }

        private final class Beyond implements OtherEnd {
            private final SimulatedNic nic;

            Beyond(SimulatedNic nic) {
                this.nic = nic;
            }

            @Override
            public boolean send(byte[] frame) {
                nic.frame().put(frame);
                return nic.transmit(frame.length, new TransmitOffload());
            }

            @Override
            public Optional<Frame> take() {
                List<Frame> taken = new ArrayList<>();
                if (nic.receive(taken::add, 1) == 0) {
                    letTimePass();
                    nic.receive(taken::add, 1);
                }
                return taken.stream().findFirst();
            }

            @Override
            public void close() {
                nic.close();
            }
        }
    }
}
