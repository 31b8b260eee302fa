package io.fourtuple.core.tcp;

import java.util.Arrays;

/**
 * Octets in order from the peer. The array is never written again and may be wrapped without a copy.
 *
 * @param array holds the octets
 * @param offset where they start
 * @param length how many, at least 1
 */
public record ReceivedChunk(byte[] array, int offset, int length) {
    /** A chunk with an array of its own. */
    static ReceivedChunk copyOf(byte[] array, int offset, int length) {
        return new ReceivedChunk(Arrays.copyOfRange(array, offset, offset + length), 0, length);
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
