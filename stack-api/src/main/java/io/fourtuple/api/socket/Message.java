package io.fourtuple.api.socket;

import java.util.List;

/**
 * What recvmsg(2) has given.
 *
 * @param octets how many were put into the buffers
 * @param flags {@code msg_flags}: {@link Posix#MSG_ERRQUEUE}, {@link Posix#MSG_TRUNC}
 * @param control in order
 */
public record Message(int octets, int flags, List<ControlMessage> control) {
    /** None of it changes. */
    public Message {
        control = List.copyOf(control);
    }
}
