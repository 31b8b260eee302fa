package io.fourtuple.packetdrill.engine;

import io.fourtuple.packetdrill.host.HostSockets;
import io.fourtuple.packetdrill.host.KernelSockets;
import io.fourtuple.packetdrill.script.UnsupportedFeatureException;
import io.fourtuple.packetdrill.wire.Passed;
import io.fourtuple.packetdrill.wire.TunDevice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/** The Linux kernel in a network namespace, with a TUN as its NIC, in real time. */
final class KernelHost implements Host {
    private static final long MILLI = 1_000_000;
    /** Names in /proc/net/tcp are numbers. */
    private static final Map<String, String> STATES = Map.of("ESTABLISHED", "01", "SYN_SENT", "02", "SYN_RCVD", "03",
            "FIN_WAIT_1", "04", "FIN_WAIT_2", "05", "TIME_WAIT", "06", "CLOSE_WAIT", "08", "LAST_ACK", "09",
            "LISTEN", "0A", "CLOSING", "0B");

    private final TunDevice device;
    private final ScriptSettings settings;
    private final KernelSockets sockets;
    private final Deque<Passed> sent = new ArrayDeque<>();
    private final List<Passed> recorded = new ArrayList<>();
    private String congestionControl = "cubic";

    KernelHost(TunDevice device, ScriptSettings settings) {
        this.device = device;
        this.settings = settings;
        device.enterNamespace();
        sockets = new KernelSockets(settings.v6());
        // Where this machine's defaults need not be everybody's.
        write("net.ipv4.tcp_rmem", "4096 131072 6291456");
        if (settings.strictSegments()) {
            write("net.ipv4.tcp_min_tso_segs", "1");
        }
        if (settings.v6()) { // nothing but what scripts are about
            write("net.ipv6.conf.default.accept_dad", "0");
            write("net.ipv6.conf.default.router_solicitations", "0");
        }
    }

    @Override
    public boolean set(String name, String value, boolean inUse) {
        if (name.equals("net.ipv4.tcp_congestion_control")) {
            congestionControl = value;
            if (device.isOpen()) {
                route();
            }
        } else {
            write(name, value);
        }
        return false;
    }

    private static void write(String name, String value) {
        Path file = Path.of("/proc/sys/" + name.replace('.', '/'));
        if (!Files.exists(file)) {
            throw new UnsupportedFeatureException("sysctl " + name + " of the kernel");
        }
        try {
            Files.writeString(file, value);
        } catch (IOException e) {
            throw new UncheckedIOException("the kernel does not take " + name + "=" + value, e);
        }
    }

    /** Nothing can be said of the device, but of what is put together for it. */
    @Override
    public void cutsInNic(boolean cuts) {
        write("net.ipv4.tcp_min_tso_segs", cuts ? "2" : "1");
    }

    @Override
    public void start() {
        device.open(settings.local() + (settings.v6() ? "/64" : "/16"), settings.mtu());
        route();
    }

    /** A namespace cannot choose among all congestion controls, but a route can. */
    private void route() {
        TunDevice.ip("route", "replace", settings.remote().toString(), "dev", TunDevice.NAME,
                "congctl", congestionControl);
    }

    @Override
    public void forgetPeers() {
        TunDevice.ip("tcp_metrics", "flush", "all");
    }

    @Override
    public HostSockets sockets() {
        return sockets;
    }

    @Override
    public long count(String state, int port) {
        String number = STATES.get(state);
        if (number == null) {
            throw new UnsupportedFeatureException("the state " + state);
        }
        String suffix = String.format(":%04X", port);
        try {
            return Files.readAllLines(Path.of("/proc/thread-self/net/tcp" + (settings.v6() ? "6" : ""))).stream()
                    .skip(1)
                    .map(line -> line.trim().split("\\s+", -1))
                    .filter(words -> words[3].equals(number) && (port == 0 || words[1].endsWith(suffix)))
                    .count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Two lines each: names and numbers. */
    @Override
    public Map<String, Long> counters() {
        Map<String, Long> counters = new TreeMap<>();
        for (String file : List.of("snmp", "netstat")) {
            List<String> lines;
            try {
                lines = Files.readAllLines(Path.of("/proc/thread-self/net/" + file));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            for (int i = 0; i + 1 < lines.size(); i += 2) {
                String[] names = lines.get(i).split("\\s+", -1);
                String[] values = lines.get(i + 1).split("\\s+", -1);
                for (int j = 1; j < Math.min(names.length, values.length); j++) {
                    counters.put(names[0].replace(":", "") + names[j], Long.parseLong(values[j]));
                }
            }
        }
        return counters;
    }

    @Override
    public void inject(byte[] packet) {
        recorded.add(new Passed(nanoTime(), false, packet));
        device.write(packet);
    }

    @Override
    public boolean hasSent() {
        runReady();
        return !sent.isEmpty();
    }

    @Override
    public Optional<Passed> peek() {
        runReady();
        return Optional.ofNullable(sent.peek());
    }

    @Override
    public Passed take() {
        return sent.remove();
    }

    @Override
    public List<Passed> recorded() {
        return List.copyOf(recorded);
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public void runReady() {
        for (Optional<byte[]> packet = device.read(); packet.isPresent(); packet = device.read()) {
            Passed passed = new Passed(nanoTime(), true, packet.get());
            recorded.add(passed);
            sent.add(passed);
        }
    }

    @Override
    public void runUntil(long nanos) {
        runUntil(() -> false, Duration.ofNanos(nanos - nanoTime()));
    }

    @Override
    public boolean runUntil(BooleanSupplier condition, Duration atMost) {
        long end = nanoTime() + atMost.toNanos();
        while (true) {
            runReady();
            if (condition.getAsBoolean()) {
                return true;
            }
            long left = end - nanoTime();
            if (left <= 0) {
                return false;
            }
            device.await(left >= MILLI ? 1 : 0); // what a call waits for shows only when it is asked for
        }
    }

    @Override
    public void close() {
        sockets.closeAll();
        device.closeDevice();
    }
}
