package io.fourtuple.api.socket;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What is behind a number: something that can be ready, and be watched by epolls. Thread-safe. */
abstract sealed class Descriptor permits TcpSocket, Epoll {
    /** {@link Posix#O_NONBLOCK}. */
    volatile boolean nonBlocking;
    /** {@link Posix#FD_CLOEXEC}. */
    volatile boolean closeOnExec;

    private final List<Epoll.Interest> watchers = new CopyOnWriteArrayList<>();

    /** What poll(2) would say now. */
    abstract int readiness();

    /** Its number is given back. */
    abstract void close();

    /** An epoll is interested from now on. */
    final void watch(Epoll.Interest interest) {
        watchers.add(interest);
    }

    /** An epoll is not interested any more. */
    final void unwatch(Epoll.Interest interest) {
        watchers.remove(interest);
    }

    /** It has become ready, or more has come. Any thread. */
    final void signal(int edges) {
        for (Epoll.Interest interest : watchers) {
            interest.onEdges(edges);
        }
    }

    /** Nobody watches what is closed. */
    final void forgetWatchers() {
        for (Epoll.Interest interest : watchers) {
            interest.remove();
        }
        watchers.clear();
    }

    /** SOCK_NONBLOCK and SOCK_CLOEXEC, or neither. */
    final void setFlags(int flags) {
        nonBlocking = (flags & Posix.SOCK_NONBLOCK) != 0;
        closeOnExec = (flags & Posix.SOCK_CLOEXEC) != 0;
    }
}
