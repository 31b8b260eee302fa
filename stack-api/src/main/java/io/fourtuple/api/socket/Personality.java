package io.fourtuple.api.socket;

/** Where systems differ in what a call answers. */
public enum Personality {
    /** Sizes of buffers are what was asked for. */
    PLAIN,
    /** As Linux: {@code SO_RCVBUF} and {@code SO_SNDBUF} report twice what was asked for. */
    LINUX,
    /**
     * As FreeBSD: {@code SO_RCVBUF} and {@code SO_SNDBUF} of a connection are rounded up to whole segments; what is
     * written without a connection fails with ENOTCONN, and not EPIPE; resets from a port that is bound have the
     * traffic class and the hop limit of the socket.
     */
    FREEBSD
}
