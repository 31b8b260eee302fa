package io.fourtuple.api.actor;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.api.StackConfig;
import io.fourtuple.api.actor.BusyConnections.Pair;
import io.fourtuple.api.actor.SpawnHook.Role;
import io.fourtuple.api.actor.TwoStacks.Connection;
import io.fourtuple.api.actor.TwoStacks.Listening;
import io.fourtuple.api.observe.SocketRow;
import io.fourtuple.api.protocol.AcceptorCommand;
import io.fourtuple.api.protocol.BindReply;
import io.fourtuple.api.protocol.ConnectReply;
import io.fourtuple.api.protocol.StackCommand;
import io.fourtuple.core.Counter;
import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.FrameSink;
import io.fourtuple.core.ip.LinkProperties;
import io.fourtuple.core.ip.TransmitOffload;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.nic.MemoryWire;
import io.fourtuple.nic.Nic;
import io.fourtuple.nic.NicException;
import io.fourtuple.nic.NicStatistics;
import io.fourtuple.nic.Readiness;
import io.fourtuple.nic.pcapng.CapturedPacket;
import io.fourtuple.nic.pcapng.Direction;
import io.fourtuple.nic.pcapng.PcapngReader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Exceptions in each actor of a stack, one at a time, while 200 connections of it transfer data both ways. */
@Timeout(120)
class FaultsTest {
    private static final int CONNECTIONS = 200;
    private static final int RESTARTS = 3;
    private static final int PORT = 7;

    private static final int FILES = 2;
    private static final Pattern PATH = Pattern.compile("its last (\\d+) packets are in (/\\S+\\.pcapng)$");

    @TempDir
    private static Path directory;

    final InjectedFaults faults = new InjectedFaults();
    private final LogLines log = new LogLines();
    private final AtomicInteger nicClosed = new AtomicInteger();
    private volatile RuntimeException nicThrows;
    /** The client's ports of connections that the server has reset. */
    private final Set<Integer> resets = ConcurrentHashMap.newKeySet();
    final TwoStacks stacks = new TwoStacks(
            MemoryWire.Config.DEFAULT.withQueueFrames(100_000), // no reset is lost
            config -> config
                    .withShards(shards())
                    .withSupervision(new StackConfig.Supervision(RESTARTS, Duration.ofMinutes(1)))
                    .withFlightRecorder(new StackConfig.FlightRecorder(20_000, 256, directory.toString(), FILES)),
            "",
            faults,
            nic -> around(new FragileNic(nic)));
    private final Listening listening = stacks.listen(PORT, CONNECTIONS);

    /** How many event loops each stack has. */
    int shards() {
        return 1;
    }

    /** What is put around the NICs. */
    Nic around(Nic nic) {
        return nic;
    }

    /** Which stack actor of the server fails: the beginning of its name. */
    String failing() {
        return "fourtuple-server";
    }

    /** Which reader of the server's NIC fails: the end of its path. */
    String reader() {
        return "/nic";
    }

    @AfterEach
    void stop() {
        log.close();
        stacks.close();
    }

    BusyConnections busy() {
        BusyConnections busy = new BusyConnections(stacks, listening, CONNECTIONS);
        busy.awaitProgress(10_000);
        return busy;
    }

    long count(Counter counter) {
        return TwoStacks.count(stacks.server, counter);
    }

    private static FourTuple serverTuple(Pair pair) {
        return new FourTuple(
                IpAddress.parse(TwoStacks.SERVER), PORT, IpAddress.parse(TwoStacks.CLIENT), pair.port());
    }

