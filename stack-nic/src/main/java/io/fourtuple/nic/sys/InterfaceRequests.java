package io.fourtuple.nic.sys;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.fourtuple.core.wire.MacAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Questions about one network interface, netdevice(7), and the few changes that a NIC makes. Each returns 0 or the
 * answer, or {@code -errno}. Confined to one thread.
 *
 * <p>The interface is looked for in the network namespace of the socket that is asked.
 */
public final class InterfaceRequests {
    /** {@link #hardwareType()} of Ethernet. */
    public static final int ETHERNET = 1;

    private static final long SIOCGIFFLAGS = 0x8913;
    private static final long SIOCGIFMTU = 0x8921;
    private static final long SIOCSIFMTU = 0x8922;
    private static final long SIOCGIFHWADDR = 0x8927;
    private static final long SIOCGIFINDEX = 0x8933;
    private static final int IFF_UP = 1;

    /** {@code struct ifreq}: 16 octets of name, 24 of union. */
    private static final int IFREQ = 40;
    private static final int UNION = 16;
    private static final int ADDRESS = UNION + 2;

    private final Linux linux;
    private final String name;
    private final MemorySegment ifreq;

    /** Questions about the interface called {@code name}. */
    public InterfaceRequests(Linux linux, Arena arena, String name) {
        this.linux = linux;
        this.name = name;
        this.ifreq = arena.allocate(IFREQ, 8);
    }

    /** The MTU, in octets. */
    public int mtu(int socket) {
        return ask(socket, SIOCGIFMTU, 0, JAVA_INT.byteSize());
    }

    /** Sets the MTU, in octets. Needs CAP_NET_ADMIN. */
    public int setMtu(int socket, int mtu) {
        int result = ask(socket, SIOCSIFMTU, mtu, JAVA_INT.byteSize());
        return Math.min(result, 0);
    }

    /** The number that the kernel knows the interface by; another one when it is made anew. */
    public int index(int socket) {
        return ask(socket, SIOCGIFINDEX, 0, JAVA_INT.byteSize());
    }

    /** 1 when it is switched on, else 0. */
    public int isUp(int socket) {
        int flags = ask(socket, SIOCGIFFLAGS, 0, JAVA_SHORT.byteSize());
        return flags < 0 ? flags : flags & IFF_UP;
    }

    /** Asks for what {@link #hardwareType} and {@link #hardwareAddress} then tell. */
    public int askHardware(int socket) {
        return Math.min(ask(socket, SIOCGIFHWADDR, 0, JAVA_SHORT.byteSize()), 0);
    }

    /** ARPHRD_… of the last {@link #askHardware}. */
    public int hardwareType() {
        return ifreq.get(JAVA_SHORT, UNION) & 0xffff;
    }

    /** The address of the last {@link #askHardware}, if the type has such. */
    public MacAddress hardwareAddress() {
        byte[] octets = new byte[6];
        MemorySegment.copy(ifreq, JAVA_BYTE, ADDRESS, octets, 0, octets.length);
        return MacAddress.read(octets, 0);
    }

    /** Any other request that takes flags. */
    public int setFlags(int fd, long request, short flags) {
        clear();
        ifreq.set(JAVA_SHORT, UNION, flags);
        return linux.ioctl(fd, request, ifreq);
    }

    /** Any other request that tells flags. */
    public int flags(int fd, long request) {
        return ask(fd, request, 0, JAVA_SHORT.byteSize());
    }

    private int ask(int socket, long request, int value, long answerOctets) {
        clear();
        ifreq.set(JAVA_INT, UNION, value);
        int result = linux.ioctl(socket, request, ifreq);
        if (result < 0) {
            return result;
        }
        return answerOctets == JAVA_INT.byteSize() ? ifreq.get(JAVA_INT, UNION) : ifreq.get(JAVA_SHORT, UNION) & 0xffff;
    }

    private void clear() {
        ifreq.fill((byte) 0);
        ifreq.setString(0, name);
    }
}
