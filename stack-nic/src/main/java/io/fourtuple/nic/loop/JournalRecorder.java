package io.fourtuple.nic.loop;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes what a run notes to a file, for a {@link JournalComparison} with a second run. About 10 octets a note; memory
 * is used for a buffer and the names of the sources, of which there may be a million.
 *
 * <p>Confined to the thread of the simulation.
 */
public final class JournalRecorder implements Journal, AutoCloseable {
    /** The most that is written, in octets. */
    public static final long MAX_BYTES = 16L << 30;

    private final Path file;
    private final DataOutputStream out;
    private final Map<String, Integer> sources = new LinkedHashMap<>();
    private long lastTime;
    private long bytes;
    private UncheckedIOException failure;

    /**
     * Opens the file, which is overwritten.
     *
     * @throws UncheckedIOException when it cannot be written
     */
    public JournalRecorder(Path file) {
        this.file = file;
        try {
            out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), JournalFile.BUFFER));
            out.writeLong(JournalFile.MAGIC);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /**
     * Writes it; after a failure, nothing.
     *
     * @throws UncheckedIOException when it cannot be written, or {@link #MAX_BYTES} are; {@link #close} says so again,
     *     for those whose caller catches it
     */
    @Override
    public void note(long nanoTime, String source, long value) {
        if (failure != null) {
            return;
        }
        try {
            Integer known = sources.get(source);
            if (known == null) {
                JournalFile.checkSources(sources.size() + 1);
                known = sources.size() + 1;
                sources.put(source, known);
                JournalFile.writeVariable(out, known);
                out.writeUTF(source);
            } else {
                JournalFile.writeVariable(out, known);
            }
            JournalFile.writeVariable(out, nanoTime - lastTime);
            out.writeLong(value);
            lastTime = nanoTime;
            bytes += Long.BYTES;
            if (bytes > MAX_BYTES) {
                throw new IOException("a run that notes more than " + MAX_BYTES + " octets is too long to compare");
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private UncheckedIOException failed(IOException e) {
        failure = new UncheckedIOException("cannot write the journal " + file + ": " + e.getMessage(), e);
        return failure;
    }

    /**
     * Ends the file: this was all.
     *
     * @throws UncheckedIOException when it, or a note before, could not be written
     */
    @Override
    public void close() {
        UncheckedIOException before = failure;
        try (out) {
            JournalFile.writeVariable(out, JournalFile.END);
        } catch (IOException e) {
            throw failed(e);
        }
        if (before != null) {
            throw before;
        }
    }
}
