package io.fourtuple.packetdrill.host;

import io.fourtuple.api.socket.EpollEvent;
import io.fourtuple.api.socket.Message;
import io.fourtuple.core.wire.IpAddress;
import java.util.List;
import java.util.Optional;

/**
 * The system calls of the host. None blocks: what would is a {@link CallException} with {@code EAGAIN} or
 * {@code EINPROGRESS}.
 */
public interface HostSockets {
    /** socket(2) for TCP. */
    int socket() throws CallException;

    /** bind(2). */
    void bind(int fd, IpAddress address, int port) throws CallException;

    /** listen(2). */
    void listen(int fd, int backlog) throws CallException;

    /** accept(2). */
    int accept(int fd) throws CallException;

    /** connect(2). */
    void connect(int fd, IpAddress address, int port) throws CallException;

    /** sendmsg(2) of octets that do not matter, in buffers of these lengths; how many were taken. */
    int send(int fd, List<Integer> lengths, int flags) throws CallException;

    /**
     * sendto(2) to somebody, of octets that do not matter, of a socket without a connection; how many were taken.
     */
    int sendTo(int fd, int length, int flags, IpAddress address, int port) throws CallException;

    /** A write that blocks has opened the connection, or found it on its way, and waits for it. */
    default void expectWrite(int fd) throws CallException {}

    /** TCP_FASTOPEN_KEY: one key or two. */
    void setFastOpenKeys(int fd, byte[] keys) throws CallException;

    /** recv(2); how many octets came, 0 at the end. */
    int receive(int fd, int max, int flags) throws CallException;

    /** recvmsg(2) of so many octets at most; times of its control messages are those of the host's clock. */
    Message receiveMessage(int fd, int max, int flags) throws CallException;

    /** shutdown(2), of one direction or both. */
    void shutdown(int fd, boolean input, boolean output) throws CallException;

    /** close(2). */
    void close(int fd) throws CallException;

    /** poll(2) of one descriptor: what of these events is ready, and whether it is broken. Never lets time pass. */
    int ready(int fd, int events);

    /** epoll_create(2). */
    int epollCreate() throws CallException;

    /** epoll_ctl(2). */
    void epollControl(int epoll, int operation, int fd, int events, long data) throws CallException;

    /** epoll_wait(2). */
    List<EpollEvent> epollWait(int epoll, int max) throws CallException;

    /** setsockopt(2) with a number, of the option of this name. */
    void setOption(int fd, String name, long value) throws CallException;

    /** getsockopt(2) of a number. */
    long option(int fd, String name) throws CallException;

    /** SO_ERROR: the name of the error, which is forgotten; empty for none. */
    Optional<String> takeError(int fd) throws CallException;

    /** A field of TCP_INFO by its name; empty when it is not known. */
    Optional<Long> info(int fd, String field) throws CallException;

    /** SIOCINQ: octets in order that nobody has read; 0 when it is no connection. */
    long unread(int fd) throws CallException;

    /** SIOCOUTQ: octets that were written and not acknowledged; 0 when it is no connection. */
    long unacknowledged(int fd) throws CallException;

    /** The state of its connection, {@code CLOSED} when it has none. */
    String state(int fd);

    /** The port of the other end. */
    int remotePort(int fd) throws CallException;
}
