package io.fourtuple.benchmarks.interop;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.fourtuple.nic.sys.Linux;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/** setns(2) for the calling thread. */
final class Setns {
    private static final String NAMESPACES = "/var/run/netns/";
    private static final int O_RDONLY = 0;
    private static final int CLONE_NEWNET = 0x40000000;
    @SuppressWarnings("restricted")
    private static final MethodHandle SETNS = Linker.nativeLinker().downcallHandle(
            Linker.nativeLinker().defaultLookup().findOrThrow("setns"),
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));

    private Setns() {}

    /** Moves the calling thread into a network namespace of ip-netns(8), for good: what it opens, it opens there. */
    static void enter(String namespace) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            Linux linux = new Linux(arena);
            int fd = linux.open(arena.allocateFrom(NAMESPACES + namespace), O_RDONLY);
            if (fd < 0) {
                throw new IOException("opening " + NAMESPACES + namespace + " failed with errno " + -fd);
            }
            int result = setns(fd);
            linux.close(fd);
            if (result < 0) {
                throw new IOException("entering the namespace " + namespace + " failed: run it as root");
            }
        }
    }

    private static int setns(int fd) {
        try {
            return (int) SETNS.invokeExact(fd, CLONE_NEWNET);
        } catch (Error | RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
