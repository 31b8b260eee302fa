package io.fourtuple.nic.tap;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.fourtuple.core.ip.LinkProperties.Medium;
import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.nic.NicException;
import io.fourtuple.nic.sys.InterfaceRequests;
import io.fourtuple.nic.sys.Linux;
import io.fourtuple.nic.sys.VirtioHeader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Locale;
import java.util.function.IntUnaryOperator;

/**
 * Opens and sets up a descriptor of a TAP or TUN: the ioctls of the kernel's
 * <a href="https://docs.kernel.org/networking/tuntap.html">tuntap</a>, and what their errors mean to a user. A device
 * with several queues has a descriptor for each.
 */
final class TapDevice {
    private static final String DRIVER = "/dev/net/tun";

    private static final long TUNSETIFF = 0x400454caL;
    private static final long TUNSETOFFLOAD = 0x400454d0L;
    private static final long TUNGETIFF = 0x800454d2L;
    private static final long TUNSETVNETHDRSZ = 0x400454d8L;
    private static final long TUNSETQUEUE = 0x400454d9L;

    private static final short IFF_TUN = 0x0001;
    private static final short IFF_TAP = 0x0002;
    private static final short IFF_MULTI_QUEUE = 0x0100;
    private static final short IFF_ATTACH_QUEUE = 0x0200;
    private static final short IFF_DETACH_QUEUE = 0x0400;
    private static final short IFF_PERSIST = 0x0800;
    private static final short IFF_NO_PI = 0x1000;
    private static final short IFF_VNET_HDR = 0x4000;
    private static final short IFF_TUN_EXCL = (short) 0x8000;

    private static final long TUN_F_CSUM = 1;
    private static final long TUN_F_TSO4 = 2;
    private static final long TUN_F_TSO6 = 4;
    private static final long TUN_F_TSO_ECN = 8;

    private static final int O_RDWR = 2;
    private static final int O_NONBLOCK = 0x800;
    private static final int O_CLOEXEC = 0x80000;
    private static final int AF_INET = 2;
    private static final int SOCK_DGRAM = 2;

    private final Linux linux;
    private final String name;
    private final String kind;
    /** IFF_… of one queue. */
    private final short flags;
    private final int fd;
    private final InterfaceRequests requests;
    private final MemorySegment headerSize;
    private boolean multiQueue;

    private TapDevice(Linux linux, Arena arena, TapConfig config) {
        this.linux = linux;
        this.name = config.name();
        this.kind = config.kind();
        this.flags = (short) (IFF_NO_PI | IFF_VNET_HDR | switch (config.medium()) {
            case ETHERNET -> IFF_TAP;
            case IP -> IFF_TUN;
        });
        this.requests = new InterfaceRequests(linux, arena, name);
        this.headerSize = arena.allocateFrom(JAVA_INT, VirtioHeader.SIZE);
        this.fd = checkOpened(linux.open(arena.allocateFrom(DRIVER), O_RDWR | O_NONBLOCK | O_CLOEXEC));
    }