    /** After a fault, these connections have died, and their peers got a reset; the others go on and end intact. */
    void expectToDie(BusyConnections busy, List<Pair> victims) {
        stacks.eventually(() -> assertThat(busy.failed()).containsAll(victims));
        busy.awaitProgress(10_000);
        busy.finish();

        assertThat(busy.failed()).containsExactlyInAnyOrderElementsOf(victims);
        assertThat(busy.pairs).filteredOn(pair -> !victims.contains(pair)).allMatch(Pair::isIntact);
        assertThat(victims).allSatisfy(victim -> assertThat(victim.client().outcome.join().failure().orElseThrow())
                .contains("Connection reset by peer"));
        resets.retainAll(busy.pairs.stream().map(Pair::port).toList());
        assertThat(resets).containsExactlyInAnyOrderElementsOf(victims.stream().map(Pair::port).toList());
        expectNothingLeft();
    }

    private void expectNothingLeft() {
        stacks.eventually(() -> {
            assertThat(TwoStacks.snapshot(stacks.server).sockets())
                    .allMatch(row -> row.isListening() || row.state().equals(SocketRow.TIME_WAIT));
            assertThat(count(Counter.TCP_CURR_ESTAB)).isZero();
        });
    }

    /** Everybody can still come in. */
    private void expectService() {
        stacks.connect(listening.address).write("alive");
        assertThat(listening.accept().read(5)).isEqualTo("alive");
    }

    @Test
    void shouldResetOnlyTheConnectionWhoseActorFails() throws IOException {
        BusyConnections busy = busy();
        faults.poison(Role.CONNECTION, 500, new SegmentBatch(null, null));
        stacks.eventually(() -> assertThat(busy.failed()).hasSize(1));
        Pair victim = busy.failed().getFirst();

        expectToDie(busy, List.of(victim));
        assertThat(faults.victim.get()).isEqualTo(victim.server().connection);
        assertThat(count(Counter.ACTOR_CONNECTION_FAILURES)).isEqualTo(1);
        assertThat(log.events()).singleElement().satisfies(event -> {
            assertThat(event.getLevel()).hasToString("ERROR");
            assertThat(event.getFormattedMessage()).contains(serverTuple(victim).toString());
            assertThat(event.getThrowableProxy().getClassName()).isEqualTo(NullPointerException.class.getName());
        });
        List<CapturedPacket> packets = recorded(log.texts().getFirst());
        assertThat(packets).hasSizeGreaterThan(1)
                .allSatisfy(packet -> assertThat(port(packet)).isEqualTo(victim.port()));
        // Behind the reset there may be what the peer had sent before: on another shard, the report comes later.
        assertThat(packets).filteredOn(packet -> packet.direction() == Direction.OUTBOUND).last()
                .satisfies(packet -> assertThat(flags(packet) & TcpFlags.RST).isNotZero())
                .satisfies(packet -> assertThat(packet.comment()).contains("reset"));
        assertThat(packets.getLast().comment())
                .contains(serverTuple(victim).toString())
                .contains("NullPointerException");
        expectService();
    }

    @Test
    void shouldResetOnlyTheFlowThatTheStackActorFailsOver() throws IOException {
        BusyConnections busy = busy();
        Pair victim = busy.pairs.stream()
                .filter(pair -> pair.server().connection.path().parent().name().startsWith(failing()))
                .findFirst()
                .orElseThrow();
        faults.in = failing();
        faults.poison(Role.STACK, 300, new StackInput.Redeliver(serverTuple(victim), null));

        expectToDie(busy, List.of(victim));
        assertThat(victim.server().outcome.join().failure().orElseThrow()).contains("aborted");
        assertThat(count(Counter.ACTOR_STACK_FAILURES)).isEqualTo(1);
        assertThat(log.texts()).singleElement().asString()
                .startsWith("stack server failed over " + serverTuple(victim) + ", which is reset; ");
        assertThat(recorded(log.texts().getFirst())).isNotEmpty();
        expectService();
    }

    @Test
    void shouldLoseNoConnectionWhenTheStackActorFailsOverAMessage() {
        BusyConnections busy = busy();
        faults.in = failing();
        for (int i = 1; i <= RESTARTS; i++) {
            int failures = i;
            faults.arm(Role.STACK, 100 * i, 1);
            stacks.eventually(() -> assertThat(count(Counter.ACTOR_STACK_FAILURES)).isEqualTo(failures));
        }

        expectToDie(busy, List.of());
        assertThat(log.texts()).hasSize(RESTARTS).allMatch(text -> text.startsWith("stack server failed over"));
        expectService();
    }

