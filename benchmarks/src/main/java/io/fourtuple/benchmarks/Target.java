package io.fourtuple.benchmarks;

import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** One stack under test: its namespaces, its server process and the client process beside it. */
final class Target implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);
    private static final int BASE_PORT = 5000;
    private static final String LOAD_FLAGS = "--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow";
    private static final List<String> CLIENT_FLAGS = List.of("-Xms512m", "-Xmx512m", "-XX:+UseSerialGC");

    private final Kind kind;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private String host;
    private Child server;
    private Child client;

    private Target(Kind kind) {
        this.kind = kind;
    }

    /** What can be measured. */
    enum Kind {
        /** This stack, on a TAP device whose kernel side is in the client's namespace. */
        FOURTUPLE("Fourtuple, TAP"),
        /** Pekko's own Tcp on kernel sockets; server and client in two namespaces joined by a veth pair. */
        PEKKO("Pekko Tcp, veth");

        private final String title;

        Kind(String title) {
            this.title = title;
        }

        String title() {
            return title;
        }
    }

    /** A target that is not up yet: register it for {@link #close} before it is started. */
    static Target of(Kind kind) {
        return new Target(kind);
    }

    /**
     * Brings the target up.
     *
     * @param serverFlags heap and collector of the server's JVM
     * @param log where both processes write what goes wrong
     * @throws IOException when a device, a namespace or a process cannot be had
     */
    void start(List<String> serverFlags, File log) throws IOException {
        var flags = new ArrayList<>(serverFlags);
        flags.addAll(List.of(LOAD_FLAGS.split(" ", -1)));
        switch (kind) {
            case FOURTUPLE -> onTap(flags, log);
            case PEKKO -> onVeth(flags, log);
        }
    }

    private void onTap(List<String> flags, File log) throws IOException {
        NetworkNamespace namespace = namespace("tap");
        host = "10.77.0.2";
        server = child(Child.start(namespace, flags, log, LoadServer.class,
                "fourtuple", host + "/24", String.valueOf(BASE_PORT), "ftb0"));
        server.awaitReady(START);
        address(namespace, "ftb0", "10.77.0.1", "10.77.0.0/24");
        client = child(Child.start(namespace, CLIENT_FLAGS, log, LoadClient.class));
        client.awaitReady(START);
    }

    private void onVeth(List<String> flags, File log) throws IOException {
        NetworkNamespace serving = namespace("server");
        NetworkNamespace asking = namespace("client");
        serving.ip("link add ftb1 type veth peer name ftb2 netns " + asking.name());
        host = "10.77.1.2";
        address(serving, "ftb1", host, "10.77.1.0/24");
        address(asking, "ftb2", "10.77.1.1", "10.77.1.0/24");
        server = child(Child.start(serving, flags, log, LoadServer.class,
                "pekko", host, String.valueOf(BASE_PORT)));
        server.awaitReady(START);
        client = child(Child.start(asking, CLIENT_FLAGS, log, LoadClient.class));
        client.awaitReady(START);
    }

    private NetworkNamespace namespace(String role) throws IOException {
        NetworkNamespace namespace = NetworkNamespace.create(role);
        register(namespace);
        // Tens of thousands of connections a second leave as many TIME-WAIT sockets with the client.
        namespace.sysctl("net.ipv4.ip_local_port_range", "1024 65535");
        namespace.sysctl("net.ipv4.tcp_tw_reuse", "1");
        namespace.sysctl("net.core.somaxconn", "4096");
        return namespace;
    }

    /** An address, and CUBIC for whatever goes over it. */
    private static void address(NetworkNamespace namespace, String device, String address, String network)
            throws IOException {
        namespace.ip("addr add " + address + "/24 dev " + device);
        namespace.ip("link set " + device + " up");
        namespace.ip("route change " + network + " dev " + device + " proto kernel scope link src " + address
                + " congctl cubic");
    }

    private Child child(Child child) {
        register(child);
        return child;
    }

    private void register(AutoCloseable resource) {
        synchronized (opened) {
            opened.push(resource);
        }
    }

    Kind kind() {
        return kind;
    }

    long serverPid() {
        return server.pid();
    }

    long clientPid() {
        return client.pid();
    }

    /** Runs a workload; the client's answer, one line of JSON. */
    String run(Workload workload, Duration warmup, Duration length) throws IOException {
        String order = String.join(" ", workload.name(), host, String.valueOf(BASE_PORT),
                String.valueOf(warmup.toMillis()), String.valueOf(length.toMillis()));
        return client.ask(order, warmup.plus(length).plusSeconds(30));
    }

    /** Ends the processes, then removes the namespaces and with them the devices. May be called again. */
    @Override
    public void close() {
        synchronized (opened) {
            while (!opened.isEmpty()) {
                try {
                    opened.pop().close();
                } catch (Exception e) {
                    System.err.println("bench: could not clean up: " + e.getMessage());
                }
            }
        }
    }
}