    /**
     * Opens the device of {@code config}, creating it when there is none.
     *
     * @throws NicException when that is not possible; the message says what to do
     */
    static TapDevice open(TapConfig config, Linux linux, Arena arena) {
        TapDevice device = new TapDevice(linux, arena, config);
        try {
            device.attach(config.queues() > 1);
            device.setUp(config.offload());
            if (config.medium() == Medium.ETHERNET) {
                device.checkMac(config.mac());
            }
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
     * Opens one more queue of a device that has been opened. The kernel neither gives it a frame nor takes one from it
     * until it is {@linkplain #enable enabled}.
     */
    static TapDevice openFurther(TapConfig config, Linux linux, Arena arena) {
        TapDevice device = new TapDevice(linux, arena, config);
        try {
            device.check(device.attach((short) (device.flags | IFF_MULTI_QUEUE)), "opening a further queue of it");
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
        return check(onControlSocket(requests::mtu), "reading its MTU");
    }

    private void setMtu(int mtu) {
        check(onControlSocket(socket -> requests.setMtu(socket, mtu)), "setting its MTU to " + mtu);
    }

    /**
     * TUNSETIFF. A device of somebody else is either single-queue or multi-queue, and has to be asked as such. One that
     * we have made vanishes with our last descriptor: if there is one like that already, some process works on it. The
     * kernel says so of a single-queue one, and would let us take frames away from the others of a multi-queue one.
     */
    private void attach(boolean severalQueues) {
        int result = severalQueues ? attachToSeveral() : attach(flags);
        if (result == -Linux.EINVAL) {
            result = severalQueues ? attach(flags) : attachToSeveral();
        }
        if (result < 0) {
            throw switch (-result) {
                case Linux.EPERM, Linux.EACCES -> new NicException("no permission for the " + kind + " " + name
                        + ": run as root, or once as root 'ip tuntap add " + name + " mode "
                        + kind.toLowerCase(Locale.ROOT) + " vnet_hdr" + (severalQueues ? " multi_queue" : "")
                        + " user $USER'");
                case Linux.EBUSY -> new NicException("the " + kind + " " + name
                        + " is in use by another process: stop that one or choose another name");
                case Linux.EINVAL -> new NicException("the interface " + name
                        + " exists and is no " + kind + ": choose another name");
                default -> failure("attaching to it", result);
            };
        }
    }

    private int attachToSeveral() {
        short several = (short) (flags | IFF_MULTI_QUEUE);
        int result = attach((short) (several | IFF_TUN_EXCL));
        if (result == -Linux.EBUSY) { // there is one
            result = attach(several);
            if (result == 0 && (attachedFlags() & IFF_PERSIST) == 0) {
                result = -Linux.EBUSY;
            }
        }
        multiQueue = result == 0;
        return result;
    }

    private int attachedFlags() {
        return check(requests.flags(fd, TUNGETIFF), "reading its flags");
    }

    private int setQueue(short action) {
        return requests.setFlags(fd, TUNSETQUEUE, action);
    }

    private int attach(short asked) {
        return requests.setFlags(fd, TUNSETIFF, asked);
    }

    @SuppressWarnings("restricted")
    private void setUp(boolean offload) {
        check(linux.ioctl(fd, TUNSETVNETHDRSZ, headerSize), "setting the size of its virtio header");
        long features = offload ? TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN : 0;
        // The argument is the value itself, not a pointer to it.
        check(linux.ioctl(fd, TUNSETOFFLOAD, MemorySegment.ofAddress(features)), "setting its offloads");
    }

    private void checkMac(MacAddress ours) {
        check(requests.askHardware(fd), "reading its hardware address");
        if (ours.equals(requests.hardwareAddress())) {
            throw new NicException("the kernel's end of the TAP " + name + " has the hardware address " + ours
                    + " itself: choose another for this end");
        }
    }

    private int onControlSocket(IntUnaryOperator request) {
        int socket = linux.socket(AF_INET, SOCK_DGRAM | O_CLOEXEC, 0);
        if (socket < 0) {
            return socket;
        }
        int result = request.applyAsInt(socket);
        linux.close(socket);
        return result;
    }

    private int check(int result, String what) {
        if (result < 0) {
            throw failure(what, result);
        }
        return result;
    }

    private static int checkOpened(int result) {
        if (result >= 0) {
            return result;
        }
        throw switch (-result) {
            case Linux.ENOENT, Linux.ENODEV -> new NicException("this system has no " + DRIVER
                    + ": run 'modprobe tun', or give the container the device");
            case Linux.EPERM, Linux.EACCES -> new NicException("no permission to open " + DRIVER + ": run as root");
            default -> new NicException("opening " + DRIVER + " failed with errno " + -result
                    + ": see open(2) for what it means");
        };
    }

    private NicException failure(String what, int result) {
        String hint = result == -Linux.EPERM ? "run as root" : "see what 'ip -details link show " + name + "' says";
        return new NicException(kind + " " + name + ": " + what + " failed with errno " + -result + ": " + hint);
    }
}
