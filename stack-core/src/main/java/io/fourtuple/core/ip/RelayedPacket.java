package io.fourtuple.core.ip;

/**
 * A TCP segment in an IP packet that the host of one shard has written and the host of another, which has the NIC,
 * sends: see {@link IpHost#behind} and {@link IpHost#relay}. Passes from thread to thread; nobody changes it any more.
 *
 * @param packet from the IP header to the last octet of payload
 * @param offload what the NIC has still to do and why the packet is sent, with positions of {@code packet}
 */
public record RelayedPacket(byte[] packet, TransmitOffload offload) {}
