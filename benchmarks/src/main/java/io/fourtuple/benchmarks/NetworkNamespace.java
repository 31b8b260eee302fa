package io.fourtuple.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A network namespace of the kernel, made by {@code ip netns} and removed by {@link #close}. */
public final class NetworkNamespace implements AutoCloseable {
    private static final String PREFIX = "ftbench-";
    private static final int COMMAND_SECONDS = 10;

    private final String name;

    private NetworkNamespace(String name) {
        this.name = name;
    }

    /** Makes {@code ftbench-PID-role}, with its loop-back interface up. */
    public static NetworkNamespace create(String role) throws IOException {
        var namespace = new NetworkNamespace(PREFIX + ProcessHandle.current().pid() + "-" + role);
        command(List.of("ip", "netns", "add", namespace.name));
        namespace.ip("link set lo up");
        return namespace;
    }

    /** Removes the namespaces of harnesses that were killed before they could do it themselves. */
    public static void removeAbandoned() throws IOException {
        for (String line : command(List.of("ip", "netns", "list")).lines().toList()) {
            String found = line.split(" ", 2)[0];
            String[] parts = found.split("-", -1);
            if (found.startsWith(PREFIX) && parts.length == 3 && isGone(parts[1])) {
                new NetworkNamespace(found).close();
            }
        }
    }

    private static boolean isGone(String pid) {
        Optional<ProcessHandle> process = ProcessHandle.of(Long.parseLong(pid));
        return process.isEmpty() || !process.get().isAlive();
    }

    public String name() {
        return name;
    }

    /** Runs {@code ip} in the namespace with the words of {@code arguments}. */
    public void ip(String arguments) throws IOException {
        var words = new ArrayList<>(List.of("ip", "-n", name));
        words.addAll(List.of(arguments.split(" ", -1)));
        command(words);
    }

    /** The command that runs {@code command} in the namespace. */
    public List<String> inside(List<String> command) {
        var words = new ArrayList<>(List.of("ip", "netns", "exec", name));
        words.addAll(command);
        return words;
    }

    /** Moves a device of this process's namespace into another, which takes its addresses and switches it off. */
    public static void move(String device, NetworkNamespace to) throws IOException {
        command(List.of("ip", "link", "set", device, "netns", to.name));
    }

    /** Runs a command in the namespace, to its end; what it says. */
    public String command(String... words) throws IOException {
        return command(inside(List.of(words)));
    }

    /** Sets a kernel parameter of the namespace. */
    public void sysctl(String key, String value) throws IOException {
        command(inside(List.of("sysctl", "-q", "-w", key + "=" + value)));
    }

    @Override
    public void close() throws IOException {
        command(List.of("ip", "netns", "delete", name));
    }

    private static String command(List<String> words) throws IOException {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        try (BufferedReader reader = process.inputReader()) {
            String output = reader.lines().collect(Collectors.joining("\n"));
            if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(String.join(" ", words) + " did not end");
            }
            if (process.exitValue() != 0) {
                throw new IOException(String.join(" ", words) + ": " + output.strip());
            }
            return output;
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted in " + String.join(" ", words), e);
        }
    }
}
