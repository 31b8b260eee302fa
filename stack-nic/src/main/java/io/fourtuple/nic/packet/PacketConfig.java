package io.fourtuple.nic.packet;

import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.nic.sys.InterfaceName;

/**
 * Which interface to use by a packet socket, and how.
 *
 * @param name of an Ethernet interface that exists, at most {@value InterfaceName#MAX} octets
 * @param mac our hardware address. With one of our own we are a station beside the kernel: the interface becomes
 *     promiscuous, and the kernel ignores what is for us. {@link MacAddress#NONE} to share the interface's,
 *     where the network lets no other through (Wi-Fi, most clouds): the kernel then sees each of our frames as well
 * @param offload whether the kernel completes our checksums and cuts our super-frames; what it hands to us is
 *     merged and vouched for in any case
 * @param socketBuffer octets of kernel memory for frames that wait to be read, and as many for those that wait to go
 *     out, 4 KiB to 1 GiB; without CAP_NET_ADMIN no more than {@code net.core.rmem_max} and {@code wmem_max}
 */
public record PacketConfig(String name, MacAddress mac, boolean offload, int socketBuffer) {
    /** Some thirty super-frames, as the kernel counts them. */
    public static final int DEFAULT_SOCKET_BUFFER = 4 << 20;
    /** A frame or two. */
    public static final int MIN_SOCKET_BUFFER = 4 << 10;
    /** More than any link needs. */
    public static final int MAX_SOCKET_BUFFER = 1 << 30;

    public PacketConfig {
        InterfaceName.check(name, "an interface");
        if (mac.isMulticast()) {
            throw new IllegalArgumentException(mac + " is no address of a station: choose one such as "
                    + "02:00:00:00:00:02");
        }
        if (socketBuffer < MIN_SOCKET_BUFFER || socketBuffer > MAX_SOCKET_BUFFER) {
            throw new IllegalArgumentException("the buffer of a packet socket must be " + MIN_SOCKET_BUFFER + " to "
                    + MAX_SOCKET_BUFFER + " octets, is " + socketBuffer);
        }
    }

    /** With offloads and {@link #DEFAULT_SOCKET_BUFFER}. */
    public static PacketConfig of(String name, MacAddress mac) {
        return new PacketConfig(name, mac, true, DEFAULT_SOCKET_BUFFER);
    }

    /** The same with or without offloads. */
    public PacketConfig withOffload(boolean value) {
        return new PacketConfig(name, mac, value, socketBuffer);
    }

    /** The same with other socket buffers, in octets. */
    public PacketConfig withSocketBuffer(int value) {
        return new PacketConfig(name, mac, offload, value);
    }
}
