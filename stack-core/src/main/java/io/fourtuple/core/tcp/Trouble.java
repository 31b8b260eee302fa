package io.fourtuple.core.tcp;

/**
 * What stands in the way of a connection that goes on all the same: the soft errors of RFC 9293 §3.9.1.8. They are
 * forgotten as soon as the peer acknowledges something new.
 */
public enum Trouble {
    /** The same segment was sent again R1 times without an answer (RFC 9293 §3.8.3). */
    NOT_ANSWERED,
    /** The network says that it cannot deliver: net or host unreachable, time exceeded, a silent neighbour. */
    UNREACHABLE,
    /** The network says that the peer does not want it: protocol or port unreachable, prohibited. */
    REFUSED
}
