package io.fourtuple.api.observe;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Where the control sockets of one user's processes are: a directory that only this user can enter, one socket per
 * process, named after its process id.
 *
 * <p>It is {@code $XDG_RUNTIME_DIR/fourtuple} where there is such a directory, else {@code fourtuple-USER} in the
 * JVM's temporary directory. A directory that is a symbolic link, belongs to somebody else, or is open to others is
 * refused: somebody could have put it there.
 *
 * @param path the directory
 */
public record ControlDirectory(Path path) {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");
    private static final String SUFFIX = ".sock";

    /** The directory of the user who runs this JVM; it need not exist yet. */
    public static ControlDirectory ofUser() {
        String runtime = System.getenv("XDG_RUNTIME_DIR");
        if (runtime != null && !runtime.isEmpty() && Files.isDirectory(Path.of(runtime))) {
            return new ControlDirectory(Path.of(runtime, "fourtuple"));
        }
        return inTemporaryDirectory();
    }

    /** {@code fourtuple-USER} in the JVM's temporary directory, whatever else there is; it need not exist yet. */
    public static ControlDirectory inTemporaryDirectory() {
        return new ControlDirectory(
                Path.of(System.getProperty("java.io.tmpdir"), "fourtuple-" + System.getProperty("user.name")));
    }

    /** The path for the socket of this process. */
    public Path ownSocket() {
        return path.resolve(ProcessHandle.current().pid() + SUFFIX);
    }

    /**
     * Makes the directory, or checks the one that is there.
     *
     * @throws ControlException when it cannot be made or must not be used
     */
    public void prepare() {
        try {
            Files.createDirectory(path, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        } catch (FileAlreadyExistsException e) {
            check();
        } catch (IOException e) {
            throw new ControlException("cannot make the directory " + path + " for the control socket (" + reason(e)
                    + "): set XDG_RUNTIME_DIR to a directory that you can write to", e);
        }
    }

    private void check() {
        try {
            PosixFileAttributes found =
                    Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (!found.isDirectory()) {
                throw new ControlException(path + " is not a directory: remove it, it is where control sockets go");
            }
            if (!found.owner().equals(ownIdentity()) || !OWNER_ONLY.containsAll(found.permissions())) {
                throw new ControlException(path + " is not yours alone (" + found.owner() + ", "
                        + PosixFilePermissions.toString(found.permissions())
                        + "): remove it or make it mode 700, it is where control sockets go");
            }
        } catch (IOException e) {
            throw new ControlException("cannot look at " + path + " (" + reason(e) + ")", e);
        }
    }

    /** The owner that a file gets when this process makes it: asked of the kernel, names may be ambiguous. */
    private static Object ownIdentity() throws IOException {
        Path probe = Files.createTempFile("fourtuple", null, PosixFilePermissions.asFileAttribute(
                PosixFilePermissions.fromString("rw-------")));
        try {
            return Files.getOwner(probe);
        } finally {
            Files.delete(probe);
        }
    }

    /**
     * The sockets in the directory, the newest first; stale ones, whose process is gone, are removed on the way. Empty
     * when there is no directory.
     *
     * @throws ControlException when the directory must not be used
     */
    public List<Path> sockets() {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return List.of();
        }
        check();
        List<Path> found = new ArrayList<>();
        try (Stream<Path> entries = Files.list(path)) {
            for (Path entry : entries.sorted().toList()) {
                if (!entry.getFileName().toString().endsWith(SUFFIX)) {
                    continue;
                }
                if (isStale(entry)) {
                    Files.deleteIfExists(entry);
                } else {
                    found.add(entry);
                }
            }
        } catch (IOException e) {
            throw new ControlException("cannot list " + path + " (" + reason(e) + ")", e);
        }
        found.sort(Collections.reverseOrder(Comparator.comparing(ControlDirectory::modified)));
        return found;
    }

    private static boolean isStale(Path socket) {
        String name = socket.getFileName().toString();
        try {
            long pid = Long.parseLong(name.substring(0, name.length() - SUFFIX.length()));
            return ProcessHandle.of(pid).isEmpty();
        } catch (NumberFormatException e) {
            return false; // not named by us: somebody's own choice of a name
        }
    }

    private static FileTime modified(Path socket) {
        try {
            return Files.readAttributes(socket, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .lastModifiedTime();
        } catch (IOException e) {
            return FileTime.fromMillis(0); // went away meanwhile: the oldest
        }
    }

    static String reason(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
