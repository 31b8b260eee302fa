package io.fourtuple.nic.loop;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Compares what a run notes with what a {@link JournalRecorder} has written in the run before. At the first difference
 * the simulation {@linkplain VirtualTime#fail fails} with it, whoever catches exceptions there, and nothing is compared
 * any more.
 *
 * <p>Confined to the thread of the simulation.
 */
public final class JournalComparison implements Journal, AutoCloseable {
    private static final String NOTHING_MORE = "nothing more";

    private final Path file;
    private final DataInputStream in;
    private final List<Source> firstSources = new ArrayList<>();
    private final Map<String, Source> secondSources = new LinkedHashMap<>();
    private long firstTime;
    private NonDeterminismException difference;

    /** How often a source has noted something. */
    private static final class Source {
        private final String name;
        private long notes;

        Source(String name) {
            this.name = name;
        }
    }

    /** One note, the {@code number}th of its source from 1. */
    private record Note(long nanoTime, String source, long number, long value) {
        String describe(long since) {
            return value + " as number " + number + " of \"" + source + "\""
                    + (nanoTime == since ? "" : " at " + Duration.ofNanos(nanoTime));
        }
    }

    /**
     * Opens the file.
     *
     * @throws UncheckedIOException when it cannot be read or is no journal
     */
    public JournalComparison(Path file) {
        this.file = file;
        try {
            in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), JournalFile.BUFFER));
            if (in.readLong() != JournalFile.MAGIC) {
                throw new IOException("it is none");
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    @Override
    public void note(long nanoTime, String source, long value) {
        if (difference != null) {
            return;
        }
        Source by = secondSources.get(source);
        if (by == null) {
            JournalFile.checkSources(secondSources.size() + 1);
            by = new Source(source);
            secondSources.put(source, by);
        }
        Note second = new Note(nanoTime, source, ++by.notes, value);
        Optional<Note> first = next();
        if (first.isEmpty() || !first.get().equals(second)) {
            long at = first.map(note -> Math.min(note.nanoTime, nanoTime)).orElse(nanoTime);
            difference = difference(at, first.map(note -> note.describe(at)).orElse(NOTHING_MORE), second.describe(at));
            VirtualTime.current().fail(difference);
        }
    }

    /** The second run has come to its end: the first one has to have done so, too. */
    public void finish() {
        if (difference == null) {
            next().ifPresent(first -> difference =
                    difference(first.nanoTime, first.describe(first.nanoTime), NOTHING_MORE));
        }
    }

    private static NonDeterminismException difference(long at, String first, String second) {
        return new NonDeterminismException(Duration.ofNanos(at), "the first run noted " + first + ", the second noted "
                + second, new Throwable("the second run was here"));
    }

    /** The first difference, if there is one so far. */
    public Optional<NonDeterminismException> difference() {
        return Optional.ofNullable(difference);
    }

    private Optional<Note> next() {
        try {
            int number = (int) JournalFile.readVariable(in);
            if (number == JournalFile.END) {
                return Optional.empty();
            }
            if (number == firstSources.size() + 1) {
                firstSources.add(new Source(in.readUTF()));
            }
            if (number < 0 || number > firstSources.size()) {
                throw new IOException("it is damaged");
            }
            Source source = firstSources.get(number - 1);
            firstTime += JournalFile.readVariable(in);
            return Optional.of(new Note(firstTime, source.name, ++source.notes, in.readLong()));
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private UncheckedIOException failed(IOException e) {
        String why = e instanceof EOFException ? "the run that wrote it has not come to its end" : e.getMessage();
        return new UncheckedIOException("cannot read the journal " + file + ": " + why, e);
    }

    /** Closes the file. */
    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            throw failed(e);
        }
    }
}
