package io.fourtuple.benchmarks.interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fourtuple.benchmarks.NetworkNamespace;
import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.nic.tap.TapConfig;
import io.fourtuple.nic.tap.TapNic;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Two namespaces, the relay between them, and who speaks in them.
 *
 * <pre>
 *   namespace A                                                                namespace B
 *   kernel 10.77.0.1 ────┐
 *   our stack .11 ─ TAP ─┼─ bridge ─ TAP ═══ relay, a link for each flow ═══ TAP ─ kernel .21 to .24
 *   our stack .12 ─ TAP ─┤
 *   our stack .13 ─ TAP ─┤
 *   our stack .14 ─ TAP ─┘
 * </pre>
 *
 * <p>The last digit of an address is that of a congestion control. The kernel uses it for whatever goes to that
 * address, by its routes; each stack of ours for all it sends.
 */
final class Lab implements AutoCloseable {
    private static final String NETWORK = "10.77.0.";
    private static final int PREFIX = 24;
    private static final int OURS = 10;
    private static final int THEIRS = 20;
    /** The largest buffers are those of our defaults, for both; the others are the kernel's own. */
    private static final String SEND_BUFFER = "4096 16384 " + (4 << 20);
    private static final String RECEIVE_BUFFER = "4096 131072 " + (6 << 20);
    /** Frames that may wait for the relay, so that it is the links alone that lose any. */
    private static final int DEVICE_QUEUE = 30_000;
    private static final MacAddress A_MAC = MacAddress.parse("02:00:5e:77:00:0a");
    private static final MacAddress B_MAC = MacAddress.parse("02:00:5e:77:00:0b");

    /** The first port of a receiver: each measurement takes the next ones, and meets nothing of another. */
    static final int FIRST_PORT = 10_000;
    /** The last one. */
    static final int LAST_PORT = 29_999;
    /** Connecting may take this long with the losses there are. */
    private static final Duration CONNECT = Duration.ofSeconds(40);
    private static final Duration COMMAND = Duration.ofSeconds(20);

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final Map<String, NetworkNamespace> devices = new TreeMap<>();
    private final Map<Congestion, StackHost> stacks = new EnumMap<>(Congestion.class);
    private KernelHost kernelA;
    private KernelHost kernelB;
    private Relay relay;
    private long droppedBefore;
    private int nextPort = FIRST_PORT;

    private Lab() {}

    /**
     * Sets everything up. Needs root.
     *
     * @throws IOException when that is not possible, with a sentence that says why; nothing is left then
     */
    static Lab open() throws IOException {
        Lab lab = new Lab();
        try {
            lab.setUp();
            return lab;
        } catch (IOException | RuntimeException e) {
            lab.close();
            throw e;
        }
    }

    private void setUp() throws IOException {
        String pid = Long.toString(ProcessHandle.current().pid(), Character.MAX_RADIX);
        NetworkNamespace namespaceA = namespace("a");
        NetworkNamespace namespaceB = namespace("b");
        String deviceA = "fta" + pid;
        String deviceB = "ftb" + pid;
        TapNic nicA = TapNic.open(TapConfig.of(deviceA, A_MAC).withOffload(false));
        TapNic nicB;
        try {
            nicB = TapNic.open(TapConfig.of(deviceB, B_MAC).withOffload(false));
        } catch (RuntimeException e) {
            nicA.close();
            throw e;
        }
        relay = register(new Relay(nicA, nicB));
        namespaceA.ip("link add br0 type bridge mcast_snooping 0");
        namespaceA.ip("link set br0 addrgenmode none up");
        namespaceA.ip("addr add " + NETWORK + "1/" + PREFIX + " dev br0");
        plug(namespaceA, deviceA);
        adopt(namespaceB, deviceB);
        namespaceB.ip("link set " + deviceB + " up");
        for (Congestion congestion : Congestion.values()) {
            String stackDevice = "fts" + congestion.digit() + pid;
            stacks.put(congestion, register(StackHost.start(stackDevice, ours(congestion), PREFIX, congestion)));
            plug(namespaceA, stackDevice);
            namespaceB.ip("addr add " + theirs(congestion) + "/" + PREFIX + " dev " + deviceB);
            route(namespaceA, theirs(congestion), "br0", congestion);
            route(namespaceB, ours(congestion), deviceB, congestion);
        }
        // A device drops what the kernel says by itself while the other end is not there yet.
        droppedBefore = allDropped();
        kernelA = register(KernelHost.of(namespaceA));
        kernelB = register(KernelHost.of(namespaceB));
    }

