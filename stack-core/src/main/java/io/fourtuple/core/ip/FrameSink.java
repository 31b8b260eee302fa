package io.fourtuple.core.ip;

import java.nio.ByteBuffer;

/**
 * The way out for finished frames: the transmit side of a NIC.
 *
 * <p>Confined to one thread, the loop of the NIC's shard.
 */
public interface FrameSink {
    /**
     * The buffer for the next frame: big-endian, position 0, limit the largest frame that can be sent. Its contents are
     * undefined. It belongs to the sink, is lent until {@link #transmit} or the next call of this method, and is the
     * same one again and again.
     */
    ByteBuffer frame();

    /**
     * Sends the first {@code length} octets of the buffer that {@link #frame()} lent.
     *
     * @param offload what the NIC still has to do, and why the frame is sent; read before this returns
     * @return true when the NIC took the frame; false when its queue was full and the frame is lost (the NIC counts it)
     */
    boolean transmit(int length, TransmitOffload offload);
}
