package io.fourtuple.nic.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.TransmitOffload;
import io.fourtuple.core.time.Deadline;
import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.nic.KernelEnd;
import io.fourtuple.nic.NetworkNamespace;
import io.fourtuple.nic.NicException;
import io.fourtuple.nic.Veth;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A packet socket on an end of a veth. */
@Timeout(60)
class PacketNicIT {
    private static final MacAddress MAC = MacAddress.parse("02:00:00:00:77:02");
    private static final MacAddress SOMEBODY = MacAddress.parse("02:00:00:00:77:03");
    private static final short EXPERIMENT = (short) 0x88b5;
    private static final int SECOND = 1_000_000_000;

    private NetworkNamespace far;
    private Veth veth;
    private KernelEnd other;
    /** Just below the wrap. */
    private long now = Long.MAX_VALUE - 1;

    @BeforeAll
    static void needRoot() {
        NetworkNamespace.assumePossible(PacketNicIT.class);
    }

    @BeforeEach
    void lay() {
        far = NetworkNamespace.create();
        veth = Veth.lay(far);
        other = KernelEnd.open(far, Veth.FAR);
    }

    @AfterEach
    void remove() {
        other.close();
        veth.close();
        far.close();
    }

    @Test
    void shouldHearOnlyWhatIsForItsAddressOrForAGroup() {
        try (PacketNic nic = open(PacketConfig.of(Veth.NEAR, MAC))) {
            send(SOMEBODY, 1);
            send(new MacAddress(MAC.bits() ^ 0x04_00_00_00_00_00L), 1);
            send(MAC, 2);
            send(MacAddress.BROADCAST, 3);
            send(MacAddress.parse("33:33:00:00:00:01"), 4);

            assertThat(receiveUntil(4, nic)).containsExactly(2, 3, 4);
            assertThat(nic.statistics().rxDropped()).as("what is not for us is none of our losses").isZero();
        }
    }

    @Test
    void shouldNotMistakeAVlanForItsNetwork() {
        try (PacketNic nic = open(PacketConfig.of(Veth.NEAR, MAC))) {
            ByteBuffer tagged = ByteBuffer.wrap(frame(MAC, 1)).putInt(12, 0x8100_0007).putShort(16, EXPERIMENT);
            assertThat(other.send(tagged.putInt(18, 1).array())).isTrue();
            send(MAC, 2);

            assertThat(receiveUntil(2, nic)).containsExactly(2);
        }
    }

    @Test
    void shouldNotHearTheKernelBesideIt() {
        try (PacketNic nic = open(PacketConfig.of(Veth.NEAR, MAC));
                KernelEnd beside = KernelEnd.open(veth.near(), Veth.NEAR)) {
            assertThat(beside.send(frame(MAC, 1))).isTrue();
            assertThat(beside.send(frame(MacAddress.BROADCAST, 2))).isTrue();
            send(MAC, 3);

            assertThat(receiveUntil(3, nic)).containsExactly(3);
        }
    }

    @Test
    void shouldBePromiscuousOnlyWithAnAddressOfItsOwn() {
        try (PacketNic nic = open(PacketConfig.of(Veth.NEAR, MacAddress.NONE))) {
            assertThat(details()).contains("promiscuity 0").contains(nic.link().mac().toString());
        }
        try (PacketNic nic = open(PacketConfig.of(Veth.NEAR, MAC))) {
            assertThat(details()).contains("promiscuity 1");
            assertThat(nic.link().mac()).isEqualTo(MAC);
        }
        assertThat(details()).contains("promiscuity 0");
    }

    @Test
    void shouldCountWhatTheSocketHadNoRoomFor() {
        int sent = 100;
        PacketConfig small = PacketConfig.of(Veth.NEAR, MAC).withSocketBuffer(PacketConfig.MIN_SOCKET_BUFFER);
        PacketNic nic = open(small);
        for (int i = 0; i < sent; i++) {
            send(MAC, i);
        }
        await().pollInSameThread().until(() -> nic.statistics().rxDropped() > 0);
        List<Integer> got = new ArrayList<>();
        await().pollInSameThread().until(() -> {
            got.addAll(receive(nic));
            return got.size() + nic.statistics().rxDropped() == sent;
        });

        assertThat(got).hasSizeBetween(1, sent - 1).isSorted();
        assertThat(nic.statistics().rxFrames()).isEqualTo(got.size());
        nic.close();
        assertThat(nic.statistics().rxDropped()).isEqualTo(sent - got.size());
    }