    private NetworkNamespace namespace(String role) throws IOException {
        NetworkNamespace namespace = register(NetworkNamespace.create(role));
        // What one connection has learnt of the path must not help the next one.
        namespace.sysctl("net.ipv4.tcp_no_metrics_save", "1");
        namespace.sysctl("net.ipv4.tcp_wmem", SEND_BUFFER);
        namespace.sysctl("net.ipv4.tcp_rmem", RECEIVE_BUFFER);
        return namespace;
    }

    private void adopt(NetworkNamespace namespace, String device) throws IOException {
        NetworkNamespace.move(device, namespace);
        namespace.ip("link set " + device + " addrgenmode none txqueuelen " + DEVICE_QUEUE);
        devices.put(device, namespace);
    }

    private void plug(NetworkNamespace namespace, String device) throws IOException {
        adopt(namespace, device);
        namespace.ip("link set " + device + " master br0 up");
    }

    private static void route(NetworkNamespace namespace, String to, String device, Congestion congestion)
            throws IOException {
        namespace.ip("route add " + to + "/32 dev " + device + " congctl " + congestion.theirs());
    }

    private static String ours(Congestion congestion) {
        return NETWORK + (OURS + congestion.digit());
    }

    private static String theirs(Congestion congestion) {
        return NETWORK + (THEIRS + congestion.digit());
    }

    private <T extends AutoCloseable> T register(T resource) {
        synchronized (opened) {
            opened.push(resource);
        }
        return resource;
    }

    /**
     * What is to be measured at the same time.
     *
     * @param way who sends to whom
     * @param cells which links
     * @param seconds how long each flow sends, see {@link Cell#seconds}
     * @param seed of what the links do
     * @param captureFile where the first flow of each cell is written to
     * @param capturedFrames how many frames of each
     */
    record Run(Way way, List<Cell> cells, double seconds, long seed, Optional<Path> captureFile,
            int capturedFrames) {}

    /** Measures cells side by side; the result of each, in the same order. */
    List<Measured> measure(Run run, Duration drain) throws IOException {
        int flows = run.cells().stream().mapToInt(Cell::flows).sum();
        if (nextPort + flows > LAST_PORT) {
            nextPort = FIRST_PORT;
        }
        int port = nextPort;
        nextPort += flows;
        List<Transfer> transfers = new ArrayList<>();
        List<Relay.LanePlan> plans = new ArrayList<>();
        double longest = 0;
        for (Cell cell : run.cells()) {
            double seconds = cell.seconds(run.seconds());
            longest = Math.max(longest, seconds);
            for (int i = 0; i < cell.flows(); i++) {
                String name = cell.name() + "#" + i;
                plans.add(new Relay.LanePlan(name, cell, i == 0 ? run.capturedFrames() : 0));
                transfers.add(new Transfer(
                        cell, port + transfers.size(), Math.round(seconds * 1e9), run.seed() ^ name.hashCode()));
            }
        }
        await(relay.lay(run.seed(), port, plans, run.captureFile()), COMMAND);
        Machine before = Machine.now();
        start(run.way(), transfers);
        Machine after = awaitAll(transfers, Duration.ofMillis(Math.round(longest * 1000)), drain);
        Load load = after.since(before);
        List<Relay.LaneStatistics> links = await(relay.takeUp(), COMMAND);
        await(kernelA.reset(), COMMAND);
        await(kernelB.reset(), COMMAND);
        stacks.values().forEach(StackHost::unbind);
        List<Measured> results = new ArrayList<>();
        int next = 0;
        for (Cell cell : run.cells()) {
            int end = next + cell.flows();
            results.add(Measured.of(
                    cell, run, transfers.subList(next, end), links.subList(next, end), load));
            next = end;
        }
        return results;
    }

