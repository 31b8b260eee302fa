package io.fourtuple.nic.pcap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fourtuple.core.ip.TransmitOffload;
import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.nic.NetworkNamespace;
import io.fourtuple.nic.Nic;
import io.fourtuple.nic.NicContract;
import io.fourtuple.nic.NicEnd;
import io.fourtuple.nic.NicException;
import io.fourtuple.nic.Veth;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two interfaces through libpcap, the ends of one cable. */
class Pcap4jNicIT extends NicContract {
    private static final MacAddress MAC = MacAddress.parse("02:00:00:00:77:02");

    private NetworkNamespace far;
    private Veth veth;
    private Pcap4jNic opened;

    @BeforeAll
    static void needRoot() {
        Optional<String> obstacle = NetworkNamespace.obstacle();
        obstacle.ifPresent(why -> System.out.println("Pcap4jNicIT skipped: " + why));
        assumeTrue(obstacle.isEmpty());
    }

    @Override
    protected Wiring wire() {
        far = NetworkNamespace.create();
        veth = Veth.lay(far);
        opened = open(PcapConfig.of(Veth.NEAR, MAC));
        PcapConfig other = PcapConfig.of(Veth.FAR, MacAddress.parse("02:00:00:00:77:0e"));
        return new Wiring(opened, new NicEnd(far.call(() -> Pcap4jNic.open(other))));
    }

    private Pcap4jNic open(PcapConfig config) {
        return veth.near().call(() -> Pcap4jNic.open(config));
    }

    @Override
    protected void obstruct(Nic nic) {
        veth.near().ip("link", "set", Veth.NEAR, "down");
    }

    @Override
    protected void unwire() {
        veth.close();
        far.close();
    }

    @Test
    void shouldHaveTheMtuAndOnDemandTheAddressOfTheInterface() {
        assertThat(opened.link().mtu()).isEqualTo(1500);
        assertThat(opened.link().mac()).isEqualTo(MAC);
        try (Pcap4jNic sharing = open(PcapConfig.sharingMac(Veth.NEAR))) {
            String link = veth.near().run("ip", "link", "show", Veth.NEAR).text();
            assertThat(link).contains("link/ether " + sharing.link().mac());
            assertThatThrownBy(() -> open(PcapConfig.of(Veth.NEAR, sharing.link().mac())))
                    .isInstanceOf(NicException.class).hasMessageContaining("itself: choose another");
        }
    }

    @Test
    void shouldDropAndCountWhatItsQueueHasNoRoomFor() {
        try (Pcap4jNic small = open(PcapConfig.of(Veth.NEAR, MAC).withQueueFrames(2));
                Pcap4jNic other = far.call(() -> Pcap4jNic.open(PcapConfig.sharingMac(Veth.FAR)))) {
            for (int i = 0; i < 10; i++) {
                other.frame().put(new byte[] {2, 0, 0, 0, 0x77, 2, 2, 0, 0, 0, 0x77, 0x0e, (byte) 0x88, (byte) 0xb5});
                assertThat(other.transmit(60, new TransmitOffload())).isTrue();
            }
            Awaitility.await().untilAsserted(() -> assertThat(small.statistics().rxDropped()).isEqualTo(8));

            assertThat(small.receive(_ -> {}, 32)).isEqualTo(2);
        }
    }

    @Test
    void shouldSayWhenTheInterfaceIsGone() {
        far.ip("link", "delete", Veth.FAR);

        Awaitility.await().untilAsserted(() -> assertThatThrownBy(() -> opened.receive(_ -> {}, 32))
                .isInstanceOf(NicException.class)
                .hasMessageContaining("set it up again and start the stack anew"));
    }

    @Test
    void shouldSayWhatToDoWhenItCannotBeHad() {
        assertThatThrownBy(() -> open(PcapConfig.of("no-such0", MAC))).isInstanceOf(NicException.class)
                .hasMessageContaining("there is no network interface no-such0: 'ip link' lists");
        assertThatThrownBy(() -> open(PcapConfig.of("lo", MAC))).isInstanceOf(NicException.class)
                .hasMessageContaining("are not Ethernet");
        obstruct(opened);
        assertThatThrownBy(() -> open(PcapConfig.of(Veth.NEAR, MAC))).isInstanceOf(NicException.class)
                .hasMessageContaining("is down: run 'ip link set " + Veth.NEAR + " up'");
    }
}
