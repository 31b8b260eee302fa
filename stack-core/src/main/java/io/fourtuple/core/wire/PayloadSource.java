package io.fourtuple.core.wire;

import java.nio.ByteBuffer;

/** Where the payload of an outgoing segment is read from, at the moment its frame is written. */
@FunctionalInterface
public interface PayloadSource {
    /**
     * Puts {@code length} octets, starting with the one that has sequence number {@code seq}, at the position of
     * {@code target} and advances it.
     */
    void copyTo(int seq, int length, ByteBuffer target);
}
