package io.fourtuple.nic.pcap;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.nic.NicException;
import io.fourtuple.nic.sys.Linux;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * What the kernel says of an interface, netdevice(7). {@code java.net} does not know of interfaces without an IP
 * address, which are the best to give to a stack.
 *
 * @param mtu in octets
 * @param mac its hardware address
 */
record Interface(int mtu, MacAddress mac) {
    private static final int AF_INET = 2;
    private static final int SOCK_DGRAM = 2;
    private static final int O_CLOEXEC = 0x80000;
    private static final long SIOCGIFMTU = 0x8921;
    private static final long SIOCGIFHWADDR = 0x8927;
    private static final short ARPHRD_ETHER = 1;
    /** {@code struct ifreq}: 16 octets of name, 24 of union. */
    private static final int IFREQ = 40;
    private static final int NAME = 16;

    /**
     * Looks an interface up in the network namespace of the calling thread.
     *
     * @throws NicException with one sentence, when there is none or it is not Ethernet
     */
    static Interface named(String name) {
        byte[] octets = name.getBytes(StandardCharsets.UTF_8);
        if (octets.length >= NAME) {
            throw unknown(name);
        }
        try (Arena arena = Arena.ofConfined()) {
            Linux linux = new Linux(arena);
            int socket = linux.socket(AF_INET, SOCK_DGRAM | O_CLOEXEC, 0);
            if (socket < 0) {
                throw new NicException("looking at " + name + " failed with errno " + -socket
                        + ": look that up in errno(3)");
            }
            try {
                MemorySegment ifreq = arena.allocate(IFREQ, 8);
                MemorySegment.copy(octets, 0, ifreq, JAVA_BYTE, 0, octets.length);
                ask(linux, socket, SIOCGIFMTU, ifreq, name);
                int mtu = ifreq.get(JAVA_INT, NAME);
                ask(linux, socket, SIOCGIFHWADDR, ifreq, name);
                MacAddress mac = MacAddress.read(ifreq.asSlice(NAME + 2, 6).toArray(JAVA_BYTE), 0);
                if (ifreq.get(JAVA_SHORT, NAME) != ARPHRD_ETHER) {
                    throw new NicException("the frames of " + name + " are not Ethernet: choose another interface");
                }
                return new Interface(mtu, mac);
            } finally {
                linux.close(socket);
            }
        }
    }

    private static void ask(Linux linux, int socket, long request, MemorySegment ifreq, String name) {
        int result = linux.ioctl(socket, request, ifreq);
        if (result == -Linux.ENODEV) {
            throw unknown(name);
        }
        if (result < 0) {
            throw new NicException("looking at " + name + " failed with errno " + -result
                    + ": see what 'ip -details link show " + name + "' says");
        }
    }

    private static NicException unknown(String name) {
        return new NicException("there is no network interface " + name + ": 'ip link' lists those there are");
    }
}
