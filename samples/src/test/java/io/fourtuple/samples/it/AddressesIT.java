package io.fourtuple.samples.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fourtuple.api.Stack;
import io.fourtuple.api.StackConfig;
import io.fourtuple.api.javadsl.Tcp;
import io.fourtuple.core.Counter;
import io.fourtuple.core.ip.AddressChecks;
import io.fourtuple.core.ip.AddressChecks.Detection;
import io.fourtuple.core.ip.Autoconfiguration;
import io.fourtuple.core.ip.Autoconfiguration.InterfaceIds;
import io.fourtuple.core.ip.FrameSink;
import io.fourtuple.core.ip.InterfaceAddress;
import io.fourtuple.core.ip.TransmitOffload;
import io.fourtuple.core.wire.EthernetHeader;
import io.fourtuple.core.wire.IcmpMessage.PrefixInformation;
import io.fourtuple.core.wire.IcmpMessage.RouterAdvertisement;
import io.fourtuple.core.wire.IcmpV6;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.Ipv6Header;
import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.core.wire.NeighborDiscovery;
import io.fourtuple.core.wire.RouterMessages;
import io.fourtuple.nic.NetworkNamespace;
import io.fourtuple.nic.Nic;
import io.fourtuple.nic.packet.PacketConfig;
import io.fourtuple.nic.packet.PacketNic;
import io.fourtuple.nic.tap.TapConfig;
import io.fourtuple.nic.tap.TapNic;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

