package io.fourtuple.core.tcp;

/**
 * The states of RFC 9293 §3.3.2 that a {@link TcpConnection} can be in. LISTEN, and SYN-RECEIVED of a passive open
 * ({@link HalfOpen}), and TIME-WAIT ({@link TimeWaitRecord}) have types of their own, because their data differ.
 */
public enum TcpState {
    /** Our SYN is out. */
    SYN_SENT("SYN-SENT"),
    /** Both SYNs crossed: a simultaneous open (RFC 9293 figure 8). */
    SYN_RECEIVED("SYN-RECV"),
    /** Data flow both ways. */
    ESTABLISHED("ESTAB"),
    /** We closed; our FIN is not yet acknowledged. */
    FIN_WAIT_1("FIN-WAIT-1"),
    /** We closed and the peer knows; it may still send. */
    FIN_WAIT_2("FIN-WAIT-2"),
    /** The peer closed; we may still send. */
    CLOSE_WAIT("CLOSE-WAIT"),
    /** Both closed at the same time; our FIN is not yet acknowledged. */
    CLOSING("CLOSING"),
    /** The peer closed first, then we; our FIN is not yet acknowledged. */
    LAST_ACK("LAST-ACK"),
    /** Both directions ended in order and we ended first: ready to be replaced by a {@link TimeWaitRecord}. */
    TIME_WAIT("TIME-WAIT"),
    /** Over. */
    CLOSED("UNCONN");

    private final String label;

    TcpState(String label) {
        this.label = label;
    }

    /** The name that {@code ss} prints. */
    public String label() {
        return label;
    }

    /** True from ESTABLISHED on, until closed: both SYNs are acknowledged. */
    public boolean isSynchronized() {
        return this != SYN_SENT && this != SYN_RECEIVED && this != CLOSED;
    }

    /** True while the application may still send. */
    public boolean canSend() {
        return this == ESTABLISHED || this == CLOSE_WAIT || this == SYN_SENT || this == SYN_RECEIVED;
    }

    /** True while data of the peer can still arrive. */
    public boolean canReceive() {
        return this == ESTABLISHED || this == FIN_WAIT_1 || this == FIN_WAIT_2;
    }

    /** Whether it is one of {@code tcpCurrEstab} (RFC 4022). */
    boolean countsAsEstablished() {
        return this == ESTABLISHED || this == CLOSE_WAIT;
    }

    /** Whether the RFC's state diagram (figure 5), ABORT and timeouts included, allows this move. */
    public boolean canBecome(TcpState next) {
        return switch (this) {
            case SYN_SENT -> next == SYN_RECEIVED || next == ESTABLISHED || next == CLOSE_WAIT || next == CLOSED;
            case SYN_RECEIVED -> next == ESTABLISHED || next == FIN_WAIT_1 || next == CLOSE_WAIT || next == CLOSED;
            case ESTABLISHED -> next == FIN_WAIT_1 || next == CLOSE_WAIT || next == CLOSED;
            case FIN_WAIT_1 -> next == FIN_WAIT_2 || next == CLOSING || next == TIME_WAIT || next == CLOSED;
            case FIN_WAIT_2, CLOSING -> next == TIME_WAIT || next == CLOSED;
            case CLOSE_WAIT -> next == LAST_ACK || next == CLOSED;
            case LAST_ACK, TIME_WAIT -> next == CLOSED;
            case CLOSED -> false;
        };
    }
}
