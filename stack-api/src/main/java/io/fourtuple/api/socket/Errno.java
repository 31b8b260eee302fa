package io.fourtuple.api.socket;

import java.util.Optional;

/** Why a call failed: names and numbers as Linux has them (errno(3)). The names are FreeBSD's as well. */
public enum Errno {
    /** Interrupted. */
    EINTR(4, "Interrupted system call"),
    /** No such descriptor. */
    EBADF(9, "Bad file descriptor"),
    /** It would have to wait; FreeBSD's scripts call it {@code EWOULDBLOCK}, which is the same number. */
    EAGAIN(11, "Resource temporarily unavailable"),
    /** A pointer that points nowhere. */
    EFAULT(14, "Bad address"),
    /** There is one already. */
    EEXIST(17, "File exists"),
    /** Not there. */
    ENOENT(2, "No such file or directory"),
    /** An argument, or the socket is in the wrong state for it. */
    EINVAL(22, "Invalid argument"),
    /** The table of descriptors is full. */
    EMFILE(24, "Too many open files"),
    /** The descriptor has no such request. */
    ENOTTY(25, "Inappropriate ioctl for device"),
    /** Our direction is closed. */
    EPIPE(32, "Broken pipe"),
    /** A number is too large. */
    EDOM(33, "Numerical argument out of domain"),
    /** No such call here. */
    ENOSYS(38, "Function not implemented"),
    /** Not an error, but a time stamp ({@code ee_errno} of {@code SO_TIMESTAMPING}). */
    ENOMSG(42, "No message of desired type"),
    /** The descriptor is no socket. */
    ENOTSOCK(88, "Socket operation on non-socket"),
    /** No destination. */
    EDESTADDRREQ(89, "Destination address required"),
    /** A protocol of another type. */
    EPROTOTYPE(91, "Protocol wrong type for socket"),
    /** No such option. */
    ENOPROTOOPT(92, "Protocol not available"),
    /** No such protocol. */
    EPROTONOSUPPORT(93, "Protocol not supported"),
    /** No such type of socket. */
    ESOCKTNOSUPPORT(94, "Socket type not supported"),
    /** Not supported. */
    EOPNOTSUPP(95, "Operation not supported"),
    /** No such family of addresses, or not that of the socket. */
    EAFNOSUPPORT(97, "Address family not supported by protocol"),
    /** Somebody has that address and port. */
    EADDRINUSE(98, "Address already in use"),
    /** Not an address of ours, or no port is free. */
    EADDRNOTAVAIL(99, "Cannot assign requested address"),
    /** The stack has ended. */
    ENETDOWN(100, "Network is down"),
    /** No route. */
    ENETUNREACH(101, "Network is unreachable"),
    /** The connection was ended from here. */
    ECONNABORTED(103, "Software caused connection abort"),
    /** The peer has reset the connection. */
    ECONNRESET(104, "Connection reset by peer"),
    /** A limit of the stack. */
    ENOBUFS(105, "No buffer space available"),
    /** Connected already. */
    EISCONN(106, "Transport endpoint is already connected"),
    /** Not connected. */
    ENOTCONN(107, "Transport endpoint is not connected"),
    /** No answer within the limits. */
    ETIMEDOUT(110, "Connection timed out"),
    /** Nobody listens there. */
    ECONNREFUSED(111, "Connection refused"),
    /** The network says that the peer cannot be reached. */
    EHOSTUNREACH(113, "No route to host"),
    /** It is being opened since another call. */
    EALREADY(114, "Operation already in progress"),
    /** It is being opened from now on: poll for writing, then ask for {@code SO_ERROR}. */
    EINPROGRESS(115, "Operation now in progress");

    private final int number;
    private final String message;

    Errno(int number, String message) {
        this.number = number;
        this.message = message;
    }

    /** Linux' number. */
    public int number() {
        return number;
    }

    /** What strerror(3) says. */
    public String message() {
        return message;
    }

    /** The one of this name, which may be an alias: {@code EWOULDBLOCK}, {@code ENOTSUP}. */
    public static Optional<Errno> named(String name) {
        String known = switch (name) {
            case "EWOULDBLOCK" -> "EAGAIN";
            case "ENOTSUP" -> "EOPNOTSUPP";
            default -> name;
        };
        for (Errno errno : values()) {
            if (errno.name().equals(known)) {
                return Optional.of(errno);
            }
        }
        return Optional.empty();
    }
}
