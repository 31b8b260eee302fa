package io.fourtuple.samples.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.api.Stack;
import io.fourtuple.api.StackConfig;
import io.fourtuple.api.javadsl.Tcp;
import io.fourtuple.api.observe.SocketRow;
import io.fourtuple.api.observe.StackSnapshot;
import io.fourtuple.core.ip.InterfaceAddress;
import io.fourtuple.core.ip.Prefix;
import io.fourtuple.core.ip.Route;
import io.fourtuple.core.tcp.TcpInfo;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.nic.NetworkNamespace;
import io.fourtuple.nic.Nic;
import io.fourtuple.nic.NicStatistics;
import io.fourtuple.nic.tap.TapConfig;
import io.fourtuple.nic.tap.TapNic;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;

/**
 * A stack on a TAP device, or on another NIC, whose other end is a kernel in a network namespace, and a program with
 * kernel sockets in there.
 */
final class TapLab implements AutoCloseable {
    /** An address of the kernel's side. */
    static final String KERNEL = "10.77.0.1";

    /** An address of the stack. */
    static final String STACK = "10.77.0.2";

    /** An IPv6 address of the stack. */
    static final String STACK6 = "fd77::2";

    /** A network that the stack reaches through the kernel's side only. */
    static final String FAR_NETWORK = "10.77.200.0/24";

    /** An address in {@link #FAR_NETWORK}. */
    static final String FAR_HOST = "10.77.200.1";

    /**
     * What the stack is plugged into.
     *
     * @param nic the stack's end
     * @param remove removes what is left of it when the stack has closed its end
     */
    record Cable(Nic nic, Runnable remove) {}

    /** Lays a cable. Takes the namespace of its far end, and the name that the interface there has to have. */
    interface CableLayer extends BiFunction<NetworkNamespace, String, Cable> {}

    private static final long SECONDS = 20;
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final String device;
    private final NetworkNamespace namespace = NetworkNamespace.create();
    private final ActorSystem<Void> system;
    private final Nic nic;
    private final Stack stack;
    private final KernelPeer peer;
    private final Cable cable;

    private TapLab(CableLayer layer, UnaryOperator<StackConfig> changes, UnaryOperator<Nic> around)
            throws IOException {
        int number = NUMBER.incrementAndGet();
        device = "ft" + ProcessHandle.current().pid() % 10_000_000 + "i" + number;
        cable = layer.apply(namespace, device);
        namespace.ip("address", "add", KERNEL + "/24", "dev", device);
        namespace.ip("address", "add", "fd77::1/64", "dev", device, "nodad");
        namespace.ip("link", "set", device, "up");
        nic = around.apply(cable.nic());
        system = ActorSystem.create(Behaviors.empty(), "lab" + number);
        StackConfig defaults = StackConfig.defaults();
        stack = Stack.start(system, changes.apply(defaults.withIp(defaults.ip()
                .withAddresses(List.of(InterfaceAddress.parse(STACK + "/24"), InterfaceAddress.parse(STACK6 + "/64")))
                .withRoutes(List.of(new Route(Prefix.parse(FAR_NETWORK), IpAddress.parse(KERNEL)))))), nic);
        peer = KernelPeer.start(namespace);
    }

    /** A TAP device. */
    private static CableLayer tap(UnaryOperator<TapConfig> changes) {
        return (namespace, device) -> {
            TapNic nic = TapNic.open(changes.apply(TapConfig.of(device, MacAddress.parse("02:77:00:00:00:02"))));
            namespace.adopt(device);
            return new Cable(nic, () -> {});
        };
    }

    static TapLab start() throws IOException {
        return start(UnaryOperator.identity());
    }

    /** With another configuration of the stack. */
    static TapLab start(UnaryOperator<StackConfig> changes) throws IOException {
        return new TapLab(tap(UnaryOperator.identity()), changes, UnaryOperator.identity());
    }

