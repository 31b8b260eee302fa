package io.fourtuple.benchmarks;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A JVM of ours in a network namespace, spoken to in lines. It ends when its standard input does. */
final class Child implements AutoCloseable {
    private static final int END_SECONDS = 5;
    private static final int LINES_OF_JVM = 20;

    private final Process process;
    private final BufferedReader from;
    private final BufferedWriter to;

    private Child(Process process) {
        this.process = process;
        from = process.inputReader();
        to = process.outputWriter();
    }

    /**
     * Starts {@code main} with this JVM's Java and class path.
     *
     * @param where the namespace
     * @param flags of the JVM
     * @param log where its standard error goes, appended
     */
    static Child start(NetworkNamespace where, List<String> flags, File log, Class<?> main, String... arguments)
            throws IOException {
        var java = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java"));
        java.addAll(flags);
        java.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        java.addAll(List.of(arguments));
        return new Child(new ProcessBuilder(where.inside(java))
                .redirectError(ProcessBuilder.Redirect.appendTo(log))
                .start());
    }

    long pid() {
        return process.pid();
    }

    /** Waits for the line {@code READY}, past a few lines that the JVM itself may print for some flags. */
    void awaitReady(Duration atMost) throws IOException {
        String line = "";
        for (int i = 0; i < LINES_OF_JVM; i++) {
            line = readLine(atMost);
            if (line.equals("READY")) {
                return;
            }
        }
        throw new IOException("a process of the lab says " + line + " instead of READY");
    }

    /** Writes a line and waits for the line that answers it. */
    String ask(String line, Duration atMost) throws IOException {
        to.write(line);
        to.newLine();
        to.flush();
        return readLine(atMost);
    }

    private String readLine(Duration atMost) throws IOException {
        CompletableFuture<String> line = CompletableFuture.supplyAsync(() -> {
            try {
                return from.readLine();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        try {
            String answer = line.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
            if (answer == null) {
                throw new IOException("a process of the lab ended");
            }
            return answer;
        } catch (TimeoutException e) {
            throw new IOException("a process of the lab did not answer within " + atMost.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
