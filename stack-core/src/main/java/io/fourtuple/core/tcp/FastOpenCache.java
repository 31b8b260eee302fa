package io.fourtuple.core.tcp;

import io.fourtuple.core.Counter;
import io.fourtuple.core.Counters;
import io.fourtuple.core.time.Deadline;
import io.fourtuple.core.wire.FastOpenOption;
import io.fourtuple.core.wire.IpAddress;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a client knows of the servers it has opened connections to with Fast Open (RFC 7413 §4.1.3): the cookie, the MSS
 * that came with it, and for how long to do without. Bounded: the peer that was not used for the longest time makes
 * room. Thread-safe.
 */
public final class FastOpenCache {
    /** What is known of a server. */
    private record Peer(
            FastOpenOption cookie, int mss, long disabledUntil, boolean experimental, boolean bothTried) {
        static final Peer UNKNOWN = new Peer(FastOpenOption.ABSENT, -1, Deadline.NONE, false, false);

        boolean isDisabled(long now) {
            return disabledUntil != Deadline.NONE && !Deadline.isDue(disabledUntil, now);
        }
    }

    private final int bound;
    private final Map<IpAddress, Peer> peers = new LinkedHashMap<>(16, 0.75f, true);

    /** One that knows so many servers at most, at least 1. */
    public FastOpenCache(int bound) {
        if (bound < 1) {
            throw new IllegalArgumentException("a cache knows at least 1 server, not " + bound);
        }
        this.bound = bound;
    }

    /** How many servers it knows. */
    public synchronized int size() {
        return peers.size();
    }

    /** Whether a SYN to this server would have data. */
    public synchronized boolean takesData(IpAddress server, FastOpenRules rules, long nowNanos) {
        Peer peer = peers.getOrDefault(server, Peer.UNKNOWN);
        return rules.client() && !peer.isDisabled(nowNanos)
                && (peer.cookie.hasCookie() || rules.clientWithoutCookie());
    }

    /**
     * An open of a connection to a server.
     *
     * @param rules those of the socket that asks for it
     */
    public synchronized FastOpenAttempt attempt(IpAddress server, FastOpenRules rules, long nowNanos) {
        Peer peer = peers.getOrDefault(server, Peer.UNKNOWN);
        if (!rules.client() || peer.isDisabled(nowNanos)) {
            return new FastOpenAttempt(this, server, rules, FastOpenOption.ABSENT, -1, false);
        }
        if (peer.cookie.hasCookie()) {
            return new FastOpenAttempt(this, server, rules, peer.cookie, peer.mss, true);
        }
        FastOpenOption request = peer.experimental && !rules.clientWithoutCookie()
                ? FastOpenOption.EXPERIMENTAL_REQUEST
                : rules.withoutCookie();
        return new FastOpenAttempt(this, server, rules, request, peer.mss, rules.clientWithoutCookie());
    }

    /** A server has given a cookie. */
    synchronized void store(IpAddress server, FastOpenOption cookie, int mss, Counters counters) {
        put(server, new Peer(cookie, mss, Deadline.NONE, false, false), counters);
    }

    /** A server has taken data: it is as good as ever. */
    synchronized void confirm(IpAddress server, int mss, Counters counters) {
        Peer peer = peers.getOrDefault(server, Peer.UNKNOWN);
        put(server, new Peer(peer.cookie, mss, Deadline.NONE, peer.experimental, peer.bothTried), counters);
    }

    /**
     * A request was not answered: the next one has the option of the other kind (RFC 7413 §4.1.1, RFC 6994). When that
     * was not answered either, it is the standard one for ever.
     */
    synchronized void tryOther(IpAddress server, boolean experimental, Counters counters) {
        Peer peer = peers.getOrDefault(server, Peer.UNKNOWN);
        boolean both = peer.bothTried || !experimental;
        put(server, new Peer(peer.cookie, peer.mss, peer.disabledUntil, experimental && !both, both), counters);
    }

    /** Something between here and there does not like it: for this time, a server gets plain SYNs. */
    synchronized void disable(IpAddress server, long untilNanos, Counters counters) {
        Peer peer = peers.getOrDefault(server, Peer.UNKNOWN);
        put(server, new Peer(peer.cookie, peer.mss, untilNanos, false, peer.bothTried), counters);
    }

    private void put(IpAddress server, Peer peer, Counters counters) {
        if (!peers.containsKey(server) && peers.size() >= bound) {
            peers.remove(peers.keySet().iterator().next());
            counters.increment(Counter.TCP_EXT_FAST_OPEN_EVICTED);
        }
        peers.put(server, peer);
    }
}
