package io.fourtuple.nic.loop;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.fourtuple.nic.NicException;
import io.fourtuple.nic.sys.Linux;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sleeps in epoll_pwait2(2), to the nanosecond, and is woken by descriptors or by an eventfd(2). Where the system has
 * only epoll_wait(2), it sleeps to the next millisecond.
 *
 * <p>All descriptors are watched edge-triggered: nothing has to be armed again, and the eventfd is never read.
 */
final class EpollWaiter implements Waiter {
    private static final Logger LOG = LoggerFactory.getLogger(EpollWaiter.class);

    private static final int EPOLL_CTL_ADD = 1;
    private static final int EPOLL_CTL_DEL = 2;
    private static final int EPOLLIN = 0x001;
    private static final int EPOLLET = 1 << 31;
    private static final int CLOEXEC = 0x80000;
    private static final int NONBLOCK = 0x800;

    private static final int MAX_EVENTS = 64;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final long NANOS_PER_MILLI = 1_000_000L;

    /** {@code struct epoll_event} is packed on x86-64 only: 32 bits of events, then 64 of data. */
    private static final boolean PACKED = System.getProperty("os.arch").equals("amd64");
    private static final int DATA_OFFSET = PACKED ? 4 : 8;
    private static final int EVENT_SIZE = DATA_OFFSET + 8;

    private final class Watch implements Registration {
        private final int fd;
        private final Runnable onReadable;

        Watch(int fd, Runnable onReadable) {
            this.fd = fd;
            this.onReadable = onReadable;
        }

        @Override
        public void close() {
            loop.checkThread();
            if (watches.remove(fd, this)) {
                // A descriptor that was closed first is no longer watched, which is all that is wanted.
                linux.epollControl(epoll, EPOLL_CTL_DEL, fd, event);
            }
        }
    }

    private final ThreadLoop loop;
    private final Arena arena = Arena.ofShared();
    private final Linux linux = new Linux(arena);
    private final MemorySegment event = arena.allocate(EVENT_SIZE, 8);
    private final MemorySegment events = arena.allocate((long) EVENT_SIZE * MAX_EVENTS, 8);
    private final MemorySegment timeout = arena.allocate(2 * JAVA_LONG.byteSize(), 8);
    private final Map<Integer, Watch> watches = new HashMap<>();
    private final int epoll;
    /** Whether to the nanosecond. */
    private boolean precise;

    // Guards the eventfd against being written after it was closed, when its number may be another file's.
    private final Object wakeUpLock = new Object();
    private final Linux wakeUpLinux = new Linux(arena);
    private final MemorySegment one = arena.allocateFrom(JAVA_LONG, 1);
    private final int eventFd;
    private boolean closed;

    /** {@code precise} is true except in tests of systems that are not. */
    EpollWaiter(ThreadLoop loop, boolean precise) {
        this.loop = loop;
        this.precise = precise;
        epoll = check(linux.epollCreate(CLOEXEC), "epoll_create1");
        eventFd = check(linux.eventfd(0, CLOEXEC | NONBLOCK), "eventfd");
        watch(eventFd);
    }

    static EpollWaiter open(ThreadLoop loop) {
        return new EpollWaiter(loop, true);
    }

    Registration register(int fd, Runnable onReadable) {
        if (watches.containsKey(fd)) {
            throw new IllegalArgumentException("descriptor " + fd + " is already registered with " + loop);
        }
        watch(fd);
        Watch watch = new Watch(fd, onReadable);
        watches.put(fd, watch);
        return watch;
    }

    int registered() {
        return watches.size();
    }

    @Override
    public void sleep(long nanos) {
        if (precise) {
            int count = linux.epollWait(epoll, events, MAX_EVENTS, timespec(nanos));
            if (count != -Linux.ENOSYS) {
                dispatch(count, "epoll_pwait2");
                return;
            }
            precise = false;
            LOG.warn("{} sleeps to the millisecond only, as this system has no epoll_pwait2 (Linux 5.11 and glibc 2.35"
                    + " have it): timers are late by up to that", loop);
        }
        dispatch(linux.epollWait(epoll, events, MAX_EVENTS, millis(nanos)), "epoll_wait");
    }

    private MemorySegment timespec(long nanos) {
        if (nanos == FOREVER) {
            return MemorySegment.NULL;
        }
        timeout.set(JAVA_LONG, 0, nanos / NANOS_PER_SECOND);
        timeout.set(JAVA_LONG, 8, nanos % NANOS_PER_SECOND);
        return timeout;
    }

    /** Rounded up: to wake too early would be to spin. */
    private static int millis(long nanos) {
        return nanos == FOREVER ? -1 : (int) Math.min(Math.ceilDiv(nanos, NANOS_PER_MILLI), Integer.MAX_VALUE);
    }

    @Override
    public void checkDescriptors() {
        if (!watches.isEmpty()) {
            dispatch(linux.epollWait(epoll, events, MAX_EVENTS, 0), "epoll_wait");
        }
    }

    private void dispatch(int count, String call) {
        if (count == -Linux.EINTR) {
            return;
        }
        check(count, call);
        for (int i = 0; i < count; i++) {
            int fd = (int) events.get(JAVA_LONG_UNALIGNED, (long) EVENT_SIZE * i + DATA_OFFSET);
            Watch watch = watches.get(fd);
            // None for the eventfd, and none when a reader called just before has closed this registration.
            if (watch != null) {
                loop.runGuarded(watch.onReadable);
            }
        }
    }

    @Override
    public void wakeUp() {
        synchronized (wakeUpLock) {
            if (!closed) {
                check(wakeUpLinux.write(eventFd, one, JAVA_LONG.byteSize()), "write to eventfd");
            }
        }
    }

    @Override
    public void close() {
        synchronized (wakeUpLock) {
            closed = true;
            watches.clear();
            linux.close(eventFd);
            linux.close(epoll);
            arena.close();
        }
    }

    private void watch(int fd) {
        event.set(JAVA_INT, 0, EPOLLIN | EPOLLET);
        event.set(JAVA_LONG_UNALIGNED, DATA_OFFSET, fd);
        check(linux.epollControl(epoll, EPOLL_CTL_ADD, fd, event), "epoll_ctl");
    }

    private static int check(int result, String call) {
        if (result < 0) {
            throw new NicException("the event loop's " + call + " failed with errno " + -result
                    + ": look that up in errno(3); 24 says that more open files must be allowed (ulimit -n)");
        }
        return result;
    }
}
