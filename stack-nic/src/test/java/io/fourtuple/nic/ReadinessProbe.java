package io.fourtuple.nic;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.fourtuple.nic.sys.Linux;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Waits for what a {@link Readiness} tells, once for each time it tells. Watches descriptors as the loop does. */
final class ReadinessProbe implements AutoCloseable {
    private static final int SECONDS = 10;
    private static final int EPOLL_CTL_ADD = 1;
    private static final int EPOLLIN_EDGE_TRIGGERED = 0x8000_0001;
    private static final int MAX_EVENT = 16;

    private interface Source {
        boolean await();

        void close();
    }

    private final Source source;

    ReadinessProbe(Readiness readiness) {
        source = switch (readiness) {
            case Readiness.Descriptor(int fd) -> new Epoll(fd);
            case Readiness.Signal signal -> new Call(signal);
        };
    }

    /** False when nothing was told for ten seconds. */
    boolean await() {
        return source.await();
    }

    @Override
    public void close() {
        source.close();
    }

    private static final class Call implements Source {
        private final Semaphore told = new Semaphore(0);

        Call(Readiness.Signal signal) {
            signal.onReadable(told::release);
        }

        @Override
        public boolean await() {
            try {
                return told.tryAcquire(SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void close() {}
    }

    private static final class Epoll implements Source {
        private final Arena arena = Arena.ofAuto();
        private final Linux linux = new Linux(arena);
        private final MemorySegment event = arena.allocate(MAX_EVENT, 8);
        private final int epoll = linux.epollCreate(0);

        Epoll(int fd) {
            event.set(JAVA_INT, 0, EPOLLIN_EDGE_TRIGGERED);
            if (linux.epollControl(epoll, EPOLL_CTL_ADD, fd, event) < 0) {
                throw new AssertionError("descriptor " + fd + " cannot be watched");
            }
        }

        @Override
        public boolean await() {
            int count;
            do {
                count = linux.epollWait(epoll, event, 1, SECONDS * 1000);
            } while (count == -Linux.EINTR);
            return count == 1;
        }

        @Override
        public void close() {
            linux.close(epoll);
        }
    }
}
