package io.fourtuple.core.tcp;

/**
 * Octets in order from the peer. The array is never written again and may be wrapped without a copy.
 *
 * @param array holds the octets
 * @param offset where they start
 * @param length how many, at least 1
 */
public record ReceivedChunk(byte[] array, int offset, int length) {
    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
