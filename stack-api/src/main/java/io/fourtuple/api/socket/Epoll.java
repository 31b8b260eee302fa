package io.fourtuple.api.socket;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * An epoll(7) instance. Descriptors that may be ready stand in a line; {@link #poll} looks at each, reports what is
 * ready and, unless it is edge-triggered, has it stand at the end again. Thread-safe: connections signal from their
 * loops.
 */
final class Epoll extends Descriptor {
    private static final int ALWAYS = Posix.EPOLLERR | Posix.EPOLLHUP;
    private static final int MODES = Posix.EPOLLET | Posix.EPOLLONESHOT | Posix.EPOLLEXCLUSIVE;
    private static final int WITH_EXCLUSIVE = Posix.EPOLLEXCLUSIVE | Posix.EPOLLET | ALWAYS | Posix.EPOLLIN
            | Posix.EPOLLOUT;

    private final Map<Integer, Interest> interests = new TreeMap<>();
    private final ArrayDeque<Interest> line = new ArrayDeque<>();
    private boolean closed;

    /** One descriptor, as long as it is watched. Its fields are the epoll's. */
    final class Interest {
        private final int fd;
        private final Descriptor watched;
        private int events;
        private long data;
        private boolean inLine;
        /** Reported once with EPOLLONESHOT. */
        private boolean off;

        Interest(int fd, Descriptor watched) {
            this.fd = fd;
            this.watched = watched;
        }

        /** It may be ready. */
        void onEdges(int edges) {
            boolean first;
            synchronized (Epoll.this) {
                first = line.isEmpty() && (edges & wanted()) != 0;
                enqueue(edges);
            }
            if (first) {
                signal(Posix.EPOLLIN | Posix.POLLRDNORM);
            }
        }

        private int wanted() {
            return off ? 0 : (events & ~MODES) | ALWAYS;
        }

        private void enqueue(int edges) {
            if (!inLine && (edges & wanted()) != 0) {
                inLine = true;
                line.add(this);
            }
        }

        /** The descriptor is closed. */
        void remove() {
            synchronized (Epoll.this) {
                forget();
            }
        }

        private void forget() {
            interests.remove(fd, this);
            if (inLine) {
                inLine = false;
                line.remove(this);
            }
        }
    }

    /** epoll_ctl(2). */
    void control(int op, int fd, Descriptor watched, int events, long data) {
        boolean exclusive = op != Posix.EPOLL_CTL_DEL && (events & Posix.EPOLLEXCLUSIVE) != 0;
        if (exclusive && (op != Posix.EPOLL_CTL_ADD || (events & ~WITH_EXCLUSIVE) != 0)) {
            throw new ErrnoException(Errno.EINVAL, "EPOLLEXCLUSIVE goes with EPOLL_CTL_ADD and few other events");
        }
        switch (op) {
            case Posix.EPOLL_CTL_ADD -> {
                Interest added;
                synchronized (this) {
                    if (interests.containsKey(fd)) {
                        throw new ErrnoException(Errno.EEXIST, "descriptor " + fd + " is watched already");
                    }
                    added = new Interest(fd, watched);
                    added.events = events;
                    added.data = data;
                    interests.put(fd, added);
                }
                watched.watch(added);
                added.onEdges(watched.readiness()); // after it is watched, so that nothing is missed
            }
            case Posix.EPOLL_CTL_MOD -> {
                Interest changed;
                synchronized (this) {
                    changed = interest(fd);
                    changed.events = events;
                    changed.data = data;
                    changed.off = false;
                }
                changed.onEdges(watched.readiness());
            }
            case Posix.EPOLL_CTL_DEL -> {
                Interest removed;
                synchronized (this) {
                    removed = interest(fd);
                    removed.forget();
                }
                watched.unwatch(removed);
            }
            default -> throw new ErrnoException(Errno.EINVAL, "epoll_ctl knows no operation " + op);
        }
    }

    private Interest interest(int fd) {
        Interest found = interests.get(fd);
        if (found == null) {
            throw new ErrnoException(Errno.ENOENT, "descriptor " + fd + " is not watched");
        }
        return found;
    }

    /** epoll_wait(2) that does not wait: at most {@code max} events. */
    synchronized List<EpollEvent> poll(int max) {
        List<EpollEvent> events = new ArrayList<>();
        List<Interest> again = new ArrayList<>();
        while (events.size() < max) {
            Interest next = line.poll();
            if (next == null) {
                break;
            }
            next.inLine = false;
            int ready = next.watched.readiness() & next.wanted();
            if (ready == 0) {
                continue;
            }
            events.add(new EpollEvent(ready, next.data));
            next.off = (next.events & Posix.EPOLLONESHOT) != 0;
            if ((next.events & (Posix.EPOLLET | Posix.EPOLLONESHOT)) == 0) {
                again.add(next);
            }
        }
        for (Interest interest : again) {
            interest.inLine = true;
            line.add(interest);
        }
        return events;
    }

    /** What is in the line may have ceased to be ready since. */
    @Override
    synchronized int readiness() {
        for (Interest interest : line) {
            if ((interest.watched.readiness() & interest.wanted()) != 0) {
                return Posix.POLLIN | Posix.POLLRDNORM;
            }
        }
        return 0;
    }

    @Override
    void close() {
        List<Interest> left;
        synchronized (this) {
            closed = true;
            left = new ArrayList<>(interests.values());
            interests.clear();
            line.clear();
        }
        left.forEach(interest -> interest.watched.unwatch(interest));
        forgetWatchers();
    }

    /** Whether it was closed. */
    synchronized boolean isClosed() {
        return closed;
    }
}
