package io.fourtuple.core.tcp;

import io.fourtuple.core.wire.FastOpenOption;
import java.util.List;
import java.util.Objects;

/**
 * Fast Open (RFC 7413): data go with the SYN, to a peer that has given us a cookie before. Immutable.
 *
 * @param client whether programs may open connections so; each has to ask for it (Linux {@code tcp_fastopen} bit 0x1)
 * @param clientWithoutCookie whether data go with a SYN also without a cookie: only where the network is trusted (0x4)
 * @param deferConnect {@code TCP_FASTOPEN_CONNECT}: connect(2) to a peer whose cookie is known waits for the first
 *     write
 * @param disableTime for how long a peer gets SYNs without data after it has not answered one that had them, has not
 *     taken the data, or has given no cookie, in nanoseconds; 0 for not at all (FreeBSD
 *     {@code net.inet.tcp.fastopen.path_disable_time})
 * @param server whether listening sockets may take data with a SYN (0x2); off by default (RFC 7413 §6.1: a program has
 *     to live with data that come twice)
 * @param serverWithoutCookie whether they take them also without a cookie: anybody can send them with a forged address
 *     (0x200)
 * @param queue {@code TCP_FASTOPEN}: so many connections of a listening socket may wait for their final ACK with data
 *     taken; 0 for none
 * @param keys {@code TCP_FASTOPEN_KEY}: the key of cookies, then the one before, whose cookies are still good; none for
 *     a random one
 */
public record FastOpenRules(
        boolean client,
        boolean clientWithoutCookie,
        boolean deferConnect,
        long disableTime,
        boolean server,
        boolean serverWithoutCookie,
        int queue,
        List<FastOpenKey> keys) {
    private static final long DISABLE_NANOS = 900L * 1_000_000_000;

    /** A program may ask for it when it opens a connection; no data are taken with a SYN. */
    public static final FastOpenRules DEFAULT =
            new FastOpenRules(true, false, false, DISABLE_NANOS, false, false, 0, List.of());

    public FastOpenRules {
        keys = List.copyOf(Objects.requireNonNull(keys, "keys"));
        if (disableTime < 0 || queue < 0) {
            throw new IllegalArgumentException(
                    "disableTime and queue must not be negative: " + disableTime + ", " + queue);
        }
        if (keys.size() > 2) {
            throw new IllegalArgumentException("there are two keys at most, not " + keys.size());
        }
    }

    /** What a SYN is to have without a cookie. */
    FastOpenOption withoutCookie() {
        return clientWithoutCookie ? FastOpenOption.ABSENT : FastOpenOption.REQUEST;
    }

    /** The same with opens so. */
    public FastOpenRules withClient(boolean allowed, boolean withoutCookie) {
        return new FastOpenRules(
                allowed, withoutCookie, deferConnect, disableTime, server, serverWithoutCookie, queue, keys);
    }

    /** The same with connect(2) so. */
    public FastOpenRules withDeferConnect(boolean waits) {
        return new FastOpenRules(
                client, clientWithoutCookie, waits, disableTime, server, serverWithoutCookie, queue, keys);
    }

    /** The same with another time without data, in nanoseconds; 0 for none. */
    public FastOpenRules withDisableTime(long nanos) {
        return new FastOpenRules(
                client, clientWithoutCookie, deferConnect, nanos, server, serverWithoutCookie, queue, keys);
    }

    /** The same with listening sockets so. */
    public FastOpenRules withServer(boolean allowed, boolean withoutCookie) {
        return new FastOpenRules(
                client, clientWithoutCookie, deferConnect, disableTime, allowed, withoutCookie, queue, keys);
    }

    /** The same with another length of the queue. */
    public FastOpenRules withQueue(int length) {
        return new FastOpenRules(
                client, clientWithoutCookie, deferConnect, disableTime, server, serverWithoutCookie, length, keys);
    }

    /** The same with other keys. */
    public FastOpenRules withKeys(List<FastOpenKey> others) {
        return new FastOpenRules(
                client, clientWithoutCookie, deferConnect, disableTime, server, serverWithoutCookie, queue, others);
    }
}