    @Test
    void shouldLoseNoConnectionWhenTheReaderOfTheNicFails() {
        BusyConnections busy = busy();
        faults.arm(Role.NIC, 100, 1);
        stacks.eventually(() -> assertThat(count(Counter.ACTOR_NIC_FAILURES)).isEqualTo(1));

        expectToDie(busy, List.of());
        assertThat(log.texts()).singleElement().asString()
                .startsWith("NIC fragile of stack server is read again");
        expectService();
    }

    @Test
    void shouldLoseNoConnectionWhenTheListenerFails() {
        BusyConnections busy = busy();
        faults.arm(Role.LISTENER, 1, 1);
        Connection late = stacks.connect(listening.address); // its SYN was lost, and comes again

        late.write("late");
        assertThat(listening.accept().read(4)).isEqualTo("late");
        late.abort();
        late.expectTerminated();
        expectToDie(busy, List.of());
        expectOneFailureOf("listener");
        expectService();
    }

    @Test
    void shouldLoseOnlyTheConnectionThatTheAcceptorFailsOver() {
        BusyConnections busy = busy();
        listening.acceptor.tell(new AcceptorCommand.Demand(2, listening.accepted.ref()));
        stacks.connect(listening.address).abort();
        listening.nextAccepted();
        faults.arm(Role.ACCEPTOR, 1, 1);
        Connection unlucky = stacks.connect(listening.address);
        assertThat(unlucky.expectFailed()).hasMessageContaining("Connection reset by peer");
        stacks.connect(listening.address).write("alive");
        Connection lucky = listening.nextAccepted();

        assertThat(lucky.read(5)).isEqualTo("alive");
        lucky.abort();
        expectToDie(busy, List.of());
        expectOneFailureOf("acceptor");
        expectService();
    }

    @Test
    void shouldForgetNobodyWhoAsksWhenTheAcceptorFails() {
        faults.arm(Role.ACCEPTOR, 1, 1);
        listening.acceptor.tell(new AcceptorCommand.Demand(1, listening.accepted.ref()));
        stacks.eventually(() -> expectOneFailureOf("acceptor"));

        stacks.connect(listening.address).write("alive");
        assertThat(listening.nextAccepted().read(5)).isEqualTo("alive");
    }

    private void expectOneFailureOf(String actor) {
        assertThat(count(Counter.ACTOR_LISTENER_FAILURES)).isEqualTo(1);
        assertThat(log.texts()).singleElement().isEqualTo(
                "the " + actor + " of listening socket 10.77.0.2:7 of stack server failed");
    }

    @Test
    void shouldCloseTheListeningSocketWhoseActorFailsTooOften() {
        BusyConnections busy = busy();
        faults.arm(Role.LISTENER, 1, RESTARTS + 1);
        stacks.tryConnect(listening.address, Optional.empty());
        stacks.eventually(() -> assertThat(log.texts()).hasSize(RESTARTS + 2).last().isEqualTo(
                "listening socket 10.77.0.2:7 of stack server is closed, as an actor of it failed too often"));

        busy.awaitProgress(10_000);
        busy.finish();
        assertThat(busy.pairs).allMatch(Pair::isIntact);
        assertThat(stacks.failToConnect(listening.address, Optional.empty())).hasMessageContaining("refused");
    }

    // ---- recordings ----

    /** The packets that a line of the log leads to. */
    private static List<CapturedPacket> recorded(String line) throws IOException {
        Matcher matcher = PATH.matcher(line);
        assertThat(matcher.find()).as(line).isTrue();
        Path file = Path.of(matcher.group(2));
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        List<CapturedPacket> packets = PcapngReader.read(file);
        assertThat(packets).hasSize(Integer.parseInt(matcher.group(1)));
        return packets;
    }

