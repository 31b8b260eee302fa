package io.fourtuple.api.actor;

import io.fourtuple.core.tcp.FastOpenCookies;
import io.fourtuple.core.tcp.FastOpenKey;
import io.fourtuple.core.tcp.FastOpenRules;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The connections of one listening socket that a SYN alone has made, with Fast Open, and whose final ACK has not come:
 * how many there may be, and what their cookies are made with. One that its peer has reset keeps its place for a minute
 * (RFC 7413 §5.1): whoever steals cookies could else have the owner of the address free the places with its resets.
 * Shared by all shards; thread-safe.
 */
final class FastOpenQueue {
    private static final long RESET_HOLD_NANOS = 60L * 1_000_000_000;

    private volatile FastOpenRules rules;
    private final int somaxconn;
    private volatile FastOpenCookies cookies;
    private volatile int bound;
    private int waiting;
    /** Until when those that were reset keep their places, the earliest first. */
    private final Deque<Long> resets = new ArrayDeque<>();

    /** One with the rules of a socket; {@code keys} where these have none. */
    FastOpenQueue(FastOpenRules rules, List<FastOpenKey> keys, int somaxconn) {
        this.rules = rules;
        this.somaxconn = somaxconn;
        cookies = new FastOpenCookies(rules.keys().isEmpty() ? keys : rules.keys());
        bound = Math.min(rules.queue(), somaxconn);
    }

    /** What is allowed. */
    FastOpenRules rules() {
        return rules;
    }

    /** Other rules from now on, but for keys and bound. */
    void setRules(FastOpenRules others) {
        rules = others;
    }

    /** What clients are given. */
    FastOpenCookies cookies() {
        return cookies;
    }

    /** Other keys from now on; the present one first. */
    void setKeys(List<FastOpenKey> keys) {
        cookies = new FastOpenCookies(keys);
    }

    /** Whether it takes any at all. */
    boolean isOpen() {
        return rules.server() && bound > 0;
    }

    /** Another bound, capped by somaxconn; 0 for none. Those that wait stay. */
    void setBound(int places) {
        bound = Math.min(places, somaxconn);
    }

    /** How many places are taken. */
    synchronized int taken() {
        return waiting + resets.size();
    }

    /** Takes a place, unless all are taken. */
    synchronized boolean tryTake(long nowNanos) {
        while (!resets.isEmpty() && nowNanos - resets.getFirst() >= 0) {
            resets.removeFirst();
        }
        if (waiting + resets.size() >= bound) {
            return false;
        }
        waiting++;
        return true;
    }

    /** Gives a place back, in a minute when the connection was reset. */
    synchronized void giveBack(boolean wasReset, long nowNanos) {
        waiting--;
        if (wasReset) {
            resets.addLast(nowNanos + RESET_HOLD_NANOS);
        }
    }
}
