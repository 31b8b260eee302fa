package io.fourtuple.nic.tap;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.nic.NetworkNamespace;
import io.fourtuple.nic.NetworkNamespace.Outcome;
import io.fourtuple.nic.Nic;
import io.fourtuple.nic.NicActor;
import io.fourtuple.nic.NicException;
import io.fourtuple.nic.loop.LogCapture;
import io.fourtuple.nic.pcapng.CapturedPacket;
import io.fourtuple.nic.pcapng.CapturingNic;
import io.fourtuple.nic.pcapng.Direction;
import io.fourtuple.nic.pcapng.PcapngReader;
import io.fourtuple.nic.pcapng.PcapngWriter;
import io.fourtuple.nic.pcapng.Tshark;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A TAP whose other end is a kernel in a network namespace. */
@Timeout(120)
class TapNicIT {
    private static final DispatcherSelector ON_LOOP = DispatcherSelector.fromConfig("fourtuple.loop-dispatcher");
    private static final MacAddress MAC = MacAddress.parse("02:00:00:00:77:02");
    private static final String KERNEL = "10.77.9.1/24";
    private static final String US = "10.77.9.2";
    private static final String DEVICE = "ftit0";

    private final List<Nic> attached = new ArrayList<>();
    private NetworkNamespace namespace;
    private ActorSystem<Void> system;

    @BeforeAll
    static void needRoot() {
        NetworkNamespace.assumePossible(TapNicIT.class);
    }

    @BeforeEach
    void makeNamespace() {
        namespace = NetworkNamespace.create();
        system = ActorSystem.create(Behaviors.empty(), "taps");
    }

    @AfterEach
    void removeNamespace() {
        system.terminate();
        system.getWhenTerminated().toCompletableFuture().join();
        attached.forEach(Nic::close);
        namespace.close();
    }

    @Test
    void shouldCarryPings() {
        TapNic nic = TapNic.open(TapConfig.of(DEVICE, MAC));
        attach(nic, nic, new TinyHost(MAC, nic, true));

        Outcome ping = namespace.run("ping", "-c", "3", "-i", "0.2", "-s", "1200", "-W", "5", US);

        assertThat(ping.text()).contains("3 received");
        assertThat(nic.statistics().rxFrames()).isGreaterThanOrEqualTo(4);
        assertThat(nic.statistics().txFrames()).isGreaterThanOrEqualTo(4);
    }

    @Test
    void shouldExchangeSuperFramesAndCaptureThem(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("tap.pcapng");
        TapNic tap = TapNic.open(TapConfig.of(DEVICE, MAC));
        CapturingNic nic = new CapturingNic(tap, PcapngWriter.create(file, PcapngWriter.UNLIMITED));
        TinyHost host = new TinyHost(MAC, nic, true);
        ActorRef<NicActor.Command> actor = attach(tap, nic, host);

        String hash = requestAndHash();

        assertThat(hash).isEqualTo(sha256(TinyHost.response()));
        assertThat(host.done.get(10, SECONDS)).isEqualTo(TinyHost.REQUEST);
        stop(actor);
        nic.close();
        assertThat(host.longest).isGreaterThan(16 * 1024);
        assertThat(host.gsoSize).isEqualTo(1460);
        assertThat(host.allVerified).isTrue();
        assertThat(tap.statistics().txDropped()).isZero();
        List<CapturedPacket> packets = PcapngReader.read(file);
        assertThat(packets).extracting(CapturedPacket::interfaceName).containsOnly(DEVICE);
        assertThat(packets).anySatisfy(packet -> {
            assertThat(packet.direction()).isEqualTo(Direction.OUTBOUND);
            assertThat(packet.bytes()).hasSize(54 + TinyHost.RESPONSE);
            assertThat(packet.comment()).contains("1448");
        });
        Tshark.assertIntact(file, packets.size());
    }

    @Test
    void shouldWorkWithoutOffloads() throws Exception {
        TapNic nic = TapNic.open(TapConfig.of(DEVICE, MAC).withOffload(false));
        assertThat(nic.link().checksumOffload()).isFalse();
        assertThat(nic.link().maxSegmentedBytes()).isZero();
        TinyHost host = new TinyHost(MAC, nic, false);
        attach(nic, nic, host);

        namespace.run("ping", "-c", "1", "-W", "5", US);
        namespace.run("timeout", "10", "bash", "-c",
                "exec 3<>/dev/tcp/" + US + "/5001; head -c 100000 /dev/zero >&3");

        assertThat(nic.statistics().meanRxDataFrame()).isLessThanOrEqualTo(1514);
        assertThat(host.longest).isBetween(1000, 1514);
        assertThat(host.gsoSize).isZero();
    }

