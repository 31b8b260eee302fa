package io.fourtuple.core.ip;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;

/** A NIC that keeps what it is given to send, and can be told to take nothing. */
final class FakeLink implements FrameSink {
    /** A sent frame, and what the NIC would have had to finish in it. */
    record Sent(
            byte[] bytes,
            boolean checksum,
            int checksumStart,
            int checksumOffset,
            int segmentSize,
            int headerLength,
            boolean ipv6,
            String why) {}

    final ArrayDeque<Sent> sent = new ArrayDeque<>();
    boolean full;

    private final ByteBuffer frame = ByteBuffer.allocate(65_536 + 14);

    @Override
    public ByteBuffer frame() {
        Arrays.fill(frame.array(), 0, 2048, (byte) 0xa5); // what was there before must not matter
        return frame.clear();
    }

    @Override
    public boolean transmit(int length, TransmitOffload offload) {
        if (full) {
            return false;
        }
        sent.add(new Sent(Arrays.copyOf(frame.array(), length), offload.checksum, offload.checksumStart,
                offload.checksumOffset, offload.segmentSize, offload.headerLength, offload.ipv6,
                offload.describeReason()));
        return true;
    }
}
