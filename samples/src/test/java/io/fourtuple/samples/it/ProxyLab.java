package io.fourtuple.samples.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fourtuple.nic.NetworkNamespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * {@code ./run proxy} in a JVM of its own between two network namespaces, with a program with kernel sockets in each:
 *
 * <pre>
 *   near namespace                  JVM                              far namespace
 *   client ── kernel ── TAP ── stack ── relay ── stack ── TAP ── kernel ── server
 *   client ── kernel ── TAP ── stack ── relay ────────────────── kernel ── server
 * </pre>
 */
final class ProxyLab implements AutoCloseable {
    /** Where a client connects to. */
    static final String PROXY = "10.77.0.2";

    /** The port there. */
    static final int PORT = 80;

    /** The port of the server that is connected to. */
    static final int FAR_PORT = 8080;

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final AtomicInteger NUMBER = new AtomicInteger();

    /** How the proxy reaches its far side. */
    enum Far {
        /** Through a second stack, on a TAP device of the far namespace. */
        STACK("10.77.1.1"),
        /** Through the kernel of the far namespace, where the JVM runs. */
        KERNEL("127.0.0.1");

        private final String server;

        Far(String server) {
            this.server = server;
        }

        /** The address of the server. */
        String server() {
            return server;
        }

        private String to() {
            return (this == STACK ? "stack:" : "") + server + ":" + FAR_PORT;
        }
    }

    private final NetworkNamespace near = NetworkNamespace.create();
    private final NetworkNamespace far = NetworkNamespace.create();
    private final Far kind;
    private final Path log = Files.createTempFile("proxy", ".log");
    private final Path output = Files.createTempFile("proxy", ".out");
    private final Process proxy;
    private final KernelPeer client;
    private final KernelPeer server;

    private ProxyLab(Far kind) throws IOException {
        this.kind = kind;
        String device = "ft" + ProcessHandle.current().pid() % 10_000_000 + "p" + NUMBER.incrementAndGet();
        List<String> command = new ArrayList<>();
        if (kind == Far.KERNEL) {
            command.addAll(List.of("ip", "netns", "exec", far.name()));
        }
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Xmx512m",
                "-Dlogback.configurationFile=logback.xml",
                "-cp",
                System.getProperty("java.class.path"),
                "io.fourtuple.samples.Main",
                "proxy", "--nic", "tap:" + device, "--address", PROXY + "/24", "--to", kind.to()));
        if (kind == Far.STACK) {
            command.addAll(List.of("--far-nic", "tap:" + device + "f", "--far-address", "10.77.1.2/24"));
        }
        proxy = new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(log.toFile())
                .start();
        await("proxy ready").atMost(PATIENCE).until(() -> {
            assertThat(proxy.isAlive()).describedAs(read(log)).isTrue();
            return read(output).contains("proxy ready on ");
        });
        switch (kind) {
            case STACK -> {
                near.adopt(device);
                far.adopt(device + "f");
                configure(far, device + "f", "10.77.1.1/24");
            }
            case KERNEL -> far.ip("link", "set", device, "netns", near.name());
        }
        configure(near, device, "10.77.0.1/24");
        client = KernelPeer.start(near);
        server = KernelPeer.start(far);
    }

    private static void configure(NetworkNamespace namespace, String device, String address) {
        namespace.ip("address", "add", address, "dev", device);
        namespace.ip("link", "set", device, "up");
    }

    static ProxyLab start(Far kind) throws IOException {
        return new ProxyLab(kind);
    }

    /** The program in the near namespace. */
    KernelPeer client() {
        return client;
    }

    /** The program in the far namespace. */
    KernelPeer server() {
        return server;
    }

    /** One more program in the near namespace. Whoever starts it ends it. */
    KernelPeer startClient() throws IOException {
        return KernelPeer.start(near);
    }

    /** Listens in the far namespace, under a name. */
    void listen(String name) {
        server.ask("listen " + name + " " + kind.server() + " " + FAR_PORT);
    }

    /** Opens a connection through the proxy, under the same name at both ends. */
    void connect(String listener, String name) {
        client.ask("connect " + name + " " + PROXY + " " + PORT);
        server.ask("accept " + listener + " " + name);
    }

    /** Waits until the log tells of the end of a connection in these words, after its addresses. */
    void awaitLogged(String pattern) {
        await("log line").atMost(PATIENCE).untilAsserted(() -> assertThat(read(log)).containsPattern(
                "10\\.77\\.0\\.1:\\d+ -> \\S*" + kind.server() + ":" + FAR_PORT + ": " + pattern));
    }

    /** How many connections the log tells of that ended in order. */
    long closedInOrder() {
        return read(log).lines().filter(line -> line.contains(" s: closed, first by the ")).count();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends everything; the proxy has to end by itself. */
    @Override
    public void close() throws IOException {
        try (near; far; client; server) {
            proxy.destroy();
            proxy.onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
        } finally {
            proxy.destroyForcibly();
            Files.delete(log);
            Files.delete(output);
        }
    }
}
