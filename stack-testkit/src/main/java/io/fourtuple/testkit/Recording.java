package io.fourtuple.testkit;

import io.fourtuple.api.simulation.Simulation;
import io.fourtuple.nic.sim.NetworkCapture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The packets of all links of one simulation, in a file. */
final class Recording {
    private final Path file;
    private final NetworkCapture capture;

    private Recording(Path file, NetworkCapture capture) {
        this.file = file;
        this.capture = capture;
    }

    /**
     * Begins it; a file of that name from an earlier time is replaced.
     *
     * @param directory which is made when it is not there
     * @param name of the file, without its ending; what does not belong into one is left out
     * @throws UncheckedIOException when it cannot be made
     */
    static Recording start(Simulation simulation, Path directory, String name) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make the directory of captures " + directory + ": choose another one"
                    + " with -D" + Settings.CAPTURES + "=PATH", e);
        }
        Path file = directory.resolve(name.replaceAll("[^A-Za-z0-9._-]+", "-") + ".pcapng").toAbsolutePath();
        return new Recording(file, simulation.network().capture(file));
    }

    Path file() {
        return file;
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
