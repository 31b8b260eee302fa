package io.fourtuple.api.simulation;

import io.fourtuple.nic.loop.NonDeterminismException;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Does again in another JVM what was done in this one, and brings back what became of it: the machinery of {@link
 * DeterminismCheck}, and of tests that verify themselves.
 *
 * <p>The other JVM has the class path, the system properties and the options of this one, but for agents, and differs
 * from it in what a program must not depend on: see {@link OtherJvm}.
 */
public final class SecondRun {
    private static final String PREFIX = "fourtuple-";
    /** So much of what the other JVM has printed is shown when it fails, and so much of its failure. */
    private static final int SHOWN_CHARACTERS = 4000;

    /** The time of what has none. */
    private static final long NEVER = -1;

    private SecondRun() {}

    /**
     * Runs a class in another JVM and returns when it has {@linkplain #report reported} that all was as here.
     *
     * @param main its {@code main} gets the file for {@link #report} as its first argument
     * @param arguments those that follow
     * @param patience how long it may take
     * @throws NonDeterminismException when it was not as here
     * @throws IllegalStateException when it does not report, in time or at all
     */
    public static void inAnotherJvm(Class<?> main, List<String> arguments, Duration patience) {
        Path directory = null;
        try {
            directory = Files.createTempDirectory(PREFIX);
            Path report = directory.resolve("report");
            List<String> all = Stream.concat(Stream.of(report.toString()), arguments.stream()).toList();
            run(OtherJvm.of(main, all, directory), directory, patience);
            if (Files.exists(report)) {
                read(report);
            } else {
                throw new IllegalStateException("the second run did not report, but said:" + said(directory));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the second run cannot be started: " + e.getMessage(), e);
        } finally {
            delete(directory);
        }
    }

    private static void run(ProcessBuilder jvm, Path directory, Duration patience) throws IOException {
        jvm.redirectErrorStream(true).redirectOutput(output(directory).toFile());
        Process process = jvm.start();
        try {
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException(
                        "the second run did not end within " + patience + ", but said:" + said(directory));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the second run went on", e);
        } finally {
            process.destroyForcibly();
        }
    }

    private static Path output(Path directory) {
        return directory.resolve("output");
    }

    private static String said(Path directory) throws IOException {
        String all = Files.readString(output(directory), OtherJvm.charset());
        return System.lineSeparator() + all.substring(Math.max(0, all.length() - SHOWN_CHARACTERS));
    }

    private static void delete(Path directory) {
        if (directory == null) {
            return;
        }
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + directory + ": " + e.getMessage(), e);
        }
    }

    // ---- the report: in the other JVM, and here ----

    /**
     * Says what became of the second run; for the class that runs in the other JVM.
     *
     * @param file its first argument
     * @param failure what it has thrown, if it has: a {@link NonDeterminismException} in it, or in what it was caused
     *     by or has suppressed, is the difference; anything else is one, too, because the first run had none
     * @throws UncheckedIOException when the file cannot be written
     */
    public static void report(Path file, Optional<? extends Throwable> failure) {
        Path unfinished = file.resolveSibling("unfinished");
        try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(unfinished))) {
            out.writeBoolean(failure.isPresent());
            if (failure.isPresent()) {
                write(out, failure.get());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + unfinished + ": " + e.getMessage(), e);
        }
        if (!unfinished.toFile().renameTo(file.toFile())) {
            throw new IllegalStateException("cannot write " + file);
        }
    }

    private static void write(DataOutputStream out, Throwable failure) throws IOException {
        Optional<NonDeterminismException> difference = find(failure, 0);
        String what = difference.map(NonDeterminismException::what)
                .orElse("the second run failed, the first one did not: " + failure);
        out.writeUTF(what.substring(0, Math.min(SHOWN_CHARACTERS, what.length())));
        out.writeLong(difference.flatMap(NonDeterminismException::at).map(Duration::toNanos).orElse(NEVER));
        Throwable shown = difference.map(Throwable::getCause).orElse(failure);
        out.writeInt(shown.getStackTrace().length);
        for (StackTraceElement element : shown.getStackTrace()) {
            out.writeUTF(element.getClassName());
            out.writeUTF(element.getMethodName());
            out.writeUTF(Objects.requireNonNullElse(element.getFileName(), ""));
            out.writeInt(element.getLineNumber());
        }
    }

    private static Optional<NonDeterminismException> find(Throwable failure, int depth) {
        final int deepest = 20; // a chain of causes may be a ring
        if (failure == null || depth == deepest) {
            return Optional.empty();
        }
        if (failure instanceof NonDeterminismException found) {
            return Optional.of(found);
        }
        return Stream.concat(Stream.ofNullable(failure.getCause()), Stream.of(failure.getSuppressed()))
                .flatMap(next -> find(next, depth + 1).stream())
                .findFirst();
    }

    private static void read(Path file) throws IOException {
        try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
            if (!in.readBoolean()) {
                return;
            }
            String what = in.readUTF();
            long at = in.readLong();
            Throwable origin = new Throwable("the second run was here");
            StackTraceElement[] stack = new StackTraceElement[in.readInt()];
            for (int i = 0; i < stack.length; i++) {
                stack[i] = new StackTraceElement(in.readUTF(), in.readUTF(), in.readUTF(), in.readInt());
            }
            origin.setStackTrace(stack);
            throw at == NEVER
                    ? new NonDeterminismException(what, origin)
                    : new NonDeterminismException(Duration.ofNanos(at), what, origin);
        }
    }
}
