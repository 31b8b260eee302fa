package io.fourtuple.nic.vxlan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.core.ip.TransmitOffload;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.nic.Nic;
import io.fourtuple.nic.NicContract;
import io.fourtuple.nic.NicEnd;
import io.fourtuple.nic.NicException;
import io.fourtuple.nic.Readiness;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Two ends of a tunnel over the loop-back device. */
class VxlanNicTest extends NicContract {
    private static final MacAddress MAC = MacAddress.parse("02:00:00:00:77:02");
    private static final MacAddress OTHER_MAC = MacAddress.parse("02:00:00:00:77:0e");
    private static final int VNI = 0xabcdef;
    private static final int PORT = 4789;
    private static final int FRAME = 60;
    /** 127.0.0.0/8 is all ours: addresses that no other test and no other JVM has. */
    private static final AtomicInteger HOST = new AtomicInteger();
    private static final long NETWORK = ProcessHandle.current().pid() % 250;

    private volatile boolean obstructed;
    private InetSocketAddress ourAddress;
    private VxlanNic nic;

    private static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(IpAddress.parse(address).toInetAddress(), port);
    }

    private static InetSocketAddress newAddress() {
        return at("127.77." + NETWORK + "." + HOST.incrementAndGet(), PORT);
    }

    @Override
    protected Wiring wire() {
        ourAddress = newAddress();
        InetSocketAddress other = newAddress();
        VxlanConfig config = VxlanConfig.of(VNI, other, MAC).withLocal(ourAddress);
        DatagramChannel socket = VxlanNic.socket(config);
        nic = VxlanNic.open(config, socket, (datagram, to) -> obstructed ? 0 : socket.send(datagram, to));
        return new Wiring(nic, new NicEnd(
                VxlanNic.open(VxlanConfig.of(VNI, ourAddress, OTHER_MAC).withLocal(other))));
    }

    /** Nothing that an unprivileged process does keeps a socket from sending to the loop-back device. */
    @Override
    protected void obstruct(Nic nic) {
        obstructed = true;
    }

    @Test
    void shouldLeaveRoomForTheHeadersAround() {
        assertThat(nic.link().mtu()).isEqualTo(1450);
        assertThat(VxlanConfig.of(VNI, at("fd77::1", PORT), MAC).mtu()).isEqualTo(1430);
        assertThat(VxlanConfig.of(VNI, ourAddress, MAC).withUnderlayMtu(9000).mtu()).isEqualTo(8950);
    }

    @Test
    void shouldWriteTheHeaderOfTheRfc() throws IOException {
        try (DatagramChannel far = DatagramChannel.open().bind(at("127.0.0.1", 0));
                VxlanNic near = VxlanNic.open(VxlanConfig.of(VNI, (InetSocketAddress) far.getLocalAddress(), MAC)
                        .withLocal(at("127.0.0.1", 0)))) {
            near.frame().put(new byte[FRAME]);
            assertThat(near.transmit(FRAME, new TransmitOffload())).isTrue();
            ByteBuffer datagram = ByteBuffer.allocate(200);

            assertThat(far.receive(datagram)).isEqualTo(near.localAddress());

            assertThat(datagram.flip().remaining()).isEqualTo(8 + FRAME);
            assertThat(datagram.getLong()).isEqualTo(0x0800_0000_abcd_ef00L);
        }
    }

    @Test
    void shouldDropAndCountWhatIsNotForIt() throws IOException {
        try (DatagramChannel stranger = DatagramChannel.open().bind(newAddress());
                DatagramChannel far = DatagramChannel.open().bind(newAddress());
                VxlanNic near = VxlanNic.open(VxlanConfig.of(VNI, (InetSocketAddress) far.getLocalAddress(), MAC)
                        .withLocal(newAddress()))) {
            InetSocketAddress to = near.localAddress();
            List<ByteBuffer> wrong = List.of(
                    ByteBuffer.allocate(0),
                    ByteBuffer.allocate(7),
                    datagram(0x08, VNI, 13),
                    datagram(0x00, VNI, FRAME),
                    datagram(0x08, VNI + 1, FRAME),
                    datagram(0x08, VNI, FRAME).putShort(8 + 12, (short) 0x8100));
            for (ByteBuffer each : wrong) {
                far.send(each, to);
            }
            stranger.send(datagram(0x08, VNI, FRAME), to);
            // Reserved bits are nobody's business.
            far.send(datagram(0xff, VNI, FRAME).put(1, (byte) 0xff).put(7, (byte) 0xff), to);
            List<byte[]> received = new ArrayList<>();

            Awaitility.await().until(() -> near.receive(frame -> received.add(frame.bytes()), 32) == 1);

            assertThat(received.getFirst()).hasSize(FRAME);
            assertThat(near.statistics().rxDropped()).isEqualTo(wrong.size() + 1);
            assertThat(near.statistics().rxFrames()).isOne();
        }
    }

    @Test
    void shouldNotLetAStrangerHoldTheLoop() throws IOException {
        try (DatagramChannel far = DatagramChannel.open().bind(newAddress());
                VxlanNic near = VxlanNic.open(VxlanConfig.of(VNI, (InetSocketAddress) far.getLocalAddress(), MAC)
                        .withLocal(newAddress()))) {
            AtomicInteger woken = new AtomicInteger();
            ((Readiness.Signal) near.readiness()).onReadable(woken::incrementAndGet);
            for (int i = 0; i < 20; i++) {
                far.send(datagram(0x08, VNI + 1, FRAME), near.localAddress());
            }
            far.send(datagram(0x08, VNI, FRAME), near.localAddress());

            assertThat(near.receive(_ -> {}, 8)).isZero();
            assertThat(near.statistics().rxDropped()).isEqualTo(16);
            Awaitility.await().until(() -> woken.get() > 0);
            assertThat(near.receive(_ -> {}, 8)).isOne();
        }
    }

    @Test
    void shouldWorkOverIpv6() throws IOException {
        try (DatagramChannel far = DatagramChannel.open().bind(at("::1", 0));
                VxlanNic near = VxlanNic.open(VxlanConfig.of(VNI, (InetSocketAddress) far.getLocalAddress(), MAC)
                        .withLocal(at("::1", 0)))) {
            near.frame().put(new byte[FRAME]);
            assertThat(near.transmit(FRAME, new TransmitOffload())).isTrue();
            ByteBuffer datagram = ByteBuffer.allocate(200);
            assertThat(far.receive(datagram)).isEqualTo(near.localAddress());
            far.send(datagram.flip(), near.localAddress());

            Awaitility.await().until(() -> near.receive(_ -> {}, 1) == 1);
        }
    }

    @Test
    void shouldDropWhatTheNetworkBelowCannotCarry() {
        VxlanConfig config = VxlanConfig.of(VNI, newAddress(), MAC).withLocal(newAddress()).withMtu(65_535);
        try (VxlanNic large = VxlanNic.open(config)) {
            large.frame();
            assertThat(large.transmit(65_535, new TransmitOffload())).isFalse();
            assertThat(large.statistics().txDropped()).isOne();
        }
    }

    @Test
    void shouldSayWhatToDoWhenThePortIsTaken() {
        VxlanConfig same = VxlanConfig.of(VNI, newAddress(), MAC).withLocal(ourAddress);
        assertThatThrownBy(() -> VxlanNic.open(same)).isInstanceOf(NicException.class)
                .hasMessageContaining("in use").hasMessageContaining("choose another port");
        VxlanConfig elsewhere = same.withLocal(at("192.0.2.1", PORT));
        assertThatThrownBy(() -> VxlanNic.open(elsewhere)).isInstanceOf(NicException.class)
                .hasMessageContaining("choose an address and a port of this machine");
    }

    @Test
    void shouldRefuseWhatCannotBe() {
        VxlanConfig config = VxlanConfig.of(VNI, ourAddress, MAC);
        assertThatThrownBy(() -> VxlanConfig.of(1 << 24, ourAddress, MAC)).hasMessageContaining("0 to 16777215");
        assertThatThrownBy(() -> VxlanConfig.of(1, InetSocketAddress.createUnresolved("far", 1), MAC))
                .hasMessageContaining("addresses, not names");
        assertThatThrownBy(() -> VxlanConfig.of(1, at("239.1.1.1", 1), MAC))
                .hasMessageContaining("one host");
        assertThatThrownBy(() -> config.withLocal(at("::1", 1))).hasMessageContaining("IPv4 or both IPv6");
        assertThatThrownBy(() -> VxlanConfig.of(1, ourAddress, MacAddress.BROADCAST))
                .hasMessageContaining("no address of a station");
        IntStream.of(67, 65_536).forEach(mtu ->
                assertThatThrownBy(() -> config.withMtu(mtu)).hasMessageContaining("68 to 65535"));
        assertThatThrownBy(() -> config.withBuffers(1, 4096)).hasMessageContaining("4096 to 1073741824");
    }

    private static ByteBuffer datagram(int flags, int vni, int length) {
        return ByteBuffer.allocate(8 + length).put(0, (byte) flags).putInt(4, vni << 8);
    }
}
