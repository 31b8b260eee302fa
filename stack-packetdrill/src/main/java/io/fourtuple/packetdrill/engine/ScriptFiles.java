package io.fourtuple.packetdrill.engine;

import io.fourtuple.packetdrill.script.UnsupportedFeatureException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Files that the commands of a script have made, full of zeroes as all that scripts send; none is on a disk. */
final class ScriptFiles {
    private final Map<String, Long> lengths = new TreeMap<>();
    private final Map<Integer, Long> open = new TreeMap<>();

    /** dd(1) and rm(1): a file of so many octets; empty for no file. */
    void put(String path, Optional<Long> octets) {
        octets.ifPresentOrElse(length -> lengths.put(path, length), () -> lengths.remove(path));
    }

    /** open(2). */
    void open(int scriptFd, String path) {
        Long length = lengths.get(path);
        if (length == null) {
            throw new UnsupportedFeatureException("the file " + path);
        }
        open.put(scriptFd, length);
    }

    /** close(2); false when the descriptor is no file. */
    boolean close(int scriptFd) {
        return open.remove(scriptFd) != null;
    }

    /** So many octets can be read from a place on, {@code max} at most. */
    int readable(int scriptFd, long offset, long max) {
        Long length = open.get(scriptFd);
        if (length == null) {
            throw new ScriptFailure("the script has no descriptor " + scriptFd + " of a file");
        }
        return (int) Math.clamp(length - offset, 0, max);
    }
}
