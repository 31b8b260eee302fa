package io.fourtuple.benchmarks;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/** The bytes that are sent: one pseudo-random block again and again, so that a reader can check any offset. */
final class Pattern {
    /** Length of the block in octets; a power of two. */
    static final int PERIOD = 64 * 1024;

    private static final byte[] BLOCK = block();

    private Pattern() {}

    private static byte[] block() {
        byte[] block = new byte[PERIOD];
        new SplittableRandom(0x4677).nextBytes(block);
        return block;
    }

    /** A copy of the block. */
    static byte[] copy() {
        return BLOCK.clone();
    }

    /** A direct buffer with the block twice: from any offset within the first, a whole period can be written. */
    static ByteBuffer twice() {
        return ByteBuffer.allocateDirect(2 * PERIOD).put(BLOCK).put(BLOCK).flip();
    }

    /**
     * Checks both ends of what was read: enough to notice a lost, doubled or misplaced octet at the price of two loads.
     *
     * @param read holds {@code length} octets from index 0
     * @param length how many were read, at least 1
     * @param offset where in the stream the first of them stands
     * @throws IllegalStateException when they are not the pattern's
     */
    static void check(ByteBuffer read, int length, long offset) {
        int first = (int) (offset & (PERIOD - 1));
        int last = (int) ((offset + length - 1) & (PERIOD - 1));
        if (read.get(0) != BLOCK[first] || read.get(length - 1) != BLOCK[last]) {
            throw new IllegalStateException("wrong data at stream offset " + offset + ", length " + length);
        }
    }
}
