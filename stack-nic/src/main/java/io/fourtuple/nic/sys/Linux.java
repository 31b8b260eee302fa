package io.fourtuple.nic.sys;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * System calls through the C library. Each returns what the call does, or {@code -errno} when it failed.
 *
 * <p>Loading this class needs {@code --enable-native-access}, or the JVM prints a warning. An instance is confined to
 * one thread at a time: it holds the place where errno is put.
 */
@SuppressWarnings("restricted")
public final class Linux {
    /** Operation not permitted. */
    public static final int EPERM = 1;
    /** No such file. */
    public static final int ENOENT = 2;
    /** Interrupted by a signal. */
    public static final int EINTR = 4;
    /** Input or output error; of a TAP, the link is down. */
    public static final int EIO = 5;
    /** Nothing now, try again later. */
    public static final int EAGAIN = 11;
    /** Permission denied. */
    public static final int EACCES = 13;
    /** In use. */
    public static final int EBUSY = 16;
    /** No such device. */
    public static final int ENODEV = 19;
    /** Invalid argument. */
    public static final int EINVAL = 22;
    /** The kernel has no such system call. */
    public static final int ENOSYS = 38;
    /** The device behind the descriptor is gone. */
    public static final int EBADFD = 77;
    /** No buffer space. */
    public static final int ENOBUFS = 105;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(StructLayout.PathElement.groupElement("errno"));
    private static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");
    private static final Linker.Option VARIADIC = Linker.Option.firstVariadicArg(2);

    private static final MethodHandle OPEN =
            handle("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT), CAPTURE, VARIADIC);
    private static final MethodHandle IOCTL =
            handle("ioctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS), CAPTURE, VARIADIC);
    private static final MethodHandle CLOSE = handle("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT), CAPTURE);
    private static final MethodHandle READ =
            handle("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG), CAPTURE);
    private static final MethodHandle WRITE =
            handle("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG), CAPTURE);
    private static final MethodHandle SOCKET =
            handle("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT), CAPTURE);
    private static final MethodHandle BIND =
            handle("bind", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT), CAPTURE);
    private static final MethodHandle SETSOCKOPT = handle("setsockopt",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT), CAPTURE);
    private static final MethodHandle GETSOCKOPT = handle("getsockopt",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS), CAPTURE);
    private static final MethodHandle EVENTFD =
            handle("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT), CAPTURE);
    private static final MethodHandle EPOLL_CREATE =
            handle("epoll_create1", FunctionDescriptor.of(JAVA_INT, JAVA_INT), CAPTURE);
    private static final MethodHandle EPOLL_CTL = handle("epoll_ctl",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS), CAPTURE);
    private static final MethodHandle EPOLL_WAIT = handle("epoll_wait",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT), CAPTURE);
    /** Null with an older C library. */
    private static final MethodHandle EPOLL_PWAIT2 = LINKER.defaultLookup().find("epoll_pwait2").isEmpty()
            ? null
            : handle("epoll_pwait2",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, ADDRESS), CAPTURE);

    private final MemorySegment state;

    /** Calls that put errno into memory of {@code allocator}. */
    public Linux(SegmentAllocator allocator) {
        state = allocator.allocate(STATE);
    }

    /** open(2). */
    public int open(MemorySegment path, int flags) {
        try {
            return result((int) OPEN.invokeExact(state, path, flags, 0));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** ioctl(2) with a pointer. */
    public int ioctl(int fd, long request, MemorySegment argument) {
        try {
            return result((int) IOCTL.invokeExact(state, fd, request, argument));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** close(2). */
    public int close(int fd) {
        try {
            return result((int) CLOSE.invokeExact(state, fd));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** read(2). */
    public int read(int fd, MemorySegment into, long length) {
        try {
            return result((int) (long) READ.invokeExact(state, fd, into, length));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** write(2). */
    public int write(int fd, MemorySegment from, long length) {
        try {
            return result((int) (long) WRITE.invokeExact(state, fd, from, length));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** socket(2). */
    public int socket(int domain, int type, int protocol) {
        try {
            return result((int) SOCKET.invokeExact(state, domain, type, protocol));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** bind(2). */
    public int bind(int fd, MemorySegment address) {
        try {
            return result((int) BIND.invokeExact(state, fd, address, (int) address.byteSize()));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** setsockopt(2). */
    public int setOption(int fd, int level, int option, MemorySegment value) {
        try {
            return result((int) SETSOCKOPT.invokeExact(state, fd, level, option, value, (int) value.byteSize()));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * getsockopt(2).
     *
     * @param length an int: in, the octets that {@code value} has room for; out, those that were put there
     */
    public int getOption(int fd, int level, int option, MemorySegment value, MemorySegment length) {
        try {
            return result((int) GETSOCKOPT.invokeExact(state, fd, level, option, value, length));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** eventfd(2). */
    public int eventfd(int initial, int flags) {
        try {
            return result((int) EVENTFD.invokeExact(state, initial, flags));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** epoll_create1(2). */
    public int epollCreate(int flags) {
        try {
            return result((int) EPOLL_CREATE.invokeExact(state, flags));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** epoll_ctl(2). */
    public int epollControl(int epoll, int operation, int fd, MemorySegment event) {
        try {
            return result((int) EPOLL_CTL.invokeExact(state, epoll, operation, fd, event));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * epoll_wait(2).
     *
     * @param millis how long to wait at most; 0 for not at all, -1 for no limit
     */
    public int epollWait(int epoll, MemorySegment events, int maxEvents, int millis) {
        try {
            return result((int) EPOLL_WAIT.invokeExact(state, epoll, events, maxEvents, millis));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * epoll_pwait2(2), without a signal mask: Linux 5.11 and glibc 2.35. Else this returns {@code -ENOSYS}.
     *
     * @param timeout a {@code struct timespec}, or {@link MemorySegment#NULL} for no limit
     */
    public int epollWait(int epoll, MemorySegment events, int maxEvents, MemorySegment timeout) {
        if (EPOLL_PWAIT2 == null) {
            return -ENOSYS;
        }
        try {
            return result(
                    (int) EPOLL_PWAIT2.invokeExact(state, epoll, events, maxEvents, timeout, MemorySegment.NULL));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private int result(int returned) {
        return returned >= 0 ? returned : -(int) ERRNO.get(state, 0L);
    }

    private static MethodHandle handle(String name, FunctionDescriptor type, Linker.Option... options) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type, options);
    }

    private static RuntimeException unexpected(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return e instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(e);
    }
}
