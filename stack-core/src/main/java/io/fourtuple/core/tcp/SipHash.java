package io.fourtuple.core.tcp;

import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IpAddress;

/**
 * SipHash (Aumasson and Bernstein, 2012): a keyed hash of short messages that nobody can predict or steer without the
 * key. With 2 and 4 rounds it serves as the pseudo-random function that RFC 6528 and RFC 6056 ask for; with 1 and 3
 * rounds it keeps hash tables safe from made collisions at half the cost.
 *
 * <p>Immutable. Hashing a tuple allocates nothing.
 */
public final class SipHash {
    private static final int V4_TUPLE_OCTETS = 12;
    private static final int V6_TUPLE_OCTETS = 36;

    private final long k0;
    private final long k1;
    private final int compressionRounds;
    private final int finalRounds;

    private SipHash(long k0, long k1, int compressionRounds, int finalRounds) {
        this.k0 = k0;
        this.k1 = k1;
        this.compressionRounds = compressionRounds;
        this.finalRounds = finalRounds;
    }

    /** SipHash-2-4 with the key's first eight octets in {@code k0} and last eight in {@code k1}, little-endian. */
    public static SipHash of24(long k0, long k1) {
        return new SipHash(k0, k1, 2, 4);
    }

    /** SipHash-1-3: for hash tables, where only collisions matter. */
    public static SipHash of13(long k0, long k1) {
        return new SipHash(k0, k1, 1, 3);
    }

    /** The hash of a message of any length. */
    public long hash(byte[] message) {
        State state = new State(k0, k1);
        int whole = message.length & ~7;
        for (int i = 0; i < whole; i += 8) {
            state.compress(littleEndian(message, i, 8), compressionRounds);
        }
        long last = (long) message.length << 56 | littleEndian(message, whole, message.length - whole);
        state.compress(last, compressionRounds);
        return state.finish(finalRounds);
    }

    /** The hash of both addresses and both ports; the two directions of a connection hash differently. */
    public long hash(FourTuple tuple) {
        return hash(tuple.local(), tuple.localPort(), tuple.remote(), tuple.remotePort());
    }

    /** The hash of what {@link #hash(FourTuple)} hashes, given in parts. */
    public long hash(IpAddress local, int localPort, IpAddress remote, int remotePort) {
        State state = new State(k0, k1);
        long ports = (localPort & 0xffffL) << 16 | (remotePort & 0xffffL);
        if (local.isV4() && remote.isV4()) {
            state.compress((long) local.v4Bits() << 32 | (remote.v4Bits() & 0xffff_ffffL), compressionRounds);
            state.compress((long) V4_TUPLE_OCTETS << 56 | ports, compressionRounds);
        } else {
            state.compress(local.high(), compressionRounds);
            state.compress(local.low(), compressionRounds);
            state.compress(remote.high(), compressionRounds);
            state.compress(remote.low(), compressionRounds);
            state.compress((long) V6_TUPLE_OCTETS << 56 | ports, compressionRounds);
        }
        return state.finish(finalRounds);
    }

    private static long littleEndian(byte[] bytes, int from, int count) {
        long word = 0;
        for (int i = 0; i < count; i++) {
            word |= (bytes[from + i] & 0xffL) << (8 * i);
        }
        return word;
    }

    /** The four words of internal state; never leaves this class, so it lives in registers. */
    private static final class State {
        private long v0;
        private long v1;
        private long v2;
        private long v3;

        State(long k0, long k1) {
            v0 = k0 ^ 0x736f6d6570736575L;
            v1 = k1 ^ 0x646f72616e646f6dL;
            v2 = k0 ^ 0x6c7967656e657261L;
            v3 = k1 ^ 0x7465646279746573L;
        }

        void compress(long word, int rounds) {
            v3 ^= word;
            rounds(rounds);
            v0 ^= word;
        }

        long finish(int rounds) {
            v2 ^= 0xff;
            rounds(rounds);
            return v0 ^ v1 ^ v2 ^ v3;
        }

        private void rounds(int count) {
            for (int i = 0; i < count; i++) {
                v0 += v1;
                v1 = Long.rotateLeft(v1, 13) ^ v0;
                v0 = Long.rotateLeft(v0, 32);
                v2 += v3;
                v3 = Long.rotateLeft(v3, 16) ^ v2;
                v0 += v3;
                v3 = Long.rotateLeft(v3, 21) ^ v0;
                v2 += v1;
                v1 = Long.rotateLeft(v1, 17) ^ v2;
                v2 = Long.rotateLeft(v2, 32);
            }
        }
    }
}
