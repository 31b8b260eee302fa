package io.fourtuple.api.socket;

/**
 * One descriptor of poll(2).
 *
 * @param fd its number; a negative one is passed over
 * @param events what is asked for: bits of {@code POLLIN} and so on
 * @param revents what is ready, in the result; besides what was asked for, POLLERR, POLLHUP and POLLNVAL
 */
public record PollFd(int fd, int events, int revents) {
    /** A question. */
    public PollFd(int fd, int events) {
        this(fd, events, 0);
    }
}
