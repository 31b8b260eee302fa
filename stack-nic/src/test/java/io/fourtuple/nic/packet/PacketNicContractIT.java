package io.fourtuple.nic.packet;

import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.nic.KernelEnd;
import io.fourtuple.nic.NetworkNamespace;
import io.fourtuple.nic.Nic;
import io.fourtuple.nic.NicContract;
import io.fourtuple.nic.Veth;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;

/** An end of a veth, with a packet socket on the other end. */
class PacketNicContractIT {
    private static final PacketConfig OWN_MAC = PacketConfig.of(Veth.NEAR, MacAddress.parse("02:00:00:00:77:02"));

    @BeforeAll
    static void needRoot() {
        NetworkNamespace.assumePossible(PacketNicContractIT.class);
    }

    @Nested
    class WithAnAddressOfItsOwn extends OnAVeth {
        WithAnAddressOfItsOwn() {
            super(OWN_MAC, 1500);
        }
    }

    @Nested
    class WithTheInterfacesAddress extends OnAVeth {
        WithTheInterfacesAddress() {
            super(PacketConfig.of(Veth.NEAR, MacAddress.NONE), 9000);
        }
    }

    @Nested
    class WithoutOffloads extends OnAVeth {
        WithoutOffloads() {
            super(OWN_MAC.withOffload(false), 1280);
        }
    }

    private abstract static class OnAVeth extends NicContract {
        private final PacketConfig config;
        private final int mtu;
        private Veth veth;

        OnAVeth(PacketConfig config, int mtu) {
            this.config = config;
            this.mtu = mtu;
        }

        @Override
        protected Wiring wire() {
            veth = Veth.lay(NetworkNamespace.create());
            veth.near().ip("link", "set", Veth.NEAR, "mtu", Integer.toString(mtu));
            veth.far().ip("link", "set", Veth.FAR, "mtu", Integer.toString(mtu));
            PacketNic nic = veth.near().call(() -> PacketNic.open(config));
            return new Wiring(nic, KernelEnd.open(veth.far(), Veth.FAR));
        }

        @Override
        protected void obstruct(Nic nic) {
            veth.near().ip("link", "set", Veth.NEAR, "down");
        }

        @Override
        protected void unwire() {
            veth.close();
            veth.far().close();
        }
    }
}