    @Test
    void shouldAttachToATapOfSomebodyElseWithOneQueueOrSeveral() {
        for (List<String> queues : List.of(List.<String>of(), List.of("multi_queue"))) {
            Outcome added = ip("ip tuntap add dev " + DEVICE + " mode tap " + String.join(" ", queues) + " vnet_hdr");
            assertThat(added.status()).as(added.text()).isZero();
            try (TapNic nic = TapNic.open(TapConfig.of(DEVICE, MAC))) {
                assertThat(nic.link().mtu()).isEqualTo(1500);
            }
            assertThat(ip("ip link show " + DEVICE).status()).as("still there").isZero();
            ip("ip link delete " + DEVICE);
        }
    }

    @Test
    void shouldHaveAsManyQueuesAsItIsToHave() {
        try (TapNic nic = TapNic.open(TapConfig.of(DEVICE, MAC).withQueues(3))) {
            namespace.adopt(DEVICE); // and the queues are there all the same
            List<Nic> queues = nic.queues(2);

            assertThat(queues).hasSize(2).first().isSameAs(nic);
            assertThat(queues).extracting(Nic::name).containsOnly(DEVICE);
            queues.getLast().close();
            assertThat(namespace.run("ip", "link", "show", DEVICE).status()).as("still there").isZero();
        }
        assertThat(namespace.run("ip", "link", "show", DEVICE).status()).as("gone with the last").isNotZero();
    }

    @Test
    void shouldGetEverythingByTheFirstQueueWhenNobodyAsksForMore() {
        TapNic nic = TapNic.open(TapConfig.of(DEVICE, MAC).withQueues(2));
        attach(nic, nic, new TinyHost(MAC, nic, true));

        for (int i = 0; i < 8; i++) { // each of them might come by another queue
            assertThat(namespace.run("ping", "-c", "1", "-W", "5", US).text()).contains("1 received");
        }
    }

    @Test
    void shouldSendByTheQueueThatAFlowIsToComeBackBy() throws Exception {
        TapNic nic = TapNic.open(TapConfig.of(DEVICE, MAC).withQueues(2));
        Nic second = nic.queues(2).getLast();
        TinyHost host = new TinyHost(MAC, second.sink(), true); // answers by the second queue only
        attach(nic, nic, host);
        system.systemActorOf(NicActor.create(second, actorOf(host, "second-host")), "second", ON_LOOP);

        String hash = requestAndHash();

        assertThat(hash).isEqualTo(sha256(TinyHost.response()));
        assertThat(second.statistics().rxDataBytes()).as("all of the request").isGreaterThan(TinyHost.REQUEST);
        assertThat(nic.statistics().rxDataFrames()).isZero();
    }

    @Test
    void shouldHaveOneQueueOfATapOfSomebodyElseThatHasNoMore() throws Exception {
        ip("ip tuntap add dev " + DEVICE + " mode tap vnet_hdr");
        try (LogCapture log = new LogCapture(TapNic.class);
                TapNic nic = TapNic.open(TapConfig.of(DEVICE, MAC).withQueues(2))) {
            assertThat(nic.queues(2)).containsExactly(nic);
            assertThat(log.take())
                    .isEqualTo("the TAP " + DEVICE + " has one queue, as it was made without multi_queue, and not 2");
        } finally {
            ip("ip link delete " + DEVICE);
        }
    }

    @Test
    void shouldHaveSeveralQueuesOfATapOfSomebodyElse() {
        ip("ip tuntap add dev " + DEVICE + " mode tap multi_queue vnet_hdr");
        try (TapNic nic = TapNic.open(TapConfig.of(DEVICE, MAC).withQueues(2))) {
            assertThat(nic.queues(2)).hasSize(2);
        } finally {
            ip("ip link delete " + DEVICE);
        }
    }

