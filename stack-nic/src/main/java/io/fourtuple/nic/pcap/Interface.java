package io.fourtuple.nic.pcap;

import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.nic.NicException;
import io.fourtuple.nic.sys.InterfaceName;
import io.fourtuple.nic.sys.InterfaceRequests;
import io.fourtuple.nic.sys.Linux;
import java.lang.foreign.Arena;
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

    /**
     * Looks an interface up in the network namespace of the calling thread.
     *
     * @throws NicException with one sentence, when there is none or it is not Ethernet
     */
    static Interface named(String name) {
        if (name.getBytes(StandardCharsets.UTF_8).length > InterfaceName.MAX) {
            throw unknown(name);
        }
        try (Arena arena = Arena.ofConfined()) {
            Linux linux = new Linux(arena);
            int socket = check(linux.socket(AF_INET, SOCK_DGRAM | O_CLOEXEC, 0), name);
            try {
                InterfaceRequests requests = new InterfaceRequests(linux, arena, name);
                int mtu = check(requests.mtu(socket), name);
                check(requests.askHardware(socket), name);
                if (requests.hardwareType() != InterfaceRequests.ETHERNET) {
                    throw new NicException("the frames of " + name + " are not Ethernet: choose another interface");
                }
                return new Interface(mtu, requests.hardwareAddress());
            } finally {
                linux.close(socket);
            }
        }
    }

    private static int check(int result, String name) {
        if (result == -Linux.ENODEV) {
            throw unknown(name);
        }
        if (result < 0) {
            throw new NicException("looking at " + name + " failed with errno " + -result
                    + ": see what 'ip -details link show " + name + "' says");
        }
        return result;
    }

    private static NicException unknown(String name) {
        return new NicException("there is no network interface " + name + ": 'ip link' lists those there are");
    }
}
