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
 * Opens and sets up a descriptor of a TAP: the ioctls of the kernel's
 * <a href="https://docs.kernel.org/networking/tuntap.html">tuntap</a>, and what their errors mean to a user. A TAP with
 * several queues has a descriptor for each.
 */
final class TapDevice {
    private static final String TUN = "/dev/net/tun";

    private static final long TUNSETIFF = 0x400454caL;
    private static final long TUNSETOFFLOAD = 0x400454d0L;
    private static final long TUNGETIFF = 0x800454d2L;
    private static final long TUNSETVNETHDRSZ = 0x400454d8L;
    private static final long TUNSETQUEUE = 0x400454d9L;
    private static final long SIOCGIFMTU = 0x8921;
    private static final long SIOCSIFMTU = 0x8922;
    private static final long SIOCGIFHWADDR = 0x8927;

    private static final short IFF_TAP = 0x0002;
    private static final short IFF_MULTI_QUEUE = 0x0100;
    private static final short IFF_ATTACH_QUEUE = 0x0200;
    private static final short IFF_DETACH_QUEUE = 0x0400;
    private static final short IFF_PERSIST = 0x0800;
    private static final short IFF_NO_PI = 0x1000;
    private static final short IFF_VNET_HDR = 0x4000;
    private static final short IFF_TUN_EXCL = (short) 0x8000;
    private static final short FLAGS = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;

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
    private boolean multiQueue;

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
            device.attach(config.queues() > 1);
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

    /**
     * Opens one more queue of a TAP that has been opened. The kernel neither gives it a frame nor takes one from it
     * until it is {@linkplain #enable enabled}.
     */
    static TapDevice openFurther(TapConfig config, Linux linux, Arena arena) {
        TapDevice device = new TapDevice(linux, arena, config.name());
        try {
            device.check(device.attach((short) (FLAGS | IFF_MULTI_QUEUE)), "opening a further queue of it");
            device.check(device.setQueue(IFF_DETACH_QUEUE), "putting a further queue of it aside");
            return device;
        } catch (RuntimeException e) {
            device.close();
            throw e;
        }
    }

    /** Lets a further queue have its share. */
    void enable() {
        check(setQueue(IFF_ATTACH_QUEUE), "putting a further queue of it to use");
    }

    /** Whether it may have further queues. */
    boolean isMultiQueue() {
        return multiQueue;
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
        check(controlSocket(SIOCGIFMTU), "reading its MTU");
        return ifreq.get(JAVA_INT, IFREQ_NAME);
    }

    private void setMtu(int mtu) {
        clearIfreq();
        ifreq.set(JAVA_INT, IFREQ_NAME, mtu);
        check(controlSocket(SIOCSIFMTU), "setting its MTU to " + mtu);
    }

    /**
     * TUNSETIFF. A TAP of somebody else is either single-queue or multi-queue, and has to be asked as such. One that we
     * have made vanishes with our last descriptor: if there is one like that already, some process works on it. The
     * kernel says so of a single-queue one, and would let us take frames away from the others of a multi-queue one.
     */
    private void attach(boolean severalQueues) {
        int result = severalQueues ? attachToSeveral() : attach(FLAGS);
        if (result == -Linux.EINVAL) {
            result = severalQueues ? attach(FLAGS) : attachToSeveral();
        }
        if (result < 0) {
            throw switch (-result) {
                case Linux.EPERM, Linux.EACCES -> new NicException("no permission for the TAP " + name
                        + ": run as root, or once as root 'ip tuntap add " + name + " mode tap vnet_hdr"
                        + (severalQueues ? " multi_queue" : "") + " user $USER'");
                case Linux.EBUSY -> new NicException("the TAP " + name
                        + " is in use by another process: stop that one or choose another name");
                case Linux.EINVAL -> new NicException("the interface " + name
                        + " exists and is no TAP: choose another name");
                default -> failure("attaching to it", result);
            };
        }
    }

    private int attachToSeveral() {
        short flags = FLAGS | IFF_MULTI_QUEUE;
        int result = attach((short) (flags | IFF_TUN_EXCL));
        if (result == -Linux.EBUSY) { // there is one
            result = attach(flags);
            if (result == 0 && (attachedFlags() & IFF_PERSIST) == 0) {
                result = -Linux.EBUSY;
            }
        }
        multiQueue = result == 0;
        return result;
    }

    /** TUNGETIFF. */
    private int attachedFlags() {
        clearIfreq();
        check(linux.ioctl(fd, TUNGETIFF, ifreq), "reading its flags");
        return ifreq.get(JAVA_SHORT, IFREQ_NAME);
    }

    private int setQueue(short flags) {
        clearIfreq();
        ifreq.set(JAVA_SHORT, IFREQ_NAME, flags);
        return linux.ioctl(fd, TUNSETQUEUE, ifreq);
    }

    private int attach(short flags) {
        clearIfreq();
        ifreq.set(JAVA_SHORT, IFREQ_NAME, flags);
        return linux.ioctl(fd, TUNSETIFF, ifreq);
    }

    @SuppressWarnings("restricted")
    private void setUp(boolean offload) {
        ifreq.set(JAVA_INT, 0, VirtioHeader.SIZE);
        check(linux.ioctl(fd, TUNSETVNETHDRSZ, ifreq), "setting the size of its virtio header");
        long features = offload ? TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN : 0;
        // The argument is the value itself, not a pointer to it.
        check(linux.ioctl(fd, TUNSETOFFLOAD, MemorySegment.ofAddress(features)), "setting its offloads");
    }

    private void checkMac(MacAddress ours) {
        clearIfreq();
        check(linux.ioctl(fd, SIOCGIFHWADDR, ifreq), "reading its hardware address");
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

    private void check(int result, String what) {
        if (result < 0) {
            throw failure(what, result);
        }
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
