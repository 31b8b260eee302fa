package io.fourtuple.nic.tap;

import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.nic.KernelEnd;
import io.fourtuple.nic.NetworkNamespace;
import io.fourtuple.nic.Nic;
import io.fourtuple.nic.NicContract;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;

/** TAP and TUN, with a packet socket on the kernel's end. */
class TapNicContractIT {
    private static final String DEVICE = "ftit1";
    private static final TapConfig TAP = TapConfig.of(DEVICE, MacAddress.parse("02:00:00:00:77:02"));
    private static final TapConfig TUN = TapConfig.tun(DEVICE);

    @BeforeAll
    static void needRoot() {
        NetworkNamespace.assumePossible(TapNicContractIT.class);
    }

    @Nested
    class Tap extends OnADevice {
        Tap() {
            super(TAP);
        }
    }

    @Nested
    class TapWithoutOffloads extends OnADevice {
        TapWithoutOffloads() {
            super(TAP.withOffload(false).withMtu(9000));
        }
    }

    @Nested
    class Tun extends OnADevice {
        Tun() {
            super(TUN);
        }
    }

    @Nested
    class TunWithoutOffloads extends OnADevice {
        TunWithoutOffloads() {
            super(TUN.withOffload(false));
        }
    }

    private abstract static class OnADevice extends NicContract {
        private final TapConfig config;
        private NetworkNamespace namespace;

        OnADevice(TapConfig config) {
            this.config = config;
        }

        @Override
        protected Wiring wire() {
            namespace = NetworkNamespace.create();
            TapNic nic = TapNic.open(config);
            namespace.adopt(DEVICE);
            namespace.ip("link", "set", DEVICE, "addrgenmode", "none", "up");
            return new Wiring(nic, KernelEnd.open(namespace, DEVICE));
        }

        @Override
        protected void obstruct(Nic nic) {
            namespace.ip("link", "set", DEVICE, "down");
        }

        @Override
        protected void unwire() {
            namespace.close();
        }
    }
}
