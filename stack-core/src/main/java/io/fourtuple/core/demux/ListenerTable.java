package io.fourtuple.core.demux;

import io.fourtuple.core.wire.IpAddress;
import java.util.function.Consumer;

/**
 * Finds the listener for a SYN by local address and port.
 *
 * <p>The most specific one wins: the address itself, then the wildcard of its family, then {@code ::}, which listens to
 * IPv4 as well (RFC 3493 §3.7). Confined to one thread; looking up allocates nothing.
 *
 * @param <L> the listeners
 */
public final class ListenerTable<L> {
    private static final int BUCKETS = 256;

    private static final int EXACT = 3;
    private static final int WILDCARD = 2;
    private static final int DUAL_STACK = 1;
    private static final int NO_MATCH = 0;

    private final Bound<?>[] buckets = new Bound<?>[BUCKETS];

    /** One link of a chain: ports that share a bucket. Strangers cannot make one longer: the ports are ours. */
    private static final class Bound<L> {
        final IpAddress local;
        final int port;
        /** Whether {@code ::} listens to IPv4 as well. */
        final boolean dualStack;
        final L listener;
        Bound<L> next;

        Bound(IpAddress local, int port, boolean dualStack, L listener, Bound<L> next) {
            this.local = local;
            this.port = port;
            this.dualStack = dualStack;
            this.listener = listener;
            this.next = next;
        }
    }

    /** The listener that a SYN to this address and port belongs to, or null. */
    public L find(IpAddress local, int port) {
        Bound<L> best = null;
        int bestMatch = NO_MATCH;
        for (Bound<L> bound = bucket(port); bound != null; bound = bound.next) {
            int match = bound.port == port ? match(bound.local, bound.dualStack, local) : NO_MATCH;
            if (match > bestMatch) {
                best = bound;
                bestMatch = match;
            }
        }
        return best == null ? null : best.listener;
    }

    /**
     * Enters a listener.
     *
     * @param local an address of ours, or {@code 0.0.0.0} or {@code ::} for all
     * @param port 1–65535
     * @return false when this very address and port is taken
     */
    public boolean add(IpAddress local, int port, L listener) {
        return add(local, port, true, listener);
    }

    /**
     * Enters a listener.
     *
     * @param dualStack whether {@code ::} listens to IPv4 as well: not with {@code IPV6_V6ONLY}
     * @return false when this very address and port is taken
     */
    public boolean add(IpAddress local, int port, boolean dualStack, L listener) {
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("a port is 1-65535, not " + port);
        }
        for (Bound<L> bound = bucket(port); bound != null; bound = bound.next) {
            if (bound.port == port && bound.local.equals(local)) {
                return false;
            }
        }
        buckets[port & BUCKETS - 1] = new Bound<>(local, port, dualStack, listener, bucket(port));
        return true;
    }

    /** Takes out the listener of this very address and port. */
    public boolean remove(IpAddress local, int port) {
        Bound<L> previous = null;
        for (Bound<L> bound = bucket(port); bound != null; bound = bound.next) {
            if (bound.port == port && bound.local.equals(local)) {
                if (previous == null) {
                    buckets[port & BUCKETS - 1] = bound.next;
                } else {
                    previous.next = bound.next;
                }
                return true;
            }
            previous = bound;
        }
        return false;
    }

    /**
     * Whether a new listener there would share SYNs with one that exists, which Linux refuses as "address in use": the
     * same address, or one of the two is a wildcard that covers the other.
     */
    public boolean isBound(IpAddress local, int port) {
        return isBound(local, port, true);
    }

    /** The same for one that, at {@code ::}, listens to IPv4 as well, or does not. */
    public boolean isBound(IpAddress local, int port, boolean dualStack) {
        for (Bound<L> bound = bucket(port); bound != null; bound = bound.next) {
            boolean overlap = overlap(bound.local, bound.dualStack, local, dualStack);
            if (bound.port == port && overlap) {
                return true;
            }
        }
        return false;
    }

    /** Calls {@code action} with each listener; it must not change the table. */
    public void forEach(Consumer<L> action) {
        for (int port = 0; port < BUCKETS; port++) {
            for (Bound<L> bound = bucket(port); bound != null; bound = bound.next) {
                action.accept(bound.listener);
            }
        }
    }

    /**
     * Whether two sockets of the same port could get the same SYN.
     *
     * @param dualStackA whether {@code a}, should it be {@code ::}, stands for IPv4 as well; the other likewise
     */
    public static boolean overlap(IpAddress a, boolean dualStackA, IpAddress b, boolean dualStackB) {
        return match(a, dualStackA, b) != NO_MATCH || match(b, dualStackB, a) != NO_MATCH;
    }

    private static int match(IpAddress bound, boolean dualStack, IpAddress wanted) {
        if (bound.equals(wanted)) {
            return EXACT;
        }
        if (!bound.isUnspecified()) {
            return NO_MATCH;
        }
        if (bound.isV4() == wanted.isV4()) {
            return WILDCARD;
        }
        return bound.isV4() || !dualStack ? NO_MATCH : DUAL_STACK;
    }

    @SuppressWarnings("unchecked") // only Bound<L> goes in
    private Bound<L> bucket(int port) {
        return (Bound<L>) buckets[port & BUCKETS - 1];
    }
}
