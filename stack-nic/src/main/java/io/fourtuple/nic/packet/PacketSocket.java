package io.fourtuple.nic.packet;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.nic.NicException;
import io.fourtuple.nic.sys.InterfaceRequests;
import io.fourtuple.nic.sys.Linux;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;

/** Opens and sets up a packet(7) socket, and says what its errors mean to a user. */
final class PacketSocket {
    private static final int AF_PACKET = 17;
    private static final int SOCK_RAW = 3;
    private static final int SOCK_NONBLOCK = 0x800;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int ETH_P_ALL = 3;

    private static final int SOL_SOCKET = 1;
    private static final int SO_SNDBUF = 7;
    private static final int SO_RCVBUF = 8;
    private static final int SO_ATTACH_FILTER = 26;
    private static final int SO_SNDBUFFORCE = 32;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int SOL_PACKET = 263;
    private static final int PACKET_ADD_MEMBERSHIP = 1;
    private static final int PACKET_STATISTICS = 6;
    private static final int PACKET_VNET_HDR = 15;

    /** {@code struct sockaddr_ll}. */
    private static final int ADDRESS = 20;
    /** {@code struct packet_mreq}. */
    private static final int MEMBERSHIP = 16;
    private static final short PACKET_MR_PROMISC = 1;
    /** {@code struct tpacket_stats}: packets and, of these, drops, since it was read last. */
    private static final int STATISTICS = 8;

    /** What an interface is doing. */
    enum State { UP, DOWN, GONE }

    private final Arena arena;
    private final Linux linux;
    private final String name;
    private final InterfaceRequests requests;
    private final int fd;
    private int index;
    private MacAddress mac;
    private int mtu;

    // Any thread reads the statistics.
    private final Object statisticsLock = new Object();
    private final Linux statisticsLinux;
    private final MemorySegment statistics;
    private final MemorySegment statisticsLength;
    private boolean closed;

    private PacketSocket(Linux linux, Arena arena, String name) {
        this.arena = arena;
        this.linux = linux;
        this.name = name;
        this.requests = new InterfaceRequests(linux, arena, name);
        this.statisticsLinux = new Linux(arena);
        this.statistics = arena.allocate(STATISTICS, 8);
        this.statisticsLength = arena.allocate(JAVA_INT);
        // Protocol 0: it hears nothing until it is bound, so nothing of other interfaces gets in.
        this.fd = linux.socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (fd == -Linux.EPERM || fd == -Linux.EACCES) {
            throw new NicException(
                    "no permission for a packet socket on " + name + ": run as root, or with CAP_NET_RAW");
        }
        check(fd, "opening a packet socket");
    }

    /**
     * Opens a socket for the interface of {@code config}.
     *
     * @throws NicException when that is not possible; the message says what to do
     */
    static PacketSocket open(PacketConfig config, Linux linux, Arena arena) {
        PacketSocket socket = new PacketSocket(linux, arena, config.name());
        try {
            socket.look(config.mac());
            socket.setUp(config);
            return socket;
        } catch (RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    int fd() {
        return fd;
    }

    /** Of the interface, in octets. */
    int mtu() {
        return mtu;
    }

    /** Ours. */
    MacAddress mac() {
        return mac;
    }

    /** What became of the interface. One that was removed and made anew is gone. */
    State state() {
        if (requests.index(fd) != index) {
            return State.GONE;
        }
        return requests.isUp(fd) == 1 ? State.UP : State.DOWN;
    }

    /** Frames that the kernel had no room for, since this was called last. Any thread. */
    long takeDrops() {
        synchronized (statisticsLock) {
            if (closed) {
                return 0;
            }
            statisticsLength.set(JAVA_INT, 0, STATISTICS);
            int result = statisticsLinux.getOption(fd, SOL_PACKET, PACKET_STATISTICS, statistics, statisticsLength);
            check(result, "reading its statistics");
            return Integer.toUnsignedLong(statistics.get(JAVA_INT, 4));
        }
    }

    void close() {
        synchronized (statisticsLock) {
            closed = true;
            linux.close(fd);
        }
    }

    private void look(MacAddress wanted) {
        index = requests.index(fd);
        if (index == -Linux.ENODEV) {
            throw new NicException("there is no interface " + name + ": 'ip link' lists those that there are");
        }
        check(index, "looking for it");
        check(requests.askHardware(fd), "reading its hardware address");
        if (requests.hardwareType() != InterfaceRequests.ETHERNET) {
            throw new NicException("the interface " + name + " is no Ethernet: choose one that is, such as an end of "
                    + "'ip link add veth0 type veth peer veth1'");
        }
        mac = wanted.equals(MacAddress.NONE) ? requests.hardwareAddress() : wanted;
        if (!mac.equals(requests.hardwareAddress())) {
            listenToAll();
        }
        mtu = check(requests.mtu(fd), "reading its MTU");
    }

    private void setUp(PacketConfig config) {
        MemorySegment on = arena.allocateFrom(JAVA_INT, 1);
        check(linux.setOption(fd, SOL_PACKET, PACKET_VNET_HDR, on), "switching virtio headers on");
        check(linux.setOption(fd, SOL_SOCKET, SO_ATTACH_FILTER, PacketFilter.of(mac, arena)), "setting its filter");
        setBuffer(SO_RCVBUFFORCE, SO_RCVBUF, config.socketBuffer());
        setBuffer(SO_SNDBUFFORCE, SO_SNDBUF, config.socketBuffer());
        MemorySegment address = arena.allocate(ADDRESS, 8);
        address.set(JAVA_SHORT, 0, (short) AF_PACKET);
        address.set(JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN), 2, (short) ETH_P_ALL);
        address.set(JAVA_INT, 4, index);
        check(linux.bind(fd, address), "binding to it");
    }

    /** Lets what is for our hardware address through an interface that has another. Ends with the socket. */
    private void listenToAll() {
        MemorySegment membership = arena.allocate(MEMBERSHIP, 8);
        membership.set(JAVA_INT, 0, index);
        membership.set(JAVA_SHORT, 4, PACKET_MR_PROMISC);
        check(linux.setOption(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, membership), "making it promiscuous");
    }

    private void setBuffer(int forced, int modest, int octets) {
        // The kernel counts its own overhead and doubles what is asked for.
        MemorySegment half = arena.allocateFrom(JAVA_INT, octets / 2);
        int result = linux.setOption(fd, SOL_SOCKET, forced, half);
        if (result == -Linux.EPERM) {
            result = linux.setOption(fd, SOL_SOCKET, modest, half);
        }
        check(result, "setting its buffers");
    }

    private int check(int result, String what) {
        if (result < 0) {
            throw new NicException("interface " + name + ": " + what + " failed with errno " + -result
                    + ": see what 'ip -details link show " + name + "' says");
        }
        return result;
    }
}
