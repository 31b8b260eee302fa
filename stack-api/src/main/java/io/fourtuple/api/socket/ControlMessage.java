package io.fourtuple.api.socket;

/** What comes beside the octets of a message: the control messages of recvmsg(2), each under its name in Linux. */
public sealed interface ControlMessage {
    /**
     * {@code TCP_CM_INQ}, of a socket with {@link SocketOption#TCP_INQ}.
     *
     * @param octets that can still be read; 1 when there is nothing left but the end
     */
    record Inq(int octets) implements ControlMessage {}

    /**
     * {@code SCM_TIMESTAMPING}.
     *
     * @param nanos by the clock of the stack, which says nothing of the time of day; in a simulation, virtual time
     */
    record Timestamping(long nanos) implements ControlMessage {}

    /**
     * {@code IP_RECVERR} or {@code IPV6_RECVERR}: {@code struct sock_extended_err}.
     *
     * @param errno {@code ee_errno}: the number of an {@link Errno}, or 0
     * @param origin {@code ee_origin}: {@link Posix#SO_EE_ORIGIN_ZEROCOPY}, {@link Posix#SO_EE_ORIGIN_TIMESTAMPING}
     * @param type {@code ee_type}
     * @param code {@code ee_code}
     * @param info {@code ee_info}, 32 bits
     * @param data {@code ee_data}, 32 bits
     */
    record ExtendedError(int errno, int origin, int type, int code, long info, long data) implements ControlMessage {}
}