/** Whose an address is, between a stack and a kernel; and a stack on two links of one kernel. */
@NeedsTap
class AddressesIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final MacAddress ROUTER_MAC = MacAddress.parse("02:77:00:00:00:fe");
    private static final IpAddress ROUTER = IpAddress.parse("fe80::1");
    /** With the interface id of the MAC address that the lab gives the stack. */
    private static final String MADE = "fd77::77:ff:fe00:2";

    private static StackConfig withAddresses(StackConfig config, Detection detection, String... addresses) {
        return config.withIp(config.ip()
                .withAddresses(List.of(addresses).stream().map(InterfaceAddress::parse).toList())
                .withAddressChecks(AddressChecks.defaults().withDetection(detection)));
    }

    /** The kernel asks as RFC 4862 says, and is answered. */
    @Test
    void shouldKeepTheKernelFromUsingAnAddressOfTheStack() throws Exception {
        try (TapLab lab = TapLab.start(config -> withAddresses(
                config, Detection.ON, TapLab.STACK + "/24", TapLab.STACK6 + "/64"))) {
            awaitAnswer(lab.namespace(), TapLab.STACK6); // two who check an address at the same time both lose it
            lab.namespace().ip("address", "add", TapLab.STACK6 + "/64", "dev", lab.device());
            await().atMost(PATIENCE).untilAsserted(() ->
                    assertThat(lab.run("ip", "-6", "address", "show", "dev", lab.device())).contains("dadfailed"));
        }
    }

    /** And the reverse, in both versions of IP, in both orders of checking and using. */
    @Test
    void shouldNotUseAnAddressOfTheKernel() throws Exception {
        for (Detection detection : List.of(Detection.ON, Detection.OPTIMISTIC)) {
            try (TapLab lab = TapLab.start(config ->
                    withAddresses(config, detection, TapLab.KERNEL + "/24", "fd77::1/64", TapLab.STACK + "/24"))) {
                await().atMost(PATIENCE).untilAsserted(() ->
                        assertThat(lab.snapshot().counter(Counter.ARP_DUPLICATES)).isEqualTo(2));
                awaitAnswer(lab.namespace(), TapLab.STACK);
            }
        }
    }

    @Test
    void shouldMakeAnAddressFromWhatARouterAnnounces() throws Exception {
        try (TapLab lab = TapLab.start(config -> autoconfigured(withAddresses(config, Detection.ON)))) {
            Nic wire = lab.namespace().call(() -> PacketNic.open(PacketConfig.of(lab.device(), ROUTER_MAC)));
            try {
                advertise(wire.sink());
            } finally {
                wire.close();
            }
            awaitAnswer(lab.namespace(), MADE);
            assertThat(lab.snapshot().counter(Counter.ICMP_IN_ROUTER_ADVERTISEMENTS)).isEqualTo(1);
        }
    }

    private static void awaitAnswer(NetworkNamespace from, String address) {
        await().atMost(PATIENCE).untilAsserted(() ->
                assertThat(from.run("ping", "-c", "1", "-W", "2", address).text()).contains("1 received"));
    }

    private static StackConfig autoconfigured(StackConfig config) {
        return config.withIp(config.ip()
                .withRoutes(List.of())
                .withAutoconfiguration(Autoconfiguration.defaults()
                        .withEnabled(true)
                        .withInterfaceIds(InterfaceIds.EUI64)));
    }

    private static void advertise(FrameSink sink) {
        RouterAdvertisement message = new RouterAdvertisement(
                64, 0, 1800, 0, 0, Optional.of(ROUTER_MAC), 0, List.of(
                        new PrefixInformation(IpAddress.parse("fd77::"), 64, true, true, 3600, 1800)));
        ByteBuffer icmp = ByteBuffer.allocate(200);
        int length = RouterMessages.writeAdvertisement(icmp, ROUTER, RouterMessages.ALL_NODES, message);
        ByteBuffer frame = sink.frame();
        EthernetHeader.write(frame, MacAddress.ofMulticast(RouterMessages.ALL_NODES), ROUTER_MAC,
                EthernetHeader.TYPE_IPV6);
        Ipv6Header.write(frame, ROUTER, RouterMessages.ALL_NODES, length, IcmpV6.PROTOCOL,
                NeighborDiscovery.HOP_LIMIT, 0, 0);
        frame.put(icmp.array(), 0, length);
        assertThat(sink.transmit(frame.position(), new TransmitOffload())).isTrue();
    }

    @Test
    void shouldServeTheKernelOnTwoLinks() throws Exception {
        ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "two-links");
        try (NetworkNamespace namespace = NetworkNamespace.create()) {
            StackConfig defaults = StackConfig.defaults();
            StackConfig config = defaults.withIp(defaults.ip()
                    .withAddresses(List.of(InterfaceAddress.parse("10.77.1.2/24")))
                    .withFurtherAddresses(List.of(List.of(InterfaceAddress.parse("10.77.2.2/24")))));
            Stack stack = Stack.start(system, config, List.of(tap(namespace, 1), tap(namespace, 2)));
            Tcp.of(stack).bind("0.0.0.0", 7)
                    .to(Sink.foreach(connection -> connection.handleWith(Flow.of(ByteString.class), system)))
                    .run(system)
                    .toCompletableFuture()
                    .get(20, TimeUnit.SECONDS);
            try (KernelPeer peer = KernelPeer.start(namespace)) {
                for (String address : List.of("10.77.1.2", "10.77.2.2")) {
                    awaitAnswer(namespace, address);
                    peer.ask("connect one " + address + " 7");
                    peer.ask("echo one " + (16 << 20));
                    peer.ask("close one");
                }
            }
            stack.terminate().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } finally {
            system.terminate();
            system.getWhenTerminated().toCompletableFuture().get(20, TimeUnit.SECONDS);
        }
    }

    private static Nic tap(NetworkNamespace namespace, int number) {
        String device = "ft" + ProcessHandle.current().pid() % 10_000_000 + "l" + number;
        Nic nic = TapNic.open(TapConfig.of(device, MacAddress.parse("02:77:00:00:01:0" + number)));
        namespace.adopt(device);
        namespace.ip("address", "add", "10.77." + number + ".1/24", "dev", device);
        namespace.ip("link", "set", device, "up");
        return nic;
    }
}