    /** How many frames all TAP devices have dropped since everything was set up, as nobody took them in time. */
    long dropped() throws IOException {
        return allDropped() - droppedBefore;
    }

    private long allDropped() throws IOException {
        long dropped = await(relay.refused(), COMMAND);
        for (Map.Entry<String, NetworkNamespace> device : devices.entrySet()) {
            String said = device.getValue().command("ip", "-j", "-s", "link", "show", "dev", device.getKey());
            JsonNode statistics = new ObjectMapper().readTree(said).path(0).path("stats64");
            dropped += statistics.path("tx").path("dropped").asLong() + statistics.path("rx").path("dropped").asLong();
        }
        return dropped;
    }

    private void start(Way way, List<Transfer> transfers) throws IOException {
        List<CompletableFuture<Void>> receivers = new ArrayList<>();
        for (Transfer transfer : transfers) {
            receivers.add(switch (way) {
                case KERNEL_TO_KERNEL, OURS_TO_KERNEL -> kernelB.receive(transfer);
                case KERNEL_TO_OURS -> stack(transfer).receive(transfer);
            });
        }
        await(CompletableFuture.allOf(receivers.toArray(CompletableFuture<?>[]::new)), COMMAND);
        List<CompletableFuture<Void>> senders = new ArrayList<>();
        for (Transfer transfer : transfers) {
            Congestion congestion = transfer.cell().congestion();
            switch (way) {
                case KERNEL_TO_KERNEL -> senders.add(kernelA.send(transfer, theirs(congestion)));
                case OURS_TO_KERNEL -> stack(transfer).send(transfer, theirs(congestion));
                case KERNEL_TO_OURS -> senders.add(kernelB.send(transfer, ours(congestion)));
            }
        }
        await(CompletableFuture.allOf(senders.toArray(CompletableFuture<?>[]::new)), COMMAND);
    }

    private StackHost stack(Transfer transfer) {
        return stacks.get(transfer.cell().congestion());
    }

    /** Waits for the end of all flows; what the machine had done when the last was to have sent everything. */
    private static Machine awaitAll(List<Transfer> transfers, Duration length, Duration drain) throws IOException {
        CompletableFuture<Void> all = CompletableFuture.allOf(
                transfers.stream().map(Transfer::whenDone).toArray(CompletableFuture<?>[]::new));
        if (!isDoneWithin(all, length)) {
            Machine then = Machine.now();
            isDoneWithin(all, CONNECT.plus(drain));
            for (Transfer late : transfers) {
                if (!late.whenDone().isDone()) {
                    late.failed("not over after " + CONNECT.plus(drain).toSeconds() + " s more");
                }
            }
            return then;
        }
        return Machine.now();
    }

    /** Whether all flows end, well or not, in this time. */
    private static boolean isDoneWithin(CompletableFuture<Void> all, Duration time) throws IOException {
        try {
            all.get(time.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException _) {
            return false;
        } catch (ExecutionException _) {
            return true; // each flow knows for itself
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static <T> T await(CompletableFuture<T> future, Duration atMost) throws IOException {
        try {
            return future.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IOException("the lab did not answer within " + atMost.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            throw new IOException(String.valueOf(e.getCause().getMessage()), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** Ends everything and removes the namespaces, and with them the devices. Any thread; twice is no error. */
    @Override
    public void close() {
        synchronized (opened) {
            while (!opened.isEmpty()) {
                try {
                    opened.pop().close();
                } catch (Exception e) {
                    System.err.println("interop: could not clean up: " + e.getMessage());
                }
            }
        }
    }
}
