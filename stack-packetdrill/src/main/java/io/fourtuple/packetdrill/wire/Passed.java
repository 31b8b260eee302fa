package io.fourtuple.packetdrill.wire;

/**
 * A packet that has passed the NIC of a host.
 *
 * @param nanos when, by the host's clock
 * @param outbound whether the host sent it
 */
public record Passed(long nanos, boolean outbound, byte[] packet) {
    public Passed {
        packet = packet.clone();
    }

    @Override
    public byte[] packet() {
        return packet.clone();
    }
}
