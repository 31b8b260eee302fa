package io.fourtuple.nic.tap;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.nic.NicException;
import io.fourtuple.nic.sys.Linux;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Opens and sets up the descriptor of a TAP: the ioctls of the kernel's
 * <a href="https://docs.kernel.org/networking/tuntap.html">tuntap</a>, and what their errors mean to a user.
 */
final class TapDevice {
    private static final String TUN = "/dev/net/tun";

    private static final long TUNSETIFF = 0x400454caL;
    private static final long TUNSETOFFLOAD = 0x400454d0L;
    private static final long TUNSETVNETHDRSZ = 0x400454d8L;
    private static final long SIOCGIFMTU = 0x8921;
    private static final long SIOCSIFMTU = 0x8922;
    private static final long SIOCGIFHWADDR = 0x8927;

    private static final short IFF_TAP = 0x0002;
    private static final short IFF_MULTI_QUEUE = 0x0100;
    private static final short IFF_NO_PI = 0x1000;
    private static final short IFF_VNET_HDR = 0x4000;

    private static final long TUN_F_CSUM = 1;
    private static final long TUN_F_TSO4 = 2;
    private static final long TUN_F_TSO6 = 4;
    private static final long TUN_F_TSO_ECN = 8;

    private static final int O_RDWR = 2;
    private static final int O_NONBLOCK = 0x800;
    private static final int O_CLOEXEC = 0x80000;
    private static final int AF_INET = 2;
    private static final int SOCK_DGRAM = 2;

    /** {@code struct ifreq} of netdevice(7): 16 octets of name, 24 of union. */
    private static final int IFREQ = 40;
    private static final int IFREQ_NAME = 16;

    private final Linux linux;
    private final String name;
    private final int fd;
    private final MemorySegment ifreq;

    private TapDevice(Linux linux, Arena arena, String name) {
        this.linux = linux;
        this.name = name;
        this.ifreq = arena.allocate(IFREQ, 8);
        this.fd = checkOpened(linux.open(arena.allocateFrom(TUN), O_RDWR | O_NONBLOCK | O_CLOEXEC));
    }

    /**
     * Opens the TAP of {@code config}, creating it when there is none.
     *
     * @throws NicException when that is not possible; the message says what to do
     */
    static TapDevice open(TapConfig config, Linux linux, Arena arena) {
        TapDevice device = new TapDevice(linux, arena, config.name());
        try {
            device.attach();
            device.setUp(config.offload());
            device.checkMac(config.mac());
            if (config.mtu() != 0) {
                device.setMtu(config.mtu());
            }
            return device;
        } catch (RuntimeException e) {
            device.close();
            throw e;
        }
    }

    int fd() {
        return fd;
    }

    void close() {
        linux.close(fd);
    }

    /** The MTU of the interface, as far as it is in our network namespace. */
    int mtu() {
        clearIfreq();
        int result = controlSocket(SIOCGIFMTU);
        if (result < 0) {
            throw failure("reading its MTU", result);
        }
        return ifreq.get(JAVA_INT, IFREQ_NAME);
    }

    private void setMtu(int mtu) {
        clearIfreq();
        ifreq.set(JAVA_INT, IFREQ_NAME, mtu);
        int result = controlSocket(SIOCSIFMTU);
        if (result < 0) {
            throw failure("setting its MTU to " + mtu, result);
        }
    }

    /** TUNSETIFF. A TAP of somebody else is either single-queue or multi-queue, and has to be asked as such. */
    private void attach() {
        short flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;
        int result = attach(flags);
        if (result == -Linux.EINVAL) {
            result = attach((short) (flags | IFF_MULTI_QUEUE));
        }
        if (result < 0) {
            throw switch (-result) {
                case Linux.EPERM, Linux.EACCES -> new NicException("no permission for the TAP " + name
                        + ": run as root, or once as root 'ip tuntap add " + name + " mode tap vnet_hdr user $USER'");
                case Linux.EBUSY -> new NicException("the TAP " + name
                        + " is in use by another process: stop that one or choose another name");
                case Linux.EINVAL -> new NicException("the interface " + name
                        + " exists and is no TAP: choose another name");
                default -> failure("attaching to it", result);
            };
        }
    }

    private int attach(short flags) {
        clearIfreq();
        ifreq.set(JAVA_SHORT, IFREQ_NAME, flags);
        return linux.ioctl(fd, TUNSETIFF, ifreq);
    }

    @SuppressWarnings("restricted")
    private void setUp(boolean offload) {
        ifreq.set(JAVA_INT, 0, VirtioHeader.SIZE);
        int result = linux.ioctl(fd, TUNSETVNETHDRSZ, ifreq);
        if (result < 0) {
            throw failure("setting the size of its virtio header", result);
        }
        long features = offload ? TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN : 0;
        // The argument is the value itself, not a pointer to it.
        result = linux.ioctl(fd, TUNSETOFFLOAD, MemorySegment.ofAddress(features));
        if (result < 0) {
            throw failure("setting its offloads", result);
        }
    }

    private void checkMac(MacAddress ours) {
        clearIfreq();
        int result = linux.ioctl(fd, SIOCGIFHWADDR, ifreq);
        if (result < 0) {
            throw failure("reading its hardware address", result);
        }
        long bits = 0;
        for (int i = 0; i < 6; i++) {
            bits = bits << 8 | (ifreq.get(JAVA_BYTE, IFREQ_NAME + 2 + i) & 0xff);
        }
        if (ours.bits() == bits) {
            throw new NicException("the kernel's end of the TAP " + name + " has the hardware address " + ours
                    + " itself: choose another for this end");
        }
    }

    private int controlSocket(long request) {
        int socket = linux.socket(AF_INET, SOCK_DGRAM | O_CLOEXEC, 0);
        if (socket < 0) {
            return socket;
        }
        int result = linux.ioctl(socket, request, ifreq);
        linux.close(socket);
        return result;
    }

    private void clearIfreq() {
        ifreq.fill((byte) 0);
        ifreq.setString(0, name);
    }

    private static int checkOpened(int result) {
        if (result >= 0) {
            return result;
        }
        throw switch (-result) {
            case Linux.ENOENT, Linux.ENODEV -> new NicException("this system has no " + TUN
                    + ": run 'modprobe tun', or give the container the device");
            case Linux.EPERM, Linux.EACCES -> new NicException("no permission to open " + TUN + ": run as root");
            default -> new NicException("opening " + TUN + " failed with errno " + -result
                    + ": see open(2) for what it means");
        };
    }

    private NicException failure(String what, int result) {
        String hint = result == -Linux.EPERM ? "run as root" : "see what 'ip -details link show " + name + "' says";
        return new NicException("TAP " + name + ": " + what + " failed with errno " + -result + ": " + hint);
    }
}
