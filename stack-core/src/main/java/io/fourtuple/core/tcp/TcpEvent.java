package io.fourtuple.core.tcp;

/** What a connection tells its user ({@link TcpConnection#pollEvent}). */
public enum TcpEvent {
    /** Both SYNs are acknowledged: data may flow. Once, first. */
    ESTABLISHED,
    /** There is something to {@linkplain TcpConnection#receive receive}, after there was nothing. */
    READABLE,
    /** There is room in the send buffer, after a send was refused or cut short. */
    WRITABLE,
    /** The peer will send no more and everything it sent is in the receive buffer or was received: end of stream. */
    PEER_CLOSED,
    /** Our FIN, and so everything before it, has been acknowledged. */
    OUTPUT_ACKNOWLEDGED,
    /** Urgent data have come, or go on further than was known: {@link TcpConnection#urgentAhead}. */
    URGENT,
    /** Delivery is in trouble and the connection goes on: {@link TcpConnection#trouble}. */
    TROUBLE,
    /** Last event, as all that follow: ended in order in both directions. It comes when all data was received. */
    CLOSED,
    /** Last event: the peer reset the connection ({@code ECONNRESET}). */
    RESET,
    /** Last event: the peer refused to open it ({@code ECONNREFUSED}). */
    REFUSED,
    /** Last event: no answer within the limits ({@code ETIMEDOUT}). */
    TIMED_OUT,
    /** Last event: the network says that the peer cannot be reached ({@code EHOSTUNREACH}). */
    UNREACHABLE,
    /** Last event: {@linkplain TcpConnection#abort aborted} by the user. */
    ABORTED;

    /** True when nothing follows. */
    public boolean isLast() {
        return compareTo(CLOSED) >= 0;
    }
}
