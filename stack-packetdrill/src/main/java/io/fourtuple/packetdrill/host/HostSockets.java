package io.fourtuple.packetdrill.host;

import io.fourtuple.core.tcp.TcpInfo;
import io.fourtuple.core.wire.IpAddress;
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

    /** send(2) of octets that do not matter; how many were taken. */
    int send(int fd, int length) throws CallException;

    /** recv(2); how many octets came, 0 at the end. */
    int receive(int fd, int max, boolean peek) throws CallException;

    /** shutdown(2), of one direction or both. */
    void shutdown(int fd, boolean input, boolean output) throws CallException;

    /** close(2). */
    void close(int fd) throws CallException;

    /** Whether something can be read or accepted, or there is an error or an end. Never lets time pass. */
    boolean isReadable(int fd);

    /** Whether something can be written, or a connect is over. Never lets time pass. */
    boolean isWritable(int fd);

    /** Whether poll(2) would say POLLERR or POLLHUP. */
    boolean isBroken(int fd);

    /**
     * setsockopt(2) with a number.
     *
     * @param level such as {@code IPPROTO_TCP}
     * @param name such as {@code TCP_NODELAY}
     */
    void setOption(int fd, String level, String name, long value) throws CallException;

    /** getsockopt(2) of a number. */
    long option(int fd, String level, String name) throws CallException;

    /** SO_ERROR: the name of the error, which is forgotten; empty for none. */
    Optional<String> takeError(int fd) throws CallException;

    /** TCP_INFO: empty for a socket that is no connection. */
    Optional<TcpInfo> info(int fd) throws CallException;

    /** The state of a socket as {@code ss} names it. */
    String state(int fd);

    /** The port of the other end, 0 when there is none. */
    int remotePort(int fd);
}
