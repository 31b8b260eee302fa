package io.fourtuple.benchmarks.interop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * An endless stream of pseudo-random octets that never repeats itself, any part of which can be had by its offset: the
 * sequence of SplitMix64 for a seed. An octet that is wrong, lost, doubled or in another place shows.
 */
final class Octets {
    private static final long GAMMA = 0x9e3779b97f4a7c15L;
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final long seed;
    private byte[] expected = new byte[Long.BYTES];

    /** The stream of a seed. */
    Octets(long seed) {
        this.seed = seed;
    }

    private long word(long index) {
        long mixed = seed + index * GAMMA;
        mixed = (mixed ^ mixed >>> 30) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
        return mixed ^ mixed >>> 31;
    }

    /** Octets {@code offset} to {@code offset + length} of the stream, in an array of their own. */
    byte[] copy(long offset, int length) {
        byte[] octets = new byte[length];
        fill(octets, offset, length);
        return octets;
    }

    private void fill(byte[] into, long offset, int length) {
        int at = 0;
        while (at < length) {
            long position = offset + at;
            int within = (int) (position & (Long.BYTES - 1));
            long word = word(position >>> 3);
            if (within == 0 && length - at >= Long.BYTES) {
                LONGS.set(into, at, word);
                at += Long.BYTES;
            } else {
                into[at++] = (byte) (word >>> (within * Byte.SIZE));
            }
        }
    }

    /** Which of {@code length} octets in {@code read} first differs from the stream at {@code offset}; -1: none. */
    int mismatch(byte[] read, int from, int length, long offset) {
        if (expected.length < length) {
            expected = new byte[Math.max(length, 2 * expected.length)];
        }
        fill(expected, offset, length);
        return Arrays.mismatch(read, from, from + length, expected, 0, length);
    }
}
