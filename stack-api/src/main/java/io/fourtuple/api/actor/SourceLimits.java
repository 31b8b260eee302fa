package io.fourtuple.api.actor;

import io.fourtuple.api.StackConfig.Limits.PerSource;
import io.fourtuple.core.wire.IpAddress;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How many of the connections that peers open each peer has, to limit them. Holds an entry for each peer that has one,
 * and nothing at all while there is no limit. Shared by the shards of a stack; any thread may use it.
 */
final class SourceLimits {
    private final PerSource limits;
    private final ConcurrentHashMap<IpAddress, Held> sources = new ConcurrentHashMap<>();

    private record Held(int halfOpen, int established) {
        private static final Held NOTHING = new Held(0, 0);
    }

    SourceLimits(PerSource limits) {
        this.limits = limits;
    }

    /** Counts a half-open connection; false when this peer may have no more. */
    boolean tryAddHalfOpen(IpAddress peer) {
        return limits.halfOpen() == 0 || tryAdd(peer, 1, 0);
    }

    /** A half-open connection is over. */
    void removeHalfOpen(IpAddress peer) {
        if (limits.halfOpen() != 0) {
            remove(peer, 1, 0);
        }
    }

    /** Counts an established connection; false when this peer may have no more. */
    boolean tryAddEstablished(IpAddress peer) {
        return limits.established() == 0 || tryAdd(peer, 0, 1);
    }

    /** An established connection is over. */
    void removeEstablished(IpAddress peer) {
        if (limits.established() != 0) {
            remove(peer, 0, 1);
        }
    }

    /** How many peers have connections that are counted. */
    int size() {
        return sources.size();
    }

    private boolean tryAdd(IpAddress peer, int halfOpen, int established) {
        boolean[] added = new boolean[1];
        sources.compute(source(peer), (_, held) -> {
            Held now = held == null ? Held.NOTHING : held;
            Held then = new Held(now.halfOpen + halfOpen, now.established + established);
            added[0] = (halfOpen == 0 || then.halfOpen <= limits.halfOpen())
                    && (established == 0 || then.established <= limits.established());
            return added[0] ? then : held;
        });
        return added[0];
    }

    private void remove(IpAddress peer, int halfOpen, int established) {
        sources.compute(source(peer), (_, held) -> {
            Held then = new Held(held.halfOpen - halfOpen, held.established - established);
            return then.equals(Held.NOTHING) ? null : then;
        });
    }

    private IpAddress source(IpAddress peer) {
        if (peer.isV4()) {
            return peer;
        }
        int bits = limits.prefixLength();
        long high = bits >= Long.SIZE ? peer.high() : peer.high() & (-1L << (Long.SIZE - bits));
        int lowBits = bits - Long.SIZE;
        long low = lowBits <= 0 ? 0 : lowBits == Long.SIZE ? peer.low() : peer.low() & (-1L << (Long.SIZE - lowBits));
        return IpAddress.of(high, low);
    }
}
