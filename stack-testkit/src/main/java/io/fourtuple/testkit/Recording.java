package io.fourtuple.testkit;

import io.fourtuple.api.simulation.Simulation;
import io.fourtuple.nic.pcapng.PcapngWriter;
import io.fourtuple.nic.sim.NetworkCapture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The packets of all links of one simulation, in a file of {@value #MAX_BYTES} octets at most. */
final class Recording {
    /** Of a longer simulation the beginning is kept. */
    static final long MAX_BYTES = 1L << 30;

    private final Path file;
    private final PcapngWriter writer;
    private final NetworkCapture capture;

    private Recording(Path file, PcapngWriter writer, NetworkCapture capture) {
        this.file = file;
        this.writer = writer;
        this.capture = capture;
    }

    /**
     * Begins it; a file of that name from an earlier time is replaced.
     *
     * @param directory which is made when it is not there
     * @param name of the file, without its ending; what does not belong into one is left out
     * @throws UncheckedIOException when it cannot be written
     */
    static Recording start(Simulation simulation, Path directory, String name) {
        try {
            Files.createDirectories(directory);
            Path file = directory.resolve(name.replaceAll("[^A-Za-z0-9._-]+", "-") + ".pcapng").toAbsolutePath();
            PcapngWriter writer = PcapngWriter.create(file, MAX_BYTES);
            return new Recording(file, writer, simulation.network().capture(writer));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write a capture in " + directory + ": choose another directory with"
                    + " -D" + Settings.CAPTURES + "=PATH", e);
        }
    }

    /** Where it is, and what there is to say about it. */
    String describe() {
        return file + (writer.omitted() == 0
                ? " (the comment of a packet says why it was sent)"
                : " (the beginning: " + writer.omitted() + " frames had no room in it)");
    }

    /** Ends it: the file is complete. */
    void close() {
        capture.close();
    }

    /** Nobody wants it. */
    void delete() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete the capture " + file, e);
        }
    }
}
