package io.fourtuple.nic;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.fourtuple.nic.sys.Linux;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/** setns(2) for the calling thread. */
final class Setns {
    private static final int O_RDONLY = 0;
    private static final int CLONE_NEWNET = 0x40000000;
    @SuppressWarnings("restricted")
    private static final MethodHandle SETNS = Linker.nativeLinker().downcallHandle(
            Linker.nativeLinker().defaultLookup().findOrThrow("setns"),
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));

    private Setns() {}

    /** Moves the calling thread into a network namespace, for good. */
    static void enter(Path namespace) {
        try (Arena arena = Arena.ofConfined()) {
            Linux linux = new Linux(arena);
            int fd = linux.open(arena.allocateFrom(namespace.toString()), O_RDONLY);
            if (fd < 0) {
                throw new AssertionError("opening " + namespace + " failed with errno " + -fd);
            }
            int result = (int) SETNS.invokeExact(fd, CLONE_NEWNET);
            linux.close(fd);
            if (result < 0) {
                throw new AssertionError("entering " + namespace + " failed");
            }
        } catch (Error | RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }
}