    @Test
    void shouldReadTheMtuOfTheInterface() {
        veth.near().ip("link", "set", Veth.NEAR, "mtu", "9000");
        try (PacketNic nic = open(PacketConfig.of(Veth.NEAR, MAC))) {
            assertThat(nic.link().mtu()).isEqualTo(9000);
            assertThat(nic.name()).isEqualTo(Veth.NEAR);
        }
    }

    @Test
    void shouldWaitForAnInterfaceThatIsSwitchedOff() {
        try (PacketNic nic = open(PacketConfig.of(Veth.NEAR, MAC))) {
            veth.near().ip("link", "set", Veth.NEAR, "down");
            assertThat(transmit(nic)).isFalse();
            assertThat(receive(nic)).isEmpty();
            assertThat(nic.nextReceive()).isEqualTo(now + SECOND);
            now += SECOND;
            assertThat(receive(nic)).isEmpty();
            assertThat(nic.nextReceive()).isEqualTo(now + SECOND);

            veth.near().ip("link", "set", Veth.NEAR, "up");
            now += SECOND;
            assertThat(receive(nic)).isEmpty();
            assertThat(nic.nextReceive()).isEqualTo(Deadline.NONE);
            send(MAC, 1);
            assertThat(receiveUntil(1, nic)).containsExactly(1);
            assertThat(transmit(nic)).isTrue();
        }
    }

    @Test
    void shouldFailWhenTheInterfaceIsRemoved() {
        try (PacketNic nic = open(PacketConfig.of(Veth.NEAR, MAC))) {
            far.ip("link", "delete", Veth.FAR);

            assertThatThrownBy(() -> receive(nic)).isInstanceOf(NicException.class)
                    .hasMessage("the interface near0 was removed: create it again and start the stack anew");
        }
    }

    @Test
    void shouldNoticeThatAnInterfaceThatWasDownIsRemoved() {
        try (PacketNic nic = open(PacketConfig.of(Veth.NEAR, MAC))) {
            veth.near().ip("link", "set", Veth.NEAR, "down");
            assertThat(receive(nic)).isEmpty();
            far.ip("link", "delete", Veth.FAR);
            veth.near().ip("link", "add", Veth.NEAR, "type", "veth", "peer", "another0");
            assertThat(receive(nic)).as("not yet").isEmpty();
            now += SECOND;

            assertThatThrownBy(() -> receive(nic)).isInstanceOf(NicException.class).hasMessageContaining("was removed");
        }
    }

    @Test
    void shouldSayWhatToDoWhenItCannotBeHad() {
        assertThatThrownBy(() -> open(PacketConfig.of("none0", MAC))).isInstanceOf(NicException.class)
                .hasMessage("there is no interface none0: 'ip link' lists those that there are");
        assertThatThrownBy(() -> open(PacketConfig.of("lo", MAC))).isInstanceOf(NicException.class)
                .hasMessageContaining("the interface lo is no Ethernet: choose one that is");
    }

    private PacketNic open(PacketConfig config) {
        return veth.near().call(() -> PacketNic.open(config, () -> now));
    }

    private String details() {
        return veth.near().run("ip", "-details", "link", "show", Veth.NEAR).text();
    }

    private void send(MacAddress to, int number) {
        assertThat(other.send(frame(to, number))).isTrue();
    }

    private static byte[] frame(MacAddress to, int number) {
        ByteBuffer frame = ByteBuffer.allocate(60);
        to.write(frame);
        SOMEBODY.write(frame);
        return frame.putShort(EXPERIMENT).putInt(number).array();
    }

    private static int number(Frame frame) {
        return ByteBuffer.wrap(frame.bytes()).getInt(14);
    }

    private static List<Integer> receive(PacketNic nic) {
        List<Integer> numbers = new ArrayList<>();
        assertThat(nic.receive(frame -> numbers.add(number(frame)), 1000)).isEqualTo(numbers.size());
        return numbers;
    }

    /** Receives until the frame with that number has come. */
    private static List<Integer> receiveUntil(int last, PacketNic nic) {
        List<Integer> numbers = new ArrayList<>();
        await().pollInSameThread().until(() -> numbers.addAll(receive(nic)) && numbers.getLast() == last);
        return numbers;
    }

    private static boolean transmit(PacketNic nic) {
        nic.frame().put(frame(SOMEBODY, 0));
        return nic.transmit(60, new TransmitOffload());
    }
}