    private static int port(CapturedPacket packet) {
        int offset = packet.direction() == Direction.INBOUND ? 0 : 2;
        return ByteBuffer.wrap(packet.bytes()).getShort(FragileNic.TCP + offset) & 0xffff;
    }

    private static int flags(CapturedPacket packet) {
        return packet.bytes()[FragileNic.TCP + 13];
    }

    @Test
    void shouldKeepTheNewestRecordingsOnly() throws IOException {
        List<Connection> opened = new ArrayList<>();
        for (int i = 0; i < FILES + 3; i++) {
            stacks.connect(listening.address).write("hello");
            opened.add(listening.accept());
        }
        for (int i = 0; i < opened.size(); i++) {
            opened.get(i).ref.unsafeUpcast().tell(new SegmentBatch(null, null));
            int failures = i + 1;
            stacks.eventually(() -> assertThat(log.texts()).hasSize(failures));
        }

        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).hasSize(FILES);
        }
        recorded(log.texts().getLast());
        recorded(log.texts().get(log.texts().size() - FILES));
        assertThat(count(Counter.ACTOR_RECORDINGS)).isEqualTo(FILES + 3);
        assertThat(count(Counter.ACTOR_RECORDINGS_OMITTED)).isZero();
    }

    @Test
    void shouldKeepTheNewestRecordingsOnlyWhenManyFailAtOnce() throws IOException {
        List<Connection> opened = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            stacks.connect(listening.address).write("hello");
            opened.add(listening.accept());
        }
        opened.forEach(connection -> connection.ref.unsafeUpcast().tell(new SegmentBatch(null, null)));
        stacks.eventually(() -> assertThat(log.texts()).hasSize(opened.size()));

        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).hasSize(FILES);
        }
        assertThat(count(Counter.ACTOR_RECORDINGS)).isEqualTo(opened.size());
        assertThat(count(Counter.ACTOR_RECORDINGS_OMITTED)).isZero();
    }

    // ---- too often ----

    @Test
    void shouldResetEverybodyWhenTheStackActorFailsTooOften() throws Exception {
        BusyConnections busy = busy();
        faults.in = failing();
        faults.arm(Role.STACK, 100, RESTARTS + 1);

        stacks.server.whenTerminated().toCompletableFuture().get(TwoStacks.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        stacks.eventually(() -> assertThat(busy.failed()).hasSize(CONNECTIONS));
        assertThat(resets).hasSize(CONNECTIONS);
        assertThat(busy.pairs).allSatisfy(pair -> {
            stacks.eventually(() -> assertThat(pair.client().failed()).isTrue());
            assertThat(pair.client().outcome.join().failure().orElseThrow()).contains("Connection reset by peer");
            assertThat(log.texts()).filteredOn(text -> text.startsWith("connection " + serverTuple(pair) + " is reset"))
                    .hasSize(1);
        });
        List<String> why = new ArrayList<>();
        why.add("stack server ends, as it failed more than 3 times within PT1M: " + injected());
        if (shards() > 1) {
            why.add("stack server ends: its shard 1 has failed");
        }
        assertThat(log.texts()).filteredOn(text -> text.startsWith("stack server ends")).isEqualTo(why);
        assertThat(log.texts()).hasSize(CONNECTIONS + why.size() + RESTARTS + 1);
        assertThat(nicClosed).hasValue(1);
    }

    @Test
    void shouldEndTheStackWhenTheReaderOfTheNicFailsTooOften() throws Exception {
        listening.acceptor.tell(new AcceptorCommand.Demand(1, listening.accepted.ref()));
        faults.in = reader();
        faults.arm(Role.NIC, 1, RESTARTS + 1);
        stacks.tryConnect(listening.address, Optional.empty());

        stacks.server.whenTerminated().toCompletableFuture().get(TwoStacks.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        // One of several queues may have let the connection in.
        assertThat(log.texts()).filteredOn(text -> !text.startsWith("connection "))
                .hasSize(RESTARTS + 1).last().asString()
                .isEqualTo("stack server ends: its NIC fragile failed more than 3 times, last with " + injected());
        assertThat(nicClosed).hasValue(1);
    }

    @Test
    void shouldEndTheStackAtOnceWhenItsNicIsGoneForGood() throws Exception {
        BusyConnections busy = busy();
        nicThrows = new NicException("the cable was pulled: plug it in");

        stacks.server.whenTerminated().toCompletableFuture().get(TwoStacks.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        stacks.eventually(() -> assertThat(busy.failed()).hasSize(CONNECTIONS));
        assertThat(log.events()).filteredOn(event -> !event.getFormattedMessage().startsWith("connection "))
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.getFormattedMessage())
                            .isEqualTo("stack server ends: the cable was pulled: plug it in");
                    assertThat(event.getThrowableProxy()).isNull();
                });
        assertThat(nicClosed).hasValue(1);
    }

    // ---- commands in hand ----

    @Test
    void shouldAnswerTheCommandThatTheStackActorFailsOver() {
        faults.unspawnable = Role.CONNECTION;
        TestProbe<ConnectReply> connects = stacks.kit.createTestProbe();
        stacks.server.ref().tell(new StackCommand.Connect(
                new InetSocketAddress(TwoStacks.CLIENT, 9), Optional.empty(), List.of(), Optional.empty(),
                connects.ref()));
        stacks.eventually(() -> assertThat(count(Counter.ACTOR_STACK_FAILURES)).isEqualTo(1));
        faults.unspawnable = Role.ACCEPTOR;
        TestProbe<BindReply> binds = stacks.kit.createTestProbe();
        stacks.server.ref().tell(new StackCommand.Bind(
                new InetSocketAddress(TwoStacks.SERVER, 9), 5, List.of(), binds.ref()));

        assertThat(connects.expectMessageClass(ConnectReply.ConnectFailed.class, TwoStacks.PATIENCE).cause())
                .hasMessageContaining("the stack has failed over it");
        assertThat(binds.expectMessageClass(BindReply.BindFailed.class, TwoStacks.PATIENCE).message())
                .isEqualTo("Cannot listen on 10.77.0.2:9: the stack has failed over it: see the log.");
        assertThat(count(Counter.ACTOR_STACK_FAILURES)).isEqualTo(2);
        faults.unspawnable = null;
        expectService();
    }

    private static String injected() {
        return new InjectedFaults.Injected().toString();
    }

    /** The server's NIC, which can be made to throw, and notes resets on their way out. */
    private final class FragileNic implements Nic, FrameSink {
        private static final int IP = 14;
        private static final int TCP = IP + 20;

        private final Nic nic;

        FragileNic(Nic nic) {
            this.nic = nic;
        }

        @Override
        public int receive(Consumer<Frame> into, int maxFrames) {
            if (nicThrows != null) {
                throw nicThrows;
            }
            return nic.receive(into, maxFrames);
        }

        @Override
        public String name() {
            return "fragile";
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
        public ByteBuffer frame() {
            return nic.sink().frame();
        }

        @Override
        public boolean transmit(int length, TransmitOffload offload) {
            ByteBuffer frame = nic.sink().frame();
            boolean isTcp = frame.getShort(12) == 0x0800 && frame.get(IP + 9) == 6;
            if (isTcp && (frame.get(TCP + 13) & TcpFlags.RST) != 0) {
                resets.add(frame.getShort(TCP + 2) & 0xffff);
            }
            return nic.sink().transmit(length, offload);
        }

        @Override
        public Readiness readiness() {
            return nic.readiness();
        }

        @Override
        public long nextReceive() {
            return nic.nextReceive();
        }

        @Override
        public NicStatistics statistics() {
            return nic.statistics();
        }

        @Override
        public void close() {
            nicClosed.incrementAndGet();
            nic.close();
        }
    }
}
