package io.fourtuple.api.actor;

import io.fourtuple.core.ip.FrameSink;
import io.fourtuple.core.ip.RelayedPacket;
import io.fourtuple.core.ip.TransmitOffload;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** The way out of a shard through the first one: what it sends is copied and relayed there. */
final class RelaySink implements FrameSink {
    private final Shards shards;
    private final ByteBuffer packet;

    /** For packets of up to {@code capacity} octets. */
    RelaySink(Shards shards, int capacity) {
        this.shards = shards;
        packet = ByteBuffer.allocate(capacity);
    }

    @Override
    public ByteBuffer frame() {
        return packet.clear();
    }

    @Override
    public boolean transmit(int length, TransmitOffload offload) {
        return shards.relay(new RelayedPacket(Arrays.copyOf(packet.array(), length), offload.copy()));
    }
}
