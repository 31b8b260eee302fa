package io.fourtuple.nic;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A network namespace of a test's own: a whole network of the kernel that nobody else sees. Needs root.
 *
 * <p>The device under test is made in the namespace of the JVM and moved: {@link #adopt}. Its descriptor goes on
 * working. Removing the namespace removes what is in it.
 */
public final class NetworkNamespace implements AutoCloseable {
    private static final int SECONDS = 60;
    private static final AtomicInteger MADE = new AtomicInteger();

    /**
     * What a command did.
     *
     * @param status its exit status
     * @param text what it wrote to standard output and standard error
     */
    public record Outcome(int status, String text) {}

    private final String name;

    private NetworkNamespace(String name) {
        this.name = name;
    }

    /** Why there can be none here, for a test that then skips itself; empty when there can. */
    public static Optional<String> obstacle() {
        if (!"root".equals(System.getProperty("user.name"))) {
            return Optional.of("not root");
        }
        if (!Files.isReadable(Path.of("/dev/net/tun"))) {
            return Optional.of("no /dev/net/tun");
        }
        return Optional.empty();
    }

    /** Makes an empty namespace with its loop-back device up. */
    public static NetworkNamespace create() {
        NetworkNamespace made =
                new NetworkNamespace("ft-" + ProcessHandle.current().pid() + "-" + MADE.incrementAndGet());
        must("ip", "netns", "add", made.name);
        made.ip("link", "set", "lo", "up");
        return made;
    }

    /** The name by which ip(8) knows it. */
    public String name() {
        return name;
    }

    /** Moves a device of the JVM's namespace into this one, which switches it off and takes its addresses. */
    public void adopt(String device) {
        must("ip", "link", "set", device, "netns", name);
    }

    /** Runs ip(8) inside; fails when it does. */
    public void ip(String... arguments) {
        List<String> command = new ArrayList<>(List.of("ip", "-n", name));
        command.addAll(List.of(arguments));
        must(command.toArray(String[]::new));
    }

    /** Runs a command inside, to its end, for a minute at most. */
    public Outcome run(String... command) {
        return await(start(command));
    }

    /** Starts a command inside. Whoever starts it ends it. */
    public Process start(String... command) {
        List<String> inside = new ArrayList<>(List.of("ip", "netns", "exec", name));
        inside.addAll(List.of(command));
        return launch(inside);
    }

    /**
     * Runs something on a thread that is inside: a socket that is opened there stays in this namespace.
     *
     * @throws AssertionError when that is not possible; what {@code task} throws is thrown as it is when unchecked
     */
    public <T> T call(Callable<T> task) {
        FutureTask<T> inside = new FutureTask<>(() -> {
            Setns.enter(Path.of("/var/run/netns", name));
            return task.call();
        });
        // A thread of its own, which ends here: it cannot go back.
        Thread.ofPlatform().name("in " + name).start(inside);
        try {
            return inside.get(SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            throw new AssertionError("in " + name, e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("in " + name, e);
        }
    }

    /** Waits for the end of a command, for a minute at most; then it is killed and this fails. */
    public static Outcome await(Process process) {
        CompletableFuture<String> text = CompletableFuture.supplyAsync(() -> textOf(process));
        try {
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("did not end within " + SECONDS + " s: " + process.info());
            }
            return new Outcome(process.exitValue(), text.get(SECONDS, TimeUnit.SECONDS));
        } catch (Exception e) {
            process.destroyForcibly();
            throw new AssertionError("waiting for " + process.info() + " failed", e);
        }
    }

    /** Removes it. */
    @Override
    public void close() {
        must("ip", "netns", "delete", name);
    }

    private static void must(String... command) {
        Outcome outcome = await(launch(List.of(command)));
        if (outcome.status() != 0) {
            throw new AssertionError(String.join(" ", command) + " failed: " + outcome.text());
        }
    }

    /** Starts a command in the namespace of the JVM. */
    public static Process launch(List<String> command) {
        try {
            return new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new AssertionError("cannot run " + command, e);
        }
    }

    private static String textOf(Process process) {
        try {
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }
}