    @Test
    void shouldTakeNoQueueOfATapThatAnotherProcessHasMade() {
        try (TapNic nic = TapNic.open(TapConfig.of(DEVICE, MAC).withQueues(2))) {
            for (int queues = 1; queues <= 2; queues++) {
                TapConfig config = TapConfig.of(DEVICE, MAC).withQueues(queues);
                assertThatThrownBy(() -> TapNic.open(config)).isInstanceOf(NicException.class)
                        .hasMessageContaining("in use by another process");
            }
            assertThat(nic.queues(2)).hasSize(2);
        }
    }

    @Test
    void shouldSetAndReadTheMtu() {
        try (TapNic nic = TapNic.open(TapConfig.of(DEVICE, MAC).withMtu(9000))) {
            assertThat(nic.link().mtu()).isEqualTo(9000);
            assertThat(ip("ip link show " + DEVICE).text()).contains("mtu 9000");
        }
        assertThat(ip("ip link show " + DEVICE).status()).as("gone with its descriptor").isNotZero();
    }

    @Test
    void shouldSayWhatToDoWhenItCannotBeHad() {
        assertThatThrownBy(() -> TapNic.open(TapConfig.of("lo", MAC))).isInstanceOf(NicException.class)
                .hasMessageContaining("lo exists and is no TAP").hasMessageContaining("choose another name");
        try (TapNic nic = TapNic.open(TapConfig.of(DEVICE, MAC))) {
            assertThatThrownBy(() -> TapNic.open(TapConfig.of(DEVICE, MAC))).isInstanceOf(NicException.class)
                    .hasMessageContaining("in use");
            namespace.adopt(DEVICE);
            assertThatThrownBy(() -> nic.configureHost(KERNEL)).isInstanceOf(NicException.class)
                    .hasMessageContaining("ip address replace " + KERNEL + " dev " + DEVICE)
                    .hasMessageContaining("Cannot find device");
        }
    }

    @Test
    void shouldFailWhenTheDeviceIsRemoved() throws Exception {
        TapNic nic = TapNic.open(TapConfig.of(DEVICE, MAC));
        ActorRef<NicActor.Command> actor = attach(nic, nic, new TinyHost(MAC, nic, true));
        CompletableFuture<Boolean> stopped = watch(actor);
        namespace.ip("link", "delete", DEVICE);

        assertThat(stopped.get(10, SECONDS)).isTrue();
    }

    /** Sends {@link TinyHost#REQUEST} octets over TCP and returns the hash of the answer. */
    private String requestAndHash() {
        Outcome client = namespace.run("timeout", "30", "bash", "-c", "exec 3<>/dev/tcp/" + US + "/5001; "
                + "head -c " + TinyHost.REQUEST + " /dev/zero >&3; head -c " + TinyHost.RESPONSE
                + " <&3 | sha256sum | cut -d' ' -f1");
        return client.text().strip();
    }

    /** Moves the TAP into the namespace, sets the kernel's end up, and lets {@code host} be behind the NIC. */
    private ActorRef<NicActor.Command> attach(TapNic tap, Nic nic, TinyHost host) {
        attached.add(nic);
        namespace.adopt(tap.name());
        for (String command : tap.hostCommands(KERNEL)) {
            namespace.run(command.split(" "));
        }
        return system.systemActorOf(NicActor.create(nic, actorOf(host, "host")), "nic", ON_LOOP);
    }

    private ActorRef<NicActor.FrameBatch> actorOf(TinyHost host, String name) {
        return system.systemActorOf(Behaviors.receiveMessage(batch -> {
            batch.frames().forEach(host::receive);
            return Behaviors.same();
        }), name, ON_LOOP);
    }

    private void stop(ActorRef<NicActor.Command> actor) throws Exception {
        CompletableFuture<Boolean> stopped = watch(actor);
        actor.tell(new NicActor.Stop());
        stopped.get(10, SECONDS);
    }

    private CompletableFuture<Boolean> watch(ActorRef<NicActor.Command> actor) {
        CompletableFuture<Boolean> stopped = new CompletableFuture<>();
        system.systemActorOf(Behaviors.<Void>setup(context -> {
            context.watch(actor);
            return Behaviors.receiveSignal((_, _) -> {
                stopped.complete(true);
                return Behaviors.stopped();
            });
        }), "watcher", Props.empty());
        return stopped;
    }

    private static Outcome ip(String command) {
        return NetworkNamespace.await(NetworkNamespace.launch(List.of(command.strip().split(" +"))));
    }

    private static String sha256(byte[] octets) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(octets));
    }
}