    /** On another kind of TAP. */
    static TapLab startOnTap(UnaryOperator<TapConfig> changes) throws IOException {
        return new TapLab(tap(changes), UnaryOperator.identity(), UnaryOperator.identity());
    }

    /** On something else. */
    static TapLab startOn(CableLayer layer) throws IOException {
        return new TapLab(layer, UnaryOperator.identity(), UnaryOperator.identity());
    }

    /** With something around the TAP. */
    static TapLab startAround(UnaryOperator<Nic> around) throws IOException {
        return new TapLab(tap(UnaryOperator.identity()), UnaryOperator.identity(), around);
    }

    /** With another configuration of the stack, and something around the TAP. */
    static TapLab startAround(UnaryOperator<Nic> around, UnaryOperator<StackConfig> changes) throws IOException {
        return new TapLab(tap(UnaryOperator.identity()), changes, around);
    }

    /** On another kind of TAP, with something around it. */
    static TapLab start(UnaryOperator<TapConfig> tapChanges, UnaryOperator<Nic> around) throws IOException {
        return new TapLab(tap(tapChanges), UnaryOperator.identity(), around);
    }

    /** On another kind of TAP, with something around it, and another configuration of the stack. */
    static TapLab start(
            UnaryOperator<TapConfig> tapChanges, UnaryOperator<StackConfig> changes, UnaryOperator<Nic> around)
            throws IOException {
        return new TapLab(tap(tapChanges), changes, around);
    }

    /** Name of the interface in the namespace. */
    String device() {
        return device;
    }

    /** The program in the namespace. */
    KernelPeer peer() {
        return peer;
    }

    ActorSystem<Void> system() {
        return system;
    }

    Stack stack() {
        return stack;
    }

    /** The Streams API of the stack. */
    Tcp tcp() {
        return Tcp.of(stack);
    }

    /** Listens, with half-close, and runs each connection with {@code flow}. */
    Tcp.ServerBinding serve(String address, int port, Flow<ByteString, ByteString, NotUsed> flow) throws Exception {
        return serve(address, port, connection -> connection.handleWith(flow, system));
    }

    /** Listens, with half-close, and hands each connection to {@code handler}. */
    Tcp.ServerBinding serve(String address, int port, Consumer<Tcp.IncomingConnection> handler) throws Exception {
        return tcp().bind(address, port, 1024, List.of(), true, Optional.empty())
                .to(Sink.foreach(handler::accept))
                .run(system)
                .toCompletableFuture()
                .get(SECONDS, TimeUnit.SECONDS);
    }

    StackSnapshot snapshot() {
        return stack.snapshot().toCompletableFuture().orTimeout(SECONDS, TimeUnit.SECONDS).join();
    }

    /** The only connection to a port of the stack. */
    TcpInfo connectionTo(int port) {
        return snapshot().sockets().stream()
                .filter(row -> row.localPort() == port)
                .map(SocketRow::info)
                .flatMap(Optional::stream)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no connection to port " + port));
    }

    NicStatistics nicStatistics() {
        return nic.statistics();
    }

    /** Where the kernel's side is. */
    NetworkNamespace namespace() {
        return namespace;
    }

    /** Runs a command in the namespace, which has to succeed. Returns its output. */
    String run(String... command) {
        NetworkNamespace.Outcome outcome = namespace.run(command);
        assertThat(outcome.status()).describedAs(String.join(" ", command) + ": " + outcome.text()).isZero();
        return outcome.text();
    }

    @Override
    public void close() throws IOException {
        try (peer) {
            stack.terminate().toCompletableFuture().orTimeout(SECONDS, TimeUnit.SECONDS).join();
            system.terminate();
            system.getWhenTerminated().toCompletableFuture().orTimeout(SECONDS, TimeUnit.SECONDS).join();
        } finally {
            cable.remove().run();
            namespace.close();
        }
    }
}
