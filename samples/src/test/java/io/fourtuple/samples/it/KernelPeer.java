package io.fourtuple.samples.it;

import io.fourtuple.nic.NetworkNamespace;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A program with kernel sockets that does what it is told: {@code peer.py}, spoken to in lines. */
final class KernelPeer implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Path script;
    private final Process process;
    private final BufferedReader answers;
    private final BufferedWriter commands;

    private KernelPeer(Path script, Process process) {
        this.script = script;
        this.process = process;
        answers = process.inputReader();
        commands = process.outputWriter();
    }

    /** Starts one in a namespace. */
    static KernelPeer start(NetworkNamespace namespace) throws IOException {
        Path script = Files.createTempFile("peer", ".py");
        try (InputStream source = KernelPeer.class.getResourceAsStream("/it/peer.py")) {
            Files.write(script, source.readAllBytes());
        }
        Process process = namespace.start("python3", script.toString());
        return new KernelPeer(script, process);
    }

    /** Tells it one thing and waits until that is done; fails with what went wrong there. */
    String ask(String command) {
        try {
            return begin(command).get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("no answer to \"" + command + "\" within " + PATIENCE.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause().getMessage(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted in \"" + command + "\"", e);
        }
    }

    /** Tells it one thing. Completed with its answer; nothing else may be asked until then. */
    CompletableFuture<String> begin(String command) {
        return CompletableFuture.supplyAsync(() -> exchange(command), Thread::startVirtualThread);
    }

    private synchronized String exchange(String command) {
        try {
            commands.write(command);
            commands.newLine();
            commands.flush();
            String answer = answers.readLine();
            if (answer == null || !answer.startsWith("ok")) {
                throw new CompletionException(new IOException(command + ": " + answer));
            }
            return answer.substring(2).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(command, e);
        }
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        process.onExit().orTimeout(10, TimeUnit.SECONDS).join();
        Files.delete(script);
    }
}
