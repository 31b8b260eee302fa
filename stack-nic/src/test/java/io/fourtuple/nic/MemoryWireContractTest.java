package io.fourtuple.nic;

import io.fourtuple.core.ip.LinkProperties.Medium;
import org.junit.jupiter.api.Nested;

class MemoryWireContractTest {
    @Nested
    class Ethernet extends OnAWire {
        Ethernet() {
            super(MemoryWire.Config.DEFAULT);
        }
    }

    @Nested
    class Ip extends OnAWire {
        Ip() {
            super(MemoryWire.Config.DEFAULT.withMedium(Medium.IP));
        }
    }

    @Nested
    class SuperFrames extends OnAWire {
        SuperFrames() {
            super(MemoryWire.Config.DEFAULT.withSuperFrames(65535));
        }
    }

    private abstract static class OnAWire extends NicContract {
        private final MemoryWire.Config config;

        OnAWire(MemoryWire.Config config) {
            this.config = config;
        }

        @Override
        protected Wiring wire() {
            MemoryWire wire = new MemoryWire(config);
            return new Wiring(wire.left(), new NicEnd(wire.right()));
        }

        @Override
        protected void obstruct(Nic nic) {
            // Nobody takes anything: its queue fills.
        }
    }
}
